"""Which cells there are: case x route x requirement, and why some of them cannot apply.

Everything follows from what cases, savers, loaders and requirements declare, so a run knows its cells before
anything is built.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from fnmatch import fnmatchcase

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from tests.requirement import Requirement
from tests.seen import Hop


class NothingMatches(Exception):
    """A glob that matches no case, or no route."""


@dataclasses.dataclass(frozen=True, order=True)
class Cell:
    """One square of the matrix. `route` is `saver:loader`, or the saver alone where no loader takes part."""

    case: str
    route: str
    requirement: str

    @property
    def saver(self) -> str:
        """The saver's name."""
        return self.route.partition(":")[0]

    @property
    def loader(self) -> str | None:
        """The loader's name; None where no loader takes part."""
        return self.route.partition(":")[2] or None

    def __str__(self) -> str:
        return f"{self.case} / {self.route} / {self.requirement}"


@dataclasses.dataclass(frozen=True)
class PlannedCell:
    """A cell and, for each hop of the run, why it cannot apply there (None where it can)."""

    cell: Cell
    hops: dict[Hop, str | None]
    refused_on: frozenset[Hop] = frozenset()

    @property
    def applies(self) -> bool:
        """Whether there is a hop in which it is judged."""
        return any(reason is None for reason in self.hops.values())


@dataclasses.dataclass(frozen=True)
class Pair:
    """The versions of one side, as far as conditions speak of them."""

    tensorflow: str
    keras: str
    python: str

    @classmethod
    def of(cls, surroundings: dict) -> Pair:
        """The pair of an interpreter, from what it said of itself."""
        versions = surroundings["versions"]
        return cls(versions["tensorflow"] or "0", versions["keras"] or "0", surroundings["python"])

    def meets(self, conditions: dict[str, str]) -> bool:
        """Whether every condition holds, such as `{"keras": ">=3.0,<3.16"}`; prereleases count too.

        Raises:
            packaging.specifiers.InvalidSpecifier: a condition cannot be parsed.
        """
        return all(
            SpecifierSet(condition).contains(Version(getattr(self, name)), prereleases=True)
            for name, condition in conditions.items()
        )

    def __str__(self) -> str:
        return f"TensorFlow {self.tensorflow}, Keras {self.keras}"


def select(globs: list[str], names: list[str], what: str) -> list[str]:
    """The names that some glob matches; all of them where there is no glob.

    Raises:
        NothingMatches: a glob matches no name.
    """
    for glob in globs:
        if not any(fnmatchcase(name, glob) for name in names):
            raise NothingMatches(f"no {what} matches {glob!r}; there are: {', '.join(names)}")
    return [name for name in names if not globs or any(fnmatchcase(name, glob) for glob in globs)]


def all_routes(catalogue: dict) -> list[str]:
    """Every `saver:loader` whose loader reads what the saver writes, in sorted order."""
    savers, loaders = catalogue["routes"]["savers"], catalogue["routes"]["loaders"]
    return sorted(
        f"{saver}:{loader}"
        for saver, written in savers.items()
        for loader, read in loaders.items()
        if written["writes"] in read["reads"]
    )


def plan(
    catalogue: dict,
    requirements: dict[str, Requirement],
    pairs: dict[str, Pair],
    hops: list[Hop],
    case_globs: list[str],
    route_globs: list[str],
) -> list[PlannedCell]:
    """All cells that the globs select, in sorted order, applicable or not.

    Raises:
        NothingMatches: a glob matches nothing.
    """
    routes = all_routes(catalogue)
    savers = sorted({route.partition(":")[0] for route in routes})
    cases = select(case_globs, sorted(catalogue["cases"]), "case")
    selected = select(route_globs, sorted([*routes, *savers]), "route")
    wanted_routes = [route for route in selected if ":" in route]
    wanted_savers = sorted({route.partition(":")[0] for route in selected})
    planned = []
    for case in cases:
        for requirement in requirements.values():
            for route in wanted_savers if requirement.over == "savers" else wanted_routes:
                cell = Cell(case, route, requirement.name)
                planned.append(_plan_cell(catalogue, requirement, pairs, hops, cell, cases))
    return sorted(planned, key=lambda planned_cell: planned_cell.cell)


def _plan_cell(
    catalogue: dict,
    requirement: Requirement,
    pairs: dict[str, Pair],
    hops: list[Hop],
    cell: Cell,
    cases: list[str],
) -> PlannedCell:
    case = catalogue["cases"][cell.case]
    saver = catalogue["routes"]["savers"][cell.saver]
    loader = catalogue["routes"]["loaders"][cell.loader] if cell.loader else None
    reasons: dict[Hop, str | None] = {}
    refused = set()
    for hop in hops:
        if requirement.over == "savers" and not hop.within_one_pair:
            continue
        reason = _cannot_apply(case, cell, saver) or requirement.not_applicable(case, saver, loader)
        if reason is None:
            for name, entry, side, judged_by in _offers(cell, saver, loader, hop):
                if not pairs[side].meets(entry["offered"]):
                    reason = f"{name} is not offered by {pairs[side]}"
                    if requirement.name == judged_by and cell.case == _speaks_for_all(catalogue, cases, saver):
                        reason = None
                        refused.add(hop)
                    break
        reasons[hop] = reason
    return PlannedCell(cell, reasons, frozenset(refused))


def _offers(cell: Cell, saver: dict, loader: dict | None, hop: Hop) -> Iterator[tuple[str, dict, str, str]]:
    """(name, entry, side that has to offer it, requirement that expects the refusal)."""
    yield cell.saver, saver, hop.saved, "saves"
    if loader is not None:
        yield cell.loader, loader, hop.loaded, "loads"


def _cannot_apply(case: dict, cell: Cell, saver: dict) -> str | None:
    if case["unavailable"]:
        return case["unavailable"]
    if saver["needs"] and saver["needs"] not in case["traits"]:
        return f"{cell.saver} writes Keras models only"
    return None


def _speaks_for_all(catalogue: dict, cases: list[str], saver: dict) -> str | None:
    """The one case on which a saver or loader that is not offered is expected to be refused."""
    able = [
        name
        for name in cases
        if not saver["needs"] or saver["needs"] in catalogue["cases"][name]["traits"]
        if not catalogue["cases"][name]["unavailable"]
    ]
    return min(able, key=lambda name: ("quick" not in catalogue["cases"][name]["traits"], name), default=None)
