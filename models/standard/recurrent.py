"""Recurrent layers: directions, states, cells, masks, wrappers.  [beside TensorFlow]"""

from __future__ import annotations

import tensorflow as tf

from .. import Tensor, case

keras = tf.keras


@case(inputs=Tensor((None, 2, 2)), traits=("sequential", "recurrent"))
def stacked_recurrent():
    """Stacked recurrent layers, backwards and unrolled, with activations and biases of their own."""
    return keras.Sequential(
        [
            keras.Input((2, 2)),
            keras.layers.LSTM(
                3,
                return_sequences=True,
                go_backwards=True,
                activation="softsign",
                recurrent_activation="tanh",
                unit_forget_bias=False,
                recurrent_dropout=0.1,
            ),
            keras.layers.GRU(3, return_sequences=True, reset_after=False, use_bias=False, dropout=0.2),
            keras.layers.SimpleRNN(2, activation="relu", unroll=True),
        ]
    )


@case(inputs=Tensor((None, 3, 2)), traits=("sequential", "recurrent"))
def bidirectional_unlike():
    """A backward layer of a different kind than the forward layer. A copy of the forward layer would fit too."""
    forward = keras.layers.GRU(3, return_sequences=True, name="forward")
    backward = keras.layers.SimpleRNN(3, return_sequences=True, go_backwards=True, activation="relu", name="backward")
    return keras.Sequential(
        [keras.Input((3, 2)), keras.layers.Bidirectional(forward, backward_layer=backward, merge_mode="mul")]
    )


@case(
    inputs={
        "words": Tensor((None, 3), "int32", low=0, high=7, padded=True),
        "tags": Tensor((None, 3), "int32", low=0, high=3, padded=True),
    },
    traits=("functional", "recurrent"),
)
def masks_joined():
    """The masks of two Embeddings pass through TimeDistributed and Concatenate. No config holds their way."""
    words = keras.Input((3,), dtype="int32", name="words")
    tags = keras.Input((3,), dtype="int32", name="tags")
    spoken = keras.layers.Embedding(8, 3, mask_zero=True, name="spoken")(words)
    spoken = keras.layers.TimeDistributed(keras.layers.Dense(2, activation="tanh"), name="each")(spoken)
    tagged = keras.layers.Embedding(4, 2, mask_zero=True, name="tagged")(tags)
    joined = keras.layers.Concatenate(axis=-1)([spoken, tagged])
    both = keras.layers.GRU(2, return_sequences=True)(joined)
    return keras.Model({"words": words, "tags": tags}, keras.layers.GlobalAveragePooling1D()(both))


@case(inputs=Tensor((2, 3, 2), batched=False), traits=("sequential", "recurrent", "stateful"))
def stateful_recurrent():
    """Layers that continue where the last batch ended. Their states have a fixed batch and are in no list."""
    return keras.Sequential(
        [
            keras.layers.InputLayer((3, 2), batch_size=2),
            keras.layers.LSTM(3, stateful=True, return_sequences=True),
            keras.layers.GRU(2, stateful=True),
        ]
    )


@case(inputs=Tensor((None, 2, 2)), traits=("functional", "recurrent"))
def cells_in_one_layer():
    """Three kinds of cells in one RNN layer, which also returns all states. The cells are in no list of layers."""
    given = keras.Input((2, 2), name="given")
    cells = [
        keras.layers.GRUCell(3, reset_after=False, dropout=0.1),
        keras.layers.LSTMCell(2, unit_forget_bias=False, recurrent_activation="tanh"),
        keras.layers.SimpleRNNCell(2, activation="softsign", use_bias=False),
    ]
    answered = keras.layers.RNN(cells, return_sequences=True, return_state=True)(given)
    return keras.Model(given, tf.nest.flatten(answered))


@case(
    inputs=Tensor((None, 3), "int32", low=0, high=7, padded=True),
    traits=("sequential", "recurrent", "preprocessing"),
)
def masking_by_value():
    """Steps with a certain value are masked. The value is an argument, and not the default of zero."""
    return keras.Sequential(
        [
            keras.Input((3,), dtype="int32"),
            keras.layers.Rescaling(0.25, offset=-1.0),
            keras.layers.Reshape((3, 1)),
            keras.layers.Masking(mask_value=-1.0),
            keras.layers.SimpleRNN(3, return_sequences=True),
            keras.layers.GlobalAveragePooling1D(),
        ]
    )


@case(inputs=Tensor((None, 2, 4, 2)), traits=("sequential", "recurrent"))
def convolutions_over_time():
    """Recurrent layers that convolve over one axis and over two, with kernels of five and six dimensions."""
    return keras.Sequential(
        [
            keras.Input((2, 4, 2)),
            keras.layers.ConvLSTM1D(
                2, 3, padding="same", return_sequences=True, recurrent_activation="relu", unit_forget_bias=False
            ),
            keras.layers.Reshape((2, 4, 1, 2)),
            keras.layers.ConvLSTM2D(2, (2, 1), strides=(2, 1), go_backwards=True, activation="softsign"),
        ]
    )
