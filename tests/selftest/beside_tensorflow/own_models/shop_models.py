"""Models of a shop: sound ones, and ones that cannot be judged.  [beside TensorFlow]"""

from __future__ import annotations

import numpy as np
import tensorflow as tf

keras = tf.keras


class Gate(keras.layers.Layer):
    def call(self, inputs):
        return inputs * 2.0


def tower():
    zebra = keras.Input((3,), name="zebra")
    apple = keras.Input((2,), name="apple", dtype="int32")
    flat = keras.layers.Flatten()(keras.layers.Embedding(20, 3)(apple))
    joined = keras.layers.Concatenate()([Gate()(zebra), flat])
    model = keras.Model({"zebra": zebra, "apple": apple}, {"score": keras.layers.Dense(1)(joined)})
    model.compile("adam", "mse")
    return model


tower_custom_objects = {"Gate": Gate}


class Untold(keras.Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.dense = keras.layers.Dense(3)

    def call(self, inputs):
        return self.dense(inputs)


def untold():
    return Untold()


def fitted():
    built = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    built.compile("adam", keras.losses.MeanSquaredError())
    built.fit(np.ones((4, 3), "float32"), np.ones((4, 1), "float32"), verbose=0)
    return built


def told():
    model = Untold()
    model(tf.zeros((1, 4)))
    return model


def told_inputs():
    return [np.ones((2, 4), "float32"), np.array([[1, 2, 3, np.nan]], "float32")]


def told_custom_objects():
    return {"Untold": Untold}


class Two(tf.Module):
    def __init__(self):
        self.weight = tf.Variable([[1.0], [2.0]])

    @tf.function(input_signature=[tf.TensorSpec((None, 2)), tf.TensorSpec((None,), tf.string)])
    def serve(self, x, words):
        return {"y": x @ self.weight, "size": tf.strings.length(words)}

    @tf.function(input_signature=[tf.TensorSpec((None, 2))])
    def nested(self, x):
        return {"a": {"b": x}}


def module():
    return Two()


class OfAnyRank(tf.Module):
    @tf.function(input_signature=[tf.TensorSpec(None)])
    def serve(self, x):
        return {"y": x}


def of_any_rank():
    return OfAnyRank()


def broken():
    raise RuntimeError("no database")


def nothing():
    return tf.Module()


def forgets():
    tf.Module()
