"""Consequences: each shortfall has one, the gravest stands first, and minor ones do not fail a user's model."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from reports.document.rows import Row
from reports.gate.findings import findings
from reports.summary.verdict import verdict
from tests.both_sides.routes import Route
from tests.judging.cells import Cell
from tests.judging.checks.variables import check_in_order
from tests.judging.consequence import Consequence, consequence_of
from tests.judging.judgement import Judgement, excuse_minor
from tests.judging.outcome import Outcome
from tests.judging.pairs import NEW_ARTIFACTS
from tests.judging.requirement import Place, Shortfall, Size, Symptom
from tests.selftest.made_documents import document, side
from tests.selftest.made_documents import row as made_row
from tests.test_resaves import check_same_weights


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
        ("weights", "the variables have other paths", Symptom.MISMATCH, "renamed"),
        ("weights", "the variables are in another order", Symptom.MISMATCH, "silent"),
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
        ("fingerprint", "there is no fingerprint", Symptom.MISMATCH, "harmless"),
        ("a_new_requirement", "something is wrong", Symptom.MISMATCH, "silent"),
    ],
)
def test_a_shortfall_has_a_consequence(requirement, message, symptom, consequence):
    assert consequence_of(requirement, Shortfall(message, symptom=symptom)) is Consequence(consequence)


@pytest.mark.parametrize(
    ("path", "consequence"),
    [
        ("dropout/seed_generator/seed_generator_state", "harmless"),
        ("generator/StateVar", "harmless"),
        ("dense/kernel", "silent"),
        ("seed_generator_state/kernel", "silent"),
    ],
)
def test_the_state_of_a_random_generator_is_harmless_and_other_variables_are_not(path, consequence, session):
    cell = Cell("standard.dense_classifier", Route("keras_archive", "load_model"), "weights")
    seen = session.bench.seen(cell, NEW_ARTIFACTS)
    check_in_order(seen, "{}", "more or fewer", [(path, np.array([1, 2]))], [(path, np.array([1, 3]))])
    (shortfall,) = seen.shortfalls
    assert consequence_of("weights", shortfall) is Consequence(consequence)


@pytest.mark.parametrize(
    ("changed", "consequence"), [({1}, "harmless"), ({0}, "silent"), ({0, 1}, "silent"), (set(), None)]
)
def test_only_seed_states_that_are_drawn_anew_are_harmless_in_what_is_saved_again(changed, consequence, session):
    cell = Cell("standard.dense_classifier", Route("keras_archive", "load_model"), "resaves")
    seen = session.bench.seen(cell, NEW_ARTIFACTS)
    once = [("kernel", np.array([1, 2])), ("seed_generator_state", np.array([1, 2]))]
    twice = [(path, value + 1 if number in changed else value) for number, (path, value) in enumerate(once)]
    with seen.also():
        check_same_weights(seen, once, twice)
    found = [str(consequence_of("resaves", shortfall)) for shortfall in seen.shortfalls]
    assert found == ([consequence] if consequence else [])


RENAMED, WRONG = Shortfall("the variables have other paths"), Shortfall("kernel differs in its values")


@pytest.mark.parametrize(
    ("found", "outcome"),
    [([RENAMED], Outcome.DEVIATES), ([WRONG], Outcome.FAILS), ([RENAMED, WRONG], Outcome.FAILS)],
)
def test_only_minor_consequences_do_not_fail_a_user_s_model(found, outcome):
    judgement = Judgement(NEW_ARTIFACTS, Outcome.FAILS, found[0].message, shortfalls=list(found))
    excuse_minor(judgement, "weights", [])
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
