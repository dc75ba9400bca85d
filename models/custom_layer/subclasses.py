"""Subclasses of what Keras has.  [beside TensorFlow]"""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from .. import Tensor, case

keras = tf.keras


@keras.utils.register_keras_serializable(package="Conformance")
class Tower(keras.Model):
    """A Functional model that makes its own layers."""

    def __init__(self, floors=1, width=2, **kwargs):
        inputs = keras.Input((3,), name="ground")
        reached = inputs
        for floor in range(floors):
            reached = keras.layers.Dense(width, activation="tanh", name=f"floor_{floor}")(reached)
        super().__init__(inputs, reached, **kwargs)
        self.floors = floors
        self.width = width

    def get_config(self):
        return {"floors": self.floors, "width": self.width, "name": self.name}

    @classmethod
    def from_config(cls, config, custom_objects=None):
        return cls(**config)


@case(inputs=Tensor((None, 3)), traits=("functional",), custom_objects={"Conformance>Tower": Tower})
def functional_subclass():
    """A Functional model that is a subclass with arguments: rebuilt from these, not from its graph."""
    return Tower(floors=3, width=4, name="tower")


class CappedDense(keras.layers.Dense):
    def __init__(self, units, cap=6.0, **kwargs):
        super().__init__(units, **kwargs)
        self.cap = cap

    def call(self, inputs):
        return tf.minimum(super().call(inputs), self.cap)

    def get_config(self):
        return {**super().get_config(), "cap": self.cap}


@case(inputs=Tensor((None, 3)), traits=("sequential",), custom_objects={"CappedDense": CappedDense})
def dense_subclass():
    """A Dense with one more argument: all that Keras knows of Dense is true of it, and not enough."""
    return keras.Sequential([keras.Input((3,)), CappedDense(4, cap=0.75, activation="relu", use_bias=False)])


@keras.utils.register_keras_serializable(package="Conformance")
class LeakyLSTMCell(keras.layers.LSTMCell):
    """An LSTM cell that forgets a part of its memory."""

    def __init__(self, units, leak=0.0, **kwargs):
        super().__init__(units, **kwargs)
        self.leak = leak

    def call(self, inputs, states, training=None):
        answered, (hidden, memory) = super().call(inputs, states, training=training)
        return answered, [hidden, memory * (1.0 - self.leak)]

    def get_config(self):
        return {**super().get_config(), "leak": self.leak}


@case(
    inputs=Tensor((None, 4, 2)),
    traits=("functional", "recurrent"),
    custom_objects={"Conformance>LeakyLSTMCell": LeakyLSTMCell},
)
def lstm_cell_subclass():
    """A cell derived from Keras's own, in an RNN: its class stands in the config of another layer."""
    steps = keras.Input((4, 2), name="steps")
    cell = LeakyLSTMCell(3, leak=0.25, recurrent_activation="hard_sigmoid", unit_forget_bias=False)
    return keras.Model(steps, keras.layers.RNN(cell, go_backwards=True)(steps))


@keras.utils.register_keras_serializable(package="Conformance")
class PatientAdam(keras.optimizers.Adam):
    """Adam with one more argument, of which its learning rate is made."""

    def __init__(self, patience=1.0, learning_rate=0.001, **kwargs):
        super().__init__(learning_rate=learning_rate, **kwargs)
        self.patience = patience

    def apply_gradients(self, grads_and_vars, *args, **kwargs):
        scaled = [(gradient / self.patience, variable) for gradient, variable in grads_and_vars]
        return super().apply_gradients(scaled, *args, **kwargs)

    def get_config(self):
        return {**super().get_config(), "patience": self.patience}


@case(
    inputs=Tensor((None, 3), tame=True),
    traits=("sequential", "compiled", "compiled_with_alias", "trained"),
    training_objects={"Conformance>PatientAdam": PatientAdam},
)
def adam_subclass():
    """An optimizer derived from Adam, with one more argument and Adam's slots: neither is in Adam's config."""
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    given = np.linspace(-1, 1, 36, dtype="float32").reshape(12, 3)
    model.compile(optimizer=PatientAdam(patience=4.0, learning_rate=0.02, epsilon=0.1), loss="mse")
    model.fit(given, given.sum(axis=1, keepdims=True), batch_size=4, epochs=2, shuffle=False, verbose=0)
    return model
