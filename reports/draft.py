"""A draft of rows, from what runs found that no row explains or accepts; to be finished by a person.

Of a run it is one for `deviations.toml`; of a gate that fails, one for the team's own list, `--deviations`.
`python -m reports.draft A.json B.json ...` puts the reports of several pairs together: a symptom is one row, and
its places are the cells that show it, each with its pairs.
"""

from __future__ import annotations

import collections
import dataclasses
import itertools
import json
import re
import sys
import textwrap
from pathlib import Path

from reports import document
from tests.judging import deviations
from tests.judging.cells import Cell, Pair
from tests.judging.deviations import Deviations
from tests.judging.requirement import Shortfall

NAME = "deviations-draft.toml"
LONGEST_PATTERN = 110
WIDTH = 118


@dataclasses.dataclass(frozen=True, order=True)
class Symptom:
    """What a row is about: what is said, without what differs from cell to cell."""

    requirement: str
    outcome: str
    exception: str | None
    message: str


def write(folder: Path, found: dict, known: Deviations) -> None:
    """Write the draft of one run's rows beside its report; nothing where every shortfall is explained."""
    text = draft([found], known)
    path = folder / NAME
    if text:
        path.write_text(text)
    else:
        path.unlink(missing_ok=True)


def draft(documents: list[dict], known: Deviations) -> str:
    """The rows for all that no row explains, as TOML; kind, reason and link are left to a person.

    Of a gate, which measures against its control, they are for what it fails on and no row of the team's accepts.
    """
    seen: dict[Symptom, list[SeenIn]] = collections.defaultdict(list)
    for each in documents:
        pairs = {side: Pair.of(said) for side, said in each["sides"].items()}
        for hop in each["hops"]:
            between = Between(pairs[hop[0]], pairs[hop[-1]])
            for symptom, cells in sorted(_unexplained(each, hop, between, known).items()):
                seen[symptom].append(SeenIn.of(each, hop, between, symptom.requirement, cells))
    return "\n".join(
        _row(number, symptom, places(found)) for number, (symptom, found) in enumerate(seen.items(), start=1)
    )


@dataclasses.dataclass(frozen=True)
class Between:
    """The pair that saved, and the one that loaded."""

    saved: Pair
    loaded: Pair

    @property
    def condition(self) -> str:
        """As a place of a row says it, where these are two pairs."""
        told = [
            f'{side} = {{ tensorflow = "=={pair.tensorflow}", keras = "=={pair.keras}" }}'
            for side, pair in (("saved_with", self.saved), ("loaded_with", self.loaded))
        ]
        return ", ".join(told)


def _unexplained(found: dict, hop: str, between: Between, known: Deviations) -> dict[Symptom, set[tuple[str, str]]]:
    cells: dict[Symptom, set[tuple[str, str]]] = collections.defaultdict(set)
    is_gate = "A" in found["sides"]
    for row in found["cells"]:
        if row["hop"] != hop or not row.get("found") or (is_gate and not document.is_bad(row)):
            continue
        cell = Cell(row["case"], row["route"], row["requirement"])
        rows = known.of(cell, found["cases"][row["case"]]["traits"], between.saved, between.loaded)
        for each in row["found"]:
            shortfall = Shortfall(**each)
            if not any(row.expects(shortfall) for row in rows if row.accepts or not is_gate):
                symptom = Symptom(row["requirement"], each["symptom"], each["exception"], pattern(each["message"]))
                cells[symptom].add((row["case"], row["route"]))
    return cells


def pattern(message: str) -> str:
    """A pattern that matches the message and others like it: paths, numbers and quoted names are left open."""
    line = message.partition("\n")[0]
    tokens = re.split(r"('[^']*'|(?<!\w)[\w./-]+/[\w./-]+|\d+)", line)
    parts = []
    for token in tokens:
        if re.fullmatch(r"\d+", token):
            parts.append("[0-9]+")
        elif token.startswith("'") and len(token) > 1:
            parts.append("'[^']*'")
        elif "/" in token and re.fullmatch(r"[\w./-]+/[\w./-]+", token):
            parts.append(r"\S+")
        else:
            parts.append(re.escape(token).replace(r"\ ", " "))
    joined = "^"
    for part in parts:
        if len(joined) + len(part) > LONGEST_PATTERN:
            break
        joined += part
    return joined if len(joined) > 1 else "^" + re.escape(line[:LONGEST_PATTERN]).replace(r"\ ", " ")


