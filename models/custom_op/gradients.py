"""Custom gradients, and gradients inside functions.  [beside TensorFlow]"""

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
    """A custom gradient whose own gradient is custom too. The second derivative is one more function to save."""
    return NestedGradient()
