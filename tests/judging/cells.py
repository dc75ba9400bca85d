"""Which cells there are: case x route x requirement, and why some of them cannot apply.

Everything follows from what cases, savers, loaders and requirements declare, so a run knows its cells before
anything is built.
"""

from __future__ import annotations

import dataclasses
import functools
import operator
from collections.abc import Iterator
from fnmatch import fnmatchcase

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from tests.judging.catalogue import all_routes, resumes, signature_keys
from tests.judging.requirement import Requirement
from tests.judging.seen import Hop


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
    """A cell and, for each hop of the run, why it cannot apply there (None where it can).

    `not_installed` are the hops in which nothing is missing but a package, or the nightly profile.
    """

    cell: Cell
    hops: dict[Hop, str | None]
    refused_on: frozenset[Hop] = frozenset()
    not_installed: frozenset[Hop] = frozenset()

    @property
    def applies(self) -> bool:
        """Whether there is a hop in which it is judged."""
        return any(reason is None for reason in self.hops.values())


@dataclasses.dataclass(frozen=True)
class Pair:
    """The versions of one side, as far as conditions speak of them, and the runtimes that are installed there.

    `legacy` says that its Keras is tf_keras, which has versions of its own.
    """

    tensorflow: str
    keras: str
    python: str
    runtimes: frozenset[str] = frozenset()
    legacy: bool = False

    @classmethod
    def of(cls, surroundings: dict) -> Pair:
        """The pair of an interpreter, from what it said of itself."""
        versions = surroundings["versions"]
        return cls(
            versions["tensorflow"] or "0",
            versions["keras"] or "0",
            surroundings["python"],
            frozenset(surroundings["runtimes"]),
            surroundings["variables"].get("TF_USE_LEGACY_KERAS") == "1",
        )

    @property
    def name(self) -> str:
        """How lists name it: `2.21.0/3.15.1`."""
        return f"{self.tensorflow}/{self.keras}"

    def meets(self, conditions: dict[str, str]) -> bool:
        """Whether every condition holds, such as `{"keras": ">=3.0,<3.16"}`; prereleases count too.

        Raises:
            packaging.specifiers.InvalidSpecifier: a condition cannot be parsed.
        """
        return all(_satisfies(getattr(self, name), condition) for name, condition in conditions.items())

    def __str__(self) -> str:
        return f"TensorFlow {self.tensorflow}, {'tf_keras' if self.legacy else 'Keras'} {self.keras}"


@functools.cache
def _satisfies(version: str, condition: str) -> bool:
    return SpecifierSet(condition).contains(Version(version), prereleases=True)


def select(globs: list[str], names: list[str], what: str) -> list[str]:
    """The names that some glob matches; all of them where there is no glob.

    Raises:
        NothingMatches: a glob matches no name.
    """
    for glob in globs:
        if not any(fnmatchcase(name, glob) for name in names):
            raise NothingMatches(f"no {what} matches {glob!r}; there are: {', '.join(names)}")
    return [name for name in names if not globs or any(fnmatchcase(name, glob) for glob in globs)]


def plan(
    catalogue: dict,
    requirements: dict[str, Requirement],
    pairs: dict[str, Pair],
    hops: list[Hop],
    case_globs: list[str],
    route_globs: list[str],
    every_route: bool = False,
) -> list[PlannedCell]:
    """All cells that the globs select, in sorted order, applicable or not.

    Args:
        every_route: not the primary routes alone; a glob for routes means all that it matches anyway.

    Raises:
        NothingMatches: a glob matches nothing.
    """
    routes = all_routes(catalogue)
    savers = sorted({route.partition(":")[0] for route in routes})
    cases = select(case_globs, sorted(catalogue["cases"]), "case")
    selected = select(route_globs, sorted([*routes, *savers]), "route")
    existing = [route for route in routes if catalogue["routes"]["savers"][route.partition(":")[0]]["existing"]]
    primary_alone = not route_globs and not every_route
    if primary_alone:
        selected = sorted([*catalogue["routes"]["primary"], *existing])
    wanted_routes = [route for route in selected if ":" in route]
    resuming = {route.partition(":")[0] for route in wanted_routes if resumes(_parts_of(catalogue, route)[1])}
    wanted_savers = sorted({route.partition(":")[0] for route in selected})
    parts = [(route, *_parts_of(catalogue, route)) for route in [*wanted_savers, *wanted_routes]]
    planned = []
    for case in cases:
        for route, saver, loader in parts:
            if saver["existing"] and catalogue["cases"][case]["exists_as"] != saver["writes"]:
                continue  # what has been brought is a case of its own
            only_trains = "only_trains" in catalogue["cases"][case]["traits"]
            if primary_alone and only_trains and saver["name"] not in resuming:
                continue  # what is special about it comes back from other savers
            cannot = _cannot_apply(catalogue["cases"][case], saver, loader)
            over = "savers" if loader is None else "routes"
            for requirement in requirements.values():
                if requirement.over == over:
                    cell = Cell(case, route, requirement.name)
                    planned.append(_plan_cell(catalogue, requirement, pairs, hops, cell, saver, loader, cannot))
    return sorted(planned, key=operator.attrgetter("cell.case", "cell.route", "cell.requirement"))


