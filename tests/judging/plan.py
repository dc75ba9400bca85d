"""Which cells there are, and why some of them cannot apply.

Everything follows from what cases, savers, loaders and requirements declare, so a run knows its cells before
anything is built.
"""

from __future__ import annotations

import collections
import dataclasses
import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase

from tests.both_sides.artifact_kinds import WITHOUT_SOURCE
from tests.both_sides.cases import CaseInfo
from tests.both_sides.catalogue import Catalogue
from tests.both_sides.routes import NEEDS, LoaderInfo, Route, SaverInfo
from tests.judging.cells import BROUGHT_FAMILY, Cell, PlannedCell
from tests.judging.pairs import Hop, Pair
from tests.judging.requirement import (
    ABOUT_SINGLE_ANSWERS,
    FIRST_IN_REPORTS,
    NO_ORIGINAL,
    SAVERS,
    UNREPEATABLE,
    Requirement,
)

# The extra that installs a package, if it is not that of the runtimes.
EXTRAS = {"tensorflow-text": "text"}
# What savers and loaders may need of a case, and nobody knows of an artifact that cannot be loaded.
UNKNOWN_UNTIL_LOADED = ("compiled", "lambda", "has_signatures", "one_endpoint")
# The trait of the cases that are made for loading under a strategy.
STRATEGIES = "tries_strategies"
# How many names are suggested in place of a glob that matches nothing, and how like it they must be, from 0 to 1.
MOST_NAMES, LEAST_LIKENESS = 3, 0.55


class NothingMatches(Exception):
    """A glob that matches no case, or no route."""


@dataclasses.dataclass(frozen=True)
class Selection:
    """The cases and routes that a run is restricted to.

    Args:
        cases, routes: globs; no glob means no restriction.
        every_route: judge every route, and not only those that are judged by default. Globs for routes imply it.
    """

    cases: tuple[str, ...] = ()
    routes: tuple[str, ...] = ()
    every_route: bool = False

    @property
    def default_routes_only(self) -> bool:
        """True if only the routes that are judged by default are wanted."""
        return not self.routes and not self.every_route


def select(globs: Sequence[str], names: Sequence[str], what: str) -> list[str]:
    """Return the names that some glob matches; all names if there is no glob.

    Raises:
        NothingMatches: a glob matches no name.
    """
    for glob in globs:
        if not any(fnmatchcase(name, glob) for name in names):
            raise NothingMatches(f"no {what} matches {glob!r}; {_nearest(glob, names, what)}")
    return [name for name in names if not globs or any(fnmatchcase(name, glob) for glob in globs)]


def _nearest(glob: str, names: Sequence[str], what: str) -> str:
    """Return the names and globs that are most like a glob which matches nothing, in words."""
    if what == "case" and glob.startswith(BROUGHT_FAMILY):
        return "such cases come with --model or --artifact"
    separator = ":" if what == "route" else "."
    parts = [name.partition(separator) for name in names if separator in name]
    globs = [f"{first}{separator}*" for first, _, _ in parts]
    globs += [f"*{separator}{last}" for _, _, last in parts]
    known = sorted({*names, *globs})
    nearest = difflib.get_close_matches(glob, known, n=MOST_NAMES, cutoff=LEAST_LIKENESS)
    if nearest:
        return f"did you mean {' or '.join(nearest)}?"
    return f"there are {len(names)}: docs/catalogue.md lists them"


def selected_routes(catalogue: Catalogue, selection: Selection) -> list[Route]:
    """Return the routes of a selection, with and without loaders, in sorted order.

    Raises:
        NothingMatches: a glob matches nothing.
    """
    if selection.default_routes_only:
        return catalogue.default_routes()
    routes = catalogue.routes()
    names = sorted({str(each) for route in routes for each in (route, route.of_saver)})
    return [Route.parse(name) for name in select(selection.routes, names, "route")]


