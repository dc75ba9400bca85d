"""Odd and long names of layers, inputs and outputs.  [beside TensorFlow]"""

from __future__ import annotations

import tensorflow as tf

from .. import Tensor, case

keras = tf.keras


@case(inputs=Tensor((None, 2)), traits=("sequential",))
def long_names():
    """Names of layers that need more than the 64512 bytes of an HDF5 attribute, so that they are split.

    65 names of 1000 characters are the cheapest way: Keras 3 takes 14 CPU seconds to load 325 names of 200.
    """
    layers = [keras.layers.Activation("linear", name=f"pass_{i}_".ljust(1000, "x")) for i in range(65)]
    layers[20] = keras.layers.Dense(2, name="inner_".ljust(1000, "x"))
    layers[-1] = keras.layers.Dense(2, name="last_".ljust(1000, "x"))
    return keras.Sequential([keras.Input((2,)), *layers])


@case(
    inputs={"größe": Tensor((None, 2)), "two words": Tensor((None, 2))},
    traits=("functional", "odd_names", "tries_twins"),
)
def unicode_names():
    """Names of inputs and outputs with spaces and beyond ASCII. They become signature keys and arguments."""
    size, words = keras.Input((2,), name="größe"), keras.Input((2,), name="two words")
    outputs = {
        "隠れ 層": keras.layers.Dense(2, name="first")(size),
        "100 % \U0001f600": keras.layers.Dense(2, name="second")(words),
    }
    return keras.Model({"größe": size, "two words": words}, outputs)
