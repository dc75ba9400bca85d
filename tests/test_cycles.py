"""Requirement: what is saved and loaded again and again does not grow."""

from __future__ import annotations

from tests.both_sides.cases import CaseInfo
from tests.both_sides.routes import LoaderInfo, SaverInfo
from tests.judging.checks.applicability import only_tried
from tests.judging.checks.trials import trial_of
from tests.judging.requirement import Shortfall, requirement
from tests.judging.seen import Seen, unless_blocked

# Names in a graph are numbered, so that a few bytes more or less say nothing.
MOST_GROWTH = 1.02


def only_resaved(case: CaseInfo, saver: SaverInfo, loader: LoaderInfo) -> str | None:
    """Leave out what is not whole enough to be saved again."""
    reason = only_tried(case, saver, loader)
    if reason is None and not case.can_be_resaved(saver, loader):
        reason = f"what {loader.name} returns is not saved again"
    return reason


@requirement(over="routes", not_applicable=only_resaved, within_one_pair=True)
def cycles(seen: Seen) -> None:
    """Saved and loaded three times more, the artifact has no more bytes than once, and the model no more variables."""
    unless_blocked("resaves", seen.loaded, "resave")
    unless_blocked("resaves", seen.loading_with(seen.default_objects, resaved=True), "load")
    sizes = trial_of(seen)["cycles"]
    seen.facts["cycles"] = sizes
    for what, allowed in (("variables", 1.0), ("bytes", MOST_GROWTH)):
        first, *_, last = sizes[what]
        with seen.also():
            if last > first * allowed:
                raise Shortfall(f"more {what} with each cycle", expected=f"{first}, as after one", seen=sizes[what])


def test_cycles(cell):
    cell.judge(cycles)
