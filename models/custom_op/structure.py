"""Modules that hold modules, and what they hold beside variables.  [beside TensorFlow]"""

from __future__ import annotations

import tensorflow as tf

from .. import Tensor, case

ROWS = tf.TensorSpec((None, 2), name="x")
FEATURES = Tensor((None, 2))


class Affine(tf.Module):
    def __init__(self, factor, name):
        super().__init__(name=name)
        self.kernel = tf.Variable([[factor, -1.0], [0.5, factor * 2]], name="kernel")

    @tf.Module.with_name_scope
    def __call__(self, x):
        if not hasattr(self, "bias"):
            self.bias = tf.Variable([0.25, -0.75], name="bias")
        return tf.matmul(x, self.kernel) + self.bias


class Stack(tf.Module):
    def __init__(self, name, depth):
        super().__init__(name=name)
        self.layers = [Affine(0.5 + at, f"affine_{at}") for at in range(depth)]
        self.inner = Stack(f"{name}_inner", depth - 1) if depth > 1 else None
        self.by_name = {"last/one.of_all": self.layers[-1], "tuple": (self.layers[0], 3)}

    def __call__(self, x):
        for layer in self.layers:
            x = tf.tanh(layer(x))
        return x if self.inner is None else self.inner(x)

    @tf.function(input_signature=[ROWS])
    def serve(self, x):
        return {"y": self(x) + self.by_name["last/one.of_all"](x)}


@case(endpoints={"serve": {"x": FEATURES}}, traits=("nested", "layers_in_containers"))
def nested_modules():
    """Modules in lists, dicts and tuples; some appear twice, some are built late. Only paths identify them."""
    module = Stack("stack", 3)
    module.serve(tf.ones((1, 2)))
    return module


class Captures(tf.Module):
    def __init__(self):
        super().__init__(name="captures")
        rows = tf.data.Dataset.from_tensor_slices(tf.reshape(tf.range(8.0), (4, 2)))
        self.rows = rows.map(lambda row: row * 0.5).shuffle(4, seed=1).batch(2)
        self.scale = tf.Variable([1.0, -3.0], name="scale")

    @tf.function(input_signature=[ROWS])
    def serve(self, x):
        total = self.rows.reduce(tf.zeros((2,)), lambda state, batch: state + tf.reduce_sum(batch, axis=0))
        largest = tf.constant([-1e9, -1e9])
        for batch in self.rows:
            largest = tf.maximum(largest, tf.reduce_max(batch, axis=0))
        return {"y": x * self.scale + total, "largest": largest + x[:, :2] * 0.0 + 1.0}


@case(endpoints={"serve": {"x": FEATURES}})
def captured_dataset():
    """A tf.data pipeline as an attribute, over which a function iterates. A function of its own rebuilds it."""
    return Captures()


class NamedPair(tf.experimental.ExtensionType):
    __name__ = "conformance.NamedPair"
    left: tf.Tensor
    right: tf.Tensor
    factor: float = 2.0

    def joined(self):
        return self.left * self.factor + self.right


class PairSum(tf.Module):
    def __init__(self):
        super().__init__(name="pair_sum")
        self.kernel = tf.Variable([0.5, -1.5], name="kernel")

        @tf.function
        def combine(pair):
            return NamedPair(pair.joined(), pair.left * self.kernel, 4.0)

        @tf.function(input_signature=[ROWS])
        def serve(x):
            combined = combine(NamedPair(x, x * x, 3.0))
            return {"left": combined.left, "right": combined.right}

        serve.get_concrete_function()
        self.serve, self.combine = serve, combine


@case(endpoints={"serve": {"x": FEATURES}})
def extension_type_named():
    """A function that takes an ExtensionType with a registered name, which other processes do not know."""
    return PairSum()


class Parameters(tf.Module):
    def __init__(self):
        super().__init__(name="parameters")
        self.layers = {"first": [tf.Variable([[0.5, -1.0]], name="kernel"), tf.Variable([0.25], name="bias")]}
        self.steps = tf.Variable(7, dtype=tf.int64, trainable=False, name="steps")
        self.words = tf.Variable(["one", "zwei", "\u4e09"], name="words")


@case(endpoints={})
def module_without_functions():
    """Variables and no function. There is nothing to sign and nothing to ask, but every variable must be kept."""
    return Parameters()
