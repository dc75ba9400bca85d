"""Control flow that depends on data: loops, branches, tensor arrays, assertions.  [beside TensorFlow]"""

from __future__ import annotations

import tensorflow as tf

from .. import Tensor, case

ROWS = tf.TensorSpec((None, 3), name="x")
FEATURES = Tensor((None, 3))


class WhileLoop(tf.Module):
    def __init__(self):
        super().__init__(name="while_loop")
        self.decay = tf.Variable(0.5, name="decay")

    @tf.function(input_signature=[ROWS])
    def shrink(self, x):
        def go_on(steps, value):
            return tf.logical_and(steps < 40, tf.reduce_any(tf.abs(value) > 1.0))

        def body(steps, value):
            return steps + 1, value * self.decay

        steps, value = tf.while_loop(go_on, body, (tf.constant(0), x), maximum_iterations=30)
        return {"steps": steps, "value": value}


@case(endpoints={"shrink": {"x": FEATURES}})
def while_loop():
    """A loop whose number of steps depends on data. Its condition and its body capture a variable."""
    return WhileLoop()


class MapAndScan(tf.Module):
    def __init__(self):
        super().__init__(name="map_and_scan")
        self.kernel = tf.Variable([0.5, -1.0, 2.0], name="kernel")

    @tf.function(input_signature=[ROWS])
    def serve(self, x):
        mapped = tf.map_fn(lambda row: tf.reduce_sum(row * self.kernel), x)
        scanned = tf.scan(lambda state, row: 0.5 * state + row * self.kernel, x, initializer=tf.ones((3,)))
        vectorized = tf.vectorized_map(lambda row: row[::-1] * self.kernel, x)
        return {"mapped": mapped, "scanned": scanned, "vectorized": vectorized}


@case(endpoints={"serve": {"x": FEATURES}})
def map_and_scan():
    """map_fn, scan and vectorized_map: loops that TensorFlow generates, with their own functions and shapes."""
    return MapAndScan()


class Assertions(tf.Module):
    def __init__(self):
        super().__init__(name="assertions")
        self.largest = tf.Variable(5, dtype=tf.int32, trainable=False, name="largest")

    @tf.function(input_signature=[tf.TensorSpec((None,), tf.int32, name="ids")])
    def serve(self, ids):
        tf.debugging.assert_less_equal(ids, self.largest, message="an id beyond the largest")
        tf.debugging.assert_non_negative(ids, message="a negative id")
        return {"one_hot": tf.ensure_shape(tf.one_hot(ids, self.largest + 1), (None, 6))}


@case(endpoints={"serve": {"ids": Tensor((None,), "int32", low=-1, high=6)}})
def assertions():
    """Assertions on which only control edges depend. What was refused must still be refused after loading."""
    return Assertions()
