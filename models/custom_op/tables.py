"""Lookup tables: their contents are neither variables nor constants of the graph.  [beside TensorFlow]"""

from __future__ import annotations

import os
import tempfile

import tensorflow as tf

from .. import Tensor, case

SCRIPTS = (
    "oak",
    "Ünïcödé",
    "дуб",
    "δρυς",
    "אלון",
    "شجرة",
    "वृक्ष",
    "ต้นไม้",
    "日本語",
    "참나무",
    "ꦏꦪꦸ",
    "\U0001f333",
    "two words",
    "é",
)
COLOURS = ("red", "green", "blue", "infra red")


class FileTable(tf.Module):
    def __init__(self, path):
        super().__init__(name="file_table")
        whole_line, number = tf.lookup.TextFileIndex.WHOLE_LINE, tf.lookup.TextFileIndex.LINE_NUMBER
        initializer = tf.lookup.TextFileInitializer(path, tf.string, whole_line, tf.int64, number)
        self.table = tf.lookup.StaticVocabularyTable(initializer, num_oov_buckets=3)
        self.vectors = tf.Variable([[number * 0.5, -1.0 * number] for number in range(17)], name="vectors")

    @tf.function(input_signature=[tf.TensorSpec((None,), tf.string, name="words")])
    def serve(self, words):
        ids = self.table.lookup(words)
        return {"ids": ids, "vectors": tf.gather(self.vectors, ids)}


@case(endpoints={"serve": {"words": Tensor((None,), "string", vocabulary=SCRIPTS)}}, traits=("lookup",))
def vocabulary_in_many_scripts():
    """A vocabulary file in many scripts, and hash buckets for unknown words. Only the table knows the vocabulary."""
    path = os.path.join(tempfile.mkdtemp(dir=os.getcwd()), "words of many scripts.txt")
    with open(path, "w", encoding="utf-8", newline="") as file:
        file.write("".join(f"{word}\n" for word in SCRIPTS))
    return FileTable(path)


class TablesInDict(tf.Module):
    def __init__(self):
        super().__init__(name="tables_in_dict")
        ids = tf.constant([3, -1, 40, 2**40], tf.int64)
        self.tables = {
            "forward": [tf.lookup.StaticHashTable(tf.lookup.KeyValueTensorInitializer(COLOURS, ids), -9)],
            "reverse": tf.lookup.StaticHashTable(tf.lookup.KeyValueTensorInitializer(ids, COLOURS), "unknown"),
        }
        self.shift = tf.Variable(tf.constant(37, tf.int64), trainable=False, name="shift")

    @tf.function(input_signature=[tf.TensorSpec((None,), tf.string, name="words")])
    def serve(self, words):
        ids = self.tables["forward"][0].lookup(words)
        return {"ids": ids, "again": self.tables["reverse"].lookup(ids), "other": self._other(ids)}

    def _other(self, ids):
        return self.tables["reverse"].lookup(ids + self.shift)


@case(endpoints={"serve": {"words": Tensor((None,), "string", vocabulary=COLOURS)}}, traits=("lookup",))
def tables_in_dict():
    """Tables from tensors, with string and integer keys, in a dict and a list. Their contents are constants."""
    return TablesInDict()


class MutableTable(tf.Module):
    def __init__(self):
        super().__init__(name="mutable_table")
        self.table = tf.lookup.experimental.MutableHashTable(tf.string, tf.float32, default_value=[0.5, -0.5])
        self.scale = tf.Variable([2.0, 3.0], name="scale")

    @tf.function(input_signature=[tf.TensorSpec((None,), tf.string, name="words")])
    def serve(self, words):
        vectors = tf.ensure_shape(self.table.lookup(words), (None, 2))  # the table sets no shape
        return {"vectors": vectors * self.scale, "size": self.table.size()}


@case(endpoints={"serve": {"words": Tensor((None,), "string", vocabulary=COLOURS)}}, traits=("lookup",))
def mutable_table():
    """A MutableHashTable of vectors that was filled after its creation. Its contents are in the checkpoint."""
    module = MutableTable()
    module.table.insert(tf.constant(COLOURS), tf.reshape(tf.range(8.0), (4, 2)))
    module.table.remove(tf.constant(["green"]))
    return module


class DenseTable(tf.Module):
    def __init__(self):
        super().__init__(name="dense_table")
        self.table = tf.lookup.experimental.DenseHashTable(
            tf.int64, tf.int64, default_value=-1, empty_key=-100, deleted_key=-200, initial_num_buckets=8
        )
        self.bonus = tf.Variable(tf.constant(1000, tf.int64), name="bonus")

    @tf.function(input_signature=[tf.TensorSpec((None,), tf.int64, name="ids")])
    def serve(self, ids):
        values = tf.ensure_shape(self.table.lookup(ids), (None,))  # the table sets no shape
        return {"values": values + self.bonus, "size": self.table.size()}


@case(endpoints={"serve": {"ids": Tensor((None,), "int64", low=-2, high=24)}}, traits=("lookup",))
def dense_table():
    """A DenseHashTable that has grown and lost keys. Its contents are saved, and not the buckets of its creation."""
    module = DenseTable()
    module.table.insert(tf.range(20, dtype=tf.int64), tf.range(20, dtype=tf.int64) * 7)
    module.table.remove(tf.constant([3, 11], tf.int64))
    return module
