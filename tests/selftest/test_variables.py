"""Values, paths and the states of random generators are requirements of their own."""

from __future__ import annotations

import numpy as np
import pytest

from tests.both_sides.routes import Route
from tests.judging.cells import Cell
from tests.judging.judgement import Judgement, judge
from tests.judging.outcome import Outcome
from tests.judging.pairs import NEW_ARTIFACTS
from tests.judging.requirement import requirements

CASE = "standard.dense_classifier"
KERNEL, BIAS = ("dense/kernel", np.array([1.0, 2.0])), ("dense/bias", np.array([3.0]))
STATE = ("dropout/seed_generator/seed_generator_state", np.array([1, 2], "uint32"))
DRAWN = (STATE[0], np.array([1, 9], "uint32"))


@pytest.fixture
def judged(session, monkeypatch):
    """A function that judges a requirement on a model with some variables, loaded with others."""

    def of(name: str, before, after, route: str = "keras_archive:load_model") -> Judgement:
        seen = session.bench.seen(Cell(CASE, Route.parse(route), name), NEW_ARTIFACTS)
        restored = {"found": after, "listed": [path for path, _ in after]}
        monkeypatch.setattr(type(seen), "saved", {"before": {"weights": before}})
        monkeypatch.setattr(type(seen), "loaded", {"weights": after, "restored_weights": restored})
        return judge(requirements()[name], seen)

    return of


ROUTES = pytest.mark.parametrize("route", ["keras_archive:load_model", "export:restored"])


@ROUTES
def test_a_state_that_is_drawn_anew_is_no_loss_of_weights(judged, route):
    before, after = [KERNEL, STATE], [KERNEL, DRAWN]
    assert judged("weights", before, after, route).outcome is Outcome.CONFORMS
    assert judged("renamed", before, after, route).outcome is Outcome.CONFORMS
    (shortfall,) = judged("random_state", before, after, route).shortfalls
    assert shortfall.message == f"{STATE[0]} differs in its values"


@ROUTES
def test_a_state_that_is_missing_is_no_loss_of_weights(judged, route):
    before, after = [KERNEL, STATE], [KERNEL]
    assert judged("weights", before, after, route).outcome is Outcome.CONFORMS
    assert judged("renamed", before, after, route).outcome is Outcome.CONFORMS
    assert judged("random_state", before, after, route).outcome is Outcome.FAILS


@ROUTES
def test_a_model_without_generators_has_no_state_to_judge(judged, route):
    judgement = judged("random_state", [KERNEL], [KERNEL], route)
    assert judgement.outcome is Outcome.NOT_APPLICABLE
    assert judgement.message == "the model has no variable that is the state of a random generator"


@ROUTES
def test_another_path_is_no_loss_of_weights(judged, route):
    before, after = [KERNEL, BIAS], [("other/kernel", KERNEL[1]), BIAS]
    assert judged("weights", before, after, route).outcome is Outcome.CONFORMS
    (shortfall,) = judged("renamed", before, after, route).shortfalls
    assert shortfall.message == "the variables have other paths"


@ROUTES
def test_one_bit_is_a_loss_of_weights(judged, route):
    after = [(KERNEL[0], np.nextafter(KERNEL[1], np.inf)), BIAS]
    (shortfall,) = judged("weights", [KERNEL, BIAS], after, route).shortfalls
    assert shortfall.message == "dense/kernel differs in its values"
    assert judged("renamed", [KERNEL, BIAS], after, route).outcome is Outcome.CONFORMS


def test_the_same_values_in_another_order_are_a_loss_of_weights(judged):
    same = ("dense/bias", KERNEL[1])
    judgement = judged("weights", [KERNEL, same], [same, KERNEL])
    assert [shortfall.message for shortfall in judgement.shortfalls] == ["the variables are in another order"]
    assert judged("renamed", [KERNEL, same], [same, KERNEL]).outcome is Outcome.CONFORMS


def test_paths_of_fewer_variables_cannot_be_matched(judged):
    assert judged("weights", [KERNEL, BIAS], [KERNEL]).message == "more or fewer variables"
    judgement = judged("renamed", [KERNEL, BIAS], [KERNEL])
    assert (judgement.outcome, judgement.blocked_by) == (Outcome.BLOCKED, "weights")


def test_the_cell_that_blocks_paths_is_that_of_the_weights(session):
    cell = Cell(CASE, Route.parse("keras_archive:load_model"), "renamed")
    judgement = Judgement(NEW_ARTIFACTS, Outcome.BLOCKED, blocked_by="weights")
    blocker = session.bench.blocker(cell, judgement)
    assert blocker.facts == {"variables": 4}  # that of `loads` has other facts
