"""The key differences between the ways to save, derived from named cells and never from code of its own."""

from __future__ import annotations

import dataclasses
from fnmatch import fnmatchcase
from pathlib import Path

import tomllib

from reports.claims import HELD, HOP, is_refusal, named_by

DIFFERENCES = Path(__file__).with_name("differences.toml")


@dataclasses.dataclass(frozen=True)
class Square:
    """What the cells say about one way and one question.

    `verdict` is `all`, `some`, `none`, `not offered` (every cell is n/a or was refused, as `why` says) or `no such
    path` (there is no cell).
    """

    verdict: str
    held: int
    rows: list[dict]
    why: str = ""

    @property
    def judged(self) -> int:
        """How many cells were judged."""
        return len(self.rows)


@dataclasses.dataclass(frozen=True)
class Question:
    """One line of the table: a square for each way, in the order of `ways`."""

    name: str
    squares: list[Square]


def ways() -> list[str]:
    """The names of the ways to save."""
    return [way["name"] for way in _told()["way"]]


def table(document: dict) -> list[Question]:
    """A line for every question that this run can answer anything about."""
    told, lines = _told(), []
    for question in told["question"]:
        hop = question.get("hop", HOP)
        if hop in document["hops"]:
            rows = named_by(question["cells"], hop, document["cells"])
            lines.append(Question(question["name"], [_square(way, question, rows) for way in told["way"]]))
    return lines


def _told() -> dict:
    return tomllib.loads(DIFFERENCES.read_text())


def _square(way: dict, question: dict, rows: list[dict]) -> Square:
    routes = {row["route"] for row in rows}
    routes = {route for route in routes if any(fnmatchcase(route, glob) for glob in way["routes"])}
    named = [row for row in rows if row["route"] in routes]
    judged = [row for row in named if row["outcome"] != "n/a" and not is_refusal(row)]
    if not named:
        return Square("no such path", 0, [])
    if not judged:
        return Square("not offered", 0, [], why=named[0].get("message", "") or "refused")
    short = [row for row in judged if not _holds(row, question.get("facts", {}))]
    held = len(judged) - len(short)
    verdict = "all" if not short else "some" if held else "none"
    return Square(verdict, held, judged)


def _holds(row: dict, facts: dict) -> bool:
    seen = row.get("facts", {})
    return row["outcome"] in HELD and all(name in seen and seen[name] == value for name, value in facts.items())
