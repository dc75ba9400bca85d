"""Checks that rows of deviations name cases, routes, requirements and traits that exist."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tests.both_sides.catalogue import Catalogue
from tests.both_sides.declarations import unknown
from tests.judging.deviation_files import UnreadableDeviations
from tests.judging.deviations import Deviation, Deviations
from tests.judging.plan import NothingMatches, select
from tests.judging.requirement import requirements

# What a user brings now need not be all that their list is about.
OF_USERS = "mine."


def check_names(deviations: Deviations, catalogue: Catalogue) -> None:
    """Check that all rows are about something that exists.

    Raises:
        UnreadableDeviations: a row is about none of the cases, routes, requirements or traits.
    """
    cases = sorted(catalogue.cases)
    routes = sorted({str(each) for route in catalogue.routes() for each in (route, route.of_saver)})
    traits = {trait for case in catalogue.cases.values() for trait in case.traits}
    for row in deviations.rows:
        for globs, names, what in (
            (_of_places(row, "case"), cases, "case"),
            (_of_places(row, "excepted"), cases, "case"),
            (_of_places(row, "route"), routes, "route"),
            (_of_places(row, "requirement"), sorted(requirements()), "requirement"),
        ):
            try:
                select([glob for glob in globs if not glob.startswith(OF_USERS)], names, what)
            except NothingMatches as error:
                raise UnreadableDeviations(f"row {row.id!r} of deviations: {error}") from None
        for trait in _of_places(row, "traits"):
            if trait not in traits:
                raise UnreadableDeviations(f"row {row.id!r} of deviations: {unknown('the trait', trait, traits)}")


def _of_places(row: Deviation, field: str) -> Sequence[str]:
    return list(dict.fromkeys(_values(row, field)))


def _values(row: Deviation, field: str) -> Iterator[str]:
    for place in row.places:
        yield from getattr(place, field)
