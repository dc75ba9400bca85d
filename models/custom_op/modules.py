"""Modules with signatures, assets, training steps, composite answers and custom ops.  [beside TensorFlow]"""

from __future__ import annotations

import os
import tempfile

import tensorflow as tf

from .. import Tensor, case, op_library


class TwoSignatures(tf.Module):
    def __init__(self):
        super().__init__(name="two_signatures")
        self.matrix = tf.Variable([[1.0, 2.0, 0.5], [3.0, 4.0, 0.25]], name="matrix")
        self.offset = tf.Variable([1.0, 2.0], name="offset")
        self.calls = tf.Variable(7, dtype=tf.int64, trainable=False, name="calls")

    @tf.function(input_signature=[tf.TensorSpec((None, 2), name="x"), tf.TensorSpec((), name="factor")])
    def project(self, x, factor=tf.constant(2.0)):  # noqa: B008 - a default tensor is part of the signature
        return {"projected": tf.matmul(x, self.matrix) * factor}

    @tf.function(input_signature=[tf.TensorSpec((None, 2), name="x")])
    def shift(self, x):
        return {"shifted": x + self.offset, "a_total": tf.reduce_sum(x, axis=-1)}


@case(
    endpoints={
        "project": {"x": Tensor((None, 2)), "factor": Tensor((), batched=False, default=2.0)},
        "shift": {"x": Tensor((None, 2))},
    },
    traits=("tries_options", "quick"),
)
def module_two_signatures():
    """Two signatures, two named outputs in unsorted order, a default value: the contract that clients rely on."""
    return TwoSignatures()


class ClippedGradient(tf.Module):
    def __init__(self):
        super().__init__(name="clipped_gradient")
        self.scale = tf.Variable([0.5, -2.0, 3.0], name="scale")
        self.shift = tf.Variable([0.25, 0.0, -1.5], name="shift")

    @tf.function(input_signature=[tf.TensorSpec((None, 3), name="x")])
    def serve(self, x):
        @tf.custom_gradient
        def log1pexp(value):
            exponential = tf.exp(value)

            def gradient(upstream):
                return upstream * (1 - 1 / (1 + exponential))

            return tf.math.log(1 + exponential), gradient

        return {"result": log1pexp(x * self.scale + self.shift)}


@case(endpoints={"serve": {"x": Tensor((None, 3))}}, traits=("composite_op", "tries_options"))
def custom_gradient():
    """An op composed of TensorFlow ops, with a custom gradient."""
    return ClippedGradient()


class AssetTable(tf.Module):
    def __init__(self, vocabulary_file):
        super().__init__(name="asset_table")
        self.vocabulary = tf.saved_model.Asset(vocabulary_file)
        self.table = tf.lookup.StaticHashTable(
            tf.lookup.TextFileInitializer(
                self.vocabulary,
                tf.string,
                tf.lookup.TextFileIndex.WHOLE_LINE,
                tf.int64,
                tf.lookup.TextFileIndex.LINE_NUMBER,
            ),
            default_value=-1,
        )
        self.bonus = tf.Variable(tf.constant([10], tf.int64), name="bonus")

    @tf.function(input_signature=[tf.TensorSpec((None,), tf.string, name="words")])
    def serve(self, words):
        return {"ids": self.table.lookup(words) + self.bonus}


@case(
    endpoints={"serve": {"words": Tensor((None,), "string", vocabulary=("oak", "élan", "日本", "two words"))}},
    traits=("lookup",),
)
def asset_table():
    """A table that is read from a vocabulary file, which must be saved as an asset."""
    path = os.path.join(tempfile.mkdtemp(dir=os.getcwd()), "vocabulary.txt")
    with open(path, "w", encoding="utf-8") as file:
        file.write("oak\nélan\n日本\ntwo words\n")
    return AssetTable(path)


class Clamp(tf.Module):
    def __init__(self, clamp):
        super().__init__(name="clamp")
        self.clamp = clamp
        self.slope = tf.Variable(1.5, name="slope")

    @tf.function(input_signature=[tf.TensorSpec((None, 2), name="x")])
    def serve(self, x):
        return {"clamped": self.clamp(x) * self.slope}


@case(
    endpoints={"serve": {"x": Tensor((None, 2))}},
    traits=("compiled_op",),
    op_library="conformance_clamp.cc",
)
def compiled():
    """An op compiled from C++. The graph holds its name, and only its library holds its code."""
    return Clamp(op_library("conformance_clamp.cc").conformance_clamp)


class Regression(tf.Module):
    def __init__(self):
        super().__init__(name="regression")
        self.slope = tf.Variable([[0.5], [-1.0]], name="slope")
        self.momentum = tf.Variable([[0.0], [0.25]], name="momentum", trainable=False)
        self.steps = tf.Variable(3, dtype=tf.int64, name="steps", trainable=False)

    @tf.function(input_signature=[tf.TensorSpec((None, 2), name="x"), tf.TensorSpec((None, 1), name="y")])
    def train_step(self, x, y):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.tanh(tf.matmul(x, self.slope) - y) ** 2)
        self.momentum.assign(0.5 * self.momentum + tape.gradient(loss, self.slope))
        self.slope.assign_sub(0.25 * self.momentum)
        self.steps.assign_add(1)
        return {"loss": loss, "steps": tf.identity(self.steps)}

    @tf.function(input_signature=[tf.TensorSpec((None, 2), name="x")])
    def predict(self, x):
        return {"y": tf.matmul(x, self.slope)}


@case(
    endpoints={
        "train_step": {"x": Tensor((None, 2), tame=True), "y": Tensor((None, 1), tame=True)},
        "predict": {"x": Tensor((None, 2))},
    },
    traits=("stateful",),
)
def training_loop():
    """A custom training step. After loading, training must continue with the same momentum and step."""
    return Regression()


class Containers(tf.Module):
    def __init__(self):
        super().__init__(name="containers")
        self.shift = tf.Variable([1.0, -2.0], name="shift")

    @tf.function(input_signature=[tf.TensorSpec((None, 2), name="x")])
    def take_apart(self, x):
        moved = x + self.shift
        return {
            "tuple": (moved, x),
            "list": [moved[:, 0], {"inner": moved[:, 1]}],
            "sparse": tf.sparse.from_dense(tf.linalg.band_part(moved, 1, 0)),
            "ragged": tf.RaggedTensor.from_tensor(moved, padding=0.5),
        }


@case(endpoints={"take_apart": {"x": Tensor((None, 2))}}, traits=("composite_outputs",))
def containers():
    """Tuples, lists, sparse and ragged tensors as answers. Each must keep its type."""
    return Containers()
