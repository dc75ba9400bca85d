"""The key differences between the ways to save. They follow from named cells, never from code of their own."""

from __future__ import annotations

import collections
import dataclasses
import enum
import functools
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import tomllib

from reports.document.contents import Document
from reports.document.named_cells import CellGlob, NamedRows
from reports.document.rows import Row
from tests.both_sides.routes import Route
from tests.judging.consequence import MINOR, Consequence
from tests.judging.pairs import NEW_ARTIFACTS, Hop

DIFFERENCES = Path(__file__).with_name("differences.toml")
# What reasons of n/a rows say about the pair.
INSTALL, NOT_OFFERED = "pip install", "is not offered by"


@dataclasses.dataclass(frozen=True)
class Way:
    """One way to save, with its savers."""

    name: str
    savers: tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class KeyQuestion:
    """A question that people ask about each way to save, and the cells that answer it.

    Args:
        routes: the routes that answer it; `otherwise` says why a way has none.
        facts: the facts of a cell that says yes, beside that it holds.
    """

    name: str
    requirements: tuple[str, ...]
    routes: tuple[Route, ...]
    case: str = "*"
    hop: Hop = NEW_ARTIFACTS
    facts: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    otherwise: str = ""

    def rows(self, route: Route, every: NamedRows) -> list[Row]:
        """Return the rows of one of its routes."""
        globs = [CellGlob(self.case, str(route), requirement) for requirement in self.requirements]
        return every.named_by(globs, self.hop)

    def consequence(self, row: Row, every: NamedRows) -> Consequence | None:
        """Return what stands against yes in a judged row; None if the row says yes."""
        if not row.outcome.holds:
            return every.consequence(row)
        has_facts = all(name in row.facts and row.facts[name] == value for name, value in self.facts.items())
        return None if has_facts else Consequence.REFUSED


class Answer(enum.Enum):
    """The answer for one route: for how many models it is yes, or why no model was judged."""

    ALL = "all"
    RENAMED = "renamed"
    SOME = "some"
    NONE = "none"
    NOT_OFFERED = "not offered"
    NOT_INSTALLED = "not installed"
    NOT_JUDGED = "not judged"

    def __str__(self) -> str:
        return self.value


@dataclasses.dataclass(frozen=True)
class Reading:
    """The answer to one question about what one reader makes of one way.

    Args:
        reader: the loader's name for people.
        holding: for how many models the answer is yes.
        short: how many models have which consequence instead, the gravest first.
        rows: what was judged.
        why: the reason if nothing was.
    """

    reader: str
    answer: Answer
    holding: int = 0
    short: Mapping[Consequence, int] = dataclasses.field(default_factory=dict)
    rows: tuple[Row, ...] = ()
    why: str = ""

    @property
    def models(self) -> int:
        """How many models were judged."""
        return self.holding + sum(self.short.values())

    @property
    def shortfalls(self) -> str:
        """How many models have which consequence, in words."""
        return ", ".join(f"{count} {consequence}" for consequence, count in self.short.items())


@dataclasses.dataclass(frozen=True)
class Square:
    """The answers to one question about one way, one for each reader; `why` is the reason if no reader is asked."""

    readings: tuple[Reading, ...]
    why: str = ""


@dataclasses.dataclass(frozen=True)
class DifferenceLine:
    """One line of the table: a question, with a square for each way in the order of `ways`."""

    question: str
    squares: tuple[Square, ...]


def ways() -> tuple[Way, ...]:
    """Return the ways to save."""
    return tuple(Way(each["name"], tuple(each["savers"])) for each in _content()["way"])


def questions() -> tuple[KeyQuestion, ...]:
    """Return what people ask of them."""
    usual = _content()["usual"]["routes"]
    return tuple(
        KeyQuestion(
            each["name"],
            tuple(each["requirements"]),
            tuple(map(Route.parse, each.get("routes", usual))),
            each.get("case", "*"),
            Hop.parse(each["hop"]) if "hop" in each else NEW_ARTIFACTS,
            each.get("facts", {}),
            each.get("otherwise", ""),
        )
        for each in _content()["question"]
    )


def table(document: Document) -> list[DifferenceLine]:
    """Return a line for every question about a hop of this run."""
    every = NamedRows.of(document.cells)
    return [
        DifferenceLine(question.name, tuple(_square(document, way, question, every) for way in ways()))
        for question in questions()
        if question.hop in document.hops
    ]


@functools.cache
def _content() -> dict[str, Any]:
    return tomllib.loads(DIFFERENCES.read_text())


def _square(document: Document, way: Way, question: KeyQuestion, every: NamedRows) -> Square:
    readings = tuple(
        _reading(document.titles.loader(str(route.loader)), question, question.rows(route, every), every)
        for route in question.routes
        if route.saver in way.savers
    )
    return Square(readings, "" if readings else question.otherwise)


def _reading(reader: str, question: KeyQuestion, named: Sequence[Row], every: NamedRows) -> Reading:
    judged = tuple(row for row in named if row.outcome.is_judged and not row.is_refusal)
    if not named:
        return Reading(reader, Answer.NOT_JUDGED, why="no cell of this run is about it")
    if not judged:
        why = _why_not_judged(named)
        return Reading(reader, Answer.NOT_INSTALLED if INSTALL in why else Answer.NOT_OFFERED, why=why)
    against: dict[str, list[Consequence]] = {row.case: [] for row in judged}
    for row in judged:
        consequence = question.consequence(row, every)
        against[row.case] += [] if consequence is None else [consequence]
    gravest = [min(each, key=lambda one: one.gravity) for each in against.values() if each]
    holding = len(against) - len(gravest)
    short = {each: gravest.count(each) for each in Consequence if each in gravest}
    if not short:
        answer = Answer.ALL
    elif set(short) <= set(MINOR):
        answer = Answer.RENAMED
    else:
        answer = Answer.SOME if holding or set(short) & set(MINOR) else Answer.NONE
    return Reading(reader, answer, holding, short, judged)


def _why_not_judged(rows: Iterable[Row]) -> str:
    """Return the most frequent reason for which the rows are n/a, of those about the pair if there are any."""
    reasons = collections.Counter(row.message or "the pair refuses it" for row in rows)
    about_the_pair = [reason for reason in reasons if INSTALL in reason or NOT_OFFERED in reason]
    return max(about_the_pair or reasons, key=lambda reason: reasons[reason])
