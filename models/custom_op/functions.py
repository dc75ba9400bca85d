"""Functions of a tf.Module: with which arguments, traced how often, under which names.  [beside TensorFlow]"""

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
    """Twelve functions made in a loop, all called step: the loaded ones must not be mixed up or share a trace."""
    return ManyFunctions(12)


class Dropping(tf.Module):
    def __init__(self):
        super().__init__(name="dropping")
        self.scale = tf.Variable([1.5, -0.75], name="scale")

    @tf.function(input_signature=[tf.TensorSpec((None, 2), name="x")])
    def serve(self, x, training=False, mode="strict"):
        if training:
            x = tf.zeros_like(x)
        return {"scaled": x * self.scale + (1.0 if mode == "strict" else -1.0)}


@case(endpoints={"serve": {"x": FEATURES}})
def python_default_arguments():
    """Python defaults beside an input_signature: what they were when it was traced is all that is known later."""
    return Dropping()


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
    """One function under two names, traced with and without its optional tensor: both traces must be found again."""
    return OptionalArgument()


class GraphFunction(tf.Module):
    def __init__(self):
        super().__init__(name="graph_function")

        def graph(x):
            with tf.compat.v1.variable_scope("scope"):
                kernel = tf.compat.v1.get_variable("kernel", initializer=[[1.0, -1.0], [0.5, 2.0]])
                bias = tf.compat.v1.get_variable("bias", initializer=[0.125, 3.0], trainable=False)
            return {"graph": tf.identity(tf.matmul(x, kernel) + bias, name="graph")}

        self.graph = tf.compat.v1.wrap_function(graph, [tf.TensorSpec((None, 2), name="x")])
        self.kept = list(self.graph.graph.variables)

    @tf.function(input_signature=[tf.TensorSpec((None, 2), name="x")])
    def serve(self, x):
        return self.graph(x)


@case(endpoints={"serve": {"x": FEATURES}})
def wrapped_graph():
    """TensorFlow 1 code in wrap_function, with get_variable and scopes: how old graphs come to be SavedModels."""
    return GraphFunction()


class ManyOutputs(tf.Module):
    def __init__(self):
        super().__init__(name="many_outputs")
        self.unit = tf.Variable([1.0, 2.0], name="unit")

    @tf.function(input_signature=[tf.TensorSpec((None, 2), name="first"), tf.TensorSpec((None, 2), name="second")])
    def serve(self, first, second):
        return tuple(first * float(number) + second * self.unit for number in range(12))


@case(endpoints={"serve": {"first": FEATURES, "second": FEATURES}})
def twelve_unnamed_outputs():
    """A tuple of twelve answers, named by TensorFlow: as text, output_10 sorts before output_2."""
    return ManyOutputs()
