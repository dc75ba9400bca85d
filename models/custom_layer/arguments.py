"""Custom initializers, regularizers, constraints, activations and policies.  [beside TensorFlow]"""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from .. import Tensor, case

keras = tf.keras


def with_dense(**arguments):
    """Return a Functional model of a Dense layer with these arguments, and a head."""
    features = keras.Input((3,), name="features")
    return keras.Model(features, keras.layers.Dense(2)(keras.layers.Dense(4, **arguments)(features)))


@keras.utils.register_keras_serializable(package="Conformance")
class Ramp(keras.initializers.Initializer):
    def __init__(self, start=0.0, stop=1.0):
        self.start = start
        self.stop = stop

    def __call__(self, shape, dtype=None, **kwargs):
        size = int(np.prod(shape))
        return tf.reshape(tf.cast(tf.linspace(self.start, self.stop, size), dtype or "float32"), shape)

    def get_config(self):
        return {"start": self.start, "stop": self.stop}


@case(inputs=Tensor((None, 3)), traits=("functional",), custom_objects={"Conformance>Ramp": Ramp})
def initializer_class():
    """A custom initializer. It does nothing once the weights exist, but no layer can be rebuilt without it."""
    return with_dense(kernel_initializer=Ramp(-0.5, 0.75), activation="tanh")


class Sparing(keras.regularizers.Regularizer):
    def __init__(self, strength=0.0):
        self.strength = strength

    def __call__(self, x):
        return self.strength * tf.reduce_sum(tf.sqrt(tf.abs(x) + 0.01))

    def get_config(self):
        return {"strength": self.strength}


@case(
    inputs=Tensor((None, 3), tame=True),
    traits=("functional", "compiled", "trained"),
    custom_objects={"Sparing": Sparing},
)
def regularizer_class():
    """An unregistered regularizer on a trained model. If its strength is lost, training continues differently."""
    model = with_dense(kernel_regularizer=Sparing(0.125), activation="tanh")
    examples = np.linspace(-1, 1, 36, dtype="float32").reshape(12, 3)
    model.compile(optimizer=keras.optimizers.SGD(0.05), loss=keras.losses.MeanSquaredError())
    model.fit(examples, examples[:, :2], batch_size=4, shuffle=False, verbose=0)
    return model


@keras.utils.register_keras_serializable(package="Conformance")
class Bounded(keras.constraints.Constraint):
    def __init__(self, low=-1.0, high=1.0):
        self.low = low
        self.high = high

    def __call__(self, w):
        return tf.clip_by_value(tf.convert_to_tensor(w), self.low, self.high)

    def get_config(self):
        return {"low": self.low, "high": self.high}


@case(
    inputs=Tensor((None, 3), tame=True),
    traits=("functional", "compiled", "trained"),
    custom_objects={"Conformance>Bounded": Bounded},
)
def constraint_class():
    """A custom constraint, which applies at every training step, and at none if it is lost."""
    model = with_dense(kernel_constraint=Bounded(-0.25, 0.5), activation="tanh")
    examples = np.linspace(-1, 1, 36, dtype="float32").reshape(12, 3)
    model.compile(optimizer=keras.optimizers.SGD(0.1), loss=keras.losses.MeanSquaredError())
    model.fit(examples, examples[:, :2], batch_size=4, shuffle=False, verbose=0)
    return model


def sine(x):
    """Return the sine: a plain function as an activation."""
    return tf.sin(x)


@case(inputs=Tensor((None, 3)), traits=("functional",), custom_objects={"sine": sine})
def activation_function():
    """An unregistered function as an activation and as a layer. Both times only its name is saved."""
    features = keras.Input((3,), name="features")
    hidden = keras.layers.Dense(4, activation=sine)(features)
    return keras.Model(features, keras.layers.Activation(sine)(keras.layers.Dense(2)(hidden)))


class NamedPolicy(keras.mixed_precision.Policy):
    def __init__(self, name="mixed_float16", purpose=""):
        super().__init__(name)
        self.purpose = purpose

    def get_config(self):
        return {**super().get_config(), "purpose": self.purpose}


@case(
    inputs=Tensor((None, 3), tame=True),
    traits=("functional", "mixed_precision"),
    custom_objects={"NamedPolicy": NamedPolicy},
    offered={"keras": "!=3.0.*,!=3.1.*,!=3.2.*,!=3.3.*"},  # there, only one of Keras can be passed
)
def dtype_policy_class():
    """A custom dtype policy. Saved as a bare name or as Keras's own class, it is a different policy."""
    features = keras.Input((3,), name="features")
    hidden = keras.layers.Dense(4, activation="tanh", dtype=NamedPolicy("mixed_bfloat16", purpose="trial"))(features)
    return keras.Model(features, keras.layers.Dense(2, dtype="float32")(hidden))
