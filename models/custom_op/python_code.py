"""Python code in the graph, which works only in the process that traced it.  [beside TensorFlow]"""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from .. import Tensor, case


class PyFunction(tf.Module):
    def __init__(self):
        super().__init__(name="py_function")
        self.factor = tf.Variable(2.5, name="factor")

    @tf.function(input_signature=[tf.TensorSpec((None, 2), name="x")])
    def serve(self, x):
        flipped = tf.py_function(lambda value: value[:, ::-1], [x], tf.float32)
        return {"flipped": tf.ensure_shape(flipped, (None, 2)) * self.factor}


@case(endpoints={"serve": {"x": Tensor((None, 2))}}, traits=("python_function",))
def py_function():
    """A py_function. The graph holds the number of a Python function, which no other process has."""
    return PyFunction()


class NumpyFunction(tf.Module):
    def __init__(self):
        super().__init__(name="numpy_function")
        self.shift = tf.Variable([1.0, -4.0], name="shift")

    @tf.function(input_signature=[tf.TensorSpec((None, 2), name="x")])
    def serve(self, x):
        ordered = tf.numpy_function(lambda value: np.sort(value, axis=-1), [x], tf.float32)
        return {"sorted": tf.ensure_shape(ordered, (None, 2)) + self.shift}


@case(endpoints={"serve": {"x": Tensor((None, 2))}}, traits=("python_function",))
def numpy_function():
    """A numpy_function beside a variable. Saving reports nothing, and the loaded graph cannot run."""
    return NumpyFunction()
