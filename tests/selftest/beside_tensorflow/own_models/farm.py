"""Models that know words, codes and sizes.  [beside TensorFlow]"""

from __future__ import annotations

import os

import numpy as np
import tensorflow as tf

keras = tf.keras
layers = keras.layers


# Layers that load as something else.


class Animals(layers.Layer):
    def __init__(self, words, order=None, **kwargs):
        super().__init__(**kwargs)
        self.words = list(words)
        self.table = layers.StringLookup(vocabulary=order or self.words)

    def call(self, inputs):
        return tf.cast(self.table(inputs), "float32")

    def compute_output_spec(self, inputs):
        return keras.KerasTensor(inputs.shape, "float32")

    def get_config(self):
        return {**super().get_config(), "words": self.words}

    @classmethod
    def from_config(cls, config):
        return cls(order=config["words"][::-1], **config)


def reversed_words():
    inputs = keras.Input((1,), dtype="string")
    return keras.Model(inputs, layers.Dense(2)(Animals(["hen", "goose", "duck", "sheep"])(inputs)))


reversed_words_custom_objects = {"Animals": Animals}


class Rows(layers.Layer):
    def __init__(self, exchanges=False, **kwargs):
        super().__init__(**kwargs)
        self.exchanges = exchanges
        self.table = layers.Embedding(40, 3)

    def build(self, shape):
        self.table.build(shape)
        super().build(shape)

    def call(self, inputs):
        if self.exchanges:
            inputs = tf.where(inputs == 21, 34, tf.where(inputs == 34, 21, inputs))
        return self.table(inputs)

    def get_config(self):
        return super().get_config()

    @classmethod
    def from_config(cls, config):
        return cls(exchanges=True, **config)


def exchanged_rows():
    inputs = keras.Input((4,), dtype="int32")
    return keras.Model(inputs, layers.GlobalAveragePooling1D()(Rows()(inputs)))


exchanged_rows_custom_objects = {"Rows": Rows}


class Backwards(layers.Layer):
    def __init__(self, loaded=False, **kwargs):
        super().__init__(**kwargs)
        self.loaded = loaded

    def call(self, inputs):
        return inputs[::-1] if self.loaded else inputs

    def get_config(self):
        return super().get_config()

    @classmethod
    def from_config(cls, config):
        return cls(loaded=True, **config)


def mixed_rows():
    inputs = keras.Input((2,))
    return keras.Model(inputs, Backwards()(inputs))


def mixed_rows_inputs():
    return [np.array([[1, 2], [3, 4], [1, 2]], "float32")]


mixed_rows_custom_objects = {"Backwards": Backwards}


class Shares(Backwards):
    def call(self, inputs):
        return inputs / tf.cast(tf.shape(inputs)[0], "float32") if self.loaded else inputs


def divided_rows():
    inputs = keras.Input((2,))
    return keras.Model(inputs, Shares()(inputs))


def divided_rows_inputs():
    return [np.array([[1, 2]], "float32")]


divided_rows_custom_objects = {"Shares": Shares}


# Models that take one size of a batch.


def pairs():
    return keras.Sequential([keras.Input(batch_shape=(2, 3)), layers.Dense(2)])


def pairs_inputs():
    return [np.arange(6, dtype="float32").reshape(2, 3)]


class Pairs(layers.Layer):
    def call(self, inputs):
        return tf.reshape(tf.reshape(inputs, (2, 3)) * 2.0, (-1, 3))


def reshaped_pairs():
    inputs = keras.Input((3,))
    return keras.Model(inputs, Pairs()(inputs))


reshaped_pairs_custom_objects = {"Pairs": Pairs}
reshaped_pairs_inputs = pairs_inputs


# What models know.


