"""What an upgrade does, as a team has to know it: what breaks, for which models, and what holds instead.

Everything is read off the rows of one gate's document.
"""

from __future__ import annotations

import collections
import dataclasses
import json

from reports.draft import pattern

HELD = ("conforms", "fixed", "changed")
# In the order in which a person wants to know; what a gate adds to a cell's own outcome.
OUTCOMES = ("regressed", "crashed", "timed-out", "fails", "lost", "changed", "unexpected-pass")
MOST_WAYS = 2


@dataclasses.dataclass(frozen=True)
class WayOut:
    """A route on which cases hold that fall short on another.

    `how` is `read` where another loader reads the same artifact, and `save` where it is saved in another way.
    """

    route: str
    how: str
    cases: tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class Finding:
    """One thing that became of some cases on one route in one hop; `message` is what one of them says."""

    outcome: str
    hop: str
    route: str
    requirement: str
    message: str
    cases: tuple[str, ...]
    largest_ulp: float | str | None
    deviations: tuple[str, ...]
    ways_out: tuple[WayOut, ...]


def findings(document: dict, outcomes: tuple[str, ...] = OUTCOMES) -> list[Finding]:
    """The cells with these outcomes, put together where they say the same, with ways out; the gravest first."""
    groups: dict[tuple, list[dict]] = collections.defaultdict(list)
    for row in document["cells"]:
        if row["outcome"] in outcomes:
            says = pattern(row.get("message", ""))
            groups[row["outcome"], row["hop"], row["route"], row["requirement"], says].append(row)
    holding = _holding(document)
    judged = _judged(document)
    found = [_finding(rows, holding, judged) for rows in groups.values()]
    return sorted(found, key=lambda each: (outcomes.index(each.outcome), each.hop, -len(each.cases), each.route))


def _finding(rows: list[dict], holding: dict, judged: dict) -> Finding:
    first = rows[0]
    cases = tuple(sorted(row["case"] for row in rows))
    errors = [row["largest_ulp"] for row in rows if row.get("largest_ulp") is not None]
    return Finding(
        first["outcome"],
        first["hop"],
        first["route"],
        first["requirement"],
        first.get("message", "").partition("\n")[0],
        cases,
        max(errors, key=float, default=None),
        tuple(sorted({name for row in rows for name in row.get("deviations", [])})),
        _ways_out(first, cases, holding, judged),
    )


def _holding(document: dict) -> dict[tuple[str, str], set[str]]:
    """(hop, route with a loader) -> the cases that load, answer, and fall short of nothing there."""
    good: dict[tuple[str, str, str], set[str]] = collections.defaultdict(set)
    short: set[tuple[str, str, str]] = set()
    for row in document["cells"]:
        place = (row["hop"], row["route"], row["case"])
        if row["outcome"] in HELD:
            good[place].add(row["requirement"])
        elif row["outcome"] != "n/a":
            short.add(place)
    holding: dict[tuple[str, str], set[str]] = collections.defaultdict(set)
    for (hop, route, case), requirements in good.items():
        saved = (f"{hop[0]}>{hop[0]}", route.partition(":")[0], case)
        if {"loads", "outputs"} <= requirements and (hop, route, case) not in short and "saves" in good[saved]:
            holding[hop, route].add(case)
    return holding


def _judged(document: dict) -> dict[str, set[str]]:
    """Route -> the requirements that are judged on it in any hop: what the route is there for."""
    judged: dict[str, set[str]] = collections.defaultdict(set)
    for row in document["cells"]:
        if row["outcome"] != "n/a":
            judged[row["route"]].add(row["requirement"])
    return judged


def _ways_out(row: dict, cases: tuple[str, ...], holding: dict, judged: dict) -> tuple[WayOut, ...]:
    """For each way, the routes that carry most of the cases; of several, the one most like the route that fails."""
    saver, _, loader = row["route"].partition(":")
    ways = []
    for how in ("read", "save"):
        left = set(cases)
        for _ in range(MOST_WAYS):
            candidates = [
                (len(left & held), len(judged[route] & judged[row["route"]]), route)
                for (hop, route), held in holding.items()
                if hop == row["hop"]
                and route != row["route"]
                and (route.partition(":")[0] == saver) == (how == "read")
                and (loader or how == "save")
            ]
            carried, _, route = max(candidates, key=lambda each: (each[0], each[1], each[2]), default=(0, 0, ""))
            if not carried:
                break
            ways.append(WayOut(route, how, tuple(sorted(left & holding[row["hop"], route]))))
            left -= set(ways[-1].cases)
    return tuple(ways)


def tally(document: dict) -> dict[str, int]:
    """How many cells and hops beside the control regressed, changed, got better, were broken before, or are the same."""
    counts: collections.Counter = collections.Counter()
    for row in document["cells"]:
        if row["hop"] != "A>A" and row["outcome"] != "n/a":
            counts["same" if row["outcome"] == "conforms" else row["outcome"]] += 1
    return dict(sorted(counts.items()))


@dataclasses.dataclass(frozen=True)
class Moved:
    """A fact that is no contract and is another under the new pair, with how many cells tell it and one of them."""

    requirement: str
    fact: str
    cells: int
    example: str
    before: str
    after: str


def moved_facts(document: dict) -> list[Moved]:
    """The facts of A>A that are other in B>B; they are listed and fail nothing."""
    rows = {(row["case"], row["route"], row["requirement"], row["hop"]): row for row in document["cells"]}
    seen: dict[tuple[str, str], list[tuple[str, str, str]]] = collections.defaultdict(list)
    for (case, route, requirement, hop), before in rows.items():
        after = rows.get((case, route, requirement, "B>B"))
        if hop != "A>A" or after is None:
            continue
        one, two = before.get("facts", {}), after.get("facts", {})
        for fact in sorted(one.keys() & two.keys()):
            texts = [json.dumps(facts[fact], sort_keys=True) for facts in (one, two)]
            if texts[0] != texts[1]:
                seen[requirement, fact].append((f"{case} / {route}", *texts))
    return [Moved(requirement, fact, len(found), *found[0]) for (requirement, fact), found in sorted(seen.items())]
