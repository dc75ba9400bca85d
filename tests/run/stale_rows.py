"""Rows of the lists of deviations that have outlived the cells they were written for."""

from __future__ import annotations

import collections

from tests.both_sides.routes import Route
from tests.judging.cells import ARGUMENTS, EVERY_ARGUMENT
from tests.judging.deviations import Deviation, Place
from tests.judging.pairs import Hop
from tests.judging.plan import Selection
from tests.run.session import Session


def stale_rows(session: Session) -> list[Deviation]:
    """Return the rows that apply to the run's pairs and to none of the cells there are.

    Only a whole run can tell. Routes that the run is not asked for count, and so do cells for which only a package or
    the nightly profile is missing.
    """
    pairs, hops = session.pairs, session.request.hops
    traits = {name: case.traits for name, case in session.catalogue.cases.items()}
    cases: dict[tuple[Hop, Route, str], set[str]] = collections.defaultdict(set)
    for planned in session.plan_of(Selection(every_route=True)):
        for hop, reason in planned.hops.items():
            if reason is None or hop in planned.not_installed:
                cases[hop, planned.cell.route, planned.cell.requirement].add(planned.cell.case)

    for hop in hops:
        cases[hop, ARGUMENTS, EVERY_ARGUMENT] |= {cell.case for cell in session.argument_cells}
    traits.update((cell.case, frozenset()) for cell in session.argument_cells)

    def finds_a_cell(hop: Hop, place: Place) -> bool:
        named = {case for case in traits if place.matches_case(case, traits[case])}
        return any(
            named & there
            for (judged, route, requirement), there in cases.items()
            if judged == hop and place.matches_route(route, requirement)
        )

    applied, found = set(), set()
    for hop in hops:
        for row, places in session.deviations.between(pairs[hop.saved], pairs[hop.loaded]):
            applied.add(row.id)
            is_judged = session.argument_cells or not all(EVERY_ARGUMENT in place.requirement for place in places)
            if not is_judged or any(finds_a_cell(hop, place) for place in places):
                found.add(row.id)
    return [row for row in session.deviations.rows if row.id in applied - found]
