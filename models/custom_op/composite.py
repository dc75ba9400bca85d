"""Functions that take and return ragged and sparse tensors.  [beside TensorFlow]"""

from __future__ import annotations

import tensorflow as tf

from .. import Tensor, case

RAGGED = tf.RaggedTensorSpec((None, None), tf.float32, ragged_rank=1)
SPARSE = tf.SparseTensorSpec((None, 5), tf.float32)


class RaggedInput(tf.Module):
    def __init__(self):
        super().__init__(name="ragged_input")
        self.scale = tf.Variable(1.5, name="scale")

    @tf.function(input_signature=[RAGGED])
    def pool(self, rows):
        return {"mean": tf.reduce_sum(rows, axis=1) * self.scale, "lengths": rows.row_lengths()}

    @tf.function(input_signature=[RAGGED])
    def scaled(self, rows):
        return {"rows": rows * self.scale, "reversed": tf.reverse(rows, axis=[1])}


@case(
    endpoints={
        "pool": {"rows": Tensor((None, None), layout="ragged")},
        "scaled": {"rows": Tensor((None, None), layout="ragged")},
    },
    traits=("composite_outputs",),
)
def ragged_rows():
    """Ragged rows as input and output, some of them empty. The row splits must be kept with the values."""
    return RaggedInput()


class SparseInput(tf.Module):
    def __init__(self):
        super().__init__(name="sparse_input")
        self.kernel = tf.Variable([[1.0], [-2.0], [0.5], [4.0], [-0.25]], name="kernel")

    @tf.function(input_signature=[SPARSE])
    def project(self, x):
        return {"y": tf.sparse.sparse_dense_matmul(x, self.kernel), "rows": tf.shape(x, out_type=tf.int64)}

    @tf.function(input_signature=[SPARSE])
    def double(self, x):
        return {"doubled": x.with_values(x.values * 2.0 + self.kernel[0, 0])}


@case(
    endpoints={
        "project": {"x": Tensor((None, 5), layout="sparse")},
        "double": {"x": Tensor((None, 5), layout="sparse")},
    },
    traits=("composite_outputs",),
)
def sparse_features():
    """A sparse matrix as input and output: indices, values and shape, of which the shape is lost most easily."""
    return SparseInput()
