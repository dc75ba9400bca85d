"""Variables of every dtype, in unusual shapes, numbers and roles.  [beside TensorFlow]"""

from __future__ import annotations

import tensorflow as tf

from .. import Tensor, case

FEATURES = Tensor((None, 2))
ROWS = tf.TensorSpec((None, 2), name="x")
DTYPES = (
    *("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "bool", "string"),
    *("float16", "bfloat16", "float32", "float64", "complex64", "complex128"),
)


class EveryDtype(tf.Module):
    def __init__(self):
        super().__init__(name="every_dtype")
        for dtype in map(tf.as_dtype, DTYPES):
            if dtype == tf.string:
                values = tf.constant([b"\xff\x00raw", "Ünïcödé".encode(), b""])
            elif dtype.is_complex:
                values = tf.constant([1.5 + 2.0j, -0.25j, 3.0 + 0j], dtype)
            elif dtype.is_floating:
                values = tf.constant([1.0 / 3, -2.5, 1024.125], dtype)
            elif dtype.is_bool:
                values = tf.constant([True, False, True])
            else:
                values = tf.constant([dtype.min, dtype.max, 7], dtype)
            setattr(self, f"of_{dtype.name}", tf.Variable(values, trainable=False, name=dtype.name))

    @tf.function(input_signature=[tf.TensorSpec((None,), tf.int32, name="at")])
    def read(self, at):
        return {name: tf.gather(tf.identity(getattr(self, f"of_{name}")), at) for name in DTYPES}


@case(endpoints={"read": {"at": Tensor((None,), "int32", low=0, high=2)}}, traits=("low_precision",))
def every_dtype():
    """Variables of sixteen dtypes with values at the ends of their ranges. Each must keep every bit."""
    return EveryDtype()


class EmptyAndScalar(tf.Module):
    def __init__(self):
        super().__init__(name="empty_and_scalar")
        self.scalar = tf.Variable(1.75, name="scalar")
        self.count = tf.Variable(41, dtype=tf.int64, trainable=False, name="count")
        self.no_rows = tf.Variable(tf.zeros((0, 2)), name="no_rows")
        self.no_columns = tf.Variable(tf.zeros((3, 0, 2)), name="no_columns")
        self.no_words = tf.Variable(tf.zeros((0,), tf.string), trainable=False, name="no_words")

    @tf.function(input_signature=[ROWS])
    def serve(self, x):
        joined = tf.concat([self.no_rows, x * self.scalar], axis=0)
        return {"joined": joined, "sizes": tf.stack([tf.size(self.no_columns), tf.size(self.no_words), tf.size(x)])}


@case(endpoints={"serve": {"x": FEATURES}})
def empty_and_scalar_variables():
    """Scalars, and variables without elements, of which only the shape can be saved."""
    return EmptyAndScalar()


class Aliases(tf.Module):
    def __init__(self):
        super().__init__(name="aliases")
        self.second = self.first = tf.Variable([1.0, -0.5], name="shared")
        self.listed = [self.first, tf.Variable([3.0, 4.0], name="shared"), self.first]
        self.named = {"a": self.listed[1], "b": self.second}

    @tf.function(input_signature=[ROWS])
    def serve(self, x):
        self.second.assign_add([1.0, 1.0])
        return {"sum": x + self.first * self.named["a"] + self.listed[2]}


@case(endpoints={"serve": {"x": FEATURES}}, traits=("stateful",))
def aliased_variable():
    """One variable under five names, and a second variable of the same name. All five must remain one variable."""
    return Aliases()


class Untracked(tf.Module):
    def __init__(self):
        super().__init__(name="untracked")
        hidden = tf.Variable([2.0, -3.0], name="hidden")
        self.shown = tf.Variable([0.5, 1.0], name="shown")

        @tf.function(input_signature=[ROWS])
        def serve(x):
            return {"y": x * hidden + self.shown}

        self.serve = serve


@case(endpoints={"serve": {"x": FEATURES}})
def untracked_variable():
    """A variable that only a closure holds. It cannot be saved, and saving must report that."""
    return Untracked()


class Parts(tf.Module):
    def __init__(self, count):
        super().__init__(name="parts")
        values = tf.reshape(tf.cos(tf.range(count * 2.0)), (count, 2))
        self.parts = [tf.Variable(value, name=f"part_{at}") for at, value in enumerate(tf.split(values, 3))]

    @tf.function(input_signature=[tf.TensorSpec((None,), tf.int32, name="ids")])
    def serve(self, ids):
        return {"rows": tf.nn.embedding_lookup(self.parts, ids)}


@case(endpoints={"serve": {"ids": Tensor((None,), "int32", low=0, high=11)}})
def partitioned_embedding():
    """A table of rows in three variables, looked up as one. If their order changes, every row is wrong."""
    return Parts(12)


class ManyVariables(tf.Module):
    def __init__(self, count):
        super().__init__(name="many_variables")
        self.many = [tf.Variable(number * 0.5, name="one_of_many") for number in range(count)]

    @tf.function(input_signature=[tf.TensorSpec((None,), tf.float32, name="x")])
    def serve(self, x):
        return {"sum": x * self.many[0] + self.many[len(self.many) // 2] - self.many[-1]}


@case(endpoints={"serve": {"x": Tensor((None,))}}, nightly=True)
def twenty_thousand_variables():
    """Twenty thousand variables. Code that takes quadratic time does not finish."""
    return ManyVariables(20000)
