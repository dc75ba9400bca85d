"""Preprocessing of numbers and words: tables, buckets, hashes and statistics.  [beside TensorFlow]"""

from __future__ import annotations

import os
import tempfile

import numpy as np
import tensorflow as tf

from .. import Tensor, case

keras = tf.keras


@case(inputs=Tensor((None, 4)), traits=("functional", "preprocessing", "adapted"))
def normalization_adapted():
    """A mean and a variance learned from data for each column, and their inverse at the end."""
    data = np.array([[1.0, 10.0, -5.0, 0.5], [2.0, 30.0, 5.0, 0.25], [4.0, -20.0, 0.0, 0.125]], dtype="float32")
    normalize, denormalize = keras.layers.Normalization(), keras.layers.Normalization(invert=True)
    normalize.adapt(data)
    denormalize.adapt(data[:, ::-1] * 3)
    given = keras.Input((4,), name="given")
    hidden = keras.layers.Dense(4, activation="tanh", name="hidden")(normalize(given))
    return keras.Model(given, denormalize(hidden))


@case(
    inputs={"wide": Tensor((None, 2)), "narrow": Tensor((None, 1))}, traits=("functional", "preprocessing", "adapted")
)
def discretization():
    """Learned and given boundaries, as indices of buckets and as one-hot codes."""
    learned = keras.layers.Discretization(num_bins=4, epsilon=0.05, name="learned")
    learned.adapt(np.linspace(-2.0, 3.0, 24, dtype="float32").reshape(12, 2) ** 3)
    coded = keras.layers.Discretization([-1.0, 0.0, 0.5, 2.0], output_mode="one_hot", name="coded")
    wide, narrow = keras.Input((2,), name="wide"), keras.Input((1,), name="narrow")
    embedded = keras.layers.Flatten()(keras.layers.Embedding(4, 2, name="table")(learned(wide)))
    answer = keras.layers.Dense(2, name="answer")(embedded)
    return keras.Model({"wide": wide, "narrow": narrow}, {"answer": answer, "code": coded(narrow)})


@case(
    inputs=Tensor((None, 3), "int64", low=-3, high=45),
    traits=("functional", "preprocessing", "lookup", "adapted"),
)
def integer_lookup():
    """Integers ordered by frequency, with a mask, two indices for unknown ones, and a limited vocabulary."""
    lookup = keras.layers.IntegerLookup(max_tokens=6, num_oov_indices=2, mask_token=0, oov_token=-2)
    lookup.adapt(np.array([[40, 7, 7], [7, 40, 12], [0, 3, 40], [40, 12, 9]]))
    given = keras.Input((3,), dtype="int64", name="given")
    found = keras.layers.Embedding(6, 3, name="table")(lookup(given))
    return keras.Model(given, [lookup(given), keras.layers.Flatten()(found)])


WORDS = ("oak", "élan", "日本", "two words", "\U0001f600")


@case(
    inputs=Tensor((None, 2), "string", vocabulary=("oak", "élan", "日本", "two words", "[MASK]")),
    traits=("sequential", "preprocessing", "lookup"),
)
def vocabulary_file():
    """A vocabulary in a file. The contents must be saved, and not the path."""
    path = os.path.join(tempfile.mkdtemp(dir=os.getcwd()), "vocabulary.txt")
    with open(path, "w", encoding="utf-8") as file:
        file.write("oak\nélan\n日本\ntwo words\n")
    return keras.Sequential(
        [
            keras.Input((2,), dtype="string"),
            keras.layers.StringLookup(vocabulary=path, num_oov_indices=2, mask_token="[MASK]"),
            keras.layers.Embedding(7, 3, mask_zero=True),
            keras.layers.GlobalAveragePooling1D(),
        ]
    )


@case(
    inputs={
        "word": Tensor((None, 1), "string", vocabulary=WORDS),
        "number": Tensor((None, 1), "int64", low=-4, high=90),
        "kind": Tensor((None, 3), "int64", low=0, high=4),
    },
    traits=("functional", "preprocessing"),
)
def hashed():
    """Hashes with a salt and a masked value, a hash of two columns, and counted categories: only arguments."""
    word = keras.Input((1,), dtype="string", name="word")
    number = keras.Input((1,), dtype="int64", name="number")
    kind = keras.Input((3,), dtype="int64", name="kind")
    salted = keras.layers.Hashing(num_bins=5, salt=[133, 137], mask_value="oak", name="salted")(word)
    plain = keras.layers.Hashing(num_bins=4, salt=7, output_mode="one_hot", name="plain")(number)
    crossed = keras.layers.HashedCrossing(num_bins=6, output_mode="one_hot", name="crossed")((word, number))
    counted = keras.layers.CategoryEncoding(num_tokens=5, output_mode="count", name="counted")(kind)
    embedded = keras.layers.Flatten()(keras.layers.Embedding(5, 2, name="table")(salted))
    joined = keras.layers.Concatenate()([embedded, plain, crossed, counted])
    answer = keras.layers.Dense(2, name="answer")(joined)
    return keras.Model({"word": word, "number": number, "kind": kind}, answer)


@case(
    inputs={
        "colour": Tensor((None, 1), "string", vocabulary=("red", "green", "bleu-ciel", "緑")),
        "height": Tensor((None, 1)),
        "street": Tensor((None, 1), "string", vocabulary=("Hauptstraße", "rue", "通り")),
    },
    traits=("functional", "preprocessing", "lookup", "adapted"),
    offered={"keras": ">=2.13"},
)
def feature_space():
    """A FeatureSpace that has learned words and buckets from a dataset, with a crossed feature."""
    utilities = keras.utils.FeatureSpace
    space = utilities(
        features={
            "colour": utilities.string_categorical(num_oov_indices=2, output_mode="one_hot"),
            "height": utilities.float_discretized(num_bins=3),
            "street": utilities.string_hashed(num_bins=5),
        },
        crosses=[utilities.cross(("colour", "street"), crossing_dim=6)],
        crossing_dim=6,
        output_mode="concat",
    )
    rows = {
        "colour": [["red"], ["green"], ["bleu-ciel"], ["緑"], ["red"], ["緑"]],
        "height": [[1.5], [2.0], [-0.5], [0.25], [3.0], [1.0]],
        "street": [["rue"], ["通り"], ["rue"], ["Hauptstraße"], ["rue"], ["通り"]],
    }
    space.adapt(
        tf.data.Dataset.from_tensor_slices({name: tf.constant(values) for name, values in rows.items()}).batch(3)
    )
    encoded = space.get_encoded_features()
    answer = keras.layers.Dense(2, name="answer")(encoded)
    return keras.Model(space.get_inputs(), answer)
