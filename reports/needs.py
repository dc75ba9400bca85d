"""What each route needs of custom things, and what it says when one is missing: from the custom_objects cells."""

from __future__ import annotations

import dataclasses

from reports.claims import HELD, HOP
from reports.wording import one_line

REQUIREMENT = "custom_objects"
LONGEST_SAID = 220
WINNERS = {
    "argument_wins_over_registration": (
        "custom_objects= wins over registration",
        "registration wins over custom_objects=",
    ),
    "scope_wins_over_registration": ("a scope wins over registration", "registration wins over a scope"),
}


@dataclasses.dataclass(frozen=True)
class Need:
    """What a route needs for one case.

    `said` is the refusal without it, or what is wrong where `held` is false; `noted` says who wins where two ways of
    giving it disagree, and whether a wrong object of the right name is noticed.
    """

    needs: tuple[str, ...]
    said: str
    held: bool
    noted: tuple[str, ...] = ()


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
    """A line for all routes that say the same; first comes the one for those that need nothing for any case."""
    columns = cases(document)
    by_route: dict[str, dict[str, dict]] = {}
    for row in _judged(document):
        by_route.setdefault(row["route"], {})[row["case"]] = row
    lines: dict[tuple[Need | None, ...], list[str]] = {}
    for route, rows in by_route.items():
        needs = tuple(_need(rows[case]) if case in rows else None for case in columns)
        lines.setdefault(() if set(needs) <= {None, NOTHING} else needs, []).append(route)
    made = []
    for needs, routes in lines.items():
        judged = {case for route in routes for case in by_route[route]}
        told = needs or tuple(NOTHING if case in judged else None for case in columns)
        made.append(Line(tuple(routes), told, tuple(row for route in routes for row in by_route[route].values())))
    return sorted(made, key=lambda line: (sum(need not in (None, NOTHING) for need in line.needs), line.routes))


def _judged(document: dict) -> list[dict]:
    return [
        row
        for row in document["cells"]
        if row["requirement"] == REQUIREMENT and row["hop"] == HOP and row["outcome"] not in ("n/a", "blocked")
    ]


def _need(row: dict) -> Need:
    held, facts = row["outcome"] in HELD, row.get("facts", {})
    refusals = {name: one_line(said, LONGEST_SAID) for name, said in facts.get("refused_without", {}).items()}
    told = [f"{name}: {said}" for name, said in refusals.items()] if len(refusals) > 1 else list(refusals.values())
    said = "; ".join(told) if held else one_line(row.get("message", ""), LONGEST_SAID)
    noted = [WINNERS[name][not facts[name]] for name in WINNERS if name in facts]
    if "wrong_objects" in facts:
        noted.append(f"wrong objects of these names: {one_line(facts['wrong_objects'], LONGEST_SAID)}")
    return Need(tuple(facts.get("needs", ())), said, held, tuple(noted))


NOTHING = Need((), "", True)
