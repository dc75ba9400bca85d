"""Requirement: it can be loaded wherever it lies."""

from __future__ import annotations

from tests.judging.checks.applicability import only_tried
from tests.judging.checks.trials import check_same_load, plain_load, trial_of
from tests.judging.requirement import requirement
from tests.judging.seen import Seen


@requirement(over="routes", not_applicable=only_tried, within_one_pair=True)
def places(seen: Seen) -> None:
    """It loads the same from any folder: of any name, by a relative path, and where nothing can be written."""
    plain = plain_load(seen)
    for place, result in trial_of(seen)["places"].items():
        with seen.also():
            check_same_load(f"from {place}", plain, result)


def test_places(cell):
    cell.judge(places)
