"""Gradients of one's own, and gradients inside of functions.  [beside TensorFlow]"""

from __future__ import annotations

import tensorflow as tf

from .. import Tensor, case


class NestedGradient(tf.Module):
    def __init__(self):
        super().__init__(name="nested_gradient")
        self.scale = tf.Variable([0.5, -2.0], name="scale")

    @tf.function(input_signature=[tf.TensorSpec((None, 2), name="x")])
    def serve(self, x):
        @tf.custom_gradient
        def outer(value):
            def first(upstream):
                @tf.custom_gradient
                def inner(again):
                    def second(further):
                        return further * 7.0

                    return again * 3.0, second

                return inner(upstream)

            return tf.sin(value), first

        with tf.GradientTape() as tape:
            tape.watch(x)
            value = outer(x * self.scale)
        return {"value": value, "slope": tape.gradient(value, x)}


@case(endpoints={"serve": {"x": Tensor((None, 2))}}, traits=("composite_op",))
def nested_custom_gradient():
    """A custom gradient whose own gradient is custom again: the second derivative is a function to save as well."""
    return NestedGradient()


class GradientWithVariables(tf.Module):
    def __init__(self):
        super().__init__(name="gradient_with_variables")
        self.kernel = tf.Variable([[1.0, -0.5], [0.25, 2.0]], name="kernel")

    @tf.function(input_signature=[tf.TensorSpec((None, 2), name="x")])
    def serve(self, x):
        @tf.custom_gradient
        def project(value):
            def gradient(upstream, variables=()):
                by_variables = [tf.ones_like(variable) * tf.reduce_sum(upstream) for variable in variables]
                return tf.matmul(upstream, self.kernel, transpose_b=True) * 0.5, by_variables

            return tf.matmul(value, self.kernel), gradient

        with tf.GradientTape() as tape:
            value = project(x)
        return {"value": value, "by_kernel": tape.gradient(value, self.kernel)}


@case(endpoints={"serve": {"x": Tensor((None, 2))}}, traits=("composite_op",))
def custom_gradient_with_variables():
    """A custom gradient by a variable: the saved gradient function has to be given the variable that was loaded."""
    return GradientWithVariables()
