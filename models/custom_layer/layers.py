"""Keras models with custom layers, models or losses.  [beside TensorFlow]"""

from __future__ import annotations

import tensorflow as tf

from .. import Tensor, case

keras = tf.keras


class CustomLayer(keras.layers.Layer):
    """A layer as people write their first one, with arguments and without get_config()."""

    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = units

    def build(self, input_shape):
        self.w = self.add_weight(
            shape=(input_shape[-1], self.units), initializer="random_normal", trainable=True, name="w"
        )
        self.b = self.add_weight(shape=(self.units,), initializer="zeros", trainable=True, name="b")

    def call(self, inputs):
        return tf.matmul(inputs, self.w) + self.b


@case(
    inputs=Tensor((None, 10)),
    traits=("sequential", "layer_without_config", "quick", "tries_twins"),
    custom_objects={"CustomLayer": CustomLayer},
)
def affine():
    """An unregistered layer without get_config(), as most people write their first one."""
    return keras.Sequential([keras.Input((10,)), CustomLayer(100), keras.layers.Dense(10, activation="softmax")])


@keras.utils.register_keras_serializable(package="Conformance")
class Scale(keras.layers.Layer):
    """A layer as Keras's guide teaches it: registered, with get_config()."""

    def __init__(self, power=1.0, **kwargs):
        super().__init__(**kwargs)
        self.power = power

    def build(self, input_shape):
        self.factor = self.add_weight(shape=(input_shape[-1],), initializer="ones", name="factor")

    def call(self, inputs):
        return tf.pow(tf.abs(inputs), self.power) * self.factor

    def get_config(self):
        return {**super().get_config(), "power": self.power}


@case(inputs=Tensor((None, 3)), traits=("functional",), custom_objects={"Conformance>Scale": Scale})
def registered():
    """A registered layer with get_config(), which is the documented way."""
    features = keras.Input((3,), name="features")
    return keras.Model(features, keras.layers.Dense(2)(Scale(power=1.5)(features)))


@keras.utils.register_keras_serializable(package="Conformance")
class TwoTowers(keras.Model):
    """A subclassed model with two blocks and one argument."""

    def __init__(self, width=4, **kwargs):
        super().__init__(**kwargs)
        self.width = width
        self.left = keras.layers.Dense(width, activation="relu", name="left")
        self.right = keras.layers.Dense(width, activation="tanh", name="right")
        self.head = keras.layers.Dense(2, name="head")

    def call(self, inputs):
        return self.head(self.left(inputs) + self.right(inputs))

    def get_config(self):
        return {**super().get_config(), "width": self.width}


@case(
    inputs=Tensor((None, 3)),
    traits=("subclassed", "tries_twins"),
    custom_objects={"Conformance>TwoTowers": TwoTowers},
)
def subclassed_model():
    """A registered subclass of keras.Model, built by its first call. The model itself is the custom object."""
    model = TwoTowers(width=5)
    model(tf.zeros((2, 3)))
    return model


def asymmetric_loss(y_true, y_pred):
    """Return a loss that counts predictions below the target three times: a plain function as a loss."""
    difference = y_true - y_pred
    return tf.reduce_mean(tf.where(difference > 0, 3.0 * difference, -difference), axis=-1)


@case(
    inputs=Tensor((None, 2)),
    traits=("sequential", "compiled"),
    training_objects={"asymmetric_loss": asymmetric_loss},
)
def custom_loss():
    """Only the loss is custom. It is needed to load the compile state, and not to answer."""
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile(optimizer="sgd", loss=asymmetric_loss)
    return model