@dataclasses.dataclass(frozen=True)
class Planner:
    """Plans cells of a catalogue between pairs.

    Args:
        pairs: by side.
        hops: those of the run, the control first.
    """

    catalogue: Catalogue
    requirements: Mapping[str, Requirement]
    pairs: Mapping[str, Pair]
    hops: Sequence[Hop]

    def plan(self, selection: Selection) -> list[PlannedCell]:
        """Return all cells of a selection, applicable or not, in sorted order.

        Raises:
            NothingMatches: a glob matches nothing.
        """
        catalogue = self.catalogue
        cases = select(selection.cases, sorted(catalogue.cases), "case")
        routes = selected_routes(catalogue, selection)
        with_loader = [route for route in routes if route.loader]
        savers = sorted({route.of_saver for route in routes})
        if_quick = catalogue.default_routes_of_quick_cases() if selection.default_routes_only else frozenset()
        resuming = {route.saver for route in with_loader if catalogue.loaders[str(route.loader)].restores_training}
        planned = []
        for name in cases:
            case = catalogue.cases[name]
            for route in [*savers, *with_loader]:
                saver, loader = catalogue.parts(route)
                if saver.existing and case.exists_as != saver.writes:
                    continue  # an artifact that a user brings is a case of its own
                if route in if_quick and not case.is_quick:
                    continue  # a few cases are enough, because the route is slow
                of_strategies = loader is not None and loader.needs == STRATEGIES
                if selection.default_routes_only and of_strategies and STRATEGIES not in case.traits:
                    continue  # a few cases are made for it
                only_trains = "only_trains" in case.traits
                if selection.default_routes_only and only_trains and route.saver not in resuming:
                    continue  # its training is restored from other savers
                cannot = cannot_apply(case, saver, loader)
                planned += [
                    self._plan_cell(requirement, case, route, cannot)
                    for requirement in self.requirements.values()
                    if (requirement.over == SAVERS) == (loader is None)
                ]
        return sorted(planned, key=lambda each: (each.cell.case, str(each.cell.route), each.cell.requirement))

    def _plan_cell(self, requirement: Requirement, case: CaseInfo, route: Route, cannot: str | None) -> PlannedCell:
        saver, loader = self.catalogue.parts(route)
        reasons: dict[Hop, str | None] = {}
        refused, not_installed = set(), set()
        for hop in self.hops:
            if loader is None and not hop.within_one_pair:
                continue
            if saver.existing and hop.saved != self.hops[0].saved:
                continue  # it exists, and no other pair saves it anew
            if not saver.has_artifact and not hop.within_one_pair:
                continue  # a copy in memory cannot leave its process
            if requirement.within_one_pair and not hop.within_one_pair:
                continue
            reason = cannot or requirement.not_applicable(case, saver, loader)
            if case.is_unreadable and requirement.name not in FIRST_IN_REPORTS:
                reason = reason or NO_ORIGINAL
            if "unrepeatable" in case.traits and requirement.name in ABOUT_SINGLE_ANSWERS:
                reason = reason or UNREPEATABLE
            if saver.existing and loader is None and requirement.name != "saves":
                reason = reason or "nothing is saved anew"
            if reason is None:
                refusal = self._not_offered(requirement, case, saver, loader, hop)
                if refusal is not None:
                    reason = refusal.reason
                    if refusal.not_installed:
                        not_installed.add(hop)
                    if refusal.is_expected:
                        refused.add(hop)
            elif case.nightly and reason == case.unavailable:
                not_installed.add(hop)
            reasons[hop] = reason
        return PlannedCell(
            Cell(case.id, route, requirement.name), reasons, frozenset(refused), frozenset(not_installed)
        )

    def _not_offered(
        self, requirement: Requirement, case: CaseInfo, saver: SaverInfo, loader: LoaderInfo | None, hop: Hop
    ) -> Refusal | None:
        """Return the first reason for which a pair of the hop cannot offer this; None if both offer all of it."""
        for offer in _offers(case, saver, loader, hop):
            pair = self.pairs[offer.side]
            if offer.package and offer.package not in pair.runtimes:
                extra = EXTRAS.get(offer.package, "runtimes")
                reason = f"{offer.name} needs {offer.package} beside TensorFlow: pip install '.[{extra}]'"
                return Refusal(reason, not_installed=True)
            if not pair.meets(offer.offered):
                if requirement.name == offer.refusal_judged_by and case.id == self._spokesman(saver, loader):
                    return Refusal(None, is_expected=True)
                return Refusal(f"{offer.name} is not offered by {pair}")
        return None

    def _spokesman(self, saver: SaverInfo, loader: LoaderInfo | None) -> str | None:
        """Return the one case on which a refusal is expected, whichever cases are selected."""
        cases = self.catalogue.cases.values()
        able = [case for case in cases if cannot_apply(case, saver, loader) is None]
        return min(((not case.is_quick, case.id) for case in able), default=(True, None))[1]


