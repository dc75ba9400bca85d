"""Requirement: training that is resumed is training that was never interrupted."""

from __future__ import annotations

from tests.judging.catalogue import trainable
from tests.judging.requirement import Shortfall, requirement
from tests.judging.seen import Seen
from tests.test_training_state import only_compiled
from tests.test_weights import check_value


def only_trainable(case: dict, saver: dict, loader: dict | None) -> str | None:
    """What a user has brought, only the user can train."""
    reason = only_compiled(case, saver, loader)
    return reason or (None if trainable(case) else "on what to train it is not ours to know")


@requirement(over="routes", not_applicable=only_trainable)
def resumed_training(seen: Seen) -> None:
    """The loaded model is evaluated to the same values, and two more epochs take it where they take the original.

    Over two pairs what kernels round is carried from step to step, so values are recorded and only names compared.
    """
    with seen.also():
        check_evaluation(seen)
    expected, resumed = seen.original["trained_on"], seen.loaded["trained_on"]
    check_variables(seen, "after training, {}", expected["weights"], resumed["weights"])
    one, two = expected["training"]["optimizer"], resumed["training"]["optimizer"]
    if two is None:
        raise Shortfall("the model that was trained on has no optimizer", expected=one["class"])
    check_variables(seen, "after training, the optimizer's {}", one["variables"], two["variables"])


def check_evaluation(seen: Seen) -> None:
    """The same values of loss and metrics, by the same names."""
    expected, evaluated = seen.original["evaluated"], seen.loaded["evaluated"]
    if list(expected) != list(evaluated):
        raise Shortfall("evaluate() tells of other values", expected=list(expected), seen=list(evaluated))
    if seen.hop.within_one_pair:
        comparison = seen.compare(expected, evaluated)
        if not comparison.equal:
            raise Shortfall("evaluate() gives other values", expected=expected, seen=evaluated)


def check_variables(seen: Seen, told: str, expected: list, resumed: list) -> None:
    """As many variables, each with its value."""
    if len(expected) != len(resumed):
        raise Shortfall(
            told.format("variables are more or fewer"),
            expected=[path for path, _ in expected],
            seen=[path for path, _ in resumed],
        )
    if not seen.hop.within_one_pair:
        return
    for (path, value), (_, was) in zip(expected, resumed, strict=True):
        with seen.also():
            check_value(seen, told.format(path), value, [was])


def test_resumed_training(cell):
    cell.judge(resumed_training)
