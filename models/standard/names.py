"""Names of layers, inputs and outputs, odd or long.  [beside TensorFlow]"""

from __future__ import annotations

import tensorflow as tf

from .. import Tensor, case

keras = tf.keras


@case(inputs=Tensor((None, 2)), traits=("sequential",))
def long_names():
    """Names of layers that take more than the 64512 bytes of an attribute in an HDF5 file, which splits them.

    65 names of 1000 characters are the fewest that do: 325 of 200 take Keras 3 14 CPU seconds to load.
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
    """Inputs and outputs with names beyond ASCII and with spaces: they become keys of signatures and arguments."""
    size, words = keras.Input((2,), name="größe"), keras.Input((2,), name="two words")
    outputs = {
        "隠れ 層": keras.layers.Dense(2, name="first")(size),
        "100 % \U0001f600": keras.layers.Dense(2, name="second")(words),
    }
    return keras.Model({"größe": size, "two words": words}, outputs)
