"""Which custom objects each route needs, and what it says if one is missing: from the custom_objects cells."""

from __future__ import annotations

import dataclasses

from reports.document.contents import Document
from reports.document.rows import Row
from reports.summary.wording import one_line
from tests.both_sides.routes import Route
from tests.judging.outcome import Outcome
from tests.judging.pairs import NEW_ARTIFACTS

REQUIREMENT = "custom_objects"
LONGEST_MESSAGE = 220
WINNERS = {
    "argument_wins_over_registration": (
        "custom_objects= wins over registration",
        "registration wins over custom_objects=",
    ),
    "scope_wins_over_registration": ("a scope wins over registration", "registration wins over a scope"),
}


@dataclasses.dataclass(frozen=True)
class Need:
    """The custom objects that a route needs for one case.

    Args:
        needs: the custom objects, or the op library, without which the artifact does not load.
        message: the refusal if they are missing, or what is wrong if the requirement does not hold.
        holds: True if the requirement holds.
        remarks: which of two ways of giving an object wins, and whether a wrong object of the right name is noticed.
    """

    needs: tuple[str, ...]
    message: str
    holds: bool
    remarks: tuple[str, ...] = ()


NOTHING = Need((), "", True)


@dataclasses.dataclass(frozen=True)
class NeedsLine:
    """Routes that need the same and say the same, with a Need for each case, or None if the cell is n/a."""

    routes: tuple[Route, ...]
    needs: tuple[Need | None, ...]
    rows: tuple[Row, ...]


def cases(document: Document) -> list[str]:
    """Return the cases that have custom objects."""
    return sorted({row.case for row in _judged(document)})


def table(document: Document) -> list[NeedsLine]:
    """Return a line for all routes that say the same; the routes that need nothing for any case come first."""
    columns = cases(document)
    by_route: dict[Route, dict[str, Row]] = {}
    for row in _judged(document):
        by_route.setdefault(row.route, {})[row.case] = row
    routes_by_needs: dict[tuple[Need | None, ...], list[Route]] = {}
    for route, rows in by_route.items():
        needs = tuple(_need(rows[case]) if case in rows else None for case in columns)
        routes_by_needs.setdefault(() if set(needs) <= {None, NOTHING} else needs, []).append(route)
    lines = []
    for needs, routes in routes_by_needs.items():
        judged = {case for route in routes for case in by_route[route]}
        shown = needs or tuple(NOTHING if case in judged else None for case in columns)
        rows_of_line = tuple(row for route in routes for row in by_route[route].values())
        lines.append(NeedsLine(tuple(routes), shown, rows_of_line))
    return sorted(lines, key=lambda line: (sum(need not in (None, NOTHING) for need in line.needs), line.routes))


def _judged(document: Document) -> list[Row]:
    return [
        row
        for row in document.cells
        if row.requirement == REQUIREMENT
        and row.hop == NEW_ARTIFACTS
        and row.outcome not in (Outcome.NOT_APPLICABLE, Outcome.BLOCKED)
    ]


def _need(row: Row) -> Need:
    facts = row.facts
    refusals = {name: one_line(text, LONGEST_MESSAGE) for name, text in facts.get("refused_without", {}).items()}
    named = [f"{name}: {text}" for name, text in refusals.items()] if len(refusals) > 1 else list(refusals.values())
    message = "; ".join(named) if row.outcome.holds else one_line(row.message, LONGEST_MESSAGE)
    remarks = [WINNERS[name][not facts[name]] for name in WINNERS if name in facts]
    if "wrong_objects" in facts:
        remarks.append(f"wrong objects of these names: {one_line(facts['wrong_objects'], LONGEST_MESSAGE)}")
    return Need(tuple(facts.get("needs", ())), message, row.outcome.holds, tuple(remarks))
