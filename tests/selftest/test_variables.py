"""Values, paths and the states of random generators are requirements of their own."""

from __future__ import annotations

import numpy as np
import pytest

from tests.both_sides.routes import Route
from tests.judging.cells import Cell
from tests.judging.judgement import Judgement, judge
from tests.judging.outcome import Outcome
from tests.judging.pairs import NEW_ARTIFACTS, Hop
from tests.judging.requirement import requirements

CASE, TRAINED_CASE = "standard.dense_classifier", "standard.batch_norm_trained"
KERNEL, BIAS = ("dense/kernel", np.array([1.0, 2.0])), ("dense/bias", np.array([3.0]))
STATE = ("dropout/seed_generator/seed_generator_state", np.array([1, 2], "uint32"))
DRAWN = (STATE[0], np.array([1, 9], "uint32"))


def looked_at(variables) -> dict:
    """Return what a child says of a model with these variables, of which kernels and biases are trained."""
    trainable = [path.endswith(("kernel", "bias")) for path, _ in variables]
    return {"weights": variables, "architecture": {"trainable": trainable}}


@pytest.fixture
def judged(session, monkeypatch):
    """A function that judges a requirement on a model with some variables, loaded with others."""

    def of(name: str, before, after, route: str = "keras_archive:load_model", hop=NEW_ARTIFACTS) -> Judgement:
        seen = session.bench.seen(Cell(CASE, Route.parse(route), name), hop)
        restored = {"found": after, "listed": [path for path, _ in after]}
        monkeypatch.setattr(type(seen), "saved", {"before": looked_at(before)})
        monkeypatch.setattr(type(seen), "loaded", {**looked_at(after), "restored_weights": restored})
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


MEAN, TOTAL = ("norm/moving_mean", np.array([4.0])), ("total", np.array([5.0]))
CHANGED_MEAN = (MEAN[0], np.array([4.5]))


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ([KERNEL, TOTAL], [KERNEL], ""),
        ([KERNEL], [STATE, KERNEL, TOTAL], ""),
        ([KERNEL, MEAN, TOTAL], [KERNEL, MEAN], ""),
        ([KERNEL, BIAS, TOTAL], [KERNEL], "more or fewer variables"),
        ([KERNEL, TOTAL], [("other/kernel", KERNEL[1] + 1)], "dense/kernel differs in its values"),
        ([KERNEL, MEAN, TOTAL], [KERNEL, CHANGED_MEAN], "more or fewer variables"),
    ],
)
def test_over_two_pairs_more_or_fewer_untrained_variables_are_no_loss(judged, before, after, message):
    assert judged("weights", before, after, hop=Hop("A", "B")).message == message
    assert judged("weights", before, after).message in ("", "more or fewer variables")
    assert (judged("weights", before, after).outcome is Outcome.CONFORMS) == (len(before) == len(after))


COUNT, OF_METRIC = ("count", np.array(4, "int64")), ("count", np.array(9.0, "float32"))


def test_a_metric_s_variable_of_the_same_path_is_no_wrong_weight(judged):
    assert judged("weights", [COUNT], [COUNT, OF_METRIC], "export:restored").outcome is Outcome.CONFORMS
    assert judged("weights", [COUNT], [OF_METRIC], "export:restored").message == "count differs in its dtype"
    wrong = ("count", np.array(5, "int64"))
    assert judged("weights", [COUNT, COUNT], [COUNT, wrong], "export:restored").outcome is Outcome.FAILS


@pytest.mark.parametrize(
    ("loaded", "trained", "outcome", "blocked_by"),
    [
        ([KERNEL, STATE], [KERNEL], Outcome.CONFORMS, None),
        ([KERNEL, STATE], [(KERNEL[0], KERNEL[1] + 1)], Outcome.FAILS, None),
        ([KERNEL, DRAWN], [KERNEL], Outcome.CONFORMS, None),
        ([KERNEL, DRAWN], [(KERNEL[0], KERNEL[1] + 1)], Outcome.BLOCKED, "random_state"),
        ([KERNEL, DRAWN], [KERNEL, BIAS], Outcome.FAILS, None),
    ],
)
def test_training_draws_otherwise_if_a_random_generator_begins_anew(
    session, monkeypatch, loaded, trained, outcome, blocked_by
):
    cell = Cell(TRAINED_CASE, Route.parse("keras_archive:load_model"), "resumed_training")
    seen = session.bench.seen(cell, NEW_ARTIFACTS)
    training = {"training": {"optimizer": {"class": "SGD", "variables": []}}}
    monkeypatch.setattr(type(seen), "saved", {"before": looked_at([KERNEL, STATE])})
    original = {"evaluated": {"loss": np.array(1.0)}, "trained_on": {"weights": [KERNEL], **training}}
    monkeypatch.setattr(type(seen), "original", original)
    resumed = {"evaluated": {"loss": np.array(1.0)}, "trained_on": {"weights": trained, **training}}
    monkeypatch.setattr(type(seen), "loaded", {**looked_at(loaded), **resumed})
    judgement = judge(requirements()["resumed_training"], seen)
    assert (judgement.outcome, judgement.blocked_by) == (outcome, blocked_by)
