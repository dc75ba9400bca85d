"""Requirement: training that is resumed is training that was never interrupted."""

from __future__ import annotations

from collections.abc import Sequence

from tests.both_sides.cases import CaseInfo
from tests.both_sides.routes import LoaderInfo, SaverInfo
from tests.judging.checks.applicability import only_compiled
from tests.judging.checks.variables import Variable, check_in_order, paths, seed_states
from tests.judging.comparison import compare
from tests.judging.requirement import Blocked, Shortfall, requirement
from tests.judging.seen import Seen

TRAINED = "after training, "


def only_trainable(case: CaseInfo, saver: SaverInfo, loader: LoaderInfo) -> str | None:
    """Leave out what a user brings and cannot be compared after training."""
    return only_compiled(case, saver, loader) or case.untrainable


@requirement(over="routes", not_applicable=only_trainable)
def resumed_training(seen: Seen) -> None:
    """The loaded model is evaluated to the same values, and two more epochs take it where they take the original.

    Over two pairs, rounding is carried from step to step, so values are not compared; names and counts are. If random
    generators are not in the state in which they were saved, training draws otherwise.
    """
    with seen.also():
        check_evaluation(seen)
    check_training(seen)
    if any(TRAINED in shortfall.message for shortfall in seen.shortfalls) and draws_otherwise(seen):
        seen.shortfalls[:] = [each for each in seen.shortfalls if TRAINED not in each.message]
        if not seen.shortfalls:
            raise Blocked("random_state", "training draws otherwise, because its random generators begin anew")


def draws_otherwise(seen: Seen) -> bool:
    """Return whether a random generator of the loaded model is not in the state in which it was saved."""
    before, loaded = seed_states(seen.saved["before"]["weights"]), seed_states(seen.loaded["weights"])
    return not compare([value for _, value in before], [value for _, value in loaded]).equal


def check_training(seen: Seen) -> None:
    """Check the variables of the model and of its optimizer after training."""
    expected, resumed = seen.original["trained_on"], seen.loaded["trained_on"]
    check_variables(seen, TRAINED + "{}", expected["weights"], resumed["weights"])
    one, two = expected["training"]["optimizer"], resumed["training"]["optimizer"]
    if two is None:
        raise Shortfall("the model that was trained on has no optimizer", expected=one["class"])
    check_variables(seen, TRAINED + "the optimizer's {}", one["variables"], two["variables"])


def check_evaluation(seen: Seen) -> None:
    """Check that loss and metrics have the same names and values, if the original can be evaluated."""
    if not seen.training_data.evaluates:
        return
    expected, evaluated = seen.original["evaluated"], seen.loaded["evaluated"]
    if list(expected) != list(evaluated):
        if seen.compare(list(expected.values()), list(evaluated.values())).equal:
            message = "evaluate() tells of other values, by their names alone"
            raise Shortfall(message, expected=list(expected), seen=list(evaluated))
        raise Shortfall("evaluate() tells of other values", expected=expected, seen=evaluated)
    if seen.hop.within_one_pair:
        comparison = seen.compare(expected, evaluated)
        if not comparison.equal:
            raise Shortfall("evaluate() gives other values", expected=expected, seen=evaluated)


def check_variables(seen: Seen, name: str, expected: Sequence[Variable], resumed: Sequence[Variable]) -> None:
    """Check that there are as many variables, and within one pair that each has its value."""
    count = name.format("variables are more or fewer")
    if seen.hop.within_one_pair:
        check_in_order(seen, name, count, expected, resumed)
    elif len(expected) != len(resumed):
        raise Shortfall(count, expected=paths(expected), seen=paths(resumed))


def test_resumed_training(cell):
    cell.judge(resumed_training)
