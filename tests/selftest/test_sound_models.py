"""Sound models of kinds that once failed for nothing: a user brings them, and every cell holds."""

from __future__ import annotations

import textwrap

from tests.selftest.whole_runs import report, run

SOUND = """
    import warnings

    import numpy as np
    import tensorflow as tf

    keras = tf.keras
    layers = keras.layers


    def not_a_number_in_its_config():
        return keras.Sequential([keras.Input((3, 2)), layers.Masking(mask_value=float("nan")), layers.Dense(2)])


    @keras.utils.register_keras_serializable()
    class Table(layers.Layer):
        def __init__(self, table, **kwargs):
            super().__init__(**kwargs)
            self.table = table
            warnings.warn("the fast kernel could not be loaded")

        def call(self, inputs):
            return inputs * self.table["a"]

        def get_config(self):
            return {**super().get_config(), "table": self.table}


    def keys_of_two_kinds_and_a_warning_of_its_own():
        return keras.Sequential([keras.Input((3,)), Table({1: 2.0, "a": 3.0}), layers.Dense(2)])


    def given_in_64_bits():
        numbers, code = keras.Input((3,), name="numbers"), keras.Input((1,), name="code", dtype="int32")
        embedded = layers.Flatten()(layers.Embedding(5, 2)(code))
        return keras.Model([numbers, code], layers.Dense(2)(layers.Concatenate()([numbers, embedded])))


    def given_in_64_bits_inputs():
        random = np.random.default_rng(1)
        return [[random.random((4, 3)), [[0], [1], [2], [3]]]]


    def given_in_64_bits_by_name():
        return given_in_64_bits()


    def given_in_64_bits_by_name_inputs():
        return [{"numbers": np.random.default_rng(1).random((2, 3)), "code": [[4], [0]]}]


    def free_steps():
        return keras.Sequential([keras.Input((None, 2)), layers.GlobalAveragePooling1D(), layers.Dense(2)])


    def free_steps_inputs():
        return [np.ones((2, 16, 2), "float32")]


    @keras.utils.register_keras_serializable()
    class Net(keras.Model):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.dense = layers.Dense(2)

        def call(self, inputs):
            return self.dense(inputs)


    def never_called():
        return Net()


    def never_called_inputs():
        return [np.ones((2, 3), "float32")]


    def compiled_and_not_trained():
        model = keras.Sequential([keras.Input((3,)), layers.Dense(2)])
        model.compile(keras.optimizers.Adam(0.5), keras.losses.MeanSquaredError())
        return model
"""
NAMES = (
    "not_a_number_in_its_config",
    "keys_of_two_kinds_and_a_warning_of_its_own",
    "given_in_64_bits",
    "given_in_64_bits_by_name",
    "free_steps",
    "never_called",
    "compiled_and_not_trained",
)
ROUTES = ("keras_archive:load_model", "export:signature_no_keras", "export:restored", "weights_h5:load_weights")


def test_sound_models_hold_on_every_route(tmp_path):
    (tmp_path / "sound_models.py").write_text(textwrap.dedent(SOUND))
    models = [f"--model=sound_models:{name}" for name in NAMES]
    routes = [f"--route={route}" for route in ROUTES]
    ended = run(tmp_path, *models, *routes, "--case=mine.*", "-n2", PYTHONPATH=str(tmp_path))
    assert ended.returncode == 0, ended.stdout
    rows = report(tmp_path)["cells"]
    short = {f"{row['case']} {row['route']} {row['requirement']}" for row in rows if row["outcome"] == "deviates"}
    of_the_pair = (" renamed", " random_state", " places", " leaves_nothing", " cycles")  # of any model's
    assert all(name.endswith(of_the_pair) for name in short), short
    answered = {row["case"]: row["facts"] for row in rows if row["requirement"] == "outputs" and row.get("facts")}
    assert set(answered) == {f"mine.{name}" for name in NAMES}
    for case, facts in answered.items():
        assert not facts["inputs_that_raise"], case
        assert facts["finite_answers"], case
