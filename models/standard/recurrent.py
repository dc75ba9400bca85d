"""Recurrent layers: directions, states, cells, masks, wrappers.  [beside TensorFlow]"""

from __future__ import annotations

import tensorflow as tf

from .. import Tensor, case

keras = tf.keras


@case(inputs=Tensor((None, 4, 2)), traits=("sequential", "recurrent"))
def stacked_recurrent():
    """Recurrent layers on top of each other, backwards and unrolled, with activations and biases of their own."""
    return keras.Sequential(
        [
            keras.Input((4, 2)),
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


@case(inputs=[Tensor((None, 3, 2)), Tensor((None, 4, 2))], traits=("functional", "recurrent"))
def encoder_decoder():
    """States that one LSTM returns and another begins with: edges of the graph that are keyword arguments."""
    source, target = keras.Input((3, 2), name="source"), keras.Input((4, 2), name="target")
    _, hidden, carry = keras.layers.LSTM(3, return_state=True, name="encoder")(source)
    decoder = keras.layers.LSTM(3, return_sequences=True, return_state=True, name="decoder")
    decoded, last, _ = decoder(target, initial_state=[hidden, carry])
    return keras.Model([source, target], [keras.layers.Dense(2, name="words")(decoded), last, carry])


@case(inputs=Tensor((None, 4, 2)), traits=("sequential", "recurrent"))
def bidirectional_unlike():
    """A backward layer of another kind than the forward one: a copy of the forward one would fit in its place."""
    forward = keras.layers.GRU(3, return_sequences=True, name="forward")
    backward = keras.layers.SimpleRNN(3, return_sequences=True, go_backwards=True, activation="relu", name="backward")
    return keras.Sequential(
        [keras.Input((4, 2)), keras.layers.Bidirectional(forward, backward_layer=backward, merge_mode="mul")]
    )


@case(
    inputs=Tensor((None, 3, 4, 2)),
    traits=("functional", "nested"),
    offered={"keras": "!=3.0.*,!=3.1.*,!=3.2.*,!=3.3.*"},
)
def time_distributed():
    """A layer and a whole model applied to each step: wrappers hide what they hold from a list of layers."""
    frames = keras.Input((3, 4, 2), name="frames")
    convolved = keras.layers.TimeDistributed(keras.layers.Conv1D(2, 2, activation="tanh"), name="each")(frames)
    inner = keras.Sequential([keras.Input((3, 2)), keras.layers.Flatten(), keras.layers.Dense(2)], name="inner")
    return keras.Model(frames, keras.layers.TimeDistributed(inner, name="each_model")(convolved))


@case(inputs=Tensor((None, 3, 4, 4, 1)), traits=("sequential", "recurrent"))
def convolutional_lstm():
    """A recurrent convolution: arguments of both kinds, in a cell inside the layer."""
    return keras.Sequential(
        [
            keras.Input((3, 4, 4, 1)),
            keras.layers.ConvLSTM2D(
                2, (2, 3), padding="same", strides=(2, 1), recurrent_activation="sigmoid", go_backwards=True
            ),
        ]
    )


@case(inputs=Tensor((None, 4, 2)), traits=("sequential", "recurrent"))
def stacked_cells():
    """Cells of three kinds stacked in one RNN: objects in a list in an argument of a layer in an argument."""
    cells = [
        keras.layers.LSTMCell(3, recurrent_activation="tanh"),
        keras.layers.GRUCell(2, reset_after=False),
        keras.layers.SimpleRNNCell(2, activation="softsign"),
    ]
    stacked = keras.layers.StackedRNNCells(cells)
    return keras.Sequential(
        [keras.Input((4, 2)), keras.layers.RNN(stacked, return_sequences=True, go_backwards=True)]
    )


@case(inputs=Tensor((None, 3, 1)), traits=("sequential", "recurrent"))
def mask_value():
    """Steps that hold a value which is not zero are masked: a lost value masks nothing, or the wrong steps."""
    return keras.Sequential(
        [
            keras.Input((3, 1)),
            keras.layers.Masking(mask_value=0.5),
            keras.layers.GRU(3, go_backwards=True),
        ]
    )


@case(
    inputs={
        "words": Tensor((None, 3), "int32", low=0, high=7, padded=True),
        "tags": Tensor((None, 3), "int32", low=0, high=3, padded=True),
    },
    traits=("functional", "recurrent"),
)
def masks_joined():
    """Masks of two Embeddings through TimeDistributed and Concatenate: no config says where a mask goes."""
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
    """Layers that go on where the last batch has ended: states of a fixed batch, in no list of variables."""
    return keras.Sequential(
        [
            keras.layers.InputLayer((3, 2), batch_size=2),
            keras.layers.LSTM(3, stateful=True, return_sequences=True),
            keras.layers.GRU(2, stateful=True),
        ]
    )
