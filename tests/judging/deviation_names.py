"""Checks that rows of deviations name cases, routes, requirements and traits that exist."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator

from tests.both_sides.catalogue import Catalogue
from tests.both_sides.declarations import unknown
from tests.both_sides.routes import Route
from tests.judging.cells import ARGUMENTS, BROUGHT_FAMILY, EVERY_ARGUMENT
from tests.judging.deviation_files import UnreadableDeviations
from tests.judging.deviations import Deviation, Deviations, Place
from tests.judging.plan import NothingMatches, select
from tests.judging.requirement import requirements
from tests.judging.split_requirements import renaming

# What a user brings now need not be all that their list is about.
WILDCARD = re.compile(r"[*?\[]")


def check_names(deviations: Deviations, catalogue: Catalogue) -> None:
    """Check that all rows are about something that exists.

    A row of a user's own list may also name what this version of the suite no longer has, as long as one of its
    places is about something: such a row works, and `doubtful_names` tells.

    Raises:
        UnreadableDeviations: a row is about none of the cases, routes, requirements or traits.
    """
    known = Names(catalogue)
    for row in deviations.rows:
        if not row.accepts or all(any(known.of_nothing(place)) for place in row.places):
            for problem in known.problems(row):
                raise UnreadableDeviations(problem)


def doubtful_names(deviations: Deviations, catalogue: Catalogue) -> list[str]:
    """Return a line about each name in the rows that `check_names` lets pass that is wrong or out of date."""
    known = Names(catalogue)
    wrong = [problem for row in deviations.rows for problem in known.problems(row)]
    return wrong + [line for row in deviations.rows if (line := renaming(row)) is not None]


class Names:
    """All that a row can name."""

    def __init__(self, catalogue: Catalogue):
        self.cases = sorted(catalogue.cases)
        self.routes = sorted(map(str, [*_all_routes(catalogue), ARGUMENTS]))
        self.requirements = sorted([*requirements(), EVERY_ARGUMENT])
        self.traits = {trait for case in catalogue.cases.values() for trait in case.traits}

    def problems(self, row: Deviation) -> list[str]:
        """Return a line about each name of a row that does not exist."""
        problems = (problem for place in row.places for problem in self.of_place(place).values())
        return [f"row {row.id!r} of deviations: {problem}" for problem in dict.fromkeys(problems)]

    def of_place(self, place: Place) -> dict[tuple[str, str], str]:
        """Return what is wrong with each name of a place that does not exist, by its field and the name."""
        missing = set(place.traits) - self.traits
        found = {("traits", each): unknown("the trait", each, self.traits) for each in sorted(missing)}
        for field in ("case", "excepted", "route", "requirement"):
            # Which arguments there are is known of the Keras under test alone.
            of_arguments = field in ("case", "excepted") and EVERY_ARGUMENT in place.requirement
            for glob in () if of_arguments else getattr(place, field):
                problem = self._problem(field, glob)
                if problem:
                    found[field, glob] = problem
        return found

    def of_nothing(self, place: Place) -> Iterator[bool]:
        """Yield for each field of a place whether nothing that it names exists."""
        wrong = self.of_place(place)
        yield any(field == "traits" for field, _ in wrong)
        for field in ("case", "route", "requirement"):
            yield all((field, glob) in wrong for glob in getattr(place, field))

    @functools.cache  # noqa: B019 - lives as long as the check
    def _problem(self, field: str, glob: str) -> str | None:
        names, what = {
            "case": (self.cases, "case"),
            "excepted": (self.cases, "case"),
            "route": (self.routes, "route"),
            "requirement": (self.requirements, "requirement"),
        }[field]
        if what == "case" and may_be_users(glob):
            return None
        try:
            select([glob], names, what)
        except NothingMatches as error:
            return str(error)
        return None


def may_be_users(glob: str) -> bool:
    """Return whether the glob may match a case that a user brings in another run."""
    plain = WILDCARD.split(glob)[0]
    return glob.startswith(BROUGHT_FAMILY) or (plain != glob and BROUGHT_FAMILY.startswith(plain))


def _all_routes(catalogue: Catalogue) -> Iterator[Route]:
    """Yield every route, with and without a loader, whatever a user brings in this run."""
    for saver in catalogue.savers.values():
        yield Route(saver.name)
        yield from (Route(saver.name, each.name) for each in catalogue.loaders.values() if saver.writes in each.reads)
