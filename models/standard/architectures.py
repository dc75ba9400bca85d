"""Basic models made of Keras's own layers.  [beside TensorFlow]"""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from .. import Tensor, case

keras = tf.keras


@case(inputs=Tensor((None, 784)), traits=("sequential", "quick", "tries_twins"))
def dense_classifier():
    """Two Dense layers: the baseline that every route must carry."""
    return keras.Sequential(
        [
            keras.Input((784,)),
            keras.layers.Dense(128, activation="relu"),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )


@case(
    inputs={"zebra": Tensor((None, 3)), "apple": Tensor((None, 2), "int32", low=0, high=8)},
    traits=("functional", "tries_twins"),
)
def named_branches():
    """Dict inputs and outputs with unsorted names and two dtypes. Sorting or casting them shows."""
    zebra = keras.Input((3,), name="zebra")
    apple = keras.Input((2,), name="apple", dtype="int32")
    wide = keras.layers.Dense(4, name="wide")(zebra)
    narrow = keras.layers.Embedding(9, 2, name="narrow")(apple)
    joined = keras.layers.Concatenate()([wide, keras.layers.Flatten()(narrow)])
    outputs = {
        "yield": keras.layers.Dense(2, name="yield")(joined),
        "kind": keras.layers.Dense(2, activation="sigmoid", name="kind")(wide),
    }
    return keras.Model({"zebra": zebra, "apple": apple}, outputs)


@case(inputs=[Tensor((None, 4)), Tensor((None, 4))], traits=("functional", "nested"))
def shared_nested():
    """One inner model applied to both inputs, with a shared layer inside. Shared layers must stay shared."""
    entry = keras.Input((4,))
    shared = keras.layers.Dense(4, activation="tanh", name="shared")
    inner = keras.Model(entry, shared(shared(entry)), name="inner")
    left, right = keras.Input((4,), name="left"), keras.Input((4,), name="right")
    difference = keras.layers.Subtract()([inner(left), inner(right)])
    return keras.Model([left, right], keras.layers.Dense(1)(difference))


@case(
    inputs=Tensor((None, 6), "int32", low=0, high=11, padded=True),
    traits=("functional", "recurrent"),
)
def lstm_masked():
    """An Embedding makes a mask that an LSTM uses. A lost mask changes outputs and nothing else."""
    tokens = keras.Input((6,), dtype="int32", name="tokens")
    embedded = keras.layers.Embedding(12, 4, mask_zero=True)(tokens)
    return keras.Model(tokens, keras.layers.Dense(2)(keras.layers.LSTM(5)(embedded)))


@case(
    inputs=Tensor((None, 5)),
    traits=("sequential", "compiled", "compiled_with_alias", "trained", "traced", "slots", "tries_twins"),
)
def batch_norm_trained():
    """Moving statistics and Adam's slots after a few steps: state that is no trainable weight, and in no config."""
    model = keras.Sequential(
        [
            keras.Input((5,)),
            keras.layers.Dense(4),
            keras.layers.BatchNormalization(),
            keras.layers.Dense(1),
        ]
    )
    model.compile(optimizer=keras.optimizers.Adam(0.01), loss="mse")
    features = np.linspace(-1, 1, 60, dtype="float32").reshape(12, 5)
    model.fit(features, features.sum(axis=1, keepdims=True), batch_size=4, shuffle=False, verbose=0)
    return model


@case(inputs=Tensor((None, 3)), traits=("functional", "compiled", "trained", "traced", "slots", "tries_twins"))
def momentum_schedule():
    """Momentum, a decaying learning rate and a metric. Training can only be resumed if all of them are kept."""
    features = keras.Input((3,), name="features")
    hidden = keras.layers.Dense(4, activation="tanh", kernel_regularizer=keras.regularizers.L2(0.01))(features)
    model = keras.Model(features, keras.layers.Dense(1)(hidden))
    rate = keras.optimizers.schedules.ExponentialDecay(0.1, decay_steps=2, decay_rate=0.5)
    model.compile(
        optimizer=keras.optimizers.SGD(rate, momentum=0.9, nesterov=True),
        loss=keras.losses.MeanSquaredError(),
        metrics=[keras.metrics.MeanAbsoluteError(name="distance")],
    )
    examples = np.linspace(-1, 1, 36, dtype="float32").reshape(12, 3)
    model.fit(examples, examples.sum(axis=1, keepdims=True), batch_size=4, shuffle=False, verbose=0)
    return model


@case(
    inputs=Tensor((None, 2), "string", vocabulary=("beta", "alpha", "gamma", "Ünïcödé", "two words")),
    traits=("sequential", "lookup", "tries_twins"),
)
def string_lookup():
    """A vocabulary maps strings to an embedding. The table must keep its contents."""
    return keras.Sequential(
        [
            keras.Input((2,), dtype="string"),
            keras.layers.StringLookup(vocabulary=["beta", "alpha", "gamma", "Ünïcödé", "two words"]),
            keras.layers.Embedding(6, 3),
            keras.layers.Flatten(),
        ]
    )
