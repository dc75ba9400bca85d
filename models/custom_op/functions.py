"""Functions of a tf.Module: their arguments, traces and names.  [beside TensorFlow]"""

from __future__ import annotations

import tensorflow as tf

from .. import Tensor, case

FEATURES = Tensor((None, 2))


class ManyFunctions(tf.Module):
    def __init__(self, count):
        super().__init__(name="many_functions")
        self.base = tf.Variable([0.5, -1.5], name="base")
        for number in range(count):
            setattr(self, f"step_{number}", self.function(number))

    def function(self, number):
        @tf.function(input_signature=[tf.TensorSpec((None, 2), name="x")])
        def step(x):
            return {"moved": x * float(number + 1) - self.base}

        return step


@case(endpoints={f"step_{number}": {"x": Tensor((None, 2), tame=True)} for number in range(12)})
def twelve_functions():
    """Twelve functions made in a loop, all called step. After loading, they must not be swapped or share a trace."""
    return ManyFunctions(12)


class OptionalArgument(tf.Module):
    def __init__(self):
        super().__init__(name="optional_argument")
        self.weight = tf.Variable([[2.0], [-0.5]], name="weight")

        @tf.function
        def score(x, bias=None):
            scored = tf.matmul(x, self.weight)
            return {"scores": [scored if bias is None else scored + bias, {"given": tf.constant(bias is not None)}]}

        rows, row = tf.TensorSpec((None, 2), name="x"), tf.TensorSpec((None, 1), name="bias")
        score.get_concrete_function(rows)
        score.get_concrete_function(rows, row)
        self.score = score
        self.score_with_bias = score


@case(
    endpoints={"score": {"x": FEATURES}, "score_with_bias": {"x": FEATURES, "bias": Tensor((None, 1))}},
    traits=("composite_outputs",),
)
def optional_argument():
    """One function under two names, traced with and without its optional tensor. Both traces must be kept."""
    return OptionalArgument()
