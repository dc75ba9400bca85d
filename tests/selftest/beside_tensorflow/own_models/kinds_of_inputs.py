"""Models that take inputs of every kind: left out, ragged, sparse, nested and strings.  [beside TensorFlow]"""

from __future__ import annotations

import numpy as np
import tensorflow as tf

keras = tf.keras
layers = keras.layers


# Left out


class Maybe(layers.Layer):
    def __init__(self, otherwise=0.0, **kwargs):
        super().__init__(**kwargs)
        self.otherwise = otherwise

    def call(self, given, more=None):
        return given + (self.otherwise if more is None else more)

    def compute_output_shape(self, given_shape, more_shape=None):
        return given_shape

    def get_config(self):
        return super().get_config()


class Forgetful(Maybe):
    @classmethod
    def from_config(cls, config):
        return cls(otherwise=1.0, **config)


def with_optional(layer):
    one, two = keras.Input((4,), name="one"), keras.Input((4,), name="two", optional=True)
    return keras.Model({"one": one, "two": two}, layers.Dense(2)(layer(one, two)))


def optional():
    return with_optional(Maybe())


def forgetful():
    return with_optional(Forgetful())


def never_given():
    return with_optional(Maybe())


rows = np.arange(12, dtype="float32").reshape(3, 4)


def optional_inputs():
    return [{"one": rows, "two": None}, {"one": rows, "two": rows + 1}]


def never_given_inputs():
    return [{"one": rows, "two": None}]


forgetful_inputs = optional_inputs
optional_custom_objects = never_given_custom_objects = {"Maybe": Maybe}
forgetful_custom_objects = {"Forgetful": Forgetful}


# Ragged and sparse


class Sums(layers.Layer):
    def __init__(self, factor=1.0, **kwargs):
        super().__init__(**kwargs)
        self.factor = factor

    def call(self, inputs):
        if isinstance(inputs, tf.SparseTensor):
            return tf.sparse.reduce_sum(inputs, axis=1, keepdims=True) * self.factor
        return tf.reduce_sum(inputs, axis=1, keepdims=True) * self.factor

    def compute_output_shape(self, shape):
        return (shape[0], 1)

    def compute_output_spec(self, inputs):
        return keras.KerasTensor((None, 1), "float32")

    def get_config(self):
        return super().get_config()


class Doubles(Sums):
    @classmethod
    def from_config(cls, config):
        return cls(factor=2.0, **config)


def of_sums(layer, **kind):
    inputs = keras.Input((None,) if "ragged" in kind else (5,), **kind)
    return keras.Model(inputs, layers.Dense(2)(layer(inputs)))


def ragged_model():
    return of_sums(Sums(), ragged=True)


def sparse_model():
    return of_sums(Sums(), sparse=True)


def ragged_faulty():
    return of_sums(Doubles(), ragged=True)


def sparse_faulty():
    return of_sums(Doubles(), sparse=True)


def ragged_model_inputs():
    return [tf.ragged.constant([[1.0, 2.0], [], [3.0]]), tf.ragged.constant([[4.0], [5.0, 6.0, 7.0]])]


def sparse_model_inputs():
    return [tf.sparse.from_dense(np.eye(3, 5)), tf.sparse.from_dense(np.eye(2, 5, 1))]


ragged_faulty_inputs, sparse_faulty_inputs = ragged_model_inputs, sparse_model_inputs
ragged_model_custom_objects = sparse_model_custom_objects = {"Sums": Sums}
ragged_faulty_custom_objects = sparse_faulty_custom_objects = {"Doubles": Doubles}


class Serves(tf.Module):
    def __init__(self):
        self.weight = tf.Variable(1.5)

    @tf.function(input_signature=[tf.RaggedTensorSpec([None, None], tf.float32)])
    def lengths(self, rows):
        return {"sums": tf.reduce_sum(rows, axis=1) * self.weight, "lengths": rows.row_lengths()}

    @tf.function(input_signature=[tf.SparseTensorSpec([None, 5], tf.float32)])
    def dense(self, x):
        return tf.sparse.to_dense(x) * self.weight

    @tf.function(input_signature=[tf.TensorSpec([None, 2])])
    def plain(self, x):
        return x * self.weight


