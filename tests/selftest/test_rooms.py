"""The rooms: data goes one way, so no room imports one that stands behind it, and tests/ never imports reports/."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.interpreters.agents import ROOT

# Each room may import those that stand before it.
ORDER = ("both_sides", "interpreters", "judging", "run")
ENGINE = [path for room in ORDER for path in sorted((ROOT / "tests" / room).rglob("*.py"))]
REQUIREMENTS = sorted((ROOT / "tests").glob("test_*.py"))


def modules_in(path: Path) -> set[str]:
    """Return the full names of all modules that a file imports, as text."""
    found = set()
    package = path.relative_to(ROOT).with_suffix("").parts[:-1]
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            start = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join([*start, *([node.module] if node.module else [])])
            found |= {f"{module}.{alias.name}" for alias in node.names}
    return found


def rooms_in(path: Path) -> set[str]:
    """Return the rooms of tests/ that a file imports."""
    return {name.split(".")[1] for name in modules_in(path) if name.startswith("tests.")}


@pytest.mark.parametrize("path", ENGINE, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_room_imports_one_that_stands_behind_it(path):
    own = ORDER.index(path.relative_to(ROOT / "tests").parts[0])
    assert rooms_in(path) <= set(ORDER[: own + 1])


@pytest.mark.parametrize("path", [*ENGINE, *REQUIREMENTS], ids=lambda path: str(path.relative_to(ROOT)))
def test_what_judges_does_not_know_what_reports(path):
    assert not any(name.partition(".")[0] == "reports" for name in modules_in(path))


@pytest.mark.parametrize("path", REQUIREMENTS, ids=lambda path: path.name)
def test_a_requirement_imports_no_other_requirement(path):
    assert not any(room.startswith("test_") for room in rooms_in(path))


def test_tests_holds_requirements_and_folders():
    files = {path.name for path in (ROOT / "tests").glob("*.py")} - {"__init__.py"}
    assert files == {path.name for path in REQUIREMENTS}
