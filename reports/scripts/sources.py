"""Taking definitions out of modules in source form, without the suite's decorators."""

from __future__ import annotations

import ast
import dataclasses
import functools
from collections.abc import Iterable, Iterator
from pathlib import Path

DECORATORS = ("case", "saver", "loader", "option", "runtime", "existing_artifact")
OBJECTS = ("custom_objects", "training_objects")
# Functions that a script calls as soon as it has defined them: they have to run before TensorFlow's first op.
CALLED_AT_ONCE = ("make_two_cpus",)


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

    @property
    def used_imports(self) -> tuple[str, ...]:
        """The imports of which the definitions use a name."""
        used = {
            part.id for text in self.definitions for part in ast.walk(ast.parse(text)) if isinstance(part, ast.Name)
        }
        return tuple(line for line in self.imports if set(_imported(ast.parse(line).body)) & used)


@functools.cache
def source_of(path: Path, name: str) -> Source:
    """Return a definition of a module, after everything of the suite that it uses, and the imports of all of that."""
    return _source_of(path, [name])


@functools.cache
def objects_of(path: Path, name: str) -> dict[str, str]:
    """Return the custom objects that a case declares: by the name that Keras asks for, each as Python source."""
    function = _definitions(ast.parse(path.read_text()))[name]
    assert isinstance(function, ast.FunctionDef)
    declared: dict[str, str] = {}
    for decorator in function.decorator_list:
        for keyword in decorator.keywords if isinstance(decorator, ast.Call) else ():
            if keyword.arg in OBJECTS and isinstance(keyword.value, ast.Dict):
                declared |= _entries(path, keyword.value)
    return declared


def _entries(path: Path, declared: ast.Dict) -> dict[str, str]:
    """Return the entries of a dict by their keys, as source; those of a dict of the module that it unpacks too."""
    entries: dict[str, str] = {}
    for key, value in zip(declared.keys, declared.values, strict=True):
        if key is not None:
            entries[str(ast.literal_eval(key))] = ast.unparse(value)
        elif isinstance(value, ast.Name):
            unpacked = _definitions(ast.parse(path.read_text())).get(value.id)
            if isinstance(unpacked, (ast.Assign, ast.AnnAssign)) and isinstance(unpacked.value, ast.Dict):
                entries |= _entries(path, unpacked.value)
    return entries


def source_of_objects(path: Path, name: str) -> Source:
    """Return the definitions of the custom objects that a case declares."""
    used = {
        part.id
        for text in objects_of(path, name).values()
        for part in ast.walk(ast.parse(text))
        if isinstance(part, ast.Name)
    }
    defined = _definitions(ast.parse(path.read_text()))
    return _source_of(path, [each for each in defined if each in used])


def _source_of(path: Path, names: Iterable[str]) -> Source:
    module = ast.parse(path.read_text())
    imports = [
        ast.unparse(node)
        for node in module.body
        if isinstance(node, ast.Import) or (isinstance(node, ast.ImportFrom) and not node.level)
    ]
    ours = {*DECORATORS, *_imported(node for node in module.body if isinstance(node, ast.ImportFrom) and node.level)}
    defined, elsewhere = _definitions(module), _defined_elsewhere(module, path)
    borrowed: list[tuple[Path, str]] = []
    needed: list[str] = []
    visited: set[str] = set()

    def need(name: str) -> None:
        visited.add(name)
        node = defined[name]
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            node.decorator_list = [each for each in node.decorator_list if not _is_ours(each, ours)]
        for part in ast.walk(node):
            if isinstance(part, ast.Name) and part.id in elsewhere:
                borrowed.append(elsewhere[part.id])
            elif isinstance(part, ast.Name) and part.id in defined and part.id not in visited:
                need(part.id)
        needed.append(name)

    for name in names:
        if name not in visited:
            need(name)
    own = Source(
        tuple(line for line in imports if "__future__" not in line),
        tuple(text for each in needed for text in _texts(each, defined[each])),
    )
    return sum((source_of(*each) for each in borrowed), Source()) + own


def _texts(name: str, definition: ast.stmt) -> Iterator[str]:
    """Yield a definition as source, and its call if it has to be called at once."""
    yield ast.unparse(definition)
    if name in CALLED_AT_ONCE:
        yield f"{name}()"


def _defined_elsewhere(module: ast.Module, path: Path) -> dict[str, tuple[Path, str]]:
    """Return where the names stand that a module imports from another one of the suite: its file, and the name there.

    The rooms are one package beside TensorFlow, so the file is looked for from the nearest folder upwards.
    """
    found: dict[str, tuple[Path, str]] = {}
    for node in module.body:
        if isinstance(node, ast.ImportFrom) and node.level and node.module:
            name = f"{node.module.replace('.', '/')}.py"
            places = [place / name for folder in path.parents for place in (folder, folder / "tests")]
            file = next((each for each in places if each.exists()), None)
            if file is not None:
                found |= {(each.asname or each.name): (file, each.name) for each in node.names}
    return found


def _definitions(module: ast.Module) -> dict[str, ast.stmt]:
    defined: dict[str, ast.stmt] = {}
    for node in module.body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            defined[node.name] = node
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            defined[node.targets[0].id] = node
    return defined


def _imported(nodes: Iterable[ast.stmt]) -> Iterator[str]:
    """Yield the names that import statements bind."""
    for node in nodes:
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            yield from ((each.asname or each.name).partition(".")[0] for each in node.names)


def _is_ours(decorator: ast.expr, ours: set[str]) -> bool:
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    return isinstance(called, ast.Name) and called.id in ours
