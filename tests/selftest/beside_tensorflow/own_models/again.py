"""Models that only their functions can build again.  [beside TensorFlow]"""

from __future__ import annotations

import numpy as np
import tensorflow as tf

keras = tf.keras
ROWS = np.linspace(-1, 1, 12, dtype="float32").reshape(4, 3)


class Plain(keras.Model):
    def __init__(self):
        super().__init__()
        self.inner = keras.layers.Dense(5)

    def call(self, x):
        return self.inner(x)


class Sized(Plain):
    def __init__(self, units, scale):
        super().__init__()
        self.inner = keras.layers.Dense(units)
        self.scale = scale

    def call(self, x):
        return self.inner(x) * self.scale


def plain():
    return Plain()


def sized():
    return Sized(3, np.float32(2))


def seeded():
    keras.utils.set_random_seed(3)
    return Plain()


def called():
    model = Sized(2, np.float32(0.5))
    model(ROWS)
    return model


def trained():
    model = Plain()
    model.compile("adam", keras.losses.MeanSquaredError())
    model.fit(ROWS, np.ones((4, 5)), verbose=0)
    return model


def given():
    return [ROWS, ROWS[:2]]


plain_inputs = sized_inputs = seeded_inputs = given
called_inputs = trained_inputs = given


# Weights without a model


def signed():
    return Plain()


def signed_signature():
    return [tf.TensorSpec((None, 3))]


def silent():
    return Plain()


def write(folder):
    model = Plain()
    model(ROWS)
    model.inner.kernel.assign(model.inner.kernel * -3.0 + 1.0)
    model.inner.bias.assign(np.arange(5, dtype="float32"))
    model.save_weights(f"{folder}/kept.weights.h5")
    tf.train.Checkpoint(model=model).write(f"{folder}/kept")


if __name__ == "__main__":
    write(".")
