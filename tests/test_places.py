"""Requirement: it can be loaded wherever it lies."""

from __future__ import annotations

import dataclasses

from tests.judging.checks.applicability import only_tried
from tests.judging.checks.trials import check_same_load, plain_load, trial_of
from tests.judging.requirement import Place, requirement
from tests.judging.seen import Seen


@requirement(over="routes", not_applicable=only_tried, within_one_pair=True)
def places(seen: Seen) -> None:
    """It loads the same from any folder: of any name, by a relative path, and where nothing can be written."""
    plain = plain_load(seen)
    results = trial_of(seen)["places"]
    for place, result in results.items():
        with seen.also():
            check_same_load(f"from {place}", plain, result)
    if len(seen.shortfalls) == len(results) > 1:  # so the place is not what matters
        first, where = seen.shortfalls[0], "from any folder, by a second load in one process"
        text = first.message.partition(": ")[2]
        seen.shortfalls[:] = [dataclasses.replace(first, message=f"{where}: {text}", places=(Place(where),))]


def test_places(cell):
    cell.judge(places)
