"""What an upgrade does, as a team has to know it: what breaks, for which models, and what holds instead.

Everything is read off the rows of one gate's document.
"""

from __future__ import annotations

import collections
import dataclasses
import json
import re

from reports.draft import pattern

HELD = ("conforms", "fixed", "changed")
# In the order in which a person wants to know.
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
    """One thing that became of some cases in one hop.

    `route` and `requirement` are as people read them, several loaders or requirements that say the same put together;
    `cells` are the (case, route, requirement) that it stands for, `message` is what one of them says.
    """

    outcome: str
    hop: str
    route: str
    requirement: str
    message: str
    cases: tuple[str, ...]
    cells: tuple[tuple[str, str, str], ...]
    largest_ulp: float | str | None
    deviations: tuple[str, ...]
    ways_out: tuple[WayOut, ...]


def findings(document: dict, outcomes: tuple[str, ...] = OUTCOMES) -> list[Finding]:
    """The cells with these outcomes, put together where they say the same, with ways out; the gravest first."""
    groups: dict[tuple, list[dict]] = collections.defaultdict(list)
    for row in document["cells"]:
        if row["outcome"] in outcomes:
            saver, _, loader = row["route"].partition(":")
            # What is no longer offered says so on every requirement; what is judged without a loader is by itself.
            requirement = "" if row["outcome"] == "lost" else row["requirement"]
            groups[row["outcome"], row["hop"], saver, bool(loader), requirement, _says(row)].append(row)
    holding, judged = _holding(document), _judged(document)
    found = [_finding(rows, holding, judged) for rows in groups.values()]
    return sorted(found, key=lambda each: (outcomes.index(each.outcome), each.hop, -len(each.cells), each.route))


def _says(row: dict) -> str:
    """What a row says, without what differs from case to case."""
    message = row.get("message", "")
    if row["outcome"] != "changed":
        return pattern(message)
    return " and ".join(sorted({kind for kind, words in CHANGES.items() if re.search(words, message)}))


# What can change in a contract, by what is said of it.
CHANGES = {
    "names of inputs": r"\.inputs\.\S+ is (gone|new)",
    "names of outputs": r"\.outputs\.\S+ is (gone|new)",
    "dtypes or shapes": r"puts\.\S+ was ",
    "defaults": r"\.defaults was ",
    "signatures": r"(^|; )[^. ]+ is (gone|new)",
}


def _finding(rows: list[dict], holding: dict, judged: dict) -> Finding:
    first = rows[0]
    errors = [row["largest_ulp"] for row in rows if row.get("largest_ulp") is not None]
    message = first.get("message", "").partition("\n")[0]
    if first["outcome"] == "changed":
        message = f"other {_says(first)}: {message}"
    return Finding(
        first["outcome"],
        first["hop"],
        _in_words(sorted({row["route"] for row in rows})),
        ", ".join(sorted({row["requirement"] for row in rows})),
        message,
        tuple(sorted({row["case"] for row in rows})),
        tuple(sorted((row["case"], row["route"], row["requirement"]) for row in rows)),
        max(errors, key=float, default=None),
        tuple(sorted({name for row in rows for name in row.get("deviations", [])})),
        _ways_out(rows, holding, judged),
    )


def _in_words(routes: list[str]) -> str:
    saver = routes[0].partition(":")[0]
    loaders = [route.partition(":")[2] for route in routes if ":" in route]
    return f"{saver}: {', '.join(loaders)}" if len(loaders) > 1 else routes[0]


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


def _ways_out(rows: list[dict], holding: dict, judged: dict) -> tuple[WayOut, ...]:
    """For each way, routes that carry the cases: those that carry many and are there for much the same come first."""
    routes = {row["route"] for row in rows}
    saver, _, loader = rows[0]["route"].partition(":")
    purpose = set().union(*(judged[route] for route in routes))
    ways = []
    for how in ("read", "save") if loader else ("save",):
        left = {row["case"] for row in rows}
        for _ in range(MOST_WAYS):
            candidates = [
                (len(left & held) / len(left) + len(judged[route] & purpose) / len(purpose), route)
                for (hop, route), held in sorted(holding.items())
                if hop == rows[0]["hop"]
                and route not in routes
                and (route.partition(":")[0] == saver) == (how == "read")
                and left & held
            ]
            if not candidates:
                break
            _, route = max(candidates, key=lambda each: each[0])
            ways.append(WayOut(route, how, tuple(sorted(left & holding[rows[0]["hop"], route]))))
            left -= set(ways[-1].cases)
            if not left:
                break
    return tuple(ways)


def tally(document: dict) -> dict[str, int]:
    """How many cells in the hops beside the control became what; `same` where they hold as they did."""
    counts: collections.Counter = collections.Counter()
    for row in document["cells"]:
        if row["hop"] != "A>A" and row["outcome"] != "n/a":
            counts["same" if row["outcome"] == "conforms" else row["outcome"]] += 1
    return dict(sorted(counts.items()))


def by_hop(document: dict) -> dict[str, dict[str, tuple[int, int]]]:
    """Route -> hop -> (cells that hold, cells that are judged), where not all of them hold in every hop."""
    counts: dict[str, dict[str, list[int]]] = collections.defaultdict(dict)
    for row in document["cells"]:
        if row["outcome"] != "n/a":
            held = counts[row["route"]].setdefault(row["hop"], [0, 0])
            held[0] += row["outcome"] in HELD
            held[1] += 1
    return {
        route: {hop: (fine, judged) for hop, (fine, judged) in hops.items()}
        for route, hops in sorted(counts.items())
        if any(fine < judged for fine, judged in hops.values())
    }


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
