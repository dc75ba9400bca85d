"""A line for each route: how many of its cells hold, and of which requirements it falls short."""

from __future__ import annotations

import collections
import dataclasses
from collections.abc import Mapping

from reports.document.contents import Document
from reports.document.rows import Row
from reports.gate.counts import Count
from tests.both_sides.routes import Route
from tests.judging.outcome import Kind


@dataclasses.dataclass(frozen=True)
class RouteLine:
    """The cells of one route, counted by outcome.

    `title` is the route's name for people, None if it has none. `worst` is the kind of the gravest outcome. `short`
    has a count for each requirement that does not hold in all cells.
    """

    route: Route
    title: str | None
    worst: Kind
    count: Count
    short: Mapping[str, Count]

    @property
    def marked_count(self) -> str:
        """How many cells hold, with the sign of the gravest outcome."""
        return f"{self.worst.sign} {self.count}"

    @property
    def shortfalls(self) -> str:
        """The requirements that the route falls short of, with counts."""
        return ", ".join(f"{name} {count}" for name, count in self.short.items())


def route_lines(document: Document) -> list[RouteLine]:
    """Return a line for every route that has judged cells, in sorted order."""
    kinds: dict[Route, dict[str, list[Kind]]] = {}
    for row in document.cells:
        if row.outcome.is_judged:
            kinds.setdefault(row.route, collections.defaultdict(list))[row.requirement].append(kind_of(row))
    return [_line(document, route, by_requirement) for route, by_requirement in sorted(kinds.items())]


def kind_of(row: Row) -> Kind:
    """Return how the row is shown. A blocked cell is bad if no row explains what blocks it."""
    return Kind.BAD if row.is_bad else row.outcome.kind


def _line(document: Document, route: Route, by_requirement: Mapping[str, list[Kind]]) -> RouteLine:
    counts = {name: _count(by_requirement.get(name, [])) for name in document.requirements}
    every = [kind for kinds in by_requirement.values() for kind in kinds]
    return RouteLine(
        route,
        document.titles.of(route),
        next(kind for kind in Kind if kind in every),
        _count(every),
        {name: count for name, count in counts.items() if count.holding < count.judged},
    )


def _count(kinds: list[Kind]) -> Count:
    return Count(kinds.count(Kind.FINE), len(kinds))
