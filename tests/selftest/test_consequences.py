"""Consequences: each shortfall has one, the gravest stands first, and minor ones do not fail a user's model."""

from __future__ import annotations

import dataclasses

import pytest

from reports.document.rows import Row
from reports.gate.findings import findings
from reports.summary.verdict import verdict
from tests.judging.checks.configs import check_same_config
from tests.judging.consequence import Consequence, consequence_of
from tests.judging.judgement import Judgement, excuse_minor
from tests.judging.outcome import Outcome
from tests.judging.pairs import NEW_ARTIFACTS
from tests.judging.requirement import Place, Shortfall, Size, Symptom
from tests.selftest.made_documents import document, side
from tests.selftest.made_documents import row as made_row
from tests.test_random_state import MATTERS


@pytest.mark.parametrize(
    ("requirement", "message", "symptom", "consequence"),
    [
        ("outputs", "other answers on 1 of 3 inputs", Symptom.MISMATCH, "silent"),
        ("outputs", "raises on every input: ValueError: no", Symptom.EXCEPTION, "refused"),
        ("loads", "ValueError: no", Symptom.EXCEPTION, "refused"),
        ("loads", "the child was ended by SIGABRT", Symptom.CRASH, "crash"),
        ("loads", "the child went on beyond its wall limit", Symptom.TIMEOUT, "crash"),
        ("saves", "the child ran out of the memory it may have", Symptom.MEMORY, "crash"),
        ("saves", "the save reported success and left no file", Symptom.MISMATCH, "silent"),
        ("weights", "kernel differs in its values", Symptom.MISMATCH, "silent"),
        ("renamed", "the variables have other paths", Symptom.MISMATCH, "renamed"),
        ("random_state", "seed_generator_state differs in its values", Symptom.MISMATCH, "harmless"),
        ("random_state", f"StateVar differs in its values{MATTERS}", Symptom.MISMATCH, "silent"),
        ("weights", "the variables are in another order", Symptom.MISMATCH, "silent"),
        ("resumed_training", "evaluate() tells of other values, by their names alone", Symptom.MISMATCH, "renamed"),
        ("resumed_training", "evaluate() gives other values", Symptom.MISMATCH, "silent"),
        ("signatures", "other input names of 'serve'", Symptom.MISMATCH, "renamed"),
        ("signatures", "a signature is missing", Symptom.MISMATCH, "refused"),
        ("signatures", "serve.inputs.x is gone; serve.inputs.y is new", Symptom.CHANGED, "renamed"),
        ("signatures", "serve.inputs.x was ['float32', [None]], is ['int32', [None]]", Symptom.CHANGED, "refused"),
        ("signatures", "serve.inputs.x is gone; serve.outputs.y was 1, is 2", Symptom.CHANGED, "refused"),
        ("signatures", "serve is gone", Symptom.CHANGED, "refused"),
        ("loads", "refused before, and accepted now: ValueError: no", Symptom.CHANGED, "silent"),
        ("outputs", "held before; now: it is not offered", Symptom.LOST, "refused"),
        ("no_trace", "the live random_state differs at numpy", Symptom.MISMATCH, "harmless"),
        ("no_trace", "saving changed the weights", Symptom.MISMATCH, "silent"),
        ("cycles", "a larger file with each cycle: saved_model.pb", Symptom.MISMATCH, "harmless"),
        ("cycles", "a larger file with each cycle: model.keras", Symptom.MISMATCH, "silent"),
        ("leaves_nothing", "loading changed: random state of python", Symptom.MISMATCH, "harmless"),
        ("leaves_nothing", "loading changed: floatx", Symptom.MISMATCH, "silent"),
        ("fingerprint", "there is no fingerprint", Symptom.MISMATCH, "harmless"),
        ("a_new_requirement", "something is wrong", Symptom.MISMATCH, "silent"),
    ],
)
def test_a_shortfall_has_a_consequence(requirement, message, symptom, consequence):
    assert consequence_of(requirement, Shortfall(message, symptom=symptom)) is Consequence(consequence)


@pytest.mark.parametrize(
    ("sizes", "consequence"),
    [([Size.FORM], "harmless"), ([Size.FORM, Size.FORM], "harmless"), ([Size.FORM, None], "silent"), ([], "silent")],
)
def test_what_is_only_written_in_another_form_is_harmless(sizes, consequence):
    places = tuple(Place(f"compile config: place {number}", size) for number, size in enumerate(sizes))
    found = Shortfall("the compile config differs at loss", places=places)
    assert consequence_of("training_state", found) is Consequence(consequence)