class ServesSparse(tf.Module):
    def __init__(self):
        self.weight = tf.Variable(1.5)

    dense = Serves.dense


serves = serves_drawn = serves_none = serves_other = Serves
serves_sparse = ServesSparse


def serves_inputs():
    return {"lengths": ragged_model_inputs(), "dense": [{"x": each} for each in sparse_model_inputs()]}


def serves_sparse_inputs():
    return sparse_model_inputs()


def serves_none_inputs():
    return {"plain": [{"x": None}]}


def serves_other_inputs():
    return {"lengths": [np.ones((2, 2), "float32")]}


# Nested


def nested():
    one, two, three = (keras.Input((3,), name=name) for name in ("one", "two", "three"))
    return keras.Model({"one": one, "more": (two, {"three": three})}, layers.Dense(2)(one - two * three))


def nested_inputs():
    one = np.arange(6, dtype="float32").reshape(2, 3)
    return [{"one": one, "more": (one + 1, {"three": one + 2})}, {"one": -one, "more": [one, {"three": one}]}]


# Strings that are no texts


def example(*numbers):
    feature = tf.train.Feature(float_list=tf.train.FloatList(value=numbers))
    return tf.train.Example(features=tf.train.Features(feature={"x": feature})).SerializeToString()


def image(encode, number):
    return encode(tf.fill((4, 4, 3), tf.constant(number, "uint8"))).numpy()


def pixels(image):
    decoded = tf.io.decode_image(image, 3, expand_animations=False)
    return tf.ensure_shape(tf.cast(decoded, "float32"), (4, 4, 3))


class Bytes(tf.Module):
    def __init__(self):
        self.weight = tf.Variable(1.5)

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="examples")])
    def examples(self, examples):
        found = tf.io.parse_example(examples, {"x": tf.io.FixedLenFeature([2], tf.float32)})
        return {"y": found["x"] * self.weight, "same": examples}

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string)])
    def images(self, images):
        decoded = tf.map_fn(pixels, images, fn_output_signature=tf.float32)
        return {"y": tf.reduce_mean(decoded, axis=[1, 2]) * self.weight}


serves_bytes = serves_scalars = Bytes


def serves_bytes_inputs():
    # The last bytes of the first are zeros, which arrays of bytes drop.
    examples = np.array([example(1.0, 0.0), example(2.0, -1.0)], dtype=object)
    images = [image(tf.io.encode_jpeg, 3), image(tf.io.encode_png, 200)]
    return {"examples": [examples, examples.tolist()], "images": [{"images": images}, {"images": images[:1]}]}


def serves_scalars_inputs():
    return {"examples": [example(1.0, 0.0)]}


class Decodes(layers.Layer):
    def call(self, inputs):
        return tf.map_fn(pixels, inputs, fn_output_signature=tf.float32)

    def compute_output_spec(self, inputs):
        return keras.KerasTensor((None, 4, 4, 3), "float32")


def decoder():
    inputs = keras.Input((), dtype="string", name="image")
    return keras.Model(inputs, layers.Dense(2)(layers.GlobalAveragePooling2D()(Decodes()(inputs))))


def decoder_inputs():
    images = [image(tf.io.encode_jpeg, 3), image(tf.io.encode_png, 200), image(tf.io.encode_png, 7)]
    return [images, np.array(images[:2]), tf.constant(images[1:])]


decoder_custom_objects = {"Decodes": Decodes}


# Wrong


class Any(keras.Model):
    def call(self, inputs):
        return inputs["one"]


uneven = always_none = of_objects = of_ranks = no_list = Any


def uneven_inputs():
    return [{"one": rows}, {"one": rows, "two": None}]


def always_none_inputs():
    return [{"one": rows, "two": None}]


def of_objects_inputs():
    return [{"one": object()}]


def of_ranks_inputs():
    return [{"one": rows}, {"one": rows[0]}]


def no_list_inputs():
    return {"one": rows}
