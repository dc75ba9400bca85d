"""Merging the documents of one run's parts into the document of the whole run."""

from __future__ import annotations

import collections
import dataclasses
from collections.abc import Mapping
from typing import Any

from reports.document import claims
from reports.document.contents import Document, in_order
from reports.document.rows import Row
from tests.judging.cells import Cell
from tests.judging.pairs import Hop

# The fields in which all parts of one run are equal.
EQUAL = ("hops", "planned", "known_pairs", "requirements", "deviations")


class CannotMerge(Exception):
    """The parts do not make up one whole run; the message says why, in one line."""


def merged(parts: Mapping[str, Document]) -> Document:
    """Return the document of all parts together.

    Args:
        parts: documents by the names that messages call them.

    Raises:
        CannotMerge: a part is incomplete or of a different run, or cells are missing or judged twice.
    """
    first_name, first = next(iter(parts.items()))
    for name, part in parts.items():
        if not part.is_complete:
            raise CannotMerge(f"{name} is incomplete: its run was cut off, or some of its cells have no verdict")
        if _interpreters(part) != _interpreters(first):
            raise CannotMerge(f"{name} is of {_pairs(part)}, but {first_name} is of {_pairs(first)}")
        different = [field for field in EQUAL if getattr(part, field) != getattr(first, field)]
        if different:
            raise CannotMerge(f"{name} and {first_name} are not parts of one run: {', '.join(different)} differ")
    rows = _all_rows(parts)
    _check_whole(rows, first.planned)
    spent: dict[str, float] = collections.defaultdict(float)
    for part in parts.values():
        for name, seconds in (part.cpu_seconds or {}).items():
            spent[name] += seconds
    whole = dataclasses.replace(
        first,
        started=min(part.started for part in parts.values()),
        narrowed=False,
        cells=rows,
        asked_for=tuple(sorted({case for part in parts.values() for case in part.asked_for})),
        claims=claims.verdicts(rows, claims.WholeRun({name: case.traits for name, case in first.cases.items()})),
        peak_memory_bytes=max(part.peak_memory_bytes or 0 for part in parts.values()) or None,
        disk_bytes=max(part.disk_bytes or 0 for part in parts.values()) or None,
        cpu_seconds={name: round(seconds, 2) for name, seconds in sorted(spent.items())},
    )
    return whole.finish()


def _interpreters(part: Document) -> dict[str, tuple[Any, ...]]:
    return {side: (each.python, each.versions, each.variables) for side, each in part.sides.items()}


def _pairs(part: Document) -> str:
    return " and ".join(part.pair_in_words(side) for side in sorted(part.sides))


def _all_rows(parts: Mapping[str, Document]) -> tuple[Row, ...]:
    rows: dict[tuple[Cell, Hop], Row] = {}
    judged_by: dict[tuple[Cell, Hop], str] = {}
    for name, part in parts.items():
        for row in part.cells:
            key = row.cell, row.hop
            if row.was_judged and key in judged_by:
                raise CannotMerge(f"{judged_by[key]} and {name} have both judged {row.cell} ({row.hop})")
            if row.was_judged:
                judged_by[key] = name
            if row.was_judged or key not in rows:
                rows[key] = row
    return in_order(rows.values())


def _check_whole(rows: tuple[Row, ...], planned: Mapping[str, int]) -> None:
    judged = collections.Counter(row.case for row in rows if row.was_judged)
    short = {case: count for case, count in planned.items() if judged[case] != count}
    if short:
        case = min(short)
        more = f", and the same goes for {len(short) - 1} more cases" if len(short) > 1 else ""
        raise CannotMerge(f"only {judged[case]} of {short[case]} cells of {case} are judged{more}: a part is missing")
