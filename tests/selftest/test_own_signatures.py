"""How a user says that a model is exported: `NAME_signature()` beside the function that builds it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import pytest

from reports.document.rows import Row
from reports.scripts import scripts
from tests.both_sides.routes import Route
from tests.judging.cells import Cell
from tests.judging.outcome import Outcome
from tests.run.brought import DescribedCase, UnusableModel
from tests.run.session import Session
from tests.selftest.brought_in_session import describing, judged, project_with, session_with

SIGNED = """
    import numpy as np
    import tensorflow as tf

    keras = tf.keras
    ROWS = tf.TensorSpec([None, 2])


    class Traced(tf.Module):
        def __init__(self):
            self.weight = tf.Variable(1.5)

        @tf.function
        def serve(self, x, more):
            return {"y": x * self.weight + more["z"]}


    class Called(tf.Module):
        def __init__(self):
            self.weight = tf.Variable(1.5)

        @tf.function
        def __call__(self, rows):
            return rows * self.weight


    class Two(tf.Module):
        def __init__(self):
            self.weight = tf.Variable(1.5)

        @tf.function(input_signature=[ROWS])
        def signed(self, x):
            return x * self.weight

        @tf.function
        def unsigned(self, x):
            return x - self.weight

        @tf.function
        def never(self, x):
            return x


    traced = unsigned = no_specs = too_many = wrong_rank = Traced
    called, called_given = Called, Called
    two = other = unknown = listed = Two


    def traced_signature():
        return [ROWS, {"z": ROWS}]


    def called_signature():
        return [tf.TensorSpec([None, 2], name="other")]


    called_given_signature = called_signature


    def called_given_inputs():
        return [np.ones((2, 2)), [[3, 4]]]


    def two_signature():
        return {"unsigned": [ROWS], "signed": [ROWS]}


    @keras.utils.register_keras_serializable("signed")
    class Net(keras.Model):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.dense = keras.layers.Dense(2)

        def call(self, inputs):
            return self.dense(tf.reduce_sum(inputs, axis=1))


    own_net = own_net_drawn = own_net_of_two = own_net_of_others = Net


    def own_net_inputs():
        return [np.ones((2, 16, 3), "float32")]


    def own_net_signature():
        return [tf.TensorSpec([None, None, 3])]


    own_net_drawn_signature = own_net_signature


    def declares():
        return keras.Sequential([keras.Input((None, 3)), keras.layers.GlobalAveragePooling1D()])


    def declares_signature():
        return [tf.TensorSpec([None, 16, 3])]


    # Wrong


    def no_specs_signature():
        return [np.ones((2, 2))]


    def too_many_signature():
        return [ROWS, {"z": ROWS}, ROWS, ROWS]


    def wrong_rank_signature():
        return 7


    def other_signature():
        return {"signed": [tf.TensorSpec([None, 3])]}


    def unknown_signature():
        return {"serve": [ROWS]}


    def listed_signature():
        return [ROWS]


    unmade, unmade_signature = Two, [ROWS]
    unmade_too, unmade_too_inputs = Two, [1]


    def own_net_of_two_signature():
        return [ROWS, ROWS]


    def own_net_of_others_signature():
        return own_net_signature()


    def own_net_of_others_inputs():
        return [np.ones((2, 16, 4), "float32")]
"""
RESTORED, SIGNATURE, CPP = "saved_model:restored", "saved_model:signature", "saved_model:cpp"
CHECKPOINT, EXPORTED, ARCHIVE = "checkpoint:read_checkpoint", "export:signature", "keras_archive:load_model"
FAULTY = ("saves_doubled_weights:signature", "saves_doubled_weights:restored")
ROUTES = (RESTORED, SIGNATURE, CPP, CHECKPOINT, EXPORTED, "export:cpp", ARCHIVE, *FAULTY)
SOUND = {
    "traced": (RESTORED, SIGNATURE, CPP, CHECKPOINT),
    "called": (RESTORED, SIGNATURE, CPP),
    "called_given": (RESTORED, SIGNATURE),
    "two": (RESTORED, SIGNATURE, CPP),
    "own_net": (EXPORTED, "export:cpp", SIGNATURE),
    "own_net_drawn": (EXPORTED, SIGNATURE),
    "declares": (EXPORTED, ARCHIVE),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """A folder with a user's module."""
    return project_with(tmp_path_factory, "signed_models", SIGNED)


