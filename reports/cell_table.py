"""The cells of one or several documents as the page has them: each cell once, and what became of it in each column.

A column is a hop of one run, or, over versions, the run of one pair. What a cell says beside its outcome is kept
once for all cells that say the same.
"""

from __future__ import annotations

import dataclasses
import json

# How each outcome is marked, the worst first: its letter in the page's data, its sign, and its kind. Colour only
# repeats what the sign says.
OUTCOMES = {
    "crashed": ("k", "✗", "bad"),
    "timed-out": ("t", "✗", "bad"),
    "fails": ("f", "✗", "bad"),
    "regressed": ("r", "✗", "bad"),
    "lost": ("l", "−", "bad"),
    "changed": ("g", "≠", "bad"),
    "unexpected-pass": ("u", "?", "bad"),
    "blocked, and not known": ("B", "×", "bad"),
    "deviates": ("d", "!", "known"),
    "broken-before": ("o", "!", "known"),
    "blocked": ("b", "|", "known"),
    "fixed": ("x", "↑", "fine"),
    "conforms": ("c", "✓", "fine"),
    "n/a": ("n", "·", "none"),
}
ABSENT = " "  # the column's run has no such cell
TOLD = ("message", "found", "facts", "contract", "largest_ulp", "largest_absolute", "deviations", "shrunk", "log")
LONGEST_VALUE, LONGEST_LOG = 1500, 2000


@dataclasses.dataclass(frozen=True)
class Column:
    """One hop of one of the documents, by number."""

    name: str
    title: str
    document: int
    hop: str


@dataclasses.dataclass
class CellTable:
    """`index` numbers the cells in sorted order; `outcomes` and `notes` have an entry per cell and column.

    A note is a number into `texts`; 0 is the note that says nothing.
    """

    columns: list[Column]
    index: dict[tuple[str, str, str], int]
    outcomes: list[str]
    notes: list[list[int]]
    texts: list[dict]
    scripts: dict[str, str]

    @classmethod
    def of(cls, documents: list[dict], columns: list[Column]) -> CellTable:
        """The cells of the documents; a cell that no column can judge is left out where there are several runs."""
        places = {(column.document, column.hop): number for number, column in enumerate(columns)}
        rows: dict[tuple[str, str, str], dict[int, dict]] = {}
        for number, document in enumerate(documents):
            for row in document["cells"]:
                if (number, row["hop"]) in places:
                    cell = (row["case"], row["route"], row["requirement"])
                    rows.setdefault(cell, {})[places[number, row["hop"]]] = row
        if len(documents) > 1:
            rows = {cell: told for cell, told in rows.items() if {row["outcome"] for row in told.values()} != {"n/a"}}
        table = cls(columns, {cell: number for number, cell in enumerate(sorted(rows))}, [], [], [{}], {})
        interned: dict[str, int] = {"{}": 0}
        for number, cell in enumerate(table.index):
            told = rows[cell]
            table.outcomes.append(
                "".join(letter(told[place]) if place in told else ABSENT for place in range(len(columns)))
            )
            table.notes.append(
                [table._note(told[place], interned) if place in told else 0 for place in range(len(columns))]
            )
            table.scripts |= {f"{number}:{place}": row["repro"] for place, row in told.items() if "repro" in row}
        return table

    def _note(self, row: dict, interned: dict[str, int]) -> int:
        note = note_of(row)
        key = json.dumps(note, sort_keys=True)
        if key not in interned:
            interned[key] = len(self.texts)
            self.texts.append(note)
        return interned[key]

    def numbers(self, cells: set[tuple[str, str, str]]) -> list[int]:
        """The numbers of those of the cells that are here, in sorted order."""
        return sorted(self.index[cell] for cell in cells if cell in self.index)

    def as_data(self) -> dict:
        """The table as the page embeds it: names once, a short list per cell."""
        names = [sorted({cell[part] for cell in self.index}) for part in range(3)]
        positions = [{name: number for number, name in enumerate(each)} for each in names]
        cells = []
        for cell, outcomes, notes in zip(self.index, self.outcomes, self.notes, strict=True):
            where = [positions[part][name] for part, name in enumerate(cell)]
            cells.append([*where, outcomes, notes[0] if len(set(notes)) == 1 else notes])
        return {
            "columns": [{"name": each.name, "title": each.title} for each in self.columns],
            "caseNames": names[0],
            "routeNames": names[1],
            "requirementNames": names[2],
            "cells": cells,
        }


def outcome_of(row: dict) -> str:
    """A key of OUTCOMES."""
    if row["outcome"] == "blocked" and not row.get("accepted", True):
        return "blocked, and not known"
    return row["outcome"]


def letter(row: dict) -> str:
    """The letter of the row's outcome."""
    return OUTCOMES[outcome_of(row)][0]


def note_of(row: dict) -> dict:
    """What a row says beside its outcome, without what is empty, long values cut."""
    note = {name: row[name] for name in TOLD if row.get(name) not in (None, "", [], {})}
    if "found" in note:
        note["found"] = [_short(found) for found in note["found"]]
        if len(note["found"]) == 1 and note.get("message") == note["found"][0].get("message"):
            del note["message"]
    if "log" in note:
        note["log"] = note["log"][-LONGEST_LOG:]
    return note


def _short(found: dict) -> dict:
    told = {name: value for name, value in found.items() if value not in (None, "", [])}
    for name in ("expected", "seen"):
        if len(told.get(name, "")) > LONGEST_VALUE:
            told[name] = told[name][:LONGEST_VALUE] + "…"
    return told
