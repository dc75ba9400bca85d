"""The cells of one or several documents as the page has them: each cell once, with its outcome in each column.

A column is a hop of one run, or, over versions, the run of one pair. What rows say beside their outcome is kept once
for all rows that say the same.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from reports.document.contents import Document
from reports.document.rows import Row
from reports.page.shown_outcomes import shown_outcome
from tests.judging.cells import Cell
from tests.judging.outcome import Outcome
from tests.judging.pairs import Hop

ABSENT = " "  # the column's run has no such cell
NOTED = (
    "message", "shortfalls", "facts", "contract", "largest_ulp", "largest_absolute", "deviations", "shrunk", "log",
    "warnings",
)  # fmt: skip
LONGEST_VALUE, LONGEST_LOG = 1500, 2000


@dataclasses.dataclass(frozen=True)
class Column:
    """One hop of one of the documents, by the document's number."""

    name: str
    title: str
    document: int
    hop: Hop


@dataclasses.dataclass
class CellTable:
    """Cells by number, in sorted order, with an entry per cell in `outcomes`, `notes` and `scripts`.

    Args:
        outcomes: a letter per column.
        notes: a number per column, into `texts`; note 0 is empty.
        scripts: the names of scripts by column.
    """

    columns: Sequence[Column]
    numbers: dict[Cell, int] = dataclasses.field(default_factory=dict)
    outcomes: list[str] = dataclasses.field(default_factory=list)
    notes: list[list[int]] = dataclasses.field(default_factory=list)
    scripts: list[dict[int, str]] = dataclasses.field(default_factory=list)
    texts: list[dict[str, Any]] = dataclasses.field(default_factory=lambda: [{}])
    _numbers_of_texts: dict[str, int] = dataclasses.field(default_factory=lambda: {"{}": 0})

    @classmethod
    def of(cls, documents: Sequence[Document], columns: Sequence[Column]) -> CellTable:
        """Return the cells of the documents. If there are several, cells that apply in no column are left out.

        Constructor arguments are there only if they fall short: there are more of them than of all models.
        """
        places = {(column.document, column.hop): number for number, column in enumerate(columns)}
        rows: dict[Cell, dict[int, Row]] = {}
        for number, document in enumerate(documents):
            for row in document.cells:
                if (number, row.hop) in places:
                    rows.setdefault(row.cell, {})[places[number, row.hop]] = row
        if len(documents) > 1:
            rows = {
                cell: by_column
                for cell, by_column in rows.items()
                if {row.outcome for row in by_column.values()} != {Outcome.NOT_APPLICABLE}
            }
        rows = {
            cell: by_column
            for cell, by_column in rows.items()
            if not cell.is_of_argument or any(row.shortfalls for row in by_column.values())
        }
        table = cls(columns)
        for cell in sorted(rows, key=lambda cell: (cell.case, str(cell.route), cell.requirement)):
            table._add(cell, rows[cell])
        return table

    def _add(self, cell: Cell, rows: Mapping[int, Row]) -> None:
        self.numbers[cell] = len(self.numbers)
        every = range(len(self.columns))
        self.outcomes.append("".join(shown_outcome(rows[i]).letter if i in rows else ABSENT for i in every))
        self.notes.append([self._note(rows[i]) if i in rows else 0 for i in every])
        self.scripts.append({i: row.repro for i, row in rows.items() if row.repro is not None})

    def _note(self, row: Row) -> int:
        note = note_of(row)
        key = json.dumps(note, sort_keys=True)
        if key not in self._numbers_of_texts:
            self._numbers_of_texts[key] = len(self.texts)
            self.texts.append(note)
        return self._numbers_of_texts[key]

    def numbers_of(self, cells: Iterable[Cell]) -> list[int]:
        """Return the numbers of those of the cells that are in the table, in sorted order."""
        return sorted({self.numbers[cell] for cell in cells if cell in self.numbers})

    def scripts_by_place(self) -> dict[str, str]:
        """Return the names of scripts by `cell:column`, both by number."""
        return {
            f"{cell}:{column}": name
            for cell, by_column in enumerate(self.scripts)
            for column, name in by_column.items()
        }

    def as_json(self) -> dict[str, Any]:
        """Return the table as the page embeds it: names once, a short list per cell."""
        cases = sorted({cell.case for cell in self.numbers})
        routes = sorted({cell.route for cell in self.numbers})
        requirements = sorted({cell.requirement for cell in self.numbers})
        places = [{name: number for number, name in enumerate(names)} for names in (cases, routes, requirements)]
        cells = []
        for cell, outcomes, notes in zip(self.numbers, self.outcomes, self.notes, strict=True):
            where = [places[0][cell.case], places[1][cell.route], places[2][cell.requirement]]
            cells.append([*where, outcomes, notes[0] if len(set(notes)) == 1 else notes])
        return {
            "columns": [{"name": column.name, "title": column.title} for column in self.columns],
            "caseNames": cases,
            "routeNames": list(map(str, routes)),
            "routes": [{"saver": route.saver, "loader": route.loader} for route in routes],
            "requirementNames": requirements,
            "cells": cells,
        }


def note_of(row: Row) -> dict[str, Any]:
    """Return what a row says beside its outcome, without what is empty, and with long values cut."""
    note = {name: value for name, value in row.as_json().items() if name in NOTED and value}
    if row.largest_ulp == 0:
        note["largest_ulp"] = 0.0  # equal to the bit, which is worth showing
    if row.reproduced is not None:
        note["reproduced"] = row.reproduced
    if "shortfalls" in note:
        note["shortfalls"] = [_short(shortfall) for shortfall in note["shortfalls"]]
        if len(note["shortfalls"]) == 1 and note.get("message") == note["shortfalls"][0].get("message"):
            del note["message"]
    if "log" in note:
        note["log"] = note["log"][-LONGEST_LOG:]
    return note


def _short(shortfall: dict[str, Any]) -> dict[str, Any]:
    note = dict(shortfall)
    for name in ("expected", "seen"):
        if len(note.get(name, "")) > LONGEST_VALUE:
            note[name] = note[name][:LONGEST_VALUE] + "…"
    return note