@pytest.fixture
def describe(session: Session, folder: Path) -> Callable[[str], DescribedCase]:
    """A function that describes a model of the user's."""
    return describing(session, folder, "signed_models")


@pytest.mark.parametrize("function", SOUND)
def test_a_model_is_judged_as_its_owner_says_that_it_is_exported(session, describe, function):
    described = describe(function)
    with_case = session_with(session, described)
    for text in SOUND[function]:
        judgements = judged(with_case, described.case.id, Route.parse(text), ROUTES)
        judgements.pop("renamed", None)  # Keras names the variables of such a model anew
        bad = {name: each.text() for name, each in judgements.items() if each.outcome is not Outcome.CONFORMS}
        assert bad == {}, text
        facts = judgements["outputs"].facts
        assert (facts["inputs_that_raise"], facts["finite_answers"] > 0) == ([], True)


@pytest.mark.parametrize(("function", "free"), [("own_net", None), ("declares", None), ("own_net_drawn", None)])
def test_the_model_s_own_specs_come_first_then_the_signature_then_the_inputs(describe, function, free):
    (tensor,) = describe(function).case.endpoints["call"].tensors
    assert tensor.shape == (None, free, 3)


def test_a_signature_has_the_names_of_the_function_s_arguments(session, describe):
    saver = session.catalogue.savers["saved_model"]
    for function, keys in {
        "traced": {"serve": ["serve"]},
        "called": {"__call__": ["serving_default"]},
        "two": {"signed": ["signed"], "unsigned": ["unsigned"]},
    }.items():
        assert describe(function).case.signature_keys(saver) == keys
    assert list(describe("called").case.endpoints["__call__"].by_name) == ["rows"]


@pytest.mark.parametrize("function", ["traced", "called"])
@pytest.mark.parametrize("route", FAULTY)
def test_a_fault_is_caught_and_its_script_shows_it(session, describe, forking, tmp_path, function, route):
    described = describe(function)
    with_case, faulty = session_with(session, described), Route.parse(route)
    judgement = judged(with_case, described.case.id, faulty, ROUTES)["outputs"]
    assert judgement.outcome is Outcome.FAILS, judgement.text()
    row = Row.of(Cell(described.case.id, faulty, "outputs"), judgement)
    sound = Route.parse(f"saved_model:{faulty.loader}")
    for shown_on, shows in ((faulty, True), (sound, False)):
        text = scripts.script(dataclasses.replace(row, route=shown_on), with_case).text()
        shown = forking.execute(text, tmp_path / str(shows))
        assert shown.verdict is shows, f"{text}\n{shown}"


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (
            "unsigned",
            r"nothing to ask it: give one to its tf\.function, or put a function unsigned_signature\(\)",
        ),
        ("no_specs", r"no_specs_signature\(\)\['serve'\] holds a \w+; it has to be a list of tf\.TensorSpecs"),
        ("too_many", r"too_many_signature\(\)\['serve'\] does not fit the function: \w+: "),
        ("wrong_rank", r"wrong_rank_signature\(\) has to return a list of tf\.TensorSpecs, and returns a int"),
        (
            "other",
            r"\['signed'\] holds float32\(None, 3\); the model itself says float32\(None, 2\)",
        ),
        ("unknown", r"unknown_signature\(\) has specs for serve; there is never, signed, unsigned"),
        ("listed", r"listed_signature\(\) has to return a dict by function, and returns a list; there are never"),
        ("unmade", r"unmade_signature is a list, and has to be a function$"),
        ("unmade_too", r"unmade_too_inputs is a list, and has to be a function$"),
        ("own_net_of_two", r"own_net_of_two_signature\(\) has 2 specs; a model takes one argument"),
        (
            "own_net_of_others",
            r"own_net_of_others_inputs\(\)\[0\] holds float32 of shape \[2, 16, 4\]; the function takes",
        ),
    ],
)
def test_a_signature_that_does_not_fit_is_one_clear_line(describe, function, message):
    with pytest.raises(UnusableModel, match=message) as refused:
        describe(function)
    assert "\n" not in str(refused.value)
