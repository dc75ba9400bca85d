"""Naming cells by globs over case, route and requirement."""

from __future__ import annotations

import collections
import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase

from reports.document.rows import Row
from tests.both_sides.routes import Route
from tests.judging.consequence import Consequence
from tests.judging.outcome import Outcome
from tests.judging.pairs import Hop


@dataclasses.dataclass(frozen=True)
class CellGlob:
    """A glob for each of case, route and requirement."""

    case: str
    route: str
    requirement: str


@dataclasses.dataclass(frozen=True)
class NamedRows:
    """The rows of a document, for finding those that globs name.

    `groups` has the rows by hop, route and requirement, each with its number, because there are a hundred cases to
    each of them.
    """

    groups: Mapping[tuple[Hop, Route, str], Sequence[tuple[int, Row]]]

    @classmethod
    def of(cls, rows: Iterable[Row]) -> NamedRows:
        """Return the rows in groups."""
        groups: dict[tuple[Hop, Route, str], list[tuple[int, Row]]] = collections.defaultdict(list)
        for number, row in enumerate(rows):
            groups[row.hop, row.route, row.requirement].append((number, row))
        return cls(groups)

    def named_by(self, globs: Sequence[CellGlob], hop: Hop) -> list[Row]:
        """Return the rows of that hop that match one of the globs, in the order of the document."""
        found: list[tuple[int, Row]] = []
        for (of_hop, route, requirement), rows in self.groups.items():
            if of_hop != hop:
                continue
            cases = {
                glob.case
                for glob in globs
                if fnmatchcase(str(route), glob.route) and fnmatchcase(requirement, glob.requirement)
            }
            if "*" in cases:
                found += rows
            elif cases:
                found += [(number, row) for number, row in rows if any(fnmatchcase(row.case, case) for case in cases)]
        return [row for _, row in sorted(found, key=lambda each: each[0])]

    def consequence(self, row: Row) -> Consequence:
        """Return the gravest consequence of a row that does not hold; of a blocked row, that of what blocks it."""
        if row.consequence is not None:
            return row.consequence
        if row.outcome is not Outcome.BLOCKED:
            return Consequence.SILENT
        blocks_saving = row.blocked_by == "saves"
        route = row.route.of_saver if blocks_saving else row.route
        hop = Hop(row.hop.saved, row.hop.saved) if blocks_saving else row.hop
        blocking = self.groups.get((hop, route, row.blocked_by or ""), ())
        found = [each.consequence for _, each in blocking if each.case == row.case and each.consequence]
        return found[0] if found else Consequence.REFUSED
