"""Several runs of one pair each, in order: what broke with which pair, and what was fixed."""

from __future__ import annotations

import collections
import dataclasses
import enum
from collections.abc import Iterable, Sequence

from packaging.version import Version

from reports.document.contents import Document
from reports.document.rows import Row
from tests.both_sides.routes import Route
from tests.judging.outcome import Kind, Outcome


class State(enum.Enum):
    """The state of a cell with one pair."""

    HOLDS = "holds"
    SHORT = "short"
    ABSENT = "absent"

    @classmethod
    def of(cls, row: Row) -> State:
        """Return the state of a row's cell."""
        if not row.outcome.is_judged:
            return cls.ABSENT
        return cls.HOLDS if row.outcome.holds else cls.SHORT


class Event(enum.Enum):
    """An event in the life of a cell, from one pair to the next; the page shows events in this order.

    `in_sum` is the word beside the number of cells, and `sign` and `kind` mark it.
    """

    in_sum: str
    sign: str
    kind: Kind

    BROKE = ("broke", "broke", "✗", Kind.BAD)
    GONE = ("is gone", "gone", "−", Kind.NONE)
    FIXED = ("was fixed", "fixed", "↑", Kind.FINE)
    NEW = ("is new", "new", "+", Kind.NONE)
    NEW_AND_SHORT = ("is new and falls short", "new, short", "!", Kind.KNOWN)

    def __new__(cls, value: str, in_sum: str, sign: str, kind: Kind) -> Event:
        """Make the member whose value is its words."""
        made = object.__new__(cls)
        made._value_ = value
        made.in_sum, made.sign, made.kind = in_sum, sign, kind
        return made

    def __str__(self) -> str:
        return str(self.value)


# By the states before and after; all other changes are no news.
EVENTS = {
    (State.HOLDS, State.SHORT): Event.BROKE,
    (State.HOLDS, State.ABSENT): Event.GONE,
    (State.SHORT, State.HOLDS): Event.FIXED,
    (State.SHORT, State.ABSENT): Event.GONE,
    (State.ABSENT, State.HOLDS): Event.NEW,
    (State.ABSENT, State.SHORT): Event.NEW_AND_SHORT,
}


@dataclasses.dataclass(frozen=True)
class Change:
    """One event that happened to some cells from one pair to the next.

    `deviations` are the rows of the list that explain it, if any; `message` is that of one of the cells.
    """

    event: Event
    deviations: tuple[str, ...]
    message: str
    rows: tuple[Row, ...]

    @property
    def routes(self) -> list[Route]:
        """The routes that it is about."""
        return sorted({row.route for row in self.rows})


@dataclasses.dataclass(frozen=True)
class Step:
    """From one document to the one that follows it, both by number."""

    before: int
    after: int
    changes: tuple[Change, ...]

    def count(self, event: Event) -> int:
        """Return to how many cells it happened."""
        return sum(len(change.rows) for change in self.changes if change.event is event)


def in_order(documents: Iterable[Document]) -> list[Document]:
    """Return the documents by TensorFlow, then Keras; those of tf_keras, which continues Keras 2, come last."""

    def key(document: Document) -> tuple[bool, Version, Version]:
        pair = document.pair
        return pair.legacy, Version(pair.tensorflow), Version(pair.keras)

    return sorted(documents, key=key)


def newest(documents: Sequence[Document]) -> int:
    """Return the number of the newest pair without tf_keras; the documents are in order."""
    return max((i for i, each in enumerate(documents) if not each.pair.legacy), default=len(documents) - 1)


def steps(documents: Sequence[Document]) -> list[Step]:
    """Return what changed with every pair but the first; the documents are in order."""
    pairs = [document.pair for document in documents]
    result = []
    for after in range(1, len(documents)):
        before = after - 1
        if pairs[after].legacy:
            before = max((i for i in range(after) if Version(pairs[i].keras) < Version("3")), default=before)
        result.append(Step(before, after, tuple(changes(documents[before], documents[after]))))
    return result


def changes(before: Document, after: Document) -> list[Change]:
    """Return what happened to the cells that are in both runs, in one change for all that share a reason."""
    earlier = {row.cell: row for row in before.cells}
    groups: dict[tuple[Event, tuple[str, ...], str], list[tuple[str, Row]]] = collections.defaultdict(list)
    for row in after.cells:
        old = earlier.get(row.cell)
        if old is None or old.is_refusal or row.is_refusal:
            continue  # one case is refused for all of them; the others are n/a, and say why
        event = EVENTS.get((State.of(old), State.of(row)))
        if event is not None:
            reason = _reason(old, row)
            groups[event, reason.deviations, reason.shared_by].append((reason.message, row))
    found = [
        Change(event, deviations, rows[0][0], tuple(row for _, row in rows))
        for (event, deviations, _), rows in groups.items()
    ]
    return sorted(found, key=lambda each: (list(Event).index(each.event), -len(each.rows), each.deviations))


@dataclasses.dataclass(frozen=True)
class _Reason:
    """Why a cell changed; rows with the same deviations and the same `shared_by` are one change."""

    deviations: tuple[str, ...]
    message: str
    shared_by: str


def _reason(before: Row, after: Row) -> _Reason:
    row = before if State.of(after) is State.HOLDS else after
    deviations = row.deviations if State.of(row) is State.SHORT else ()
    message = row.message.partition("\n")[0]
    shared_by = "" if deviations else message if State.of(row) is State.ABSENT else after.requirement
    return _Reason(deviations, message, shared_by)


@dataclasses.dataclass(frozen=True)
class Standing:
    """The numbers of a run's cells that hold, deviate as recorded, are blocked by such a cell, or are unexpected."""

    hold: int
    deviate: int
    blocked: int
    unexpected: int

    @classmethod
    def of(cls, document: Document) -> Standing:
        """Return the standing of a run."""
        counts = collections.Counter(row.outcome for row in document.cells)
        hold, deviate = counts[Outcome.CONFORMS], counts[Outcome.DEVIATES]
        blocked = sum(row.outcome is Outcome.BLOCKED and row.accepted for row in document.cells)
        unexpected = counts.total() - hold - deviate - blocked - counts[Outcome.NOT_APPLICABLE]
        return cls(hold, deviate, blocked, unexpected)

    @property
    def judged(self) -> int:
        """The number of all judged cells."""
        return self.hold + self.deviate + self.blocked + self.unexpected


@dataclasses.dataclass(frozen=True)
class KnownShortfall:
    """One recorded deviation over all pairs: the rows that show it in each run, by the run's number."""

    id: str
    kind: str
    reason: str
    link: str | None
    rows: tuple[tuple[Row, ...], ...]


def known_shortfalls(documents: Sequence[Document]) -> list[KnownShortfall]:
    """Return the deviations that some run confirmed, in the order of their first run. Blocked cells do not count."""
    rows: dict[str, list[list[Row]]] = {}
    for number, document in enumerate(documents):
        for row in document.cells:
            for name in row.deviations if row.outcome is Outcome.DEVIATES else ():
                rows.setdefault(name, [[] for _ in documents])[number].append(row)
    found = []
    for name, by_run in rows.items():
        last = max(number for number, each in enumerate(by_run) if each)
        deviation = documents[last].deviation(name)
        found.append(
            KnownShortfall(
                name, deviation.kind, deviation.reason, deviation.link, tuple(tuple(each) for each in by_run)
            )
        )
    return sorted(found, key=lambda each: ([not by_run for by_run in each.rows], each.id))
