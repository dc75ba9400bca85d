"""Functional models with operators and functions in the graph, beside layers.  [beside TensorFlow]"""

from __future__ import annotations

import tensorflow as tf

from .. import Tensor, case

keras = tf.keras


@case(inputs=[Tensor((None, 2)), Tensor((None, 4))], traits=("functional",))
def python_operators():
    """Python operators and slices on symbolic tensors. Their config holds constants, operand order and slices."""
    left, right = keras.Input((2,), name="left"), keras.Input((4,), name="right")
    hidden = keras.layers.Dense(2, name="hidden")(left)
    mixed = hidden * 2 + right[:, 1:3]
    turned = 1.5 - mixed[:, ::-1] / 4.0
    return keras.Model([left, right], [turned**2, -turned + hidden[..., 0:1], 2.0 / (abs(mixed) + 1.0)])


@case(inputs=Tensor((None, 4)), traits=("functional",), offered={"keras": ">=3"})
def keras_functions():
    """Functions of keras.ops on symbolic tensors: operations that are no layers, but have a config."""
    ops = keras.ops
    features = keras.Input((4,), name="features")
    left, right = ops.split(keras.layers.Dense(4, activation="tanh")(features), 2, axis=1)
    joined = ops.concatenate([ops.relu(left), ops.maximum(right, 0.25)], axis=-1)
    sums = ops.sum(ops.einsum("bi,bj->bij", joined, features), axis=2, keepdims=True)
    return keras.Model(features, ops.clip(ops.squeeze(sums, axis=2), -2.0, x_max=2.0))