FUNCTION = {"class_name": "function", "config": "huber", "module": "builtins", "registered_name": "function"}


def metric(name: str, **arguments) -> dict:
    """Return the config of a metric of Keras, as Keras serializes it."""
    return {
        "module": "keras.metrics",
        "class_name": "Metric",
        "config": {"name": name, "dtype": "float32", **arguments},
    }


@pytest.mark.parametrize(
    ("expected", "loaded", "is_form"),
    [
        ({"loss": "huber"}, {"loss": FUNCTION}, True),
        ({"loss": "mse"}, {"loss": {**FUNCTION, "config": "mean_squared_error"}}, True),
        ({"loss": "MSE"}, {"loss": "mse"}, True),
        ({"loss": "huber"}, {"loss": "mse"}, False),
        ({"loss": "huber"}, {"loss": {**FUNCTION, "module": "shop"}}, False),
        ({"loss": "huber"}, {"loss": None}, False),
        ({"metrics": "mae"}, {"metrics": metric("mean_absolute_error")}, True),
        ({"metrics": "mae"}, {"metrics": metric("mean_squared_error")}, False),
        ({"metrics": "auc"}, {"metrics": metric("auc", num_thresholds=50)}, False),
        ({"build_config": {"input_shape": [64, 3]}}, {"build_config": {"input_shape": [None, 3]}}, True),
        ({"build_config": {"shapes_dict": {"x": [64, 3]}}}, {"build_config": {"shapes_dict": {"x": [1, 3]}}}, True),
        ({"build_config": {"input_shape": [64, 3]}}, {"build_config": {"input_shape": [64, 4]}}, False),
        ({"input_shape": [64, 3]}, {"input_shape": [None, 3]}, False),
    ],
)
def test_configs_that_mean_the_same_differ_in_form_alone(expected, loaded, is_form):
    with pytest.raises(Shortfall) as caught:
        check_same_config("config", expected, loaded)
    assert [place.size for place in caught.value.places] == [Size.FORM if is_form else None]


RENAMED, WRONG = Shortfall("the variables have other paths"), Shortfall("kernel differs in its values")


@pytest.mark.parametrize(
    ("requirement", "found", "outcome"),
    [("renamed", [RENAMED], Outcome.DEVIATES), ("weights", [WRONG], Outcome.FAILS)],
)
def test_only_minor_consequences_do_not_fail_a_user_s_model(requirement, found, outcome):
    judgement = Judgement(NEW_ARTIFACTS, Outcome.FAILS, found[0].message, shortfalls=list(found))
    excuse_minor(judgement, requirement, [])
    assert judgement.outcome is outcome
    assert (judgement.message == "renamed: the variables have other paths") == (outcome is Outcome.DEVIATES)


def fallen(name: str, requirement: str, *found: Shortfall) -> Row:
    """Return a regressed row with these shortfalls."""
    row = made_row(f"standard.{name}", "h5:load_model", requirement, "regressed", message=found[0].message)
    return dataclasses.replace(row, shortfalls=found)


def values(kind: str, size: Size | None = None) -> Shortfall:
    """Return answers that are wrong in that way."""
    return Shortfall("other answers on 1 of 3 inputs", inputs=["zeros"], places=(Place(f"zeros: {kind}", size),))


def test_findings_stand_together_by_cause_and_the_gravest_comes_first():
    rows = [
        fallen("one", "outputs", values("values", Size.WRONG)),
        fallen("two", "outputs", values("values", Size.WRONG)),
        fallen("three", "outputs", values("values", Size.ROUNDING)),
        fallen("four", "outputs", values("shape")),
        fallen("five", "loads", Shortfall("ValueError: no", symptom=Symptom.EXCEPTION, exception="ValueError")),
    ]
    gate = document(rows, {"A": side("2.15.1", "2.15.0"), "B": side("2.21.0", "3.15.1")})
    first, *others, last = [finding.cases for finding in findings(gate)]
    assert first == ("standard.one", "standard.two")
    assert sorted(others) == [("standard.four",), ("standard.three",)]
    assert last == ("standard.five",)


def test_the_verdict_counts_consequences():
    row = dataclasses.replace(fallen("one", "outputs", values("shape")), outcome=Outcome.FAILS)
    assert verdict(document([row])).endswith(" Consequences: 1 silent.")
