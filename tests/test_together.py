"""Requirement: it can be loaded many times at once."""

from __future__ import annotations

from tests.judging.checks.applicability import only_tried
from tests.judging.checks.trials import check_same_load, plain_load, trial_of
from tests.judging.requirement import requirement
from tests.judging.seen import Seen


@requirement(over="routes", not_applicable=only_tried, within_one_pair=True)
def together(seen: Seen) -> None:
    """Eight loads at once, in threads and in processes, give what a single load gives."""
    plain = plain_load(seen)
    for where in ("processes", "threads"):
        with seen.also():
            for result in trial_of(seen)[where]:
                check_same_load(f"at once in {where}", plain, result)


def test_together(cell):
    cell.judge(together)
