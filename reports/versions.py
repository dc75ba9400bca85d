"""Several runs of one pair each, in order: what broke with which pair, and what was fixed."""

from __future__ import annotations

import collections
import dataclasses

from packaging.version import Version

from reports.claims import HELD, is_refusal
from tests.judging.cells import Pair

HELD_CELL, SHORT_CELL, NOTHING = "held", "short", "nothing"
# (before, after) -> what happened to the cell; what is not here is no news.
HAPPENED = {
    (HELD_CELL, SHORT_CELL): "broke",
    (HELD_CELL, NOTHING): "is gone",
    (SHORT_CELL, HELD_CELL): "was fixed",
    (SHORT_CELL, NOTHING): "is gone",
    (NOTHING, HELD_CELL): "is new",
    (NOTHING, SHORT_CELL): "is new and falls short",
}
ORDER = ("broke", "is gone", "was fixed", "is new", "is new and falls short")


@dataclasses.dataclass(frozen=True)
class Change:
    """What happened to some cells from one pair to the next, put together by what is behind it.

    `because` are the deviations that the cells show, or none; `message` is what one of the cells says.
    """

    happened: str
    because: tuple[str, ...]
    message: str
    rows: tuple[dict, ...]

    @property
    def routes(self) -> list[str]:
        """The routes that it is about."""
        return sorted({row["route"] for row in self.rows})


@dataclasses.dataclass(frozen=True)
class Step:
    """From one document to the one that follows it, both by number."""

    before: int
    after: int
    changes: list[Change]

    @property
    def broke(self) -> int:
        """How many cells broke."""
        return sum(len(change.rows) for change in self.changes if change.happened == "broke")


def pair(document: dict) -> Pair:
    """The pair that a run is about."""
    return Pair.of(document["sides"]["B"])


def in_order(documents: list[dict]) -> list[dict]:
    """By TensorFlow, then Keras; tf_keras, which goes on from Keras 2, at the end."""

    def key(document: dict) -> tuple:
        of = pair(document)
        return of.legacy, Version(of.tensorflow), Version(of.keras)

    return sorted(documents, key=key)


def newest(documents: list[dict]) -> int:
    """The number of the newest pair that goes on; the documents are in order."""
    return max((i for i, document in enumerate(documents) if not pair(document).legacy), default=len(documents) - 1)


def steps(documents: list[dict]) -> list[Step]:
    """What changed with every pair but the first; the documents are in order."""
    pairs = [pair(document) for document in documents]
    made = []
    for after in range(1, len(documents)):
        before = after - 1
        if pairs[after].legacy:
            before = max((i for i in range(after) if Version(pairs[i].keras) < Version("3")), default=before)
        made.append(Step(before, after, changes(documents[before], documents[after])))
    return made


def changes(before: dict, after: dict) -> list[Change]:
    """What happened to the cells that both runs judged, or one of them could not."""
    earlier = {_cell(row): row for row in before["cells"]}
    groups: dict[tuple, list[dict]] = collections.defaultdict(list)
    for row in after["cells"]:
        old = earlier.get(_cell(row))
        if old is None or is_refusal(old) or is_refusal(row):
            continue  # the refusal of one case speaks for the others, which are n/a and say why
        happened = HAPPENED.get((_state(old), _state(row)))
        if happened is not None:
            telling = row if _state(row) != HELD_CELL else old
            because = tuple(telling.get("deviations", [])) if _state(telling) == SHORT_CELL else ()
            message = telling.get("message", "").partition("\n")[0]
            alike = "" if because else message if _state(telling) == NOTHING else row["requirement"]
            groups[happened, because, alike].append((message, row))
    told = [
        Change(happened, because, rows[0][0], tuple(row for _, row in rows))
        for (happened, because, _), rows in groups.items()
    ]
    return sorted(told, key=lambda change: (ORDER.index(change.happened), -len(change.rows), change.because))


def counts(document: dict) -> dict[str, int]:
    """How many cells hold, fall short as recorded, stand on one that does, and are unexpected."""
    found = collections.Counter(row["outcome"] for row in document["cells"])
    blocked = sum(row["outcome"] == "blocked" and row.get("accepted", True) for row in document["cells"])
    return {
        "hold": found["conforms"],
        "deviate": found["deviates"],
        "blocked": blocked,
        "unexpected": found.total() - found["conforms"] - found["deviates"] - blocked - found["n/a"],
    }


def _cell(row: dict) -> tuple[str, str, str]:
    return row["case"], row["route"], row["requirement"]


def _state(row: dict) -> str:
    if row["outcome"] == "n/a":
        return NOTHING
    return HELD_CELL if row["outcome"] in HELD else SHORT_CELL


@dataclasses.dataclass(frozen=True)
class Shortfall:
    """One recorded deviation over all pairs: the cells that show it in each run, by the run's number."""

    id: str
    kind: str
    reason: str
    link: str | None
    rows: tuple[tuple[dict, ...], ...]


def shortfalls(documents: list[dict]) -> list[Shortfall]:
    """The deviations that some run confirmed, those that came first first; what stands on them does not count."""
    rows: dict[str, list[list[dict]]] = {}
    told: dict[str, dict] = {}
    for number, document in enumerate(documents):
        for row in document["cells"]:
            for name in row.get("deviations", []) if row["outcome"] == "deviates" else []:
                rows.setdefault(name, [[] for _ in documents])[number].append(row)
                told[name] = document["deviations"][name]
    found = [
        Shortfall(name, told[name]["kind"], told[name]["reason"], told[name]["link"], tuple(map(tuple, by_run)))
        for name, by_run in rows.items()
    ]
    return sorted(found, key=lambda each: ([not by_run for by_run in each.rows], each.id))
