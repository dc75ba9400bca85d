"""Layers that a call changes, and a layer that stands for a SavedModel on disk.  [beside TensorFlow]"""

from __future__ import annotations

import os

import tensorflow as tf

from .. import Tensor, case

keras = tf.keras


@keras.utils.register_keras_serializable(package="Conformance")
class Counting(keras.layers.Layer):
    """Adds the number of its calls."""

    def build(self, input_shape):
        self.calls = self.add_weight(shape=(), initializer="zeros", trainable=False, name="calls")

    def call(self, inputs):
        self.calls.assign(self.calls + 1.0)
        return inputs + self.calls


@case(
    inputs=Tensor((None, 3)),
    traits=("functional", "stateful", "frozen", "tries_twins"),
    custom_objects={"Conformance>Counting": Counting},
)
def counter():
    """call() assigns a variable, at inference too. The loaded model must continue to count from the saved number."""
    features = keras.Input((3,), name="features")
    return keras.Model(features, keras.layers.Dense(2)(Counting()(features)))


@keras.utils.register_keras_serializable(package="Conformance")
class Noisy(keras.layers.Layer):
    """Adds noise, at inference too."""

    def __init__(self, deviation=1.0, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.deviation = deviation
        self.seed = seed
        self.seed_generator = keras.random.SeedGenerator(seed)

    def call(self, inputs):
        return inputs + keras.random.normal(tf.shape(inputs), stddev=self.deviation, seed=self.seed_generator)

    def get_config(self):
        return {**super().get_config(), "deviation": self.deviation, "seed": self.seed}


@case(
    inputs=Tensor((None, 3)),
    traits=("functional", "stateful", "seeded", "draws"),
    custom_objects={"Conformance>Noisy": Noisy},
    offered={"keras": ">=3"},
)
def seed_generator():
    """Noise from a seed generator that has been used. Its state decides which noise comes next."""
    features = keras.Input((3,), name="features")
    model = keras.Model(features, keras.layers.Dense(2)(Noisy(deviation=0.5, seed=11)(features)))
    model(tf.zeros((2, 3)))
    return model


class Doubler(tf.Module):
    def __init__(self):
        super().__init__(name="doubler")
        self.factor = tf.Variable([2.0, -1.5, 0.5], name="factor")

    @tf.function(input_signature=[tf.TensorSpec((None, 3), name="x")])
    def serve(self, x):
        return {"doubled": x * self.factor}


@case(inputs=Tensor((None, 3)), traits=("functional",), offered={"keras": ">=3"})
def saved_model_layer():
    """A TFSMLayer. Its variables are in a folder that its config names, and which may not exist elsewhere."""
    folder = os.path.abspath("doubler_of_saved_model_layer")
    doubler = Doubler()
    tf.saved_model.save(doubler, folder, signatures=doubler.serve)
    features = keras.Input((3,), name="features")
    doubled = keras.layers.TFSMLayer(folder, call_endpoint="serving_default")(features)["doubled"]
    return keras.Model(features, keras.layers.Dense(2)(doubled))
