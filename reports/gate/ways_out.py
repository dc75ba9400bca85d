"""Ways out: routes on which cases hold that fall short elsewhere."""

from __future__ import annotations

import collections
import dataclasses
import enum
from collections.abc import Mapping, Sequence

from reports.document.contents import Document, Titles
from reports.document.rows import Row
from tests.both_sides.routes import Route
from tests.judging.pairs import Hop

MOST_WAYS = 2
ESSENTIAL = {"loads", "outputs"}


class How(enum.Enum):
    """The kind of a way out: a different loader for the same artifact, or a different saver."""

    LOAD = "load"
    SAVE = "save"


@dataclasses.dataclass(frozen=True)
class WayOut:
    """A route that carries some of the cases which fall short elsewhere."""

    route: Route
    how: How
    cases: tuple[str, ...]

    def what_to_do(self, titles: Titles) -> str:
        """Return what to do instead: `save it with Model.export and load it with tf.saved_model.load`."""
        load = f"load it with {titles.loader(self.route.loader or '')}"
        return load if self.how is How.LOAD else f"save it with {titles.saver(self.route.saver)} and {load}"


@dataclasses.dataclass(frozen=True)
class Carriers:
    """For each hop and route the cases that hold there, and for each route the requirements it is judged by."""

    holding: Mapping[tuple[Hop, Route], set[str]]
    judged: Mapping[Route, set[str]]

    @classmethod
    def of(cls, document: Document) -> Carriers:
        """Return the routes that carry cases in a gate."""
        return cls(_holding(document), _judged(document))

    def ways_out(self, rows: Sequence[Row]) -> tuple[WayOut, ...]:
        """Return routes that carry the cases of these rows, which are all of one hop and saver.

        Routes that carry many of the cases, and that are judged by much the same requirements, come first.
        """
        ways: list[WayOut] = []
        for how in (How.LOAD, How.SAVE) if rows[0].route.loader else (How.SAVE,):
            left = {row.case for row in rows}
            for _ in range(MOST_WAYS):
                route = self._best(rows, left, how)
                if route is None:
                    break
                carried = left & self.holding[rows[0].hop, route]
                ways.append(WayOut(route, how, tuple(sorted(carried))))
                left -= carried
                if not left:
                    break
        return tuple(ways)

    def _best(self, rows: Sequence[Row], cases: set[str], how: How) -> Route | None:
        hop, saver = rows[0].hop, rows[0].route.saver
        routes = {row.route for row in rows}
        purpose = set().union(*(self.judged[route] for route in routes))

        def score(route: Route) -> float:
            carried = len(cases & self.holding[hop, route]) / len(cases)
            return carried + len(self.judged[route] & purpose) / len(purpose)

        candidates = [
            route
            for of_hop, route in sorted(self.holding)
            if of_hop == hop
            and route not in routes
            and (route.saver == saver) == (how is How.LOAD)
            and cases & self.holding[hop, route]
        ]
        return max(candidates, key=score, default=None)


def _holding(document: Document) -> dict[tuple[Hop, Route], set[str]]:
    """Return the cases that load, answer and fall short of nothing, by hop and route with a loader."""
    held: dict[tuple[Hop, Route, str], set[str]] = collections.defaultdict(set)
    short: set[tuple[Hop, Route, str]] = set()
    for row in document.cells:
        place = (row.hop, row.route, row.case)
        if row.outcome.holds:
            held[place].add(row.requirement)
        elif row.outcome.is_judged:
            short.add(place)
    holding: dict[tuple[Hop, Route], set[str]] = collections.defaultdict(set)
    for (hop, route, case), requirements in held.items():
        is_saved = "saves" in held.get((hop.of_saving, route.of_saver, case), ())
        if requirements >= ESSENTIAL and (hop, route, case) not in short and is_saved:
            holding[hop, route].add(case)
    return dict(holding)


def _judged(document: Document) -> dict[Route, set[str]]:
    judged: dict[Route, set[str]] = collections.defaultdict(set)
    for row in document.cells:
        if row.outcome.is_judged:
            judged[row.route].add(row.requirement)
    return dict(judged)