def _parts_of(catalogue: dict, route: str) -> tuple[dict, dict | None]:
    """The saver and the loader of a route; None where no loader takes part."""
    saver, _, loader = route.partition(":")
    return catalogue["routes"]["savers"][saver], catalogue["routes"]["loaders"][loader] if loader else None


def _plan_cell(
    catalogue: dict,
    requirement: Requirement,
    pairs: dict[str, Pair],
    hops: list[Hop],
    cell: Cell,
    saver: dict,
    loader: dict | None,
    cannot: str | None,
) -> PlannedCell:
    case = catalogue["cases"][cell.case]
    reasons: dict[Hop, str | None] = {}
    refused = set()
    not_installed = set()
    for hop in hops:
        if requirement.over == "savers" and not hop.within_one_pair:
            continue
        if saver["existing"] and hop.saved != hops[0].saved:
            continue  # it is there, and no other pair saves it anew
        reason = cannot or requirement.not_applicable(case, saver, loader)
        if saver["existing"] and requirement.over == "savers" and requirement.name != "saves":
            reason = reason or "nothing is saved anew"
        if not saver["has_artifact"] and not hop.within_one_pair:
            reason = "a copy in memory is of one pair"
        if reason is None:
            for name, entry, side, judged_by in _offers(cell, case, saver, loader, hop):
                package = entry["package"]
                if package and package not in pairs[side].runtimes:
                    extra = EXTRAS.get(package, "runtimes")
                    reason = f"{name} needs {package} beside TensorFlow: pip install '.[{extra}]'"
                    not_installed.add(hop)
                    break
                if not pairs[side].meets(entry["offered"]):
                    reason = f"{name} is not offered by {pairs[side]}"
                    if requirement.name == judged_by and cell.case == _speaks_for_all(catalogue, saver, loader):
                        reason = None
                        refused.add(hop)
                    break
        elif case["nightly"] and reason == case["unavailable"]:
            not_installed.add(hop)
        reasons[hop] = reason
    return PlannedCell(cell, reasons, frozenset(refused), frozenset(not_installed))


def _offers(
    cell: Cell, case: dict, saver: dict, loader: dict | None, hop: Hop
) -> Iterator[tuple[str, dict, str, str | None]]:
    """(name, entry, side that has to offer it, requirement that expects the refusal)."""
    for side in dict.fromkeys((hop.saved, hop.loaded)):
        yield cell.case, case, side, None
    yield cell.saver, saver, hop.saved, "saves"
    if loader is not None:
        yield cell.loader, loader, hop.loaded, "loads"


# Kinds of artifact that a user can bring without the source of the model.
WITHOUT_SOURCE = ("saved_model", "keras_saved_model", "keras_archive", "keras_folder", "h5")
# The extra that brings a package, where it is not that of the runtimes.
EXTRAS = {"tensorflow-text": "text"}
# Why a saver or loader that needs a trait has nothing to do with a case without it.
WITHOUT_TRAIT = {
    "holds_keras_model": "is for Keras models only",
    "holds_module": "is for tf.Modules only",
    "one_endpoint": "is for tf.Modules with one function",
    "has_signatures": "is for tf.Modules with signatures",
    "tries_options": "is tried on a few tf.Modules",
    "quick": "is tried on the quick cases",
    "tries_twins": "differs from another in one argument, and is tried on a few Keras models",
    "compiled": "is for compiled models",
    "lambda": "is for models with lambdas",
    "subclassed": "is for models that build themselves when they are first called",
}


def _cannot_apply(case: dict, saver: dict, loader: dict | None) -> str | None:
    if case["unavailable"]:
        return case["unavailable"]
    if case["exists_as"] and not saver["existing"]:
        return "it exists, and is saved no other way"
    if case["brought"] and saver["trains"]:
        return "on what to train it is not ours to know"
    if loader and case["exists_as"] in WITHOUT_SOURCE:
        if loader["asked"] == "by_function":
            return "what functions it has beside its signatures is not known"
        if {"model", "original", "unbuilt"} & set(loader["takes"]):
            return "its source is not known"
    for entry in (saver, loader or {}):
        if entry.get("needs") and entry["needs"] not in case["traits"]:
            return f"{entry['name']} {WITHOUT_TRAIT[entry['needs']]}"
    if loader and "only_trains" in case["traits"] and not resumes(loader):
        return f"{loader['name']} brings back no training, and nothing else is special about the case"
    asked = loader["asked"] if loader else None
    by_key = asked in ("by_signature", "by_tensor_name", "as_layer")
    if asked == "by_function" and "holds_keras_model" in case["traits"]:
        by_key = "call" not in saver["keys"]  # an endpoint that the saver names is a function of that name
    keys = signature_keys(case, saver)
    if (by_key or saver["writes"] == "tflite") and not (keys and all(keys.values())):
        return "it has no signatures"
    if loader and loader["asked"] == "by_tensor_name" and len(case["endpoints"]) > 1:
        return f"{loader['name']} knows one function, and the case has several"
    return None


def _speaks_for_all(catalogue: dict, saver: dict, loader: dict | None) -> str | None:
    """The one case, whichever are selected, on which what is not offered is expected to be refused."""
    able = [name for name in catalogue["cases"] if _cannot_apply(catalogue["cases"][name], saver, loader) is None]
    return min(able, key=lambda name: ("quick" not in catalogue["cases"][name]["traits"], name), default=None)
