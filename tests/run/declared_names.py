"""The names of cases and routes as their sources declare them, for refusing a wrong glob before anything is made.

The catalogue itself is known only to a process with TensorFlow, and an environment that has one may take minutes to
make. Where a declaration is not as plain as the suite's own, nothing is known here, and the catalogue decides.
"""

from __future__ import annotations

import ast
import dataclasses
import functools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.both_sides.declarations import importing
from tests.interpreters.agents import ROOT
from tests.judging.plan import select
from tests.run.misplaced import check_places

MODELS, ROUTES = ROOT / "models", ROOT / "tests" / "routes"
CONSTANTS = "route_declaration.py"
DECLARES = ("saver", "loader")
# Which argument has the kinds of artifact that a saver writes, or a loader reads.
KINDS = {"saver": "writes", "loader": "reads"}


def check_globs(cases: Sequence[str], routes: Sequence[str], brought: Sequence[str]) -> None:
    """Check that globs match something, as far as the sources say; the catalogue decides later.

    Args:
        brought: the ids of cases that a user brings.

    Raises:
        NothingMatches: a glob matches nothing.
        WrongDeclaration: a file is no Python, or lies where nobody looks for it.
    """
    if not cases and not routes:
        return
    check_places()
    names = DeclaredNames.read()
    if names.cases is not None:
        select(cases, sorted({*names.cases, *brought}), "case")
    if names.routes is not None:
        select(routes, names.routes, "route")


class NotPlain(Exception):
    """A declaration that cannot be understood without executing it."""


@dataclasses.dataclass(frozen=True)
class DeclaredNames:
    """The ids of all cases, and of all routes with and without loaders; None where they cannot be told."""

    cases: tuple[str, ...] | None
    routes: tuple[str, ...] | None

    @classmethod
    def read(cls, models: Path = MODELS, routes: Path = ROUTES) -> DeclaredNames:
        """Return the names that are declared below these folders."""
        try:
            cases = tuple(sorted(_cases(models)))
        except NotPlain:
            cases = None
        try:
            names = tuple(sorted(_routes(routes)))
        except NotPlain:
            names = None
        return cls(cases, names)


def _cases(folder: Path) -> Iterator[str]:
    for path in sorted(folder.glob("*/*.py")):
        module = _module(path)
        functions = [node for node in module.body if isinstance(node, ast.FunctionDef)]
        _refuse_bare(functions, ("case",))
        declared = [node.name for node in functions for call in _calls(node.decorator_list, ("case",))]
        if len(declared) != len(list(_calls(ast.walk(module), ("case",)))):
            raise NotPlain(path)
        yield from (f"{path.parent.name}.{name}" for name in declared)


def _routes(folder: Path) -> Iterator[str]:
    shared = _constants(_module(folder / CONSTANTS), {})
    savers: dict[str, Any] = {}
    loaders: dict[str, Any] = {}
    for path in sorted(folder.glob("*.py")):
        if path.name in (CONSTANTS, "__init__.py"):
            continue
        module = _module(path)
        _refuse_bare(module.body, DECLARES)
        constants = _constants(module, shared)
        factories = {
            node.name: (node, call)
            for node in module.body
            if isinstance(node, ast.FunctionDef)
            for call in _calls(ast.walk(node), DECLARES)
            if not node.decorator_list
        }
        for node in (node for node in module.body if isinstance(node, ast.FunctionDef)):
            for call in _calls(node.decorator_list, (*DECLARES, *factories)):
                names: Mapping[str, Any] = constants
                if _name(call) in factories:
                    factory, inner = factories[_name(call)]
                    names, call = {**constants, **_arguments(factory, call, constants)}, inner
                declared = savers if _name(call) == "saver" else loaders
                declared[node.name] = _keyword(call, KINDS[_name(call)], names)
    for saver, writes in savers.items():
        yield saver
        yield from (f"{saver}:{loader}" for loader, reads in loaders.items() if writes in reads)


def _module(path: Path) -> ast.Module:
    with importing(str(path)):
        return ast.parse(path.read_text("utf-8"), str(path))


def _calls(nodes: Any, names: tuple[str, ...]) -> Iterator[ast.Call]:
    return (node for node in nodes if isinstance(node, ast.Call) and _name(node) in names)


def _refuse_bare(nodes: Iterable[ast.stmt], names: tuple[str, ...]) -> None:
    """Refuse to understand decorators without parentheses, which importing the file explains.

    Raises:
        NotPlain: there is one.
    """
    for node in nodes:
        for each in node.decorator_list if isinstance(node, ast.FunctionDef) else ():
            if isinstance(each, ast.Name) and each.id in names:
                raise NotPlain(each.id)


def _name(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else ""


def _constants(module: ast.Module, known: Mapping[str, Any]) -> dict[str, Any]:
    """Return the module's constants as far as they are plain, with those that it may import."""
    constants = dict(known)
    for node in module.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            try:
                constants[node.targets[0].id] = _value(node.value, constants)
            except NotPlain:
                continue
    return constants


def _arguments(function: ast.FunctionDef, call: ast.Call, names: Mapping[str, Any]) -> dict[str, Any]:
    """Return the plain arguments of a call of that function by name, with its defaults."""
    parameters = [each.arg for each in function.args.args]
    keywords = [each.arg for each in function.args.kwonlyargs]
    given: dict[str, ast.expr | None] = dict(zip(keywords, function.args.kw_defaults, strict=True))
    given |= dict(zip(reversed(parameters), reversed(function.args.defaults), strict=False))
    given |= dict(zip(parameters, call.args, strict=False))
    given |= {each.arg: each.value for each in call.keywords if each.arg}
    values = {}
    for name, node in given.items():
        try:
            values[name] = _value(node, names)
        except NotPlain:
            continue
    return values


def _keyword(call: ast.Call, name: str, names: Mapping[str, Any]) -> Any:
    return _value(next((each.value for each in call.keywords if each.arg == name), None), names)


@functools.singledispatch
def _value(node: Any, names: Mapping[str, Any]) -> Any:
    """Return the value of an expression of texts, constants and tuples.

    Raises:
        NotPlain: it is something else.
    """
    raise NotPlain(node)


@_value.register
def _(node: ast.Constant, names: Mapping[str, Any]) -> Any:
    return node.value


@_value.register
def _(node: ast.Name, names: Mapping[str, Any]) -> Any:
    if node.id not in names:
        raise NotPlain(node.id)
    return names[node.id]


@_value.register
def _(node: ast.Tuple, names: Mapping[str, Any]) -> Any:
    parts: list[Any] = []
    for each in node.elts:
        parts += _value(each.value, names) if isinstance(each, ast.Starred) else [_value(each, names)]
    return tuple(parts)
