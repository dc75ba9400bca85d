"""A tf.Module with functions of every form.  [beside TensorFlow]"""

from __future__ import annotations

import numpy as np
import tensorflow as tf

ROWS = tf.TensorSpec((None, 2))


def function(*specs):
    return tf.function(input_signature=list(specs))


class Weighted(tf.Module):
    def __init__(self):
        super().__init__()
        self.weight = tf.Variable([2.0, -3.0])


class Positional(Weighted):
    @function(ROWS, ROWS)
    def run(self, first, /, second):
        return {"y": first * self.weight - second}


class Variadic(Weighted):
    @function(ROWS, ROWS, ROWS)
    def run(self, first, *others):
        return first * self.weight + 2.0 * others[0] + 3.0 * others[1]


class Renamed(Weighted):
    @function(tf.TensorSpec((None, 2), name="zebra"), tf.TensorSpec((None, 2), name="apple"))
    def run(self, first, second):
        return {"y": first * self.weight - second}


class Nested(Weighted):
    @function({"up": ROWS, "down": ROWS}, ROWS)
    def run(self, pair, more):
        return {"y": pair["up"] * self.weight - 2.0 * pair["down"] + 5.0 * more}


class Beside(Weighted):
    @function(ROWS)
    def add(self, x):
        return {"y": x + self.weight}

    @function()
    def reset(self):
        self.weight.assign([1.0, 1.0])

    @function(ROWS)
    def inner(self, x):
        self.weight.assign_add([0.5, 0.5])
        return {"a": {"b": x * self.weight}, "nothing": None, "number": 3}

    @function(ROWS)
    def times(self, x):
        return x * self.weight

    @function(ROWS)
    def uneven(self, x):
        return tf.RaggedTensor.from_tensor(x * self.weight)

    @tf.function
    def traced_when_it_is_called(self, x):
        return x


class UnknownRank(Weighted):
    @function(ROWS)
    def serve(self, x):
        y = x * self.weight
        return {"y": tf.reshape(y, tf.boolean_mask(tf.shape(y), [True, True])), "z": y}


class OneOfTwo(Weighted):
    @function(ROWS)
    def serve(self, x):
        return {"y": x * self.weight}

    @function()
    def reset(self):
        self.weight.assign([1.0, 1.0])


class OneIsHidden(Weighted):
    @function(ROWS)
    def serve(self, x):
        return {"y": x * self.weight}

    @function(ROWS)
    def _other(self, x):
        return {"y": x + self.weight}


class OnlyReset(Weighted):
    @function()
    def reset(self):
        self.weight.assign([1.0, 1.0])


class OnlyCall(Weighted):
    @function(tf.TensorSpec((None, 2), name="x"))
    def __call__(self, x):
        return x * self.weight


class NamedCall(Weighted):
    @function(ROWS)
    def call(self, x):
        return x * self.weight


class Defaults(Weighted):
    @property
    def fitted(self):
        raise RuntimeError("not fitted yet")

    @function(ROWS)
    def python(self, x, scale=3.0, mask=None, *, shift=1.0):
        return {"y": x * scale + self.weight + shift if mask is None else x}

    @function(ROWS, tf.TensorSpec(()))
    def number(self, x, more=3.0):
        return {"y": x * self.weight + more}

    @function(ROWS, tf.TensorSpec(()))
    def tensor(self, x, more=tf.constant(3.0)):  # noqa: B008 - as users do
        return {"y": x * self.weight + more}

    @function(ROWS)
    def ignores(self, x, **more):
        return {"y": x - self.weight}


positional, variadic, renaming, nests, beside = Positional, Variadic, Renamed, Nested, Beside
one_of_two, one_is_hidden, only_reset, unknown_rank = OneOfTwo, OneIsHidden, OnlyReset, UnknownRank
only_call, named_call, defaults = OnlyCall, NamedCall, Defaults
listed, plainly_listed, half_given, listed_of_several, misnamed = OneOfTwo, OnlyCall, Beside, Defaults, OneOfTwo


def listed_inputs():
    return [{"x": np.ones((2, 2), "float32")}, {"x": np.zeros((3, 2), "float32")}]


def plainly_listed_inputs():
    return [np.ones((2, 2), "float32"), np.zeros((3, 2), "float32")]


def half_given_inputs():
    return {"inner": [{"x": np.ones((2, 2), "float32")}]}


def listed_of_several_inputs():
    return [{"x": np.ones((2, 2), "float32")}]


def misnamed_inputs():
    return {"serve": [{"x": np.ones((2, 2), "float32")}, {"rows": np.ones((2, 2), "float32")}]}
