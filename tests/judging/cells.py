"""The squares of the matrix: case x route x requirement."""

from __future__ import annotations

import dataclasses

from tests.both_sides.routes import Route
from tests.judging.pairs import Hop

BROUGHT_FAMILY = "mine."


@dataclasses.dataclass(frozen=True, order=True)
class Cell:
    """One square of the matrix. A requirement over savers has a route without a loader."""

    case: str
    route: Route
    requirement: str

    @property
    def is_brought(self) -> bool:
        """True if a user brings the model."""
        return self.case.startswith(BROUGHT_FAMILY)

    def __str__(self) -> str:
        return f"{self.case} / {self.route} / {self.requirement}"

    @classmethod
    def parse(cls, text: str) -> Cell:
        """Return the cell that is written as `case / route / requirement`."""
        case, route, requirement = text.split(" / ")
        return cls(case, Route.parse(route), requirement)


@dataclasses.dataclass(frozen=True)
class PlannedCell:
    """A cell and, for each hop of the run, why it cannot apply there (None where it can).

    `refused_on` are the hops in which a refusal is expected. `not_installed` are those in which only a package is
    missing, or the nightly profile.
    """

    cell: Cell
    hops: dict[Hop, str | None]
    refused_on: frozenset[Hop] = frozenset()
    not_installed: frozenset[Hop] = frozenset()

    @property
    def applies(self) -> bool:
        """True if there is a hop in which it is judged."""
        return any(reason is None for reason in self.hops.values())
