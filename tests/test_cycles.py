"""Requirement: what is saved and loaded again and again does not grow."""

from __future__ import annotations

from tests.both_sides.cases import CaseInfo
from tests.both_sides.routes import LoaderInfo, SaverInfo
from tests.judging.checks.applicability import only_tried
from tests.judging.checks.trials import check_same_load, plain_load, trial_of
from tests.judging.requirement import Place, Shortfall, requirement
from tests.judging.seen import Seen, unless_blocked

# Names in a graph are numbered, so that a few bytes more say nothing.
MOST_GROWTH, FEW_BYTES = 1.02, 256


def only_resaved(case: CaseInfo, saver: SaverInfo, loader: LoaderInfo) -> str | None:
    """Leave out what is not whole enough to be saved again."""
    reason = only_tried(case, saver, loader)
    if reason is None and not case.can_be_resaved(saver, loader):
        reason = f"what {loader.name} returns is not saved again"
    return reason


@requirement(over="routes", not_applicable=only_resaved, within_one_pair=True)
def cycles(seen: Seen) -> None:
    """Saved and loaded again and again, files do not grow, variables do not multiply, and answers stay the same."""
    unless_blocked("resaves", seen.loaded, "resave")
    unless_blocked("resaves", seen.loading_with(seen.default_objects, resaved=True), "load")
    found = trial_of(seen)["cycles"]
    variables = found["variables"]
    with seen.also():
        if len(set(variables)) > 1:
            raise Shortfall("more or fewer variables with each cycle", expected=variables[0], seen=variables)
    for cycle, result in enumerate(found["answers"], 1):
        with seen.also():
            check_same_load(f"after {cycle} {'cycle' if cycle == 1 else 'cycles'}", plain_load(seen), result)
    for name in sorted({name for files in found["files"] for name in files}):
        sizes = [files.get(name, 0) for files in found["files"]]
        with seen.also():
            if sizes[-1] > sizes[0] * MOST_GROWTH + FEW_BYTES:
                message = f"a larger file with each cycle: {name}"
                raise Shortfall(message, expected=f"{sizes[0]} bytes", seen=f"{sizes} bytes", places=(Place(name),))


def test_cycles(cell):
    cell.judge(cycles)