def tabular():
    fields = {
        "age": keras.Input((1,), name="age"),
        "name": keras.Input((1,), dtype="string", name="name"),
        "street": keras.Input((1,), dtype="string", name="street"),
        "number": keras.Input((1,), dtype="int64", name="number"),
        "kind": keras.Input((1,), dtype="int64", name="kind"),
        "price": keras.Input((1,), name="price"),
    }
    bucket = layers.Discretization(bin_boundaries=[18.0, 65.0])(fields["age"])
    number = layers.IntegerLookup(vocabulary=[400, 17, 12])(fields["number"])
    found = [
        layers.CategoryEncoding(3, output_mode="one_hot")(bucket),
        layers.StringLookup(vocabulary=["Ada", "Zoë"], output_mode="one_hot")(fields["name"]),
        layers.Flatten()(layers.Embedding(5, 2)(layers.Hashing(5)(fields["street"]))),
        layers.Flatten()(layers.Embedding(4, 2)(number)),
        layers.CategoryEncoding(13, output_mode="one_hot")(fields["kind"]),
        fields["price"],
    ]
    return keras.Model(fields, layers.Dense(1)(layers.Concatenate()(found)))


def nested():
    inner = tabular()
    shapes = {name: (each.shape[1:], each.dtype) for name, each in inner.input.items()}
    fields = {name: keras.Input(shape, dtype=dtype, name=name) for name, (shape, dtype) in shapes.items()}
    return keras.Model(fields, inner(fields))


def text():
    words = layers.TextVectorization(vocabulary=["moo", "baa"], output_sequence_length=4)
    return keras.Sequential([keras.Input((1,), dtype="string"), words, layers.Embedding(4, 2)])


def codes():
    return keras.Sequential([keras.Input((6,)), layers.Embedding(30, 2, mask_zero=True), layers.Flatten()])


def lengths():
    inputs = keras.Input((1,), dtype="string")
    return keras.Model(inputs, layers.Lambda(tf.strings.length, output_shape=(1,))(inputs))


class Hidden(layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.table = layers.StringLookup(vocabulary=["rye", "oat"])

    def call(self, inputs):
        known = tf.numpy_function(lambda words: words, [inputs], tf.string)
        return tf.cast(self.table(tf.ensure_shape(known, inputs.shape)), "float32")

    def compute_output_shape(self, shape):
        return shape

    def compute_output_spec(self, inputs):
        return keras.KerasTensor(inputs.shape, "float32")


def hidden():
    inputs = keras.Input((1,), dtype="string")
    return keras.Model(inputs, Hidden()(inputs))


class Served(tf.Module):
    def __init__(self):
        keys = tf.lookup.KeyValueTensorInitializer(["b", "a"], [0, 1])
        self.table = tf.lookup.StaticHashTable(keys, -1)
        self.rows = tf.Variable(tf.reshape(tf.range(60.0), (20, 3)))

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string), tf.TensorSpec([None], tf.int32)])
    def serve(self, words, from_one):
        return {"row": tf.gather(self.rows, from_one - 1), "found": self.table.lookup(words)}

    @tf.function(input_signature=[tf.TensorSpec([None, 2], tf.int32), tf.TensorSpec([None], tf.string)])
    def loop(self, numbers, words):
        def sums(row):
            return tf.reduce_sum(tf.one_hot(row, 15) * tf.range(15.0))

        same = tf.reduce_any(words[:, None] == tf.constant([["oak", "elm"]]), axis=1)
        return {"sums": tf.map_fn(sums, numbers, fn_output_signature=tf.float32), "same": same}


def module():
    return Served()


def given_words():
    inputs = keras.Input((1,), dtype="string")
    return keras.Model(inputs, layers.StringLookup(vocabulary=["hen", "goose", "duck"])(inputs))


def given_words_inputs():
    return [np.array([["hen"]], object)]


class Ends(layers.Layer):
    def call(self, inputs):
        if inputs.shape[0] == 1:
            os._exit(3)
        return inputs * 2.0


def ends():
    inputs = keras.Input((2,))
    return keras.Model(inputs, Ends()(inputs))


def ends_inputs():
    return [np.ones((2, 2), "float32")]