@dataclasses.dataclass
class SeenIn:
    """One symptom in one hop of a report: the cells that show it, among all that were judged for it."""

    between: Between
    cells: set[tuple[str, str]]
    judged: dict[str, set[str]]
    traits: dict[str, set[str]]

    @classmethod
    def of(cls, found: dict, hop: str, between: Between, requirement: str, cells: set[tuple[str, str]]) -> SeenIn:
        """What a report says of a symptom of that requirement in one hop; cells are (case, route)."""
        judged: dict[str, set[str]] = collections.defaultdict(set)
        for row in found["cells"]:
            judged_here = row["requirement"] == requirement and row["hop"] == hop
            if judged_here and row["outcome"] not in ("n/a", "blocked"):
                judged[row["route"]].add(row["case"])
        traits = {name: set(case["traits"]) for name, case in found["cases"].items()}
        return cls(between, cells, judged, traits)

    def matched_by(self, which: Which, routes: list[str]) -> set[tuple[str, str]]:
        """The judged cells that these cases and routes match."""
        return {
            (case, route) for route in routes for case in self.judged[route] if which.matches(case, self.traits[case])
        }


@dataclasses.dataclass(frozen=True)
class Which:
    """Which cases: by name or all, by traits, and with exceptions."""

    case: tuple[str, ...] = ()
    traits: tuple[str, ...] = ()
    excepted: tuple[str, ...] = ()

    def matches(self, case: str, traits: set[str]) -> bool:
        """Whether the case is one of them."""
        return (not self.case or case in self.case) and set(self.traits) <= traits and case not in self.excepted

    def text(self) -> str:
        """As a place of a row says it."""
        named = {"case": self.case, "traits": self.traits, "except": self.excepted}
        return "".join(f"{name} = {json.dumps(value)}, " for name, value in named.items() if value)


def places(found: list[SeenIn]) -> list[tuple[Which, list[str], list[Between]]]:
    """(cases, routes, pairs) that match just the cells which show the symptom, among all that were judged."""
    left = [set(seen.cells) for seen in found]  # not by pair: two reports may be of one
    made = []
    while any(left):
        at = max(range(len(found)), key=lambda i: len(left[i]))
        by_which: dict[Which, list[str]] = collections.defaultdict(list)
        for route in sorted({route for _, route in left[at]}):
            by_which[_shortest(found[at], route)].append(route)
        which, routes = max(by_which.items(), key=lambda item: len(found[at].matched_by(*item) & left[at]))
        pairs = []
        for i, seen in enumerate(found):
            matched = seen.matched_by(which, routes)
            if matched <= seen.cells and matched & left[i]:
                pairs.append(seen.between)
                left[i] -= matched
        made.append((which, routes, sorted(set(pairs), key=pairs.index)))
    return made


def _shortest(seen: SeenIn, route: str) -> Which:
    """The shortest way to say which of the route's judged cases show the symptom."""
    judged = seen.judged[route]
    wanted = {case for case, where in seen.cells if where == route}
    common = sorted(set.intersection(*(seen.traits[case] for case in wanted)) - {"quick"})
    ways = [Which(case=tuple(sorted(wanted)))]
    for size in (0, 1, 2):
        for traits in itertools.combinations(common, size):
            matching = {case for case in judged if set(traits) <= seen.traits[case]}
            ways.append(Which(traits=traits, excepted=tuple(sorted(matching - wanted))))
    return min(ways, key=lambda which: (len(which.text()), which.text()))


def _row(number: int, symptom: Symptom, found: list[tuple[Which, list[str], list[Between]]]) -> str:
    lines = [
        "[[deviation]]",
        f'id = "draft-{number}"',
        f'requirement = ["{symptom.requirement}"]',
        'kind = ""  # upstream-bug, by-design, unsupported, environment',
        f'outcome = "{symptom.outcome}"',
    ]
    if symptom.exception:
        lines.append(f'exception = "{symptom.exception}"')
    lines += [f"message = {_literal(symptom.message)}", 'reason = ""', 'link = ""', "where = ["]
    lines += [
        place(which.text(), routes, condition) for which, routes, seen in found for condition in conditions(seen)
    ]
    return "\n".join([*lines, "]", ""])


def conditions(seen: list[Between]) -> list[str]:
    """What a row says of pairs: all that were saved and loaded with one pair in one word, each other by itself."""
    within = [between.saved.name for between in seen if between.saved.name == between.loaded.name]
    across = [between.condition for between in seen if between.saved.name != between.loaded.name]
    return [*([f"pairs = {json.dumps(within)}"] if within else []), *across]


def place(cells: str, routes: list[str], condition: str) -> str:
    """One place, as a table within `where`; a long list of routes has lines of its own."""
    line = f"    {{ {cells}route = {json.dumps(routes)}, {condition} }},"
    if len(line) <= WIDTH:
        return line
    listed = textwrap.fill(json.dumps(routes)[1:-1], WIDTH - 8, break_on_hyphens=False)
    return f"    {{ {cells}route = [\n{textwrap.indent(listed, ' ' * 8)},\n    ], {condition} }},"


def _literal(text: str) -> str:
    return json.dumps(text, ensure_ascii=False) if "'" in text else f"'{text}'"


if __name__ == "__main__":
    print(draft([document.read(Path(path)) for path in sys.argv[1:]], deviations.read()))
