"""Models made of models, and of parts of models.  [beside TensorFlow]"""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from .. import Tensor, case

keras = tf.keras


@case(inputs=Tensor((None, 3)), traits=("functional", "nested", "tries_twins"))
def nested_thrice():
    """A model in a model in a model; the innermost is used on two levels. Its weights must exist only once."""
    entry = keras.Input((3,), name="entry")
    innermost = keras.Model(entry, keras.layers.Dense(3, activation="tanh")(entry), name="innermost")
    entry = keras.Input((3,), name="entry")
    middle = keras.Model(entry, keras.layers.Dense(3)(innermost(entry)), name="middle")
    entry = keras.Input((3,), name="entry")
    outer = keras.Model(entry, keras.layers.Add()([middle(entry), innermost(entry)]), name="outer")
    features = keras.Input((3,), name="features")
    return keras.Model(features, keras.layers.Dense(2)(innermost(outer(features))))


@case(inputs=Tensor((None, 4)), traits=("functional",))
def feature_extractor():
    """Layers of a different model, called once more. Their first calls must not be saved as part of this model."""
    features = keras.Input((4,), name="features")
    first = keras.layers.Dense(4, activation="tanh", name="first")(features)
    second = keras.layers.Dense(3, activation="sigmoid", name="second")(first)
    whole = keras.Model(features, keras.layers.Dense(1, name="third")(second))
    cut = keras.Input((4,), name="cut")
    turned = whole.get_layer("second")(whole.get_layer("first")(cut))
    return keras.Model(cut, [whole.get_layer("third")(turned), turned])


@case(
    inputs=[Tensor((None, 2)), Tensor((None, 2)), Tensor((None, 2))],
    traits=("functional",),
)
def unsorted_lists():
    """Lists of inputs and outputs of the same shape with unsorted names. A loader that sorts them swaps them."""
    middle, last, first = (keras.Input((2,), name=name) for name in ("m_10", "z", "m_2"))
    outputs = [
        keras.layers.Dense(2, name="zeta")(middle),
        keras.layers.Dense(2, name="alpha")(keras.layers.Subtract()([last, first])),
        keras.layers.Dense(2, name="omega")(first),
    ]
    return keras.Model([middle, last, first], outputs)


@case(inputs=[Tensor((None, 3))], traits=("functional",))
def lists_of_one():
    """A list of one input and a list of one output. A loader that unpacks them changes the structure."""
    features = keras.Input((3,), name="features")
    return keras.Model([features], [keras.layers.Dense(2, name="answer")(features)])


@case(inputs=Tensor((None, 3)), traits=("functional",))
def tuple_outputs():
    """Outputs in a tuple; one appears twice, and one is the input itself. JSON has lists and no tuples."""
    features = keras.Input((3,), name="features")
    hidden = keras.layers.Dense(2, activation="tanh", name="hidden")(features)
    return keras.Model(features, (keras.layers.Dense(2, name="head")(hidden), hidden, hidden, features))


@case(
    inputs={"b": [Tensor((None, 2)), Tensor((None, 2))], "a": Tensor((None, 2))},
    traits=("functional",),
    offered={"keras": "!=3.0.*,!=3.1.*,!=3.2.*,!=3.3.*"},
)
def nested_inputs():
    """Inputs in a dict that holds a list. Signatures flatten it, and order or names rebuild it."""
    one, two, three = (keras.Input((2,), name=name) for name in ("one", "two", "a"))
    joined = keras.layers.Concatenate()([two, keras.layers.Subtract()([three, one])])
    return keras.Model({"b": [one, two], "a": three}, keras.layers.Dense(2, name="head")(joined))


@case(inputs=Tensor((None, 3)), traits=("sequential", "unbuilt"), offered={"keras": ">=3"})
def unbuilt_sequential():
    """A Sequential without an Input that was never called. Its variables are created by the first input."""
    identity, uniform = keras.initializers.Identity, keras.initializers.RandomUniform
    initializers = [
        {"kernel_initializer": identity(gain=gain), "bias_initializer": uniform(-0.5, 0.5, seed=1)}
        for gain in (0.5, -2)
    ]
    return keras.Sequential(
        [keras.layers.Dense(3, activation="tanh", **initializers[0]), keras.layers.Dense(2, **initializers[1])],
    )


@case(inputs=Tensor((None, 2, 3)), traits=("sequential", "weightless", "preprocessing"))
def weightless():
    """A model that computes and has no variables, so a file of weights is empty."""
    return keras.Sequential(
        [
            keras.Input((2, 3)),
            keras.layers.Rescaling(0.5, offset=-1.0),
            keras.layers.Activation("softsign"),
            keras.layers.Flatten(),
        ]
    )


@case(inputs=Tensor((None, 4)), traits=("functional", "nested", "frozen", "compiled", "trained", "slots"))
def frozen_part():
    """Fine-tuning, with BatchNormalization frozen inside and outside a base. This changes the order of weights."""
    base = keras.Sequential(
        [
            keras.Input((4,)),
            keras.layers.Dense(3, activation="tanh", name="lower"),
            keras.layers.BatchNormalization(name="statistics"),
            keras.layers.Dense(3, name="upper"),
        ],
        name="base",
    )
    for layer in base.layers[:-1]:
        layer.trainable = False
    features = keras.Input((4,), name="features")
    steady = keras.layers.BatchNormalization(name="steady", trainable=False)(base(features))
    model = keras.Model(features, keras.layers.Dense(1, name="head")(steady))
    model.compile(optimizer=keras.optimizers.Adam(0.01), loss=keras.losses.MeanSquaredError())
    examples = np.linspace(-1, 1, 48, dtype="float32").reshape(12, 4)
    model.fit(examples, examples.sum(axis=1, keepdims=True), batch_size=4, shuffle=False, verbose=0)
    return model
