"""Counts of a gate's cells, by outcome and by route."""

from __future__ import annotations

import collections
import dataclasses

from reports.document.contents import Document
from tests.both_sides.routes import Route
from tests.judging.outcome import Outcome
from tests.judging.pairs import CONTROL, Hop


def tally(document: Document) -> dict[str, int]:
    """Return how many cells have which outcome in all hops but the control; `same` if they hold as they did."""
    counts: collections.Counter[str] = collections.Counter()
    for row in document.cells:
        if row.hop != CONTROL and row.outcome.is_judged:
            counts["same" if row.outcome is Outcome.CONFORMS else str(row.outcome)] += 1
    return dict(sorted(counts.items()))


@dataclasses.dataclass(frozen=True)
class Count:
    """The number of cells that hold, of those that were judged."""

    holding: int
    judged: int

    def __str__(self) -> str:
        return f"{self.holding}/{self.judged}"


def by_hop(document: Document) -> dict[Route, dict[Hop, Count]]:
    """Return the counts of each route by hop, for the routes on which some cell does not hold."""
    holds: dict[Route, dict[Hop, list[bool]]] = {}
    for row in document.cells:
        if row.outcome.is_judged:
            holds.setdefault(row.route, {}).setdefault(row.hop, []).append(row.outcome.holds)
    return {
        route: {hop: Count(sum(cells), len(cells)) for hop, cells in hops.items()}
        for route, hops in sorted(holds.items())
        if not all(map(all, hops.values()))
    }
