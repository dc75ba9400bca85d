"""Naming cells by globs over case, route and requirement."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase

from reports.document.rows import Row
from tests.both_sides.routes import Route
from tests.judging.pairs import Hop


@dataclasses.dataclass(frozen=True)
class CellGlob:
    """A glob for each of case, route and requirement."""

    case: str
    route: str
    requirement: str


def rows_named_by(globs: Sequence[CellGlob], hop: Hop, rows: Iterable[Row]) -> list[Row]:
    """Return the rows of that hop, in their order, that match one of the globs."""

    @functools.cache  # each route and requirement comes back for a hundred cases
    def case_globs(route: Route, requirement: str) -> list[str]:
        return [
            glob.case
            for glob in globs
            if fnmatchcase(str(route), glob.route) and fnmatchcase(requirement, glob.requirement)
        ]

    return [
        row
        for row in rows
        if row.hop == hop and any(fnmatchcase(row.case, glob) for glob in case_globs(row.route, row.requirement))
    ]
