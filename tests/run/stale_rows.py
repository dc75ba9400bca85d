"""Rows of the lists that have outlived the cells they were written for."""

from __future__ import annotations

import collections

from tests.judging.deviations import Deviation, Place
from tests.judging.seen import Hop
from tests.run.session import Session


def stale_rows(session: Session) -> list[Deviation]:
    """The rows that speak of the run's pairs and of none of the cells there are; only a whole run can tell.

    Routes that the run was not asked for count, and so do cells for which only a package is missing, or the
    nightly profile.
    """
    pairs, hops = session.pairs, session.wanted.hops
    traits = {name: case["traits"] for name, case in session.evidence.catalogue["cases"].items()}
    cases: dict[tuple[Hop, str, str], set[str]] = collections.defaultdict(set)
    for planned in session.plan_of((), (), True):
        for hop, reason in planned.hops.items():
            if reason is None or hop in planned.not_installed:
                cases[hop, planned.cell.route, planned.cell.requirement].add(planned.cell.case)

    def finds_a_cell(hop: Hop, place: Place) -> bool:
        named = {case for case in traits if place.speaks_of_case(case, traits[case])}
        return any(named & there for (at, *of), there in cases.items() if at == hop and place.speaks_of_route(*of))

    spoken_of, found = set(), set()
    for hop in hops:
        for row, places in session.deviations.between(pairs[hop.saved], pairs[hop.loaded]):
            spoken_of.add(row.id)
            if any(finds_a_cell(hop, place) for place in places):
                found.add(row.id)
    return [row for row in session.deviations.rows if row.id in spoken_of - found]
