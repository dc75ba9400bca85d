"""The key differences between the ways to save. They follow from named cells, never from code of their own."""

from __future__ import annotations

import dataclasses
import enum
import functools
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import tomllib

from reports.document.contents import Document
from reports.document.named_cells import CellGlob, NamedRows
from reports.document.rows import Row
from tests.both_sides.routes import Route
from tests.judging.pairs import NEW_ARTIFACTS, Hop

DIFFERENCES = Path(__file__).with_name("differences.toml")


@dataclasses.dataclass(frozen=True)
class Way:
    """One way to save, with the globs of its routes."""

    name: str
    routes: tuple[str, ...]

    def includes(self, route: Route) -> bool:
        """Return whether the route saves in this way."""
        return any(fnmatchcase(str(route), glob) for glob in self.routes)


@dataclasses.dataclass(frozen=True)
class KeyQuestion:
    """A question that people ask about each way to save, and the cells that answer it.

    A cell says yes if it holds and has these facts.
    """

    name: str
    cells: tuple[CellGlob, ...]
    hop: Hop
    facts: Mapping[str, Any]

    def is_answered_by(self, row: Row) -> bool:
        """Return whether the row says yes."""
        return row.outcome.holds and all(
            name in row.facts and row.facts[name] == value for name, value in self.facts.items()
        )


class Answer(enum.Enum):
    """The answer to a question: how many of its cells say yes, or why there are none."""

    ALL = "all"
    SOME = "some"
    NONE = "none"
    NOT_OFFERED = "not offered"
    NO_SUCH_PATH = "no such path"

    def __str__(self) -> str:
        return self.value


@dataclasses.dataclass(frozen=True)
class Square:
    """The answer to one question about one way to save.

    `rows` were judged, and `holding` of them say yes. `why` is the reason if the way is not offered.
    """

    answer: Answer
    holding: int = 0
    rows: tuple[Row, ...] = ()
    why: str = ""

    @property
    def judged(self) -> int:
        """How many cells were judged."""
        return len(self.rows)


@dataclasses.dataclass(frozen=True)
class DifferenceLine:
    """One line of the table: a question, with a square for each way in the order of `ways`."""

    question: str
    squares: tuple[Square, ...]


def ways() -> tuple[Way, ...]:
    """Return the ways to save."""
    return tuple(Way(each["name"], tuple(each["routes"])) for each in _content()["way"])


def questions() -> tuple[KeyQuestion, ...]:
    """Return what people ask of them."""
    return tuple(
        KeyQuestion(
            each["name"],
            tuple(CellGlob(**glob) for glob in each["cells"]),
            Hop.parse(each["hop"]) if "hop" in each else NEW_ARTIFACTS,
            each.get("facts", {}),
        )
        for each in _content()["question"]
    )


def table(document: Document) -> list[DifferenceLine]:
    """Return a line for every question about a hop of this run."""
    every = NamedRows.of(document.cells)
    lines = []
    for question in questions():
        if question.hop in document.hops:
            rows = every.named_by(question.cells, question.hop)
            lines.append(DifferenceLine(question.name, tuple(_square(way, question, rows) for way in ways())))
    return lines


@functools.cache
def _content() -> dict[str, Any]:
    return tomllib.loads(DIFFERENCES.read_text())


def _square(way: Way, question: KeyQuestion, rows: Sequence[Row]) -> Square:
    routes = {route for route in {row.route for row in rows} if way.includes(route)}
    named = [row for row in rows if row.route in routes]
    judged = tuple(row for row in named if row.outcome.is_judged and not row.is_refusal)
    if not named:
        return Square(Answer.NO_SUCH_PATH)
    if not judged:
        return Square(Answer.NOT_OFFERED, why=named[0].message or "refused")
    holding = sum(question.is_answered_by(row) for row in judged)
    answer = Answer.ALL if holding == len(judged) else Answer.SOME if holding else Answer.NONE
    return Square(answer, holding, judged)
