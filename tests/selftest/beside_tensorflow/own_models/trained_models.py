"""Compiled models with losses and targets of every form.  [beside TensorFlow]"""

from __future__ import annotations

import itertools

import numpy as np
import tensorflow as tf

keras = tf.keras
L = keras.layers
ROWS = np.linspace(-1, 1, 30, dtype="float32").reshape(10, 3)


def dense(units=2, activation=None, name="only"):
    return keras.Sequential([keras.Input((3,)), L.Dense(units, activation=activation, name=name)])


def compiled(model, loss, optimizer="adam", **further):
    model.compile(optimizer, loss, **further)
    return model


# Targets that losses ask for


def labels():
    return compiled(dense(5, "softmax"), "sparse_categorical_crossentropy", metrics=["accuracy"])


def labels_of_instance():
    return compiled(dense(5), keras.losses.SparseCategoricalCrossentropy(from_logits=True))


def one_hot():
    return compiled(dense(4, "softmax"), keras.losses.categorical_crossentropy)


def bits():
    return compiled(dense(1, "sigmoid"), keras.losses.BinaryCrossentropy(), metrics=["AUC"])


def numbers():
    return compiled(dense(2), "mse")


class MaskedLabels(keras.losses.Loss):
    def call(self, labels, answers):
        return keras.losses.sparse_categorical_crossentropy(labels, answers, from_logits=True)


def own_loss_of_labels():
    return compiled(dense(3), MaskedLabels(name="own"))


own_loss_of_labels_custom_objects = {"MaskedLabels": MaskedLabels}


def branches(as_dict):
    given = keras.Input((3,))
    outputs = {
        "size": L.Dense(1, name="size")(given),
        "kind": L.Dense(4, activation="softmax", name="kind")(given),
    }
    return keras.Model(given, outputs if as_dict else list(outputs.values()))


def losses_by_name():
    return compiled(branches(True), {"kind": "sparse_categorical_crossentropy", "size": "mae"})


def losses_by_name_of_list():
    return compiled(branches(False), {"kind": "sparse_categorical_crossentropy", "size": "mae"})


def listed_losses():
    return compiled(branches(False), ["mae", keras.losses.CategoricalCrossentropy()])


def one_loss_only():
    return compiled(branches(True), {"kind": "sparse_categorical_crossentropy"})


def no_loss_for_one():
    return compiled(branches(False), [None, "sparse_categorical_crossentropy"])


@keras.utils.register_keras_serializable("trained")
class Autoencoder(keras.Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.head = L.Dense(3)

    def call(self, inputs):
        return self.head(inputs)

    def train_step(self, data):
        x = data[0] if isinstance(data, tuple) else data
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((self(x, training=True) - x) ** 2)
        gradients = tape.gradient(loss, self.trainable_variables)
        self.optimizer.apply_gradients(zip(gradients, self.trainable_variables))
        return {"loss": loss}


def only_features():
    return compiled(Autoencoder(), None)


def only_features_inputs():
    return [ROWS[:2]]


class Penalty(L.Layer):
    def call(self, inputs):
        self.add_loss(tf.reduce_mean(inputs**2))
        return inputs


def added_loss():
    model = keras.Sequential([keras.Input((3,)), L.Dense(2), Penalty()])
    return compiled(model, None)


added_loss_custom_objects = {"Penalty": Penalty}


def fixed_batch():
    return compiled(keras.Sequential([keras.Input(batch_shape=(6, 3)), L.Dense(2)]), "mse")


def dropout():
    return compiled(keras.Sequential([keras.Input((3,)), L.Dropout(0.5), L.Dense(2)]), "mse")


def small_words():
    # The suite's integers are too large for it, and the user's are not.
    inputs = keras.Input((2,), dtype="int32")
    hot = Refusing()(inputs)
    return compiled(keras.Model(inputs, L.Dense(2)(hot)), "mse")


class Refusing(L.Layer):
    def call(self, inputs):
        with tf.control_dependencies([tf.debugging.assert_less(inputs, 3)]):
            return tf.cast(inputs, "float32")

    def compute_output_spec(self, inputs):
        return keras.KerasTensor(inputs.shape, "float32")


small_words_custom_objects = {"Refusing": Refusing}


def small_words_inputs():
    return [np.array([[0, 1], [2, 1], [1, 1]], "int32")]


# Data that a user gives


def given():
    model = compiled(dense(2), "mse")
    model.fit(ROWS, ROWS[:, :2], verbose=0)
    return model


def given_training_data():
    return ROWS.astype("float64"), ROWS[:, :2], np.linspace(1, 2, 10)


given_few, given_by_name = given, losses_by_name
given_nested, given_no_targets = losses_by_name_of_list, only_features


def given_few_training_data():
    return [[1.0, 2.0, 3.0], [3.0, 2.0, 1.0]], [[1, 2], [2, 1]]


def given_nested_training_data():
    return ROWS, [ROWS[:, :1], np.arange(10) % 4]


def given_by_name_training_data():
    return tf.constant(ROWS), {"kind": list(range(4)) * 2 + [1, 1], "size": tf.constant(ROWS[:, :1])}


given_no_targets_inputs = only_features_inputs


def given_no_targets_training_data():
    return ROWS, None


@keras.utils.register_keras_serializable("trained")
class Contrasting(Autoencoder):
    def train_step(self, data):
        x, group = data
        with tf.GradientTape() as tape:
            weights = tf.gather(tf.constant([0.5, 2.0, 3.0]), group)
            loss = tf.reduce_mean(weights * tf.reduce_sum(self(x, training=True) ** 2, axis=1))
        gradients = tape.gradient(loss, self.trainable_variables)
        self.optimizer.apply_gradients(zip(gradients, self.trainable_variables))
        return {"loss": loss}


def groups():
    return compiled(Contrasting(), None)


groups_inputs = only_features_inputs


def groups_training_data():
    return ROWS, np.arange(10) % 3


# What cannot be compared after training


ungiven_groups, ungiven_groups_inputs = groups, only_features_inputs


def needs_other_targets():
    def loss(targets, answers):
        return tf.reduce_mean((answers - targets["of its own"]) ** 2)

    return compiled(dense(2), loss)


def becomes_infinite():
    def loss(targets, answers):
        return tf.reduce_mean(answers * float("inf"))

    return compiled(dense(2), loss)


@keras.utils.register_keras_serializable("trained")
class Noisy(Autoencoder):
    def call(self, inputs, training=False):
        answered = self.head(inputs)
        return answered + tf.random.normal(tf.shape(answered)) if training else answered


def noisy():
    return compiled(Noisy(), None)


noisy_inputs = only_features_inputs


def not_compiled():
    return dense(2)


# Wrong


nothing = generated = uneven = unequal = raising = untrainable = no_numbers = alone = empty = given
small_batch = fixed_batch
unmade, unmade_training_data = given, [ROWS, ROWS]


def nothing_training_data():
    return None


def generated_training_data():
    return ((ROWS, ROWS) for _ in itertools.count())


def uneven_training_data():
    return ROWS, ROWS[:4, :2]


def unequal_training_data():
    return ROWS, ROWS[:, :2], np.ones(3)


def raising_training_data():
    return {}["no file"]


def untrainable_training_data():
    return ROWS, {"another": ROWS}


def no_numbers_training_data():
    return ROWS, [object()] * 10


def alone_training_data():
    return ROWS


def empty_training_data():
    return ROWS[:0], ROWS[:0, :2]


def small_batch_training_data():
    return ROWS[:5], ROWS[:5, :2]
