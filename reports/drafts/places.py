"""Finding the places of a drafted row: cases, routes and pairs that match just the cells that show a symptom."""

from __future__ import annotations

import collections
import dataclasses
import itertools
from collections.abc import Sequence

from reports.document.contents import Document
from reports.drafts import toml
from tests.both_sides.routes import Route
from tests.judging.outcome import Outcome
from tests.judging.pairs import Hop, Pair


@dataclasses.dataclass(frozen=True)
class Between:
    """The pair that saved, and the pair that loaded."""

    saved: Pair
    loaded: Pair

    @classmethod
    def of(cls, document: Document, hop: Hop) -> Between:
        """Return the pairs of a hop."""
        return cls(document.pairs[hop.saved], document.pairs[hop.loaded])

    @property
    def condition(self) -> str:
        """The fields `saved_with` and `loaded_with` of a row, for a hop over two pairs."""
        return ", ".join(
            f'{side} = {{ tensorflow = "=={pair.tensorflow}", keras = "=={pair.keras}" }}'
            for side, pair in (("saved_with", self.saved), ("loaded_with", self.loaded))
        )


@dataclasses.dataclass(frozen=True, order=True)
class CaseOnRoute:
    """A case on a route, for one requirement."""

    case: str
    route: Route


@dataclasses.dataclass(frozen=True)
class DraftedCases:
    """The cases of a drafted place: by name or all, by traits, and with exceptions."""

    case: tuple[str, ...] = ()
    traits: tuple[str, ...] = ()
    excepted: tuple[str, ...] = ()

    def include(self, case: str, traits: set[str]) -> bool:
        """Return whether a case with these traits is one of them."""
        return (not self.case or case in self.case) and set(self.traits) <= traits and case not in self.excepted

    @property
    def text(self) -> str:
        """The fields of a row's place that say which cases these are."""
        fields = {"case": self.case, "traits": self.traits, "except": self.excepted}
        return "".join(f"{name} = {toml.strings(value)}, " for name, value in fields.items() if value)


@dataclasses.dataclass(frozen=True)
class Occurrence:
    """One symptom in one hop of a report: the cells that show it, among all that were judged for it.

    `judged` lists the judged cases by route, and `traits` those of each case. `of_all_cases` is True if no
    case of the catalogue was left out of the run.
    """

    between: Between
    cells: frozenset[CaseOnRoute]
    judged: dict[Route, set[str]]
    traits: dict[str, set[str]]
    of_all_cases: bool

    @classmethod
    def of(cls, document: Document, hop: Hop, requirement: str, cells: set[CaseOnRoute]) -> Occurrence:
        """Return the occurrence of a symptom of that requirement in one hop of a report."""
        judged: dict[Route, set[str]] = collections.defaultdict(set)
        for row in document.cells:
            is_judged = row.outcome.is_judged and row.outcome is not Outcome.BLOCKED
            if row.requirement == requirement and row.hop == hop and is_judged:
                judged[row.route].add(row.case)
        for cell in cells:  # a blocked cell may have shown a shortfall before it was blocked
            judged[cell.route].add(cell.case)
        traits = {name: set(case.traits) for name, case in document.cases.items()}
        in_run = {row.case for row in document.cells if row.requirement == requirement and row.hop == hop}
        return cls(Between.of(document, hop), frozenset(cells), dict(judged), traits, in_run >= set(document.cases))

    def matched_by(self, cases: DraftedCases, routes: Sequence[Route]) -> set[CaseOnRoute]:
        """Return the judged cells that these cases and routes match."""
        return {
            CaseOnRoute(case, route)
            for route in routes
            for case in self.judged.get(route, ())
            if cases.include(case, self.traits[case])
        }

    def shortest(self, route: Route) -> DraftedCases:
        """Return the shortest way to say which of the route's judged cases show the symptom.

        After a run of some cases that is always by name: nothing is known about the others.
        """
        judged = self.judged[route]
        showing = {cell.case for cell in self.cells if cell.route == route}
        if not self.of_all_cases:
            return DraftedCases(case=tuple(sorted(showing)))
        common = sorted(set.intersection(*(self.traits[case] for case in showing)) - {"quick"})
        ways = [DraftedCases(case=tuple(sorted(showing)))]
        for size in (0, 1, 2):
            for traits in itertools.combinations(common, size):
                matching = {case for case in judged if set(traits) <= self.traits[case]}
                ways.append(DraftedCases(traits=traits, excepted=tuple(sorted(matching - showing))))
        return min(ways, key=lambda cases: (len(cases.text), cases.text))


@dataclasses.dataclass(frozen=True)
class DraftedPlace:
    """One place of a drafted row."""

    cases: DraftedCases
    routes: tuple[Route, ...]
    between: tuple[Between, ...]


def places(occurrences: Sequence[Occurrence]) -> list[DraftedPlace]:
    """Return places that match just the cells which show the symptom, among all that were judged."""
    left = [set(occurrence.cells) for occurrence in occurrences]  # by number, because two reports may be of one pair
    result = []
    while any(left):
        most = max(range(len(occurrences)), key=lambda number: len(left[number]))
        by_cases: dict[DraftedCases, list[Route]] = collections.defaultdict(list)
        for route in sorted({cell.route for cell in left[most]}):
            by_cases[occurrences[most].shortest(route)].append(route)
        cases, routes = max(by_cases.items(), key=lambda item: len(occurrences[most].matched_by(*item) & left[most]))
        between = []
        for number, each in enumerate(occurrences):
            matched = each.matched_by(cases, routes)
            if matched <= each.cells and matched & left[number]:
                between.append(each.between)
                left[number] -= matched
        result.append(DraftedPlace(cases, tuple(routes), tuple(dict.fromkeys(between))))
    return result
