"""The plan of the catalogue without the planted faults, for a pair that the tests choose."""

from __future__ import annotations

from tests.both_sides.catalogue import Catalogue
from tests.judging.pairs import NEW_ARTIFACTS, Hop, Pair
from tests.judging.plan import PlannedCell, Planner, Selection
from tests.judging.requirement import requirements

PAIR = Pair("2.21.0", "3.15.1", "3.11.7")


def plan(
    catalogue: Catalogue,
    selection: Selection | None = None,
    pairs: dict[str, Pair] | None = None,
    hops: tuple[Hop, ...] = (NEW_ARTIFACTS,),
) -> list[PlannedCell]:
    """Return the cells of a selection, between these pairs."""
    planner = Planner(catalogue, requirements(), pairs or {"B": PAIR}, hops)
    return planner.plan(selection or Selection())


def planned(catalogue: Catalogue, pair: Pair = PAIR, cases=(), routes=()) -> list[PlannedCell]:
    """Return the cells of these cases on all routes that match."""
    return plan(catalogue, Selection(tuple(cases), tuple(routes), every_route=True), {"B": pair})
