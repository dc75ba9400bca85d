"""The generated parts of `docs/catalogue.md` and `docs/requirements.md`."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Container, Iterable, Mapping
from typing import Any

from reports.docs.parts import code, table
from tests.both_sides.cases import CaseInfo
from tests.both_sides.catalogue import Catalogue
from tests.both_sides.routes import LoaderInfo, Route, SaverInfo
from tests.judging.requirement import SAVERS, Requirement

# Traits that say no more than the family or the inputs of a case do.
OBVIOUS = {"holds_keras_model", "holds_module"}


@dataclasses.dataclass(frozen=True)
class ByDefault:
    """The routes, savers or loaders that a default run judges: on all cases, or on quick ones only."""

    on_all: Container[Any]
    on_quick: Container[Any]

    @classmethod
    def of(cls, part: str, on_all: Iterable[Route], on_quick: Iterable[Route]) -> ByDefault:
        """Return the savers or loaders of routes; `part` says which."""
        return cls({getattr(route, part) for route in on_all}, {getattr(route, part) for route in on_quick})

    def in_words(self, name: Any) -> str:
        """Return on which cases a default run judges it; empty if on none."""
        return "yes" if name in self.on_all else "quick cases" if name in self.on_quick else ""


def catalogue_parts(catalogue: Catalogue) -> dict[str, str]:
    """Return the parts of `docs/catalogue.md`.

    Args:
        catalogue: the suite's own; whatever has no docstring is a planted fault of a self-test, and left out.
    """
    own = dataclasses.replace(
        catalogue,
        savers={name: saver for name, saver in catalogue.savers.items() if saver.doc},
        loaders={name: loader for name, loader in catalogue.loaders.items() if loader.doc},
    )
    if_quick = own.default_routes_of_quick_cases()
    defaults = set(own.default_routes()) - if_quick
    return {
        "cases": _cases(own.cases.values()),
        "savers": _savers(own.savers.values(), ByDefault.of("saver", defaults, if_quick)),
        "loaders": _loaders(own.loaders.values(), ByDefault.of("loader", defaults, if_quick)),
        "routes": _routes(own, ByDefault(defaults, if_quick)),
    }


def requirement_parts(requirements: Mapping[str, Requirement]) -> dict[str, str]:
    """Return the parts of `docs/requirements.md`."""
    rows = [
        (f"`{name}`", "saver" if each.over == SAVERS else "route", each.sentence)
        for name, each in requirements.items()
    ]
    return {"requirements": table(("requirement", "of each", "what must hold"), rows)}


def _cases(cases: Iterable[CaseInfo]) -> str:
    by_file = itertools.groupby(sorted(cases, key=lambda case: (case.module, case.id)), lambda case: case.module)
    sections = []
    for module, members in by_file:
        rows = [
            (f"`{case.id}`", case.doc + _condition(case), code(sorted(case.traits - OBVIOUS))) for case in members
        ]
        name = f"models/{module.replace('.', '/')}.py"
        sections.append(f"### `{name}`\n\n" + table(("case", "why it is here", "traits"), rows))
    return "\n\n".join(sections)


def _savers(savers: Iterable[SaverInfo], by_default: ByDefault) -> str:
    rows = [
        (
            f"`{each.name}`",
            each.title,
            each.doc + _condition(each),
            f"`{each.writes}`",
            by_default.in_words(each.name),
        )
        for each in savers
    ]
    return table(("saver", "name", "what it writes", "kind of artifact", "by default"), rows)


def _loaders(loaders: Iterable[LoaderInfo], by_default: ByDefault) -> str:
    rows = [
        (f"`{each.name}`", each.title, each.doc + _condition(each), code(each.reads), by_default.in_words(each.name))
        for each in loaders
    ]
    return table(("loader", "name", "what it returns", "kinds of artifact", "by default"), rows)


def _routes(catalogue: Catalogue, by_default: ByDefault) -> str:
    rows = [(f"`{route}`", catalogue.title(route), by_default.in_words(route)) for route in catalogue.routes()]
    return table(("route", "name", "by default"), rows)


def _condition(declared: CaseInfo | SaverInfo | LoaderInfo) -> str:
    """Return where it is judged, if that is not everywhere."""
    parts = [f"{name} `{specifier}`" for name, specifier in sorted(declared.offered.items())]
    parts += [f"with {declared.package} installed"] if declared.package else []
    if isinstance(declared, CaseInfo):
        parts += ["in the nightly profile"] if declared.nightly else []
    elif declared.needs:
        parts.append(f"for cases with `{declared.needs}`")
    return f" Only {', '.join(parts)}." if parts else ""
