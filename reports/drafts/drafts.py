"""Drafting rows for shortfalls that no row explains or accepts. A person finishes them.

The draft of a run is for `tests/deviations.toml`, that of a gate for the team's own list. A symptom that several
reports show is one row, and its places are the cells that show it, each with its pairs.
"""

from __future__ import annotations

import collections
import dataclasses
import textwrap
from collections.abc import Iterable, Sequence
from pathlib import Path

from reports.document import files
from reports.document.contents import Document
from reports.drafts import toml
from reports.drafts.patterns import pattern
from reports.drafts.places import Between, CaseOnRoute, DraftedPlace, Occurrence, places
from tests.judging.deviations import Deviations
from tests.judging.pairs import Hop

NAME = "deviations-draft.toml"
WIDTH = 118


@dataclasses.dataclass(frozen=True)
class DraftedSymptom:
    """The symptom that a drafted row describes. `message` is a pattern, without what differs from cell to cell."""

    requirement: str
    outcome: str
    exception: str | None
    message: str

    @property
    def sort_key(self) -> tuple[str, str, str, str]:
        """The key by which the rows of a draft are sorted."""
        return self.requirement, self.outcome, self.exception or "", self.message


def write(folder: Path, document: Document, known: Deviations) -> None:
    """Write the draft of a run beside its report; none if every shortfall is explained."""
    path = folder / NAME
    path.unlink(missing_ok=True)  # of a run before
    text = draft([document], known)
    if text:
        files.write_text(path, text)


def draft(documents: Iterable[Document], known: Deviations) -> str:
    """Return rows for all shortfalls that no row explains, as TOML. Kind, reason and link are left to a person.

    The rows for a gate are for the shortfalls that fail it and that the team's list does not accept.
    """
    occurrences: dict[DraftedSymptom, list[Occurrence]] = collections.defaultdict(list)
    for document in documents:
        for hop in document.hops:
            unexplained = _unexplained(document, hop, known)
            for symptom in sorted(unexplained, key=lambda symptom: symptom.sort_key):
                occurrence = Occurrence.of(document, hop, symptom.requirement, unexplained[symptom])
                occurrences[symptom].append(occurrence)
    return "\n".join(
        _row(number, symptom, places(found)) for number, (symptom, found) in enumerate(occurrences.items(), start=1)
    )


def _unexplained(document: Document, hop: Hop, known: Deviations) -> dict[DraftedSymptom, set[CaseOnRoute]]:
    cells: dict[DraftedSymptom, set[CaseOnRoute]] = collections.defaultdict(set)
    between = Between.of(document, hop)
    for row in document.cells:
        if row.hop != hop or not row.shortfalls or (document.is_gate and not row.is_bad):
            continue
        traits = frozenset(document.cases[row.case].traits)
        deviations = known.of(row.cell, traits, between.saved, between.loaded)
        explaining = [deviation for deviation in deviations if deviation.accepts or not document.is_gate]
        for shortfall in row.shortfalls:
            if not any(deviation.expects(shortfall) for deviation in explaining):
                symptom = DraftedSymptom(
                    row.requirement, shortfall.symptom.value, shortfall.exception, pattern(shortfall.message)
                )
                cells[symptom].add(CaseOnRoute(row.case, row.route))
    return cells


def _row(number: int, symptom: DraftedSymptom, drafted: Sequence[DraftedPlace]) -> str:
    lines = [
        "[[deviation]]",
        f'id = "draft-{number}"',
        f"requirement = {toml.strings([symptom.requirement])}",
        'kind = ""  # upstream-bug, by-design, unsupported, environment',
        f'outcome = "{symptom.outcome}"',
    ]
    if symptom.exception:
        lines.append(f"exception = {toml.string(symptom.exception)}")
    lines += [f"message = {toml.literal(symptom.message)}", 'reason = ""', 'link = ""', "where = ["]
    lines += [_place(place, condition) for place in drafted for condition in _conditions(place.between)]
    return "\n".join([*lines, "]", ""])


def _conditions(between: Sequence[Between]) -> list[str]:
    """Return the conditions on pairs: one for all pairs that both saved and loaded, one for each other hop."""
    within = [each.saved.name for each in between if each.saved.name == each.loaded.name]
    across = [each.condition for each in between if each.saved.name != each.loaded.name]
    return [*([f"pairs = {toml.strings(within)}"] if within else []), *across]


def _place(place: DraftedPlace, condition: str) -> str:
    """Return a place as a table within `where`; a long list of routes has lines of its own."""
    routes = toml.strings(map(str, place.routes))
    line = f"    {{ {place.cases.text}route = {routes}, {condition} }},"
    if len(line) <= WIDTH:
        return line
    listed = textwrap.fill(routes[1:-1], WIDTH - 8, break_on_hyphens=False)
    return f"    {{ {place.cases.text}route = [\n{textwrap.indent(listed, ' ' * 8)},\n    ], {condition} }},"
