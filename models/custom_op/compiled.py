"""Code that XLA compiles, and compiled ops of which Python knows more than their library.  [beside TensorFlow]"""

from __future__ import annotations

import contextlib

import tensorflow as tf

from .. import Tensor, case, op_library

FEATURES = Tensor((None, 2))
ROWS = tf.TensorSpec((None, 2), name="x")


class CompiledByXLA(tf.Module):
    def __init__(self):
        super().__init__(name="compiled_by_xla")
        self.kernel = tf.Variable([[0.5, -1.0], [2.0, 0.25]], name="kernel")

    @tf.function(input_signature=[ROWS], jit_compile=True)
    def compiled(self, x):
        return {"y": tf.nn.relu(tf.matmul(x, self.kernel)) * 3.0}

    @tf.function(input_signature=[ROWS])
    def serve(self, x):
        return {"y": self.compiled(x)["y"] + x}


@case(endpoints={"serve": {"x": FEATURES}, "compiled": {"x": FEATURES}})
def compiled_by_xla():
    """jit_compile=True on a function and on one that it calls: an attribute of the graph that needs a compiler."""
    return CompiledByXLA()


class GradientInPython(tf.Module):
    def __init__(self, clamp):
        super().__init__(name="gradient_in_python")
        self.clamp = clamp
        self.slope = tf.Variable([1.5, -0.5], name="slope")

    @tf.function(input_signature=[ROWS])
    def serve(self, x):
        return {"clamped": self.clamp(x * self.slope)}


@case(endpoints={"serve": {"x": FEATURES}}, traits=("compiled_op",), op_library="conformance_clamp.cc")
def compiled_with_gradient():
    """A compiled op whose gradient is registered in Python. Its library holds the op, and not the gradient."""

    def gradient(op, upstream):
        return upstream * tf.cast(tf.abs(op.inputs[0]) <= 1.0, upstream.dtype)

    with contextlib.suppress(KeyError):  # this process has built the model before
        tf.RegisterGradient("ConformanceClamp")(gradient)
    return GradientInPython(op_library("conformance_clamp.cc").conformance_clamp)


class Halving(tf.Module):
    def __init__(self, halve):
        super().__init__(name="halving")
        self.halve = halve
        self.offset = tf.Variable([1.0, -0.25], name="offset")

    @tf.function(input_signature=[ROWS])
    def serve(self, x):
        return {"halved": self.halve(x + self.offset) - self.offset}


@case(
    endpoints={"serve": {"x": FEATURES}},
    traits=("compiled_op", "tries_options"),
    op_library="conformance_halve.cc",
)
def compiled_in_namespace():
    """A compiled op in a namespace, which an option of saving can refuse or allow."""
    return Halving(op_library("conformance_halve.cc").conformance_halve)
