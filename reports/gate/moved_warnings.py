"""Warnings that are new under the new pair, or gone. They fail nothing by themselves."""

from __future__ import annotations

import collections
import dataclasses
import re

from reports.document.contents import Document
from reports.document.rows import STEPS
from tests.both_sides.step_warnings import StepWarning
from tests.judging.pairs import CONTROL, Hop

# What differs from one model to the next: names in quotes, and numbers.
OF_ONE_MODEL = re.compile(r"'[^']*'|\"[^\"]*\"|`[^`]*`|\d+")


@dataclasses.dataclass(frozen=True)
class MovedWarning:
    """A warning that is new or gone, with the number of cells in which it is, and one of them as an example.

    Args:
        warning: as it is in the example; names and numbers in it may be others elsewhere.
        change: `new` or `gone`.
    """

    requirement: str
    warning: StepWarning
    change: str
    cells: int
    hops: tuple[Hop, ...]
    example: str


def moved_warnings(document: Document) -> list[MovedWarning]:
    """Return the warnings in which hops differ from the control, those of most cells first."""
    control = {row.cell: row for row in document.cells if row.hop == CONTROL}
    found: dict[tuple[str, str, str], list[tuple[str, Hop, StepWarning]]] = collections.defaultdict(list)
    for row in document.cells:
        step, before = STEPS.get(row.requirement), control.get(row.cell)
        if step is None or before is None or row is before or not (row.was_judged and before.was_judged):
            continue
        was, now = _of_step(before.warnings, step), _of_step(row.warnings, step)
        for change, ours, others in (("new", now, was), ("gone", was, now)):
            for kind in ours.keys() - others.keys():
                place = (f"{row.case} / {row.route}", row.hop, ours[kind])
                found[row.requirement, change, kind].append(place)
    moved = [
        MovedWarning(
            requirement,
            places[0][2],
            change,
            len({cell for cell, _, _ in places}),
            tuple(sorted({hop for _, hop, _ in places})),
            places[0][0],
        )
        for (requirement, change, _), places in found.items()
    ]
    return sorted(moved, key=lambda each: (-each.cells, each.requirement, each.change, str(each.warning)))


def _of_step(warnings: tuple[StepWarning, ...], step: str) -> dict[str, StepWarning]:
    """Return the warnings of a step by what they say, whatever the model, and whoever says it."""
    return {OF_ONE_MODEL.sub("...", each.text): each for each in warnings if each.step == step}
