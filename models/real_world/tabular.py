"""Tables: raw columns, recommendations, ensembles.  [beside TensorFlow]"""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from .. import Tensor, case

keras = tf.keras

CITIES = ("Oslo", "København", "Gdańsk", "京都")
ROWS = {
    "age": [[23.0], [35.0], [61.0], [48.0], [19.0], [54.0]],
    "income": [[1200.0], [4300.0], [2500.0], [8800.0], [300.0], [5100.0]],
    "city": [["Oslo"], ["Gdańsk"], ["京都"], ["Oslo"], ["København"], ["Gdańsk"]],
    "plan": [[3], [1], [7], [3], [1], [3]],
}
COLUMNS = {
    "age": Tensor((None, 1)),
    "income": Tensor((None, 1)),
    "city": Tensor((None, 1), "string", vocabulary=CITIES),
    "plan": Tensor((None, 1), "int64", low=0, high=9),
}


def columns():
    """Return the rows of the table as tensors by column."""
    dtypes = {"city": tf.string, "plan": tf.int64}
    return {name: tf.constant(values, dtypes.get(name, tf.float32)) for name, values in ROWS.items()}


def entries():
    """Return an input for each column."""
    dtypes = {"city": "string", "plan": "int64"}
    return {name: keras.Input((1,), dtype=dtypes.get(name, "float32"), name=name) for name in COLUMNS}


def adapted(layer, values):
    """Return a preprocessing layer that has learned its state."""
    layer.adapt(values)
    return layer


@case(
    inputs=COLUMNS,
    traits=("functional", "preprocessing", "lookup", "adapted", "compiled", "trained", "slots"),
)
def wide_and_deep():
    """Raw columns of a table: statistics, buckets and vocabularies learned from data, before two parts."""
    layers, table, given = keras.layers, columns(), entries()
    age = adapted(layers.Discretization(num_bins=3, name="age_bucket"), table["age"])
    age_code = layers.CategoryEncoding(3, output_mode="multi_hot", name="age_code")(age(given["age"]))
    income = adapted(layers.Normalization(axis=None, name="income_scaled"), table["income"])
    city = adapted(layers.StringLookup(output_mode="one_hot", name="city_known"), table["city"])
    plan = adapted(layers.IntegerLookup(num_oov_indices=2, name="plan_index"), table["plan"])
    crossed = layers.HashedCrossing(8, output_mode="one_hot", name="city_and_plan")((given["city"], given["plan"]))
    wide = layers.Concatenate(name="wide")([age_code, city(given["city"]), crossed])
    embedded = layers.Flatten()(layers.Embedding(plan.vocabulary_size(), 3, name="plans")(plan(given["plan"])))
    deep = layers.Dense(6, activation="relu")(layers.Concatenate()([income(given["income"]), embedded]))
    joined = layers.Concatenate()([wide, layers.Dense(4, activation="relu")(deep)])
    model = keras.Model(given, layers.Dense(1, activation="sigmoid", name="stays")(joined), name="wide_and_deep")
    model.compile(
        optimizer=keras.optimizers.Ftrl(0.1),
        loss=keras.losses.BinaryCrossentropy(),
        metrics=[keras.metrics.AUC(num_thresholds=20, name="auc")],
    )
    stays = np.array([1, 0, 1, 1, 0, 1], "float32").reshape(6, 1)
    model.fit(table, stays, batch_size=3, shuffle=False, verbose=0)
    return model


@case(
    inputs=COLUMNS,
    traits=("functional", "preprocessing", "lookup", "adapted", "nested"),
    offered={"keras": ">=2.13"},
)
def churn():
    """The model for serving from a FeatureSpace: the trained model is called on what it makes of rows."""
    kinds = keras.utils.FeatureSpace
    space = kinds(
        features={
            "age": kinds.float_discretized(num_bins=3, output_mode="one_hot"),
            "income": kinds.float_normalized(),
            "city": kinds.string_categorical(num_oov_indices=1, output_mode="one_hot"),
            "plan": kinds.feature("int64", keras.layers.IntegerLookup(), output_mode="one_hot"),
        },
        crosses=[kinds.cross(("city", "plan"), crossing_dim=5)],
        output_mode="concat",
    )
    space.adapt(tf.data.Dataset.from_tensor_slices(columns()).batch(3))
    encoded = space.get_encoded_features()
    hidden = keras.layers.Dense(5, activation="relu", name="hidden")(encoded)
    trained = keras.Model(encoded, keras.layers.Dense(1, activation="sigmoid", name="leaves")(hidden), name="trained")
    return keras.Model(space.get_inputs(), trained(encoded), name="churn")


USERS, FILMS = ("ada", "björn", "чехов", "d'Arc"), ("Metropolis", "Die Brücke", "七人の侍", "M", "Up")


@keras.utils.register_keras_serializable(package="RealWorld")
class TwoTowers(keras.Model):
    """Vectors of users and of films; the product of two says how well they fit."""

    def __init__(self, users, films, width=4, **kwargs):
        super().__init__(**kwargs)
        self.arguments = {"users": list(users), "films": list(films), "width": width}
        self.user_tower = self.tower(users, width, "user")
        self.film_tower = self.tower(films, width, "film")

    def tower(self, words, width, name):
        return keras.Sequential(
            [
                keras.Input((1,), dtype="string"),
                keras.layers.StringLookup(vocabulary=list(words)),
                keras.layers.Embedding(len(words) + 1, width),
                keras.layers.Flatten(),
                keras.layers.Dense(width),
                keras.layers.UnitNormalization(),
            ],
            name=name,
        )

    def call(self, inputs):
        product = self.user_tower(inputs["user"]) * self.film_tower(inputs["film"])
        return tf.reduce_sum(product, axis=-1, keepdims=True)

    def get_config(self):
        return {**super().get_config(), **self.arguments}


@case(
    inputs={
        "user": Tensor((None, 1), "string", vocabulary=USERS),
        "film": Tensor((None, 1), "string", vocabulary=FILMS),
    },
    traits=("subclassed", "nested", "preprocessing", "lookup", "compiled", "trained", "slots"),
    custom_objects={"RealWorld>TwoTowers": TwoTowers},
)
def two_towers():
    """Two towers for recommendations, each with a vocabulary of its own, in one subclassed model."""
    model = TwoTowers(USERS, FILMS, name="two_towers")
    model.compile(optimizer=keras.optimizers.Adagrad(0.2), loss=keras.losses.MeanSquaredError())
    pairs = {"user": tf.constant(USERS)[:, tf.newaxis], "film": tf.constant(FILMS[:4])[:, tf.newaxis]}
    model.fit(pairs, np.array([[1.0], [0.5], [-1.0], [0.0]], "float32"), batch_size=2, shuffle=False, verbose=0)
    return model


@case(inputs=Tensor((None, 5)), traits=("functional", "nested", "quick"))
def ensemble():
    """Three models of different kinds that answer together. Each was built on its own."""

    def built(name, *layers):
        return keras.Sequential([keras.Input((5,)), *layers, keras.layers.Dense(3, activation="softmax")], name=name)

    members = [
        built("linear"),
        built("narrow", keras.layers.Dense(4, activation="tanh"), keras.layers.Dropout(0.3)),
        built("normed", keras.layers.Dense(6, use_bias=False), keras.layers.BatchNormalization()),
    ]
    features = keras.Input((5,), name="features")
    votes = [member(features) for member in members]
    return keras.Model(features, [keras.layers.Average(name="together")(votes), keras.layers.Maximum()(votes)])
