"""A user's compiled model is trained: on the data beside its function, or on targets made for its losses."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from reports.document.rows import Row
from reports.scripts import scripts
from tests.both_sides.routes import Route
from tests.judging.cells import Cell
from tests.judging.judgement import Judgement, judge
from tests.judging.outcome import Outcome
from tests.judging.pairs import NEW_ARTIFACTS
from tests.judging.plan import cannot_apply
from tests.judging.requirement import requirements
from tests.judging.seen import Seen
from tests.run.brought import DescribedCase, UnusableModel
from tests.run.session import Session
from tests.selftest.brought_in_session import describing, project_with, session_with

ARCHIVE, CHECKPOINT, WEIGHTS = "keras_archive:load_model", "checkpoint:read_checkpoint", "weights_h5:load_weights"
RESETS = "keras_archive:resets_the_optimizer"
WRONG_LOSS = "keras_archive:evaluates_to_a_wrong_loss"
ROUTES = (ARCHIVE, CHECKPOINT, RESETS, WRONG_LOSS)
# The dtype and the shape of the targets on which a model is trained, by name or in order.
TARGETS = {
    "labels": "int32[8]",
    "labels_of_instance": "int32[8]",
    "one_hot": "float32[8, 4]",
    "bits": "float32[8, 1]",
    "numbers": "float32[8, 2]",
    "own_loss_of_labels": "int32[8]",
    "losses_by_name": {"size": "float32[8, 1]", "kind": "int32[8]"},
    "losses_by_name_of_list": ["float32[8, 1]", "int32[8]"],
    "listed_losses": ["float32[8, 1]", "float32[8, 4]"],
    "one_loss_only": {"size": "float32[8, 1]", "kind": "int32[8]"},
    "no_loss_for_one": ["float32[8, 1]", "int32[8]"],
    "only_features": None,
    "added_loss": None,
    "fixed_batch": "float32[6, 2]",
    "dropout": "float32[8, 2]",
    "small_words": "float32[8, 2]",
    "given": "float32[8, 2]",
    "given_few": "int64[2, 2]",
    "given_nested": ["float32[8, 1]", "int64[8]"],
    "given_by_name": {"size": "float32[8, 1]", "kind": "int64[8]"},
    "given_no_targets": None,
    "groups": "int64[8]",
}
UNTRAINED = {
    "ungiven_groups": r"raises \w+: .*: put ungiven_groups_training_data\(\), which returns features and targets, b",
    "needs_other_targets": r"targets that were made raises \w+: .*: put needs_other_targets_training_data\(\)",
    "becomes_infinite": r"leaves weights that are not finite: put becomes_infinite_training_data\(\)",
    "noisy": r"trained twice from the same state, it ends with other weights",
}
WRONG = {
    "nothing": r"nothing_training_data\(\) has to return a tuple of features and targets, .* and returns None",
    "generated": r"generated_training_data\(\) has to return a tuple of features and targets, .* returns a generator",
    "alone": r"alone_training_data\(\) has to return a tuple of features and targets, .* returns a ndarray",
    "uneven": r"uneven_training_data\(\) returns features of 10, targets of 4 rows: all have to have the same number",
    "unequal": r"unequal_training_data\(\) returns features of 10, targets of 10, sample weights of 3 rows",
    "raising": r"raising_training_data\(\) raises KeyError: 'no file'",
    "untrainable": r"training on what untrainable_training_data\(\) returns raises \w+: ",
    "no_numbers": r"no_numbers_training_data\(\): an input that is given holds object, and no numbers or strings",
    "empty": r"empty_training_data\(\) returns 0 rows: the model takes batches of at least 1",
    "small_batch": r"small_batch_training_data\(\) returns 5 rows: the model takes batches of 6",
    "unmade": r"unmade_training_data is a list, and has to be a function$",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """A folder with a user's module."""
    return project_with(tmp_path_factory, "trained_models")


@pytest.fixture
def describe(session: Session, folder: Path) -> Callable[[str], DescribedCase]:
    """A function that describes a model of the user's."""
    return describing(session, folder, "trained_models")


