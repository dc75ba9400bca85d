"""Requirement: a loader leaves nothing behind."""

from __future__ import annotations

from tests.judging.checks.applicability import only_tried
from tests.judging.checks.trials import trial_of
from tests.judging.requirement import Place, Shortfall, requirement
from tests.judging.seen import Seen


@requirement(over="routes", not_applicable=only_tried, within_one_pair=True)
def leaves_nothing(seen: Seen) -> None:
    """Loading leaves all files, and the global state of the process, as they were."""
    for what, before, after in trial_of(seen)["left_behind"]:
        with seen.also():
            raise Shortfall(f"loading changed: {what}", expected=before, seen=after, places=(Place(what),))


def test_leaves_nothing(cell):
    cell.judge(leaves_nothing)
