"""Models that say beside the function how they are exported.  [beside TensorFlow]"""

from __future__ import annotations

import numpy as np
import tensorflow as tf

keras = tf.keras
ROWS = tf.TensorSpec([None, 2])


class Traced(tf.Module):
    def __init__(self):
        self.weight = tf.Variable(1.5)

    @tf.function
    def serve(self, x, more):
        return {"y": x * self.weight + more["z"]}


class Called(tf.Module):
    def __init__(self):
        self.weight = tf.Variable(1.5)

    @tf.function
    def __call__(self, rows):
        return rows * self.weight


class Two(tf.Module):
    def __init__(self):
        self.weight = tf.Variable(1.5)

    @tf.function(input_signature=[ROWS])
    def signed(self, x):
        return x * self.weight

    @tf.function
    def unsigned(self, x):
        return x - self.weight

    @tf.function
    def never(self, x):
        return x


traced = unsigned = no_specs = too_many = wrong_rank = Traced
called, called_given = Called, Called
two = other = unknown = listed = Two


def traced_signature():
    return [ROWS, {"z": ROWS}]


def called_signature():
    return [tf.TensorSpec([None, 2], name="other")]


called_given_signature = called_signature


def called_given_inputs():
    return [np.ones((2, 2)), [[3, 4]]]


def two_signature():
    return {"unsigned": [ROWS], "signed": [ROWS]}


@keras.utils.register_keras_serializable("signed")
class Net(keras.Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.dense = keras.layers.Dense(2)

    def call(self, inputs):
        return self.dense(tf.reduce_sum(inputs, axis=1))


own_net = own_net_drawn = own_net_of_two = own_net_of_others = Net


def own_net_inputs():
    return [np.ones((2, 16, 3), "float32")]


def own_net_signature():
    return [tf.TensorSpec([None, None, 3])]


own_net_drawn_signature = own_net_signature


def declares():
    return keras.Sequential([keras.Input((None, 3)), keras.layers.GlobalAveragePooling1D()])


def declares_signature():
    return [tf.TensorSpec([None, 16, 3])]


# Wrong


def no_specs_signature():
    return [np.ones((2, 2))]


def too_many_signature():
    return [ROWS, {"z": ROWS}, ROWS, ROWS]


def wrong_rank_signature():
    return 7


def other_signature():
    return {"signed": [tf.TensorSpec([None, 3])]}


def unknown_signature():
    return {"serve": [ROWS]}


def listed_signature():
    return [ROWS]


unmade, unmade_signature = Two, [ROWS]
unmade_too, unmade_too_inputs = Two, [1]


def own_net_of_two_signature():
    return [ROWS, ROWS]


def own_net_of_others_signature():
    return own_net_signature()


def own_net_of_others_inputs():
    return [np.ones((2, 16, 4), "float32")]
