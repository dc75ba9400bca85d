"""Rows of the lists that have outlived the cells they were written for."""

from __future__ import annotations

import collections

from tests import requirement
from tests.cells import plan
from tests.deviations import Deviation, Place
from tests.seen import Hop
from tests.session import Session


def stale_rows(session: Session) -> list[Deviation]:
    """The rows that speak of the run's pairs and of none of the cells there are; only a whole run can tell.

    Routes that the run was not asked for count, and so do cells for which only a package is missing, or the
    nightly profile.
    """
    catalogue, pairs, hops = session.evidence.catalogue, session.pairs, session.wanted.hops
    traits = {name: case["traits"] for name, case in catalogue["cases"].items()}
    cases: dict[tuple[Hop, str, str], set[str]] = collections.defaultdict(set)
    for planned in plan(catalogue, requirement.requirements(), pairs, hops, [], [], every_route=True):
        for hop, reason in planned.hops.items():
            if reason is None or hop in planned.not_installed:
                cases[hop, planned.cell.route, planned.cell.requirement].add(planned.cell.case)

    def hops_of(spoken_of: Deviation | Place) -> list[Hop]:
        return [hop for hop in hops if spoken_of.speaks_of_pairs(pairs[hop.saved], pairs[hop.loaded])]

    def finds_a_cell(place: Place) -> bool:
        named = {case for case in traits if place.speaks_of_case(case, traits[case])}
        wanted = hops_of(place)
        return any(
            named & there for (hop, *of), there in cases.items() if hop in wanted and place.speaks_of_route(*of)
        )

    return [row for row in session.deviations.rows if hops_of(row) and not any(map(finds_a_cell, row.places))]