def why_nothing_applies(plan: Iterable[PlannedCell]) -> dict[str, int]:
    """Return why none of these cells applies, with the number of cells of each reason, the most frequent first.

    Nothing is returned if some cell applies.
    """
    counts: collections.Counter[str] = collections.Counter()
    for planned in plan:
        if planned.applies:
            return {}
        counts.update({reason for reason in planned.hops.values() if reason is not None})
    return dict(counts.most_common())


@dataclasses.dataclass(frozen=True)
class Refusal:
    """Why a pair cannot offer something; no reason if a cell expects the refusal."""

    reason: str | None
    not_installed: bool = False
    is_expected: bool = False


@dataclasses.dataclass(frozen=True)
class Offer:
    """Something that one side has to offer; `refusal_judged_by` is the requirement that expects a refusal."""

    name: str
    offered: Mapping[str, str]
    package: str | None
    side: str
    refusal_judged_by: str | None


def _offers(case: CaseInfo, saver: SaverInfo, loader: LoaderInfo | None, hop: Hop) -> Iterator[Offer]:
    for side in dict.fromkeys((hop.saved, hop.loaded)):
        yield Offer(case.id, case.offered, case.package, side, None)
    yield Offer(saver.name, saver.offered, saver.package, hop.saved, "saves")
    if loader is not None:
        yield Offer(loader.name, loader.offered, loader.package, hop.loaded, "loads")


def cannot_apply(case: CaseInfo, saver: SaverInfo, loader: LoaderInfo | None) -> str | None:
    """Return why a case has nothing to do with a saver and a loader, for every requirement; None if it has."""
    if case.unavailable:
        return case.unavailable
    if case.exists_as and not saver.existing:
        return "it exists already, and is not saved in another way"
    if case.brought and saver.trains:
        return f"{saver.name} trains the model, and what you bring is saved as it is"
    if loader and case.exists_as in WITHOUT_SOURCE:
        if loader.asked == "by_function":
            return "only its signatures are known, and no other functions"
        if loader.builds_from_source:
            return "its source is not known"
    known = (*case.traits, *(UNKNOWN_UNTIL_LOADED if case.is_unreadable else ()))
    for entry in (saver, loader):
        if entry and entry.needs and entry.needs not in known:
            return f"{entry.name} {NEEDS[entry.needs]}"
    if loader and "only_trains" in case.traits and not loader.restores_training:
        return f"{loader.name} does not restore training, and only training is special about the case"
    return _no_signatures(case, saver, loader)


def _no_signatures(case: CaseInfo, saver: SaverInfo, loader: LoaderInfo | None) -> str | None:
    asked = loader.asked if loader else None
    by_key = asked in ("by_signature", "by_tensor_name", "as_layer")
    if asked == "by_function" and case.is_keras_model:
        by_key = "call" not in saver.keys  # an endpoint that the saver names is a function of that name
    keys = case.signature_keys(saver)
    askable = case.endpoints_asked(saver, loader) if loader else keys
    if case.is_unreadable and saver.is_saved_model:
        return "its signatures are not known" if asked == "as_layer" else None
    if (by_key or saver.writes == "tflite") and not (keys and askable):
        if case.is_keras_model and not case.takes_dense_tensors:
            return "its inputs are ragged or sparse, and Keras makes signatures of dense tensors"
        return "it has no signatures"
    if loader and asked == "by_tensor_name" and len(keys) > 1:
        return f"{loader.name} knows one function, and the case has several"
    return None
