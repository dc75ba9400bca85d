"""Modules that serve what clients send: serialized examples, encoded images.  [beside TensorFlow]"""

from __future__ import annotations

import tensorflow as tf

from .. import Tensor, case

keras = tf.keras

CITIES = ("Oslo", "København", "京都")


def example(city, tags, *amounts):
    """Return a serialized `tf.train.Example`. The amounts are chosen such that its bytes are valid UTF-8."""

    def words(values):
        return tf.train.Feature(bytes_list=tf.train.BytesList(value=[value.encode() for value in values]))

    numbers = tf.train.Feature(float_list=tf.train.FloatList(value=amounts))
    features = tf.train.Features(feature={"city": words([city]), "tags": words(tags), "amounts": numbers})
    return tf.train.Example(features=features).SerializeToString(deterministic=True).decode()


EXAMPLES = (
    example("Oslo", ["new", "late"], 0.5, 2.0),
    example("京都", [], 3.0, 0.625),
    example("København", ["late"], 10.0, 8.0),
    example("Atlantis", ["new", "unheard of", "new"], 0.75, 0.5),
)


class Pricing(tf.Module):
    """A Keras model behind a parser and tables."""

    def __init__(self, model):
        super().__init__(name="pricing")
        self.model = model
        self.cities = self.table_of(CITIES)
        self.tags = self.table_of(("new", "late"))
        self.currency = tf.Variable([1.5, 0.25], name="currency")

    def table_of(self, words):
        initializer = tf.lookup.KeyValueTensorInitializer(words, tf.range(len(words), dtype=tf.int64))
        return tf.lookup.StaticVocabularyTable(initializer, num_oov_buckets=1)

    @tf.function(input_signature=[tf.TensorSpec((None,), tf.string, name="examples")])
    def predict(self, examples):
        found = tf.io.parse_example(
            examples,
            {
                "city": tf.io.FixedLenFeature((), tf.string, default_value=""),
                "tags": tf.io.RaggedFeature(tf.string, row_splits_dtype=tf.int64),
                "amounts": tf.io.FixedLenFeature((2,), tf.float32, default_value=[0.0, 1.0]),
            },
        )
        tags = tf.reduce_sum(tf.one_hot(self.tags.lookup(found["tags"]).to_tensor(-1), 3), axis=1)
        return {**self.price(found["city"], tags, found["amounts"]), "city": found["city"]}

    @tf.function(
        input_signature=[
            tf.TensorSpec((None,), tf.string, name="city"),
            tf.TensorSpec((None, 3), tf.float32, name="tags"),
            tf.TensorSpec((None, 2), tf.float32, name="amounts"),
        ]
    )
    def price(self, city, tags, amounts):
        given = tf.concat([tf.one_hot(self.cities.lookup(city), 4), tags, amounts * self.currency], axis=-1)
        return {"price": self.model(given)[:, 0]}


@case(
    endpoints={
        "predict": {"examples": Tensor((None,), "string", vocabulary=EXAMPLES)},
        "price": {
            "city": Tensor((None,), "string", vocabulary=CITIES),
            "tags": Tensor((None, 3)),
            "amounts": Tensor((None, 2)),
        },
    },
    traits=("lookup", "quick"),
)
def serves_examples():
    """Serialized examples with a missing list and unknown words go through a parser, tables and a Keras model."""
    layers = [keras.layers.Dense(5, activation="tanh"), keras.layers.Dense(1)]
    return Pricing(keras.Sequential([keras.Input((9,)), *layers], name="prices"))


# Three images of different sizes, one of them in colour, in the form of base64 that URLs can hold.
_HEAD = (
    "_9j_4AAQSkZJRgABAQEBLAEsAAD_2wBDABQODxIPDRQSEBIXFRQYHjIhHhwcHj0sLiQySUBMS0dARkVQWnNiUFVtVkVGZIhlbXd7gYKBTmCN"
    "l4x9lnN-gXz_"
)
IMAGES = (
    f"{_HEAD}2wBDARUXFx4aHjshITt8U0ZTfHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHz_wAARCAAIAAoD"
    "ASIAAhEBAxEB_8QAFQABAQAAAAAAAAAAAAAAAAAAAAT_xAAbEAACAQUAAAAAAAAAAAAAAAAABQEEISIxMv_EABUBAQEAAAAAAAAAAAAAAAAA"
    "AAEC_8QAGhEAAgIDAAAAAAAAAAAAAAAAAAQDMQISE__aAAwDAQACEQMRAD8Anp1esS6FduQCWWZN7FGfPnZ__9k=",
    f"{_HEAD}wAALCAAQAAwBAREA_8QAFgABAQEAAAAAAAAAAAAAAAAAAwEC_8QAHxAAAQIHAQEAAAAAAAAAAAAAAQACAwUVITFBgQYW_9oACAEBAAA_"
    "AIZoIzKfvCEecczt1oSowXVDWUn0Yfyy_9k=",
    f"{_HEAD}wAALCAAIAAgBAREA_8QAFAABAAAAAAAAAAAAAAAAAAAAAv_EAB0QAAECBwAAAAAAAAAAAAAAABIAERQyNmSDkaH_2gAIAQEAAD8AFJ3c"
    "VjEdvNxf_9k=",
)
CLASSES = ("ash", "beech", "cedar", "Föhre")


class TreeFinder(tf.Module):
    """A classifier of encoded images that answers with names."""

    def __init__(self):
        super().__init__(name="tree_finder")
        self.kernel = tf.Variable(tf.reshape(tf.sin(tf.range(3.0 * 3 * 3 * 4)), (3, 3, 3, 4)), name="kernel")
        self.head = tf.Variable(tf.reshape(tf.cos(tf.range(16.0)), (4, 4)), name="head")
        self.names = tf.constant(CLASSES)

    def decoded(self, text):
        image = tf.io.decode_jpeg(tf.io.decode_base64(text), channels=3, dct_method="INTEGER_ACCURATE")
        return tf.image.resize(tf.image.convert_image_dtype(image, tf.float32), (6, 6))

    @tf.function(input_signature=[tf.TensorSpec((None,), tf.string, name="images")])
    def classify(self, images):
        specification = tf.TensorSpec((6, 6, 3), tf.float32)
        pixels = tf.map_fn(self.decoded, images, fn_output_signature=specification)
        features = tf.reduce_mean(tf.nn.relu(tf.nn.conv2d(pixels, self.kernel, 1, "VALID")), axis=(1, 2))
        scores, places = tf.math.top_k(tf.nn.softmax(tf.matmul(features, self.head)), k=2)
        return {"names": tf.gather(self.names, places), "scores": scores}


@case(endpoints={"classify": {"images": Tensor((None,), "string", vocabulary=IMAGES)}}, traits=("quick",))
def serves_jpegs():
    """Images as base64 are decoded one by one in the graph. What cannot be decoded must be an error for clients."""
    return TreeFinder()
