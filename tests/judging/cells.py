"""The squares of the matrix: case x route x requirement."""

from __future__ import annotations

import dataclasses

from tests.both_sides.routes import Route
from tests.judging.pairs import Hop

BROUGHT_FAMILY = "mine."
# What cells about constructor arguments have as their requirement and as their route.
EVERY_ARGUMENT = "every_argument"
WHAT_EVERY_ARGUMENT_ASKS = "Every constructor argument of every class of Keras is there and acts after loading."
ARGUMENTS = Route("constructor")


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

    @property
    def is_of_argument(self) -> bool:
        """True if it is about a constructor argument of a class of Keras."""
        return self.requirement == EVERY_ARGUMENT

    @classmethod
    def of_argument(cls, of: str, argument: str) -> Cell:
        """Return the cell of an argument of a class, such as `layers.Dense(units) / constructor / every_argument`."""
        return cls(f"{of}({argument})", ARGUMENTS, EVERY_ARGUMENT)

    @property
    def argument(self) -> str:
        """The name of the argument that it is about."""
        return self.case.partition("(")[2].rstrip(")")

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
