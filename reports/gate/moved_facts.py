"""Facts that differ under the new pair. They are no contract, and fail nothing."""

from __future__ import annotations

import collections
import dataclasses
import json

from reports.document.contents import Document
from tests.judging.pairs import CONTROL, NEW_ARTIFACTS


@dataclasses.dataclass(frozen=True)
class MovedFact:
    """A fact that differs, with the number of cells in which it does, and one of them as an example."""

    requirement: str
    fact: str
    cells: int
    example: str
    before: str
    after: str


def moved_facts(document: Document) -> list[MovedFact]:
    """Return the facts of new artifacts that differ from the control's."""
    after = {row.cell: row for row in document.cells if row.hop == NEW_ARTIFACTS}
    examples: dict[tuple[str, str], list[tuple[str, str, str]]] = collections.defaultdict(list)
    for row in document.cells:
        if row.hop != CONTROL or row.cell not in after:
            continue
        facts = after[row.cell].facts
        for fact in sorted(row.facts.keys() & facts.keys()):
            texts = [json.dumps(each[fact], sort_keys=True) for each in (row.facts, facts)]
            if texts[0] != texts[1]:
                examples[row.requirement, fact].append((f"{row.case} / {row.route}", texts[0], texts[1]))
    return [
        MovedFact(requirement, fact, len(found), *found[0]) for (requirement, fact), found in sorted(examples.items())
    ]
