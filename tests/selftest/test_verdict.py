"""Verdicts: what a gate makes of its hops, and what a blocked cell stands on."""

from __future__ import annotations

import itertools

import pytest

from tests.both_sides.routes import Route
from tests.judging.cells import Cell
from tests.judging.judgement import Judgement
from tests.judging.outcome import Outcome
from tests.judging.pairs import CONTROL, NEW_ARTIFACTS, Hop
from tests.judging.requirement import Shortfall
from tests.judging.upgrade import compare_with_control, contract_changes

ACROSS, BACK = Hop("A", "B"), Hop("B", "A")


def gate(control: str, other: str, hop: Hop = ACROSS, **fields) -> tuple[Judgement, Judgement]:
    """The judgements of the control and of one other hop, held against each other."""
    judgements = {CONTROL: Judgement(CONTROL, Outcome(control)), hop: Judgement(hop, Outcome(other), **fields)}
    compare_with_control(judgements, "outputs")
    return judgements[CONTROL], judgements[hop]


@pytest.mark.parametrize(
    ("control", "other", "becomes"),
    [
        ("conforms", "conforms", "conforms"),
        ("conforms", "fails", "regressed"),
        ("conforms", "crashed", "regressed"),
        ("conforms", "timed-out", "regressed"),
        ("conforms", "deviates", "regressed"),  # a row of ours explains it and does not silence it
        ("conforms", "n/a", "lost"),
        ("conforms", "unexpected-pass", "conforms"),
        ("conforms", "blocked", "blocked"),
        ("fails", "conforms", "fixed"),
        ("deviates", "conforms", "fixed"),
        ("blocked", "conforms", "fixed"),
        ("fails", "fails", "broken-before"),
        ("deviates", "crashed", "broken-before"),
        ("blocked", "fails", "broken-before"),
        ("fails", "n/a", "n/a"),
        ("n/a", "fails", "broken-before"),
        ("n/a", "conforms", "conforms"),
        ("unexpected-pass", "fails", "regressed"),
    ],
)
@pytest.mark.parametrize("hop", [ACROSS, NEW_ARTIFACTS, BACK])
def test_what_an_upgrade_does_to_a_cell(control, other, becomes, hop):
    assert gate(control, other, hop)[1].outcome == Outcome(becomes)


@pytest.mark.parametrize(("new", "becomes"), [("conforms", "fixed"), ("fails", "conforms"), ("n/a", "conforms")])
def test_what_holds_over_two_pairs_alone_where_less_is_compared_is_not_fixed(new, becomes):
    judgements = {
        CONTROL: Judgement(CONTROL, Outcome("deviates")),
        ACROSS: Judgement(ACROSS, Outcome("conforms")),
        NEW_ARTIFACTS: Judgement(NEW_ARTIFACTS, Outcome(new)),
    }
    compare_with_control(judgements, "outputs")
    assert judgements[ACROSS].outcome == Outcome(becomes)


def test_a_stale_row_does_not_hide_what_else_was_found():
    still_wrong = {
        "shortfalls": [Shortfall("still wrong")],
        "message": "it holds, but a row of the list says that it falls short: a-row",
    }
    regressed = gate("conforms", "unexpected-pass", **still_wrong)[1]
    assert (regressed.outcome, regressed.message) == (Outcome.REGRESSED, "still wrong")


def test_what_was_broken_before_does_not_fail_a_gate():
    for control, other in itertools.product(("fails", "deviates", "crashed", "timed-out"), repeat=2):
        assert not any(judgement.is_bad for judgement in gate(control, other))


def test_fixed_never_fails_a_gate_and_what_gets_worse_always_does():
    bad = {str(outcome) for outcome in Outcome if outcome.is_bad}
    assert bad == {"fails", "regressed", "changed", "lost", "crashed", "timed-out", "unexpected-pass"}


def test_a_contract_that_changes_between_the_pairs_is_said_and_fails():
    before = {"serving_default": {"inputs": {"dense_input": ["float32", [None, 4]]}, "defaults": None}}
    after = {"serving_default": {"inputs": {"inputs": ["float32", [None, 4]]}, "defaults": None}}
    judgements = {
        CONTROL: Judgement(CONTROL, Outcome("conforms"), contract=before),
        NEW_ARTIFACTS: Judgement(NEW_ARTIFACTS, Outcome("conforms"), contract=after),
        ACROSS: Judgement(ACROSS, Outcome("conforms"), contract=before),
    }
    compare_with_control(judgements, "outputs")
    assert [str(judgement.outcome) for judgement in judgements.values()] == ["conforms", "changed", "conforms"]
    assert judgements[NEW_ARTIFACTS].message == (
        "serving_default.inputs.dense_input is gone; serving_default.inputs.inputs is new"
    )
    assert judgements[NEW_ARTIFACTS].is_bad


@pytest.mark.parametrize(
    ("before", "after", "changes"),
    [
        ({"a": ["float32", [None]]}, {"a": ["float32", [None]]}, []),
        ({"a": ["float32", [None]]}, {"a": ["int32", [None]]}, ["a was ['float32', [None]], is ['int32', [None]]"]),
        ({"a": ["float32", [None]]}, {"a": ["float32", [5]]}, ["a was ['float32', [None]], is ['float32', [5]]"]),
        ({}, {"a": {}}, ["a is new"]),
    ],
)
def test_contract_changes(before, after, changes):
    assert contract_changes(before, after) == changes


def test_a_blocked_cell_is_as_good_as_what_blocks_it():
    blocked = Judgement(NEW_ARTIFACTS, Outcome("blocked"), blocked_by="loads", accepted=False)
    assert blocked.is_bad
    blocked.accepted = True
    assert not blocked.is_bad


def test_blocked_cells_of_known_and_of_planted_shortfalls(bench):
    known = bench.judge(Cell("standard.lstm_masked", Route("h5", "load_model"), "outputs"))[NEW_ARTIFACTS]
    assert (known.outcome, known.blocked_by, known.accepted) == (Outcome.BLOCKED, "loads", True)
    planted = bench.judge(Cell("custom_layer.registered", Route("keras_archive", "raises"), "outputs"))[NEW_ARTIFACTS]
    assert (planted.outcome, planted.blocked_by, planted.accepted) == (Outcome.BLOCKED, "loads", False)
    unsaved = bench.judge(Cell("standard.dense_classifier", Route("refuses_to_save", "load_model"), "weights"))[
        NEW_ARTIFACTS
    ]
    assert (unsaved.outcome, unsaved.blocked_by, unsaved.accepted) == (Outcome.BLOCKED, "saves", False)
    assert planted.is_bad
    assert unsaved.is_bad


def test_a_shortfall_is_told_with_what_was_expected_and_seen():
    found = Shortfall("wrong", expected=1, seen=2)
    assert (
        Judgement(NEW_ARTIFACTS, Outcome("fails"), "wrong", shortfalls=[found]).text() == "wrong\nexpected 1\nseen 2"
    )
    assert Judgement(NEW_ARTIFACTS, Outcome("changed"), "all else").text() == "all else"
