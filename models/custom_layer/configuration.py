"""Layers that need more than their arguments, and layers that save themselves in hooks.  [beside TensorFlow]"""

from __future__ import annotations

import os

import numpy as np
import tensorflow as tf

from .. import Tensor, case

keras = tf.keras


@keras.utils.register_keras_serializable(package="Conformance")
class Prototypes(keras.layers.Layer):
    """Computes distances to prototypes. Their number is set on the layer before it is built."""

    count = 1

    def build(self, input_shape):
        self.rows = self.add_weight(shape=(self.count, input_shape[-1]), name="rows")
        self.shape_built_with = tuple(input_shape)

    def call(self, inputs):
        return tf.reduce_sum(tf.abs(inputs[:, None] - self.rows), axis=-1)

    def get_build_config(self):
        return {"input_shape": self.shape_built_with, "count": self.count}

    def build_from_config(self, config):
        self.count = config["count"]
        self.build(config["input_shape"])
        self.built = True


@case(
    inputs=Tensor((None, 3)),
    traits=("functional",),
    custom_objects={"Conformance>Prototypes": Prototypes},
    offered={"keras": ">=2.13"},
)
def own_build_config():
    """The shape of a variable is no argument of the layer. Only get_build_config() saves it."""
    layer = Prototypes()
    layer.count = 4
    features = keras.Input((3,), name="features")
    return keras.Model(features, layer(features))


@keras.utils.register_keras_serializable(package="Conformance")
class LateFactor(keras.layers.Layer):
    factor = None

    def call(self, inputs):
        if self.factor is None:
            self.factor = self.add_weight(shape=(inputs.shape[-1],), initializer="ones", name="factor")
        return inputs * self.factor


@case(
    inputs=Tensor((None, 3)),
    traits=("functional",),
    custom_objects={"Conformance>LateFactor": LateFactor},
    offered={"keras": "<3"},
)
def late_variables():
    """call() creates a variable if there is none. A layer that was only built has nothing to load it into."""
    features = keras.Input((3,), name="features")
    return keras.Model(features, keras.layers.Dense(2)(LateFactor()(features)))


@keras.utils.register_keras_serializable(package="Conformance")
class PackedMatrix(keras.layers.Layer):
    """A symmetric matrix, of which only the upper half is saved."""

    def build(self, input_shape):
        self.matrix = self.add_weight(shape=(input_shape[-1],) * 2, initializer="zeros", name="matrix")

    def call(self, inputs):
        return tf.matmul(inputs, self.matrix)

    def save_own_variables(self, store):
        store["upper"] = np.asarray(self.matrix)[np.triu_indices(self.matrix.shape[0])]

    def load_own_variables(self, store):
        matrix = np.zeros(self.matrix.shape, "float32")
        matrix[np.triu_indices(len(matrix))] = store["upper"]
        self.matrix.assign(matrix + np.triu(matrix, 1).T)


@case(
    inputs=Tensor((None, 3)),
    traits=("functional", "saves_by_hooks", "tries_twins"),
    custom_objects={"Conformance>PackedMatrix": PackedMatrix},
    offered={"keras": ">=2.13"},
)
def own_variables_hooks():
    """save_own_variables() writes an array of an unusual shape. Only load_own_variables() can unpack it."""
    features = keras.Input((3,), name="features")
    layer = PackedMatrix()
    model = keras.Model(features, keras.layers.Dense(2)(layer(features)))
    layer.matrix.assign([[1.0, -0.5, 0.25], [-0.5, 2.0, 0.75], [0.25, 0.75, -1.5]])
    return model


@keras.utils.register_keras_serializable(package="Conformance")
class WordList(keras.layers.Layer):
    """Looks words up in a list that is no argument; the index of an unknown word is -1."""

    words = ()

    def call(self, inputs):
        known = tf.constant(list(self.words), tf.string)
        matches = tf.cast(inputs[..., None] == known, "float32")
        return tf.reduce_sum(matches * tf.range(1, len(self.words) + 1, dtype="float32"), axis=-1) - 1.0

    def save_assets(self, dir_path):
        with open(os.path.join(dir_path, "words.txt"), "w", encoding="utf-8") as file:
            file.write("\n".join(self.words))

    def load_assets(self, dir_path):
        with open(os.path.join(dir_path, "words.txt"), encoding="utf-8") as file:
            self.words = tuple(file.read().split("\n"))


@case(
    inputs=Tensor((None, 2), "string", vocabulary=("plum", "Äpfel", "two words", "梨")),
    traits=("functional", "saves_by_hooks", "tries_twins"),
    custom_objects={"Conformance>WordList": WordList},
    offered={"keras": ">=2.13"},
)
def own_assets_hooks():
    """A vocabulary that is neither a variable nor an argument. save_assets() writes it to a file."""
    layer = WordList(name="word_list")
    layer.words = ("plum", "Äpfel", "two words", "梨")
    words = keras.Input((2,), dtype="string", name="words")
    return keras.Model(words, keras.layers.Dense(2)(layer(words)))


@keras.utils.register_keras_serializable(package="Conformance")
class Penalised(keras.Model):
    """A model whose compile() takes an argument that Keras does not know."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.head = keras.layers.Dense(1, name="head")

    def call(self, inputs):
        return self.head(inputs)

    def compile(self, optimizer, penalty=0.0, **kwargs):
        super().compile(optimizer=optimizer, loss="mse", **kwargs)
        self.penalty = penalty

    def get_compile_config(self):
        return {"optimizer": keras.optimizers.serialize(self.optimizer), "penalty": self.penalty}

    def compile_from_config(self, config):
        self.compile(keras.optimizers.deserialize(config["optimizer"]), config["penalty"])
        if self.built:
            self.optimizer.build(self.trainable_variables)

    def train_step(self, data):
        x, y, _ = keras.utils.unpack_x_y_sample_weight(data)
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.square(y - self(x, training=True)))
            loss += self.penalty * tf.reduce_sum(tf.square(self.head.kernel))
        self.optimizer.apply_gradients(zip(tape.gradient(loss, self.trainable_variables), self.trainable_variables))
        return {"loss": loss}


@case(
    inputs=Tensor((None, 3), tame=True),
    traits=("subclassed", "compiled", "compiled_with_alias", "trained", "slots"),
    custom_objects={"Conformance>Penalised": Penalised},
    offered={"keras": ">=2.13"},
)
def own_compile_config():
    """compile() takes a penalty that only get_compile_config() saves. Without it, training goes a different way."""
    model = Penalised()
    examples = np.linspace(-1, 1, 36, dtype="float32").reshape(12, 3)
    model.compile(keras.optimizers.SGD(0.05, momentum=0.8), penalty=0.25)
    model.fit(examples, examples.sum(axis=1, keepdims=True), batch_size=4, shuffle=False, verbose=0)
    return model
