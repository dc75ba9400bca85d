"""More than two gigabytes, the limit of 32-bit sizes and protocol buffers.  [beside TensorFlow]"""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from .. import Tensor, case

# 750 MB each: one is below two gigabytes, and all three are above.
VALUES = 750_000_000 // 4
PLACES = tf.TensorSpec((None,), tf.int32, name="at")


class LargeVariables(tf.Module):
    def __init__(self):
        super().__init__(name="large_variables")
        self.large = []
        for number in range(3):
            values = np.zeros(VALUES, dtype=np.float32)
            values[:: 1 << 20] = np.arange(len(values[:: 1 << 20])) + number * 0.25
            values[-1] = number + 0.5
            self.large.append(tf.Variable(values, name=f"large_{number}"))

    @tf.function(input_signature=[PLACES])
    def serve(self, at):
        return {
            "values": tf.stack([tf.gather(variable, at * (1 << 20)) for variable in self.large]),
            "ends": tf.stack([tf.reduce_sum(variable[-(1 << 20) :]) for variable in self.large]),
        }


@case(endpoints={"serve": {"at": Tensor((None,), "int32", low=0, high=178)}}, nightly=True)
def variables_beyond_two_gigabytes():
    """Three variables of 750 MB. The artifact is too large for 32-bit sizes, and must still be read completely."""
    return LargeVariables()


class LargeConstant(tf.Module):
    def __init__(self):
        super().__init__(name="large_constant")
        values = np.zeros((3, 725_000_000), dtype=np.uint8)
        values[:, :179] = np.arange(179, dtype=np.uint8)
        constants = [tf.constant(row) for row in values]
        self.shift = tf.Variable(3, dtype=tf.int32, trainable=False, name="shift")

        @tf.function(input_signature=[PLACES])
        def serve(at):
            return {"values": tf.add_n([tf.cast(tf.gather(row, at), tf.int32) for row in constants]) + self.shift}

        self.serve = serve


@case(endpoints={"serve": {"at": Tensor((None,), "int32", low=0, high=178)}}, nightly=True)
def constants_beyond_two_gigabytes():
    """Captured tensors of 2.2 GB, too large for a protocol buffer. Saving must refuse, and not write a part."""
    return LargeConstant()
