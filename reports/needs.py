"""What each route needs of custom things, and what it says when one is missing: from the custom_objects cells."""

from __future__ import annotations

import dataclasses

from reports.claims import HELD, HOP
from reports.wording import one_line

REQUIREMENT = "custom_objects"
LONGEST_SAID = 220


@dataclasses.dataclass(frozen=True)
class Need:
    """What a route needs for one case; `said` is the refusal without it, or what is wrong where `held` is false."""

    needs: tuple[str, ...]
    said: str
    held: bool


@dataclasses.dataclass(frozen=True)
class Line:
    """Routes that need the same and say the same, with a Need for each case, or None where the cell is n/a."""

    routes: tuple[str, ...]
    needs: tuple[Need | None, ...]
    rows: tuple[dict, ...]


def cases(document: dict) -> list[str]:
    """The cases that need something on some route."""
    return sorted({row["case"] for row in _judged(document)})


def table(document: dict) -> list[Line]:
    """A line for all routes that say the same, those that need nothing first."""
    columns = cases(document)
    by_route: dict[str, dict[str, dict]] = {}
    for row in _judged(document):
        by_route.setdefault(row["route"], {})[row["case"]] = row
    lines: dict[tuple[Need | None, ...], list[str]] = {}
    for route, rows in by_route.items():
        needs = tuple(_need(rows[case]) if case in rows else None for case in columns)
        lines.setdefault(needs, []).append(route)
    return sorted(
        (
            Line(tuple(routes), needs, tuple(row for route in routes for row in by_route[route].values()))
            for needs, routes in lines.items()
        ),
        key=lambda line: (sum(bool(need and (need.needs or not need.held)) for need in line.needs), line.routes),
    )


def _judged(document: dict) -> list[dict]:
    return [
        row
        for row in document["cells"]
        if row["requirement"] == REQUIREMENT and row["hop"] == HOP and row["outcome"] not in ("n/a", "blocked")
    ]


def _need(row: dict) -> Need:
    held, facts = row["outcome"] in HELD, row.get("facts", {})
    said = facts.get("refused_with", "") if held else row.get("message", "")
    return Need(tuple(facts.get("needs", ())), one_line(said, LONGEST_SAID), held)
