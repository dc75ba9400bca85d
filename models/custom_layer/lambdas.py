"""Plain functions as layers, activations and losses.  [beside TensorFlow]"""

from __future__ import annotations

import tensorflow as tf

from .. import Tensor, case

keras = tf.keras


@case(inputs=Tensor((None, 3)), traits=("functional", "lambda"))
def lambda_layer():
    """A Python lambda as a layer. It can only be saved as bytecode."""
    features = keras.Input((3,), name="features")
    bent = keras.layers.Lambda(lambda x: x * 2.0 - 0.5, output_shape=(3,), name="bent")(features)
    return keras.Model(features, keras.layers.Dense(2)(bent))


def shifted(x, by=0.0):
    return abs(x) + by


@case(inputs=Tensor((None, 3)), traits=("functional", "lambda"), custom_objects={"shifted": shifted})
def lambda_layer_of_function():
    """A named function with an argument in a Lambda layer. The config holds its name and the argument."""
    features = keras.Input((3,), name="features")
    layer = keras.layers.Lambda(shifted, output_shape=(3,), arguments={"by": -0.75}, name="shift")
    return keras.Model(features, keras.layers.Dense(2)(layer(features)))


@case(inputs=Tensor((None, 3)), traits=("sequential", "lambda"))
def lambda_activation():
    """A lambda as an activation, where Keras expects a name or a named function."""
    activation = lambda x: tf.nn.relu(x) - 0.25 * x  # noqa: E731 - the lambda is what the case is about
    return keras.Sequential([keras.Input((3,)), keras.layers.Dense(4, activation=activation)])


@case(inputs=Tensor((None, 3), tame=True), traits=("sequential", "compiled", "lambda"))
def lambda_loss():
    """A lambda as the loss, which the model does not need in order to answer."""
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    model.compile(optimizer=keras.optimizers.SGD(0.05), loss=lambda y, answered: tf.abs(y - answered) ** 1.5)
    return model
