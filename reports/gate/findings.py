"""Findings: what an upgrade breaks, changes and fixes, with routes on which the same cases hold.

Everything follows from the rows of one gate's document.
"""

from __future__ import annotations

import collections
import dataclasses
import re
from collections.abc import Sequence

from reports.document.causes import innermost
from reports.document.contents import Document
from reports.document.rows import Row
from reports.drafts.patterns import pattern
from reports.gate.ways_out import Carriers, WayOut
from tests.both_sides.routes import Route
from tests.judging.cells import Cell
from tests.judging.consequence import Consequence
from tests.judging.outcome import Outcome
from tests.judging.pairs import Hop

BAD = tuple(outcome for outcome in Outcome if outcome.is_bad)
# What can change in a contract, by what the messages say.
CHANGES = {
    "names of inputs": r"\.inputs\.\S+ is (gone|new)",
    "names of outputs": r"\.outputs\.\S+ is (gone|new)",
    "dtypes or shapes": r"puts\.\S+ was ",
    "defaults": r"\.defaults was ",
    "signatures": r"(^|; )[^. ]+ is (gone|new)",
}


@dataclasses.dataclass(frozen=True)
class Finding:
    """One thing that happened to some cells in one hop.

    `routes` are those of one saver, `message` is that of one of the cells, and `largest_ulp` the largest error of
    all of them.
    """

    outcome: Outcome
    hop: Hop
    routes: tuple[Route, ...]
    requirements: tuple[str, ...]
    message: str
    cells: tuple[Cell, ...]
    largest_ulp: float | None
    consequence: Consequence | None
    deviations: tuple[str, ...]
    ways_out: tuple[WayOut, ...]

    @property
    def cases(self) -> tuple[str, ...]:
        """The cases that it is about."""
        return tuple(sorted({cell.case for cell in self.cells}))

    @property
    def route(self) -> str:
        """The ids of its routes in short: `export:cpp`, or `export: cpp, signature`."""
        loaders = [route.loader for route in self.routes if route.loader]
        return f"{self.routes[0].saver}: {', '.join(loaders)}" if len(loaders) > 1 else str(self.routes[0])

    @property
    def requirement(self) -> str:
        """The names of its requirements."""
        return ", ".join(self.requirements)


@dataclasses.dataclass(frozen=True)
class _Group:
    """The properties that the rows of one finding share."""

    outcome: Outcome
    hop: Hop
    saver: str
    has_loader: bool
    requirement: str
    symptom: str
    kinds: frozenset[str]
    consequence: Consequence | None
    deviations: tuple[str, ...]

    @classmethod
    def of(cls, row: Row) -> _Group:
        # What is no longer offered fails all requirements at once.
        requirement = "" if row.outcome is Outcome.LOST else row.requirement
        return cls(
            row.outcome,
            row.hop,
            row.route.saver,
            row.route.loader is not None,
            requirement,
            _symptom(row),
            _kinds(row),
            row.consequence,
            row.deviations,
        )


def findings(document: Document, outcomes: tuple[Outcome, ...] = BAD) -> list[Finding]:
    """Return a finding for all rows with these outcomes that share a cause, the gravest consequence first."""
    groups: dict[_Group, list[Row]] = collections.defaultdict(list)
    for row in document.cells:
        if row.outcome in outcomes:
            groups[_Group.of(row)].append(row)
    carriers = Carriers.of(document)
    found = [_finding(rows, carriers) for rows in groups.values()]
    return sorted(
        found,
        key=lambda each: (
            len(Consequence) if each.consequence is None else each.consequence.gravity,
            outcomes.index(each.outcome),
            each.hop,
            -len(each.cells),
            each.route,
        ),
    )


def _symptom(row: Row) -> str:
    """Return the row's symptom without what differs from case to case."""
    return _what_changed(row) if row.outcome is Outcome.CHANGED else pattern(innermost(row.message))


def _kinds(row: Row) -> frozenset[str]:
    """Return how its values differ: two bugs that both read "other answers" are two if one loses a shape."""
    places = [place for shortfall in row.shortfalls for place in shortfall.places]
    return frozenset(
        f"{place.where.rpartition(': ')[2]} {place.size or ''}" for place in places if ": " in place.where
    )


def _what_changed(row: Row) -> str:
    return " and ".join(sorted(what for what, words in CHANGES.items() if re.search(words, row.message)))


def _finding(rows: Sequence[Row], carriers: Carriers) -> Finding:
    first = rows[0]
    message = innermost(first.message).partition("\n")[0]
    if first.outcome is Outcome.CHANGED:
        message = f"different {_what_changed(first)}: {message}"
    return Finding(
        first.outcome,
        first.hop,
        tuple(sorted({row.route for row in rows})),
        tuple(sorted({row.requirement for row in rows})),
        message,
        tuple(sorted(row.cell for row in rows)),
        max((row.largest_ulp for row in rows if row.largest_ulp is not None), default=None),
        first.consequence,
        tuple(sorted({name for row in rows for name in row.deviations})),
        carriers.ways_out(rows),
    )
