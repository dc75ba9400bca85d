"""The document of a run, as typed data."""

from __future__ import annotations

import collections
import dataclasses
import datetime
from collections.abc import Iterable, Mapping
from typing import Any

from reports.document.claim_verdicts import ClaimVerdict
from reports.document.compared import Compared, compared
from reports.document.rows import EMPTY, Row, counts_as_json, counts_from_json
from tests.both_sides.plain import from_plain, to_plain
from tests.both_sides.routes import Route
from tests.both_sides.surroundings import Surroundings
from tests.judging.outcome import Outcome
from tests.judging.pairs import Hop, Pair

SCHEMA_VERSION = 2

INCOMPLETE = "incomplete"


@dataclasses.dataclass(frozen=True)
class DescribedCase:
    """A case as a document describes it: why it is there, and its traits."""

    doc: str
    traits: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class DescribedDeviation:
    """A row of the list of deviations: its kind, why the cell falls short, and the discussion upstream."""

    kind: str
    reason: str
    link: str | None = None


# Stands for a row that cells name, and that the document does not describe.
NOT_DESCRIBED = DescribedDeviation("", "this report does not describe it")


@dataclasses.dataclass(frozen=True)
class Titles:
    """The names of savers and loaders for people. Where there is none, as in old documents, the id has to do."""

    savers: Mapping[str, str] = dataclasses.field(default_factory=dict)
    loaders: Mapping[str, str] = dataclasses.field(default_factory=dict)

    def saver(self, name: str) -> str:
        """Return what people call the saver, such as `Model.export`."""
        return self.savers.get(name, name)

    def loader(self, name: str) -> str:
        """Return what people call the loader, such as `tf.saved_model.load`."""
        return self.loaders.get(name, name)

    def of(self, *routes: Route) -> str | None:
        """Return what people call routes of one saver: `Model.export, read by tf.saved_model.load`.

        None if a saver or loader has no title.
        """
        if not all(self._has(route) for route in routes):
            return None
        loaders = [self.loader(route.loader) for route in routes if route.loader]
        read = f", read by {' or '.join(loaders)}" if loaders else ""
        return self.saver(routes[0].saver) + read

    def _has(self, route: Route) -> bool:
        return route.saver in self.savers and (route.loader is None or route.loader in self.loaders)


@dataclasses.dataclass(frozen=True)
class Footer:
    """The result of a run. Only a run in which every cell has a verdict gets one.

    `reasons` say which models were asked for and not compared at all. Such a run is incomplete, unless something is
    unexpected too.
    """

    conforms: bool
    outcomes: Mapping[Outcome, int]
    finished: str
    reasons: tuple[str, ...] = ()
    only_incomplete: bool = False

    @property
    def verdict(self) -> str:
        """The verdict in one word. What is unexpected outranks what was not compared."""
        return "conforms" if self.conforms else INCOMPLETE if self.only_incomplete else "fails"

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Footer:
        """Return the footer that `as_json` wrote."""
        reasons = tuple(content.get("reasons", ()))
        only_incomplete = content.get("verdict") == INCOMPLETE
        return cls(
            content["conforms"], counts_from_json(content["outcomes"]), content["finished"], reasons, only_incomplete
        )

    def as_json(self) -> dict[str, Any]:
        """Return the footer as JSON."""
        return {
            "complete": True,
            "conforms": self.conforms,
            "outcomes": counts_as_json(self.outcomes),
            "finished": self.finished,
            "verdict": self.verdict,
            **({"reasons": list(self.reasons)} if self.reasons else {}),
        }


