"""Writing many cells as few products of cases, routes and requirements."""

from __future__ import annotations

import collections
import dataclasses
import itertools
from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

from tests.both_sides.routes import Route
from tests.judging.cells import Cell


@dataclasses.dataclass(frozen=True)
class Product:
    """All cells of these cases, routes and requirements. The case `family.*` stands for all cases of a family."""

    cases: tuple[str, ...]
    routes: tuple[Route, ...]
    requirements: tuple[str, ...]

    def cells(self, cases: Iterable[str]) -> list[Cell]:
        """Return the cells.

        Args:
            cases: all cases of the run, which `family.*` stands for.
        """
        named = [case for case in cases if any(fnmatchcase(case, glob) for glob in self.cases)]
        return [Cell(*parts) for parts in itertools.product(named, self.routes, self.requirements)]

    @classmethod
    def from_json(cls, content: Mapping[str, Sequence[str]]) -> Product:
        """Return the product that `as_json` wrote."""
        return cls(tuple(content["case"]), tuple(map(Route.parse, content["route"])), tuple(content["requirement"]))

    def as_json(self) -> dict[str, Any]:
        """Return the product as JSON."""
        return {
            "case": list(self.cases),
            "route": list(map(str, self.routes)),
            "requirement": list(self.requirements),
        }


def products(cells: Iterable[Cell], cases: Sequence[str]) -> list[Product]:
    """Return few products that together are just these cells.

    Args:
        cases: all cases of the run.
    """
    cases_of: dict[tuple[Route, str], list[str]] = collections.defaultdict(list)
    for cell in sorted(cells):
        cases_of[cell.route, cell.requirement].append(cell.case)
    requirements_of: dict[tuple[Route, tuple[str, ...]], list[str]] = collections.defaultdict(list)
    for (route, requirement), named in cases_of.items():
        requirements_of[route, _with_families(named, cases)].append(requirement)
    routes_of: dict[tuple[tuple[str, ...], tuple[str, ...]], list[Route]] = collections.defaultdict(list)
    for (route, globs), requirements in requirements_of.items():
        routes_of[globs, tuple(sorted(requirements))].append(route)
    return [Product(globs, tuple(sorted(routes)), names) for (globs, names), routes in sorted(routes_of.items())]


def _with_families(named: Sequence[str], cases: Sequence[str]) -> tuple[str, ...]:
    """Return the names of the cases, with `family.*` for every family that is complete."""
    left = set(named)
    globs = []
    for family in sorted({case.partition(".")[0] for case in named}):
        members = {case for case in cases if case.startswith(f"{family}.")}
        if len(members) > 1 and members <= left:
            globs.append(f"{family}.*")
            left -= members
    return tuple(sorted([*globs, *left]))
