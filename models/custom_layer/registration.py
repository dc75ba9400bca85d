"""The names under which custom classes and functions are found again.  [beside TensorFlow]"""

from __future__ import annotations

import tensorflow as tf

from .. import Tensor, case

keras = tf.keras


@keras.utils.register_keras_serializable(package="Conformance", name="Renamed")
class SoftSign(keras.layers.Layer):
    def __init__(self, slope=1.0, **kwargs):
        super().__init__(**kwargs)
        self.slope = slope

    def build(self, input_shape):
        self.shift = self.add_weight(shape=(input_shape[-1],), initializer="zeros", name="shift")

    def call(self, inputs):
        return tf.nn.softsign(self.slope * inputs) + self.shift

    def get_config(self):
        return {**super().get_config(), "slope": self.slope}


@case(inputs=Tensor((None, 3)), traits=("functional",), custom_objects={"Conformance>Renamed": SoftSign})
def registered_under_another_name():
    """Registered under a name that differs from the class name. Whoever uses the class name finds nothing."""
    features = keras.Input((3,), name="features")
    return keras.Model(features, keras.layers.Dense(2)(SoftSign(slope=0.75, name="soft")(features)))


class Offset(keras.layers.Layer):
    def __init__(self, amount, factor=1.0, **kwargs):
        super().__init__(**kwargs)
        self.amount = amount
        self.factor = factor

    def build(self, input_shape):
        self.offset = self.add_weight(shape=(input_shape[-1],), initializer="zeros", name="offset")

    def call(self, inputs):
        return inputs * self.factor + self.offset * self.amount

    def get_config(self):
        return {**super().get_config(), "amount": self.amount, "factor": self.factor}


@case(inputs=Tensor((None, 3)), traits=("sequential",), custom_objects={"Offset": Offset})
def unregistered():
    """Not registered, but with get_config(). Its arguments are saved, and its class has to be passed."""
    return keras.Sequential([keras.Input((3,)), Offset(2.5, factor=-0.5), keras.layers.Dense(2)])


@keras.utils.register_keras_serializable(package="Conformance")
class Halve(keras.layers.Layer):
    def __init__(self, times=1, **kwargs):
        super().__init__(**kwargs)
        self.times = times

    def build(self, input_shape):
        self.rest = self.add_weight(shape=(input_shape[-1],), initializer="ones", name="rest")
        self.built = True

    def call(self, inputs):
        return inputs * self.rest / 2.0**self.times

    def get_config(self):
        return {**super().get_config(), "times": self.times}


@keras.utils.register_keras_serializable(package="Conformance")
class Residual(keras.layers.Layer):
    def __init__(self, inner, **kwargs):
        super().__init__(**kwargs)
        self.inner = inner

    def build(self, input_shape):
        if not self.inner.built:
            self.inner.build(input_shape)
        self.built = True

    def call(self, inputs):
        return inputs + self.inner(inputs)

    def get_config(self):
        return {**super().get_config(), "inner": keras.utils.serialize_keras_object(self.inner)}

    @classmethod
    def from_config(cls, config):
        return cls(keras.utils.deserialize_keras_object(config.pop("inner")), **config)


@case(
    inputs=Tensor((None, 3)),
    traits=("functional",),
    custom_objects={"Conformance>Halve": Halve, "Conformance>Residual": Residual},
)
def holds_a_custom_layer():
    """A custom layer whose config holds a second custom layer. Loading needs both classes."""
    features = keras.Input((3,), name="features")
    return keras.Model(features, keras.layers.Dense(2)(Residual(Halve(times=3))(features)))


class Dense(keras.layers.Layer):
    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = units

    def build(self, input_shape):
        self.kernel = self.add_weight(shape=(input_shape[-1], self.units), name="kernel")
        self.bias = self.add_weight(shape=(self.units,), initializer="zeros", name="bias")

    def call(self, inputs):
        return tf.matmul(inputs, self.kernel) * 2.0 - self.bias

    def get_config(self):
        return {**super().get_config(), "units": self.units}


@case(inputs=Tensor((None, 3)), traits=("sequential",), custom_objects={"Dense": Dense})
def called_like_a_keras_layer():
    """A custom class called Dense, with Dense's variables. Keras's own Dense in its place gives wrong answers."""
    return keras.Sequential([keras.Input((3,)), keras.layers.Dense(4, activation="relu"), Dense(2)])
