"""Taking definitions out of modules in source form, without the suite's decorators."""

from __future__ import annotations

import ast
import dataclasses
import functools
from pathlib import Path

DECORATORS = ("case", "saver", "loader", "option", "runtime", "existing_artifact")


@dataclasses.dataclass(frozen=True)
class Source:
    """Lines that import, and definitions in an order in which they can be executed."""

    imports: tuple[str, ...] = ()
    definitions: tuple[str, ...] = ()

    def __add__(self, other: Source) -> Source:
        """Return both, with each import and definition once."""
        return Source(
            tuple(dict.fromkeys([*self.imports, *other.imports])),
            tuple(dict.fromkeys([*self.definitions, *other.definitions])),
        )


@functools.cache
def source_of(path: Path, name: str) -> Source:
    """Return a definition of a module, after everything in the module that it uses, and the module's imports.

    Imports of the suite's own modules are left out.
    """
    module = ast.parse(path.read_text())
    imports = [
        ast.unparse(node)
        for node in module.body
        if isinstance(node, ast.Import) or (isinstance(node, ast.ImportFrom) and not node.level)
    ]
    defined = _definitions(module)
    needed: list[str] = []
    visited: set[str] = set()

    def need(name: str) -> None:
        visited.add(name)
        node = defined[name]
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            node.decorator_list = [each for each in node.decorator_list if not _is_ours(each)]
        for part in ast.walk(node):
            if isinstance(part, ast.Name) and part.id in defined and part.id not in visited:
                need(part.id)
        needed.append(name)

    need(name)
    return Source(
        tuple(line for line in imports if "__future__" not in line),
        tuple(ast.unparse(defined[each]) for each in needed),
    )


def _definitions(module: ast.Module) -> dict[str, ast.stmt]:
    defined: dict[str, ast.stmt] = {}
    for node in module.body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            defined[node.name] = node
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            defined[node.targets[0].id] = node
    return defined


def _is_ours(decorator: ast.expr) -> bool:
    return (
        isinstance(decorator, ast.Call) and isinstance(decorator.func, ast.Name) and decorator.func.id in DECORATORS
    )