def after_training(session: Session, case: str, route: Route) -> Judgement:
    """Return the judgement of resumed training."""
    evidence = dataclasses.replace(session.evidence, routes=frozenset(map(Route.parse, ROUTES)), over_pairs=False)
    return judge(requirements()["resumed_training"], Seen(evidence, NEW_ARTIFACTS, case, route))


def forms(targets):
    """Return the dtype and the shape of each array, in the structure of the targets."""
    if isinstance(targets, dict):
        return {key: forms(part) for key, part in targets.items()}
    if isinstance(targets, (list, tuple)):
        return [forms(part) for part in targets]
    return None if targets is None else f"{targets.dtype}{list(targets.shape)}"


@pytest.mark.parametrize("function", TARGETS)
def test_a_compiled_model_is_trained_on_what_it_asks_for(session, describe, function):
    described = describe(function)
    assert described.case.untrainable is None
    assert forms(described.training_data.targets) == TARGETS[function]
    with_case = session_with(session, described)
    for route in (ARCHIVE, CHECKPOINT):
        resumed = after_training(with_case, described.case.id, Route.parse(route))
        blocked = resumed.outcome is Outcome.BLOCKED and resumed.blocked_by == "random_state"
        assert resumed.outcome is Outcome.CONFORMS or blocked, f"{route}: {resumed.text()}"
        assert not blocked or function == "dropout"


def test_made_labels_and_bits_are_those_that_losses_take(describe):
    labels, hot, bits = (describe(name).training_data.targets for name in ("labels", "one_hot", "bits"))
    assert set(labels.tolist()) == {0, 2, 4}
    assert (hot.sum(axis=1) == 1).all()
    assert set(np.unique(bits)) == {0, 1}


def test_given_data_is_what_the_user_returns(describe):
    data = describe("given").training_data
    assert (data.features.dtype, data.weights.tolist()) == (
        "float32",
        np.linspace(1, 2, 10, dtype="float32")[:8].tolist(),
    )
    assert data.targets.tolist() == data.features[:, :2].tolist()
    assert data.is_given


@pytest.mark.parametrize("function", UNTRAINED)
def test_what_cannot_be_compared_after_training_says_why(session, describe, function):
    case = describe(function).case
    saver, loader = session.catalogue.parts(Route.parse(ARCHIVE))
    reason = requirements()["resumed_training"].not_applicable(case, saver, loader)
    assert reason == case.untrainable
    assert re.search(UNTRAINED[function], reason), reason
    assert "\n" not in reason
    assert cannot_apply(case, saver, loader) is None


def test_a_model_that_is_not_compiled_is_not_trained(session, describe):
    described = describe("not_compiled")
    saver, loader = session.catalogue.parts(Route.parse(ARCHIVE))
    assert described.training_data is None
    reason = requirements()["resumed_training"].not_applicable(described.case, saver, loader)
    assert reason == "the case is not compiled"


@pytest.mark.parametrize("function", WRONG)
def test_wrong_training_data_is_one_clear_line(describe, function):
    with pytest.raises(UnusableModel, match=WRONG[function]) as refused:
        describe(function)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("function", ["given", "given_few", "labels", "one_hot", "only_features"])
@pytest.mark.parametrize("route", [RESETS, WRONG_LOSS])
def test_a_fault_is_caught_and_its_script_shows_it(session, describe, forking, tmp_path, function, route):
    described = describe(function)
    if route == WRONG_LOSS and not described.training_data.evaluates:
        return
    with_case, faulty = session_with(session, described), Route.parse(route)
    judgement = after_training(with_case, described.case.id, faulty)
    if route == RESETS and "trained" not in described.case.traits:
        assert judgement.outcome is Outcome.CONFORMS  # it has nothing to lose
        return
    assert judgement.outcome is Outcome.FAILS, judgement.text()
    row = Row.of(Cell(described.case.id, faulty, "resumed_training"), judgement)
    for shown_on, shows in ((faulty, True), (Route.parse(ARCHIVE), False)):
        text = scripts.script(dataclasses.replace(row, route=shown_on), with_case).text()
        shown = forking.execute(text, tmp_path / str(shows))
        assert shown.verdict is shows, f"{text}\n{shown}"
