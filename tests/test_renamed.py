"""Requirement: variables keep their paths."""

from __future__ import annotations

from tests.judging.checks.applicability import only_with_variables
from tests.judging.checks.variables import paths, under_other_paths, without_seed_states
from tests.judging.requirement import Blocked, Shortfall, requirement
from tests.judging.seen import Seen


@requirement(over="routes", not_applicable=only_with_variables, within_one_pair=True)
def renamed(seen: Seen) -> None:
    """Every variable of the loaded model has the path that it had when it was saved.

    Every version of Keras makes paths in its own way, so they are not compared over two pairs.
    """
    expected = seen.saved["before"]["weights"]
    seen.facts["variables"] = len(expected)
    if seen.loader.asked == "as_original":
        loaded = seen.loaded["weights"]
        if len(expected) != len(loaded):  # `random_state` says so
            expected, loaded = without_seed_states(expected), without_seed_states(loaded)
        if len(expected) != len(loaded):
            raise Blocked("weights", "more or fewer variables, so their paths cannot be matched")
        check_same_paths(paths(expected), paths(loaded))
        return
    restored = seen.loaded["restored_weights"]
    moved = under_other_paths(expected, restored["found"])
    if moved:
        check_same_paths(moved, sorted({path for path, _ in restored["found"]}))
    elif restored["listed"] is not None and seen.case.is_keras_model:
        listed = restored["listed"]
        check_same_paths(paths(expected if len(expected) == len(listed) else without_seed_states(expected)), listed)


def check_same_paths(expected: list[str], listed: list[str]) -> None:
    """Check that there are the same paths; their order is a matter of `weights`.

    Raises:
        Shortfall: there are others.
    """
    if sorted(expected) != sorted(listed):
        raise Shortfall("the variables have other paths", expected=expected, seen=listed)


def test_renamed(cell):
    cell.judge(renamed)
