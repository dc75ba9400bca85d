"""A layer and a function that importing their module registers.  [beside TensorFlow]"""

from __future__ import annotations

import tensorflow as tf

keras = tf.keras


def twice(x):
    return x * 2.0


class Registered(keras.layers.Layer):
    def __init__(self, by=2.0, **kwargs):
        super().__init__(**kwargs)
        self.by = by

    def call(self, inputs):
        return inputs * self.by

    def get_config(self):
        return {**super().get_config(), "by": self.by}


# Nothing but importing this module registers these, and no function's custom objects name them.
Registered = keras.utils.register_keras_serializable(package="shop")(Registered)
twice = keras.utils.register_keras_serializable(package="shop")(twice)
Unused = keras.utils.register_keras_serializable()(type("Unused", (Registered,), {}))


def registered():
    return keras.Sequential([keras.Input((3,)), Registered(3.0), keras.layers.Dense(2, activation=twice)])


def half_told():
    return registered()


half_told_custom_objects = {"Registered": Registered}