@dataclasses.dataclass(frozen=True)
class Document:
    """The report of one run.

    Args:
        started: when the run began: ISO 8601, UTC.
        sides: the interpreters; `B` is the pair under test, and a gate has `A`, the pair that artifacts come from.
        known_pairs: for each side, True if the list of deviations covers its pair.
        narrowed: True if only a part of the cells was asked for.
        requirements: what must hold, by name, in the order in which reports show them.
        savers, loaders: their descriptions by name.
        cells: a row for each cell and hop, sorted by case, route, requirement and hop.
        asked_for: the cases that a user brings, or names one by one.
        planned: how many rows each case has in a run of all cases on these routes.
        unjudged: the ids of tests without a verdict, if the run did not finish.
        stale_rows: the ids of rows of the list that match no cell, if the run finished.
        cpu_seconds: where the run's CPU time went.
        peak_memory_bytes: the largest resident size of a child.
        disk_bytes: the size of the run's folder at its end.
        footer: None if the run did not finish.
    """

    started: str
    sides: Mapping[str, Surroundings]
    known_pairs: Mapping[str, bool]
    hops: tuple[Hop, ...]
    narrowed: bool
    requirements: Mapping[str, str]
    cases: Mapping[str, DescribedCase]
    savers: Mapping[str, str]
    loaders: Mapping[str, str]
    cells: tuple[Row, ...]
    claims: tuple[ClaimVerdict, ...]
    deviations: Mapping[str, DescribedDeviation]
    planned: Mapping[str, int] = dataclasses.field(default_factory=dict)
    asked_for: tuple[str, ...] = ()
    titles: Titles = dataclasses.field(default_factory=Titles)
    unjudged: tuple[str, ...] = ()
    stale_rows: tuple[str, ...] = ()
    cpu_seconds: Mapping[str, float] | None = None
    peak_memory_bytes: int | None = None
    disk_bytes: int | None = None
    footer: Footer | None = None

    @property
    def space_in_words(self) -> str | None:
        """How much memory one child and how much disk the whole run used; None if neither is known."""
        parts = []
        if self.peak_memory_bytes is not None:
            parts.append(f"up to {self.peak_memory_bytes / 2**20:.0f} MiB of memory in one child")
        if self.disk_bytes is not None:
            parts.append(f"{self.disk_bytes / 2**20:.0f} MiB on disk during the run")
        return f"space: {', '.join(parts)}" if parts else None

    @property
    def is_gate(self) -> bool:
        """True if an upgrade is judged, from side A to side B."""
        return "A" in self.sides

    @property
    def is_complete(self) -> bool:
        """True if every cell that was asked for has a verdict."""
        return self.footer is not None

    @property
    def pairs(self) -> dict[str, Pair]:
        """The pair of each side."""
        return {side: Pair.of(surroundings) for side, surroundings in self.sides.items()}

    @property
    def pair(self) -> Pair:
        """The pair under test."""
        return Pair.of(self.sides["B"])

    def pair_in_words(self, side: str) -> str:
        """Return the pair of a side, marked if the list of deviations does not cover it."""
        pair = self.pairs[side]
        unknown = "" if self.known_pairs[side] else " (unknown pair)"
        return f"TensorFlow {pair.tensorflow} with {'tf_keras' if pair.legacy else 'Keras'} {pair.keras}{unknown}"

    def deviation(self, name: str) -> DescribedDeviation:
        """Return the described row of the list with that id."""
        return self.deviations.get(name, NOT_DESCRIBED)

    @property
    def unexpected(self) -> list[Row]:
        """The rows that a person has to look at, the gravest first.

        Blocked cells are left out: the cells that block them are there.
        """
        bad = [row for row in self.cells if row.is_bad and row.outcome is not Outcome.BLOCKED]
        return sorted(bad, key=lambda row: row.gravity)

    @property
    def footer_reasons(self) -> tuple[str, ...]:
        """Why models that were asked for were not compared; none if the run did not finish."""
        return self.footer.reasons if self.footer else ()

    @property
    def compared(self) -> list[Compared]:
        """How much was compared of what a user brings or names, in the hop that is the measure of the others."""
        traits = {name: case.traits for name, case in self.cases.items()}
        return compared(self.cells, self.asked_for, self.hops[0], traits)

    @property
    def failing_stale_rows(self) -> tuple[str, ...]:
        """The stale rows that fail the run; none if only a part of the cells was asked for."""
        return () if self.narrowed else self.stale_rows

    def finish(self) -> Document:
        """Return the same document with the footer that its rows amount to."""
        counts = collections.Counter(row.outcome for row in self.cells)
        reasons = tuple(each.reason for each in self.compared if each.reason)
        fails = any(row.is_bad for row in self.cells) or bool(self.failing_stale_rows)
        now = datetime.datetime.now(datetime.timezone.utc)
        footer = Footer(
            not fails and not reasons,
            dict(sorted(counts.items())),
            now.isoformat(timespec="seconds"),
            reasons,
            only_incomplete=bool(reasons) and not fails,
        )
        return dataclasses.replace(self, footer=footer)

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Document:
        """Return the document that `as_json` wrote; the content has to fit the schema."""
        footer = content.get("footer")
        return cls(
            started=content["started"],
            sides={side: surroundings_from_json(each) for side, each in content["sides"].items()},
            known_pairs=content["known_pairs"],
            hops=tuple(map(Hop.parse, content["hops"])),
            narrowed=content["narrowed"],
            requirements=content["requirements"],
            cases={
                name: DescribedCase(each["doc"], tuple(each["traits"])) for name, each in content["cases"].items()
            },
            savers=content["savers"],
            loaders=content["loaders"],
            cells=tuple(map(Row.from_json, content["cells"])),
            claims=tuple(map(ClaimVerdict.from_json, content["claims"])),
            deviations=deviations_from_json(content["deviations"]),
            planned=content.get("planned", {}),
            asked_for=tuple(content.get("asked_for", ())),
            titles=Titles(**content.get("titles", {})),
            unjudged=tuple(content.get("unjudged", ())),
            stale_rows=tuple(content.get("stale_rows", ())),
            cpu_seconds=content.get("cpu_seconds"),
            peak_memory_bytes=content.get("peak_memory_bytes"),
            disk_bytes=content.get("disk_bytes"),
            footer=None if footer is None else Footer.from_json(footer),
        )

    def as_json(self) -> dict[str, Any]:
        """Return the document as JSON that fits the schema."""
        content: dict[str, Any] = {
            "schema": SCHEMA_VERSION,
            "started": self.started,
            "sides": {side: _surroundings_as_json(each) for side, each in self.sides.items()},
            "known_pairs": dict(self.known_pairs),
            "hops": [str(hop) for hop in self.hops],
            "narrowed": self.narrowed,
            "planned": dict(self.planned),
            "asked_for": list(self.asked_for),
            "requirements": dict(self.requirements),
            "cases": to_plain(self.cases),
            "savers": dict(self.savers),
            "loaders": dict(self.loaders),
            "titles": to_plain(self.titles),
            "cells": [row.as_json() for row in self.cells],
            "claims": [claim.as_json() for claim in self.claims],
            "deviations": to_plain(self.deviations),
        }
        for name in ("planned", "asked_for"):
            if not content[name]:
                del content[name]
        if self.titles == Titles():
            del content["titles"]
        if self.footer is None:
            return {**content, "unjudged": list(self.unjudged)}
        content["stale_rows"] = list(self.stale_rows)
        if self.cpu_seconds is not None:
            content["cpu_seconds"] = dict(self.cpu_seconds)
        for name in ("peak_memory_bytes", "disk_bytes"):
            if getattr(self, name) is not None:
                content[name] = getattr(self, name)
        return {**content, "footer": self.footer.as_json()}


def in_order(rows: Iterable[Row]) -> tuple[Row, ...]:
    """Return the rows sorted by case, route, requirement and hop."""
    return tuple(sorted(rows, key=lambda row: (row.case, str(row.route), row.requirement, str(row.hop))))


def deviations_from_json(content: Mapping[str, Any]) -> dict[str, DescribedDeviation]:
    """Return the described rows of the list by id."""
    return {name: DescribedDeviation(each["kind"], each["reason"], each["link"]) for name, each in content.items()}


def surroundings_from_json(content: Mapping[str, Any]) -> Surroundings:
    """Return the interpreter of one side; fields that this suite does not know are left out."""
    names = {field.name for field in dataclasses.fields(Surroundings)}
    return from_plain(Surroundings, {name: value for name, value in content.items() if name in names})


def _surroundings_as_json(surroundings: Surroundings) -> dict[str, Any]:
    content: dict[str, Any] = to_plain(surroundings)
    optional = ("executable", "machine", "system")
    return {name: value for name, value in content.items() if name not in optional or value not in EMPTY}
