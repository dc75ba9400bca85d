"""Models of a user's own that change when they are called, and given inputs that cannot be brought."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from tests.run.brought import Brought, DescribedCase, UnusableModel
from tests.selftest.whole_runs import report, run

STATES = """
    import numpy as np
    import tensorflow as tf

    keras = tf.keras


    def around(layer):
        features = keras.Input((3,))
        return keras.Model(features, keras.layers.Dense(2)(layer(features)))


    @keras.utils.register_keras_serializable("states")
    class Counting(keras.layers.Layer):
        def build(self, shape):
            self.calls = self.add_weight(shape=(), initializer="zeros", trainable=False, name="calls")

        def call(self, x):
            self.calls.assign(self.calls + 1.0)
            return x + self.calls


    @keras.utils.register_keras_serializable("states")
    class Losing(Counting):
        def load_own_variables(self, store):
            pass


    class Raw(keras.layers.Layer):
        def __init__(self):
            super().__init__()
            self.total = tf.Variable(0.0, trainable=False)

        def call(self, x):
            self.total.assign_add(tf.reduce_sum(x))
            return x + self.total


    @keras.utils.register_keras_serializable("states")
    class Wild(keras.layers.Layer):
        def call(self, x):
            return x + tf.random.normal(tf.shape(x))


    @keras.utils.register_keras_serializable("states")
    class Tamed(keras.layers.Layer):
        def __init__(self, by=0.1, **kwargs):
            super().__init__(**kwargs)
            self.by = by

        def call(self, x):
            return x + self.by * tf.random.normal(tf.shape(x))

        def get_config(self):
            return super().get_config()


    class Noisy(keras.layers.Layer):
        def __init__(self):
            super().__init__()
            self.seed_generator = keras.random.SeedGenerator(7)

        def call(self, x):
            return x + keras.random.normal(tf.shape(x), seed=self.seed_generator)


    class Summing(tf.Module):
        def __init__(self):
            self.total = tf.Variable(0.0)

        @tf.function(input_signature=[tf.TensorSpec((None, 2))])
        def serve(self, x):
            self.total.assign_add(tf.reduce_sum(x))
            return {"y": x + self.total}


    def plain():
        return around(keras.layers.Dense(3))


    def dropping():
        return around(keras.layers.Dropout(0.5))


    def masking():
        steps = keras.Input((None, 3))
        return keras.Model(steps, keras.layers.GRU(2, dropout=0.5)(steps))


    def counting():
        return around(Counting())


    def losing():
        model = around(Losing())
        model(np.ones((1, 3), "float32"))
        return model


    def raw():
        return around(Raw())


    def wild():
        return around(Wild())


    def tamed():
        return around(Tamed(2.0))


    def noisy():
        return around(Noisy())


    def summing():
        return Summing()


    def object_inputs():
        return [object()]


    def array_inputs():
        return np.ones((2, 3), "float32")


    def other_inputs():
        return {"other": [{"x": np.ones((2, 2), "float32")}]}


    object_ = array = plain
    object__inputs = object_inputs
    other = summing
"""


@pytest.fixture(scope="module")
def states(tmp_path_factory) -> Path:
    """A folder with the user's module."""
    folder = tmp_path_factory.mktemp("states")
    (folder / "states.py").write_text(textwrap.dedent(STATES))
    return folder


@pytest.fixture
def describe(session, states):
    """A function that describes a model."""

    def described(model: str) -> DescribedCase:
        return Brought.model(f"states:{model}", states).described_by(session.evidence.agents["B"]["keras"])

    return described


@pytest.mark.parametrize(
    ("model", "traits"),
    [
        ("plain", set()),
        ("dropping", {"seeded"}),
        ("masking", {"seeded", "stateful"}),  # it draws masks, and answers the same
        ("counting", {"stateful"}),
        ("raw", {"stateful"}),
        ("noisy", {"seeded", "stateful", "draws"}),
        ("summing", {"stateful"}),
        ("wild", {"unrepeatable"}),
    ],
)
def test_state_that_answers_change_is_found(describe, model, traits):
    assert describe(model).case.traits & {"stateful", "seeded", "draws", "unrepeatable"} == traits


@pytest.mark.parametrize(
    ("model", "message"),
    [
        ("object_", "an input that is given holds object, and no numbers or strings"),
        ("array", "array_inputs() has to hold a list of inputs, and holds a ndarray"),
        ("other", "other_inputs() gives inputs for other; there are serve"),
    ],
)
def test_given_inputs_that_cannot_be_brought_are_one_clear_line(describe, model, message):
    with pytest.raises(UnusableModel) as refused:
        describe(model)
    assert message in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_stateful_model_is_judged_and_one_that_never_repeats_its_answers_over_many_draws(states, tmp_path):
    models = [f"--model=states:{name}" for name in ("counting", "losing", "wild", "tamed", "dropping")]
    ended = run(tmp_path, *models, "--case=mine.*", "--route=keras_archive:load_model", PYTHONPATH=str(states))
    assert ended.returncode == 1, ended.stdout
    document = report(tmp_path)
    bad = {(row["case"], row["requirement"]): row for row in document["cells"] if row["outcome"] == "fails"}
    assert set(bad) == {("mine.losing", "outputs"), ("mine.losing", "weights"), ("mine.tamed", "outputs")}
    assert "another spread over 200 draws" in bad["mine.tamed", "outputs"]["message"]
    assert "reasons" not in document["footer"]
    assert (
        "mine.wild: 1 of 1 routes load it, answers are drawn anew each time, and compared over 200 draws"
        in ended.stdout
    )
