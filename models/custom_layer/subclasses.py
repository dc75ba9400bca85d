"""Subclasses of Keras's own classes.  [beside TensorFlow]"""

from __future__ import annotations

import tensorflow as tf

from .. import Tensor, case

keras = tf.keras


@keras.utils.register_keras_serializable(package="Conformance")
class Tower(keras.Model):
    """A Functional model that creates its own layers."""

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
    """A subclass of a Functional model with arguments. It is rebuilt from its arguments, not from its graph."""
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
    """A Dense with one more argument. Everything that Keras knows about Dense applies, and is not enough."""
    return keras.Sequential([keras.Input((3,)), CappedDense(4, cap=0.75, activation="relu", use_bias=False)])
