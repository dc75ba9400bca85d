"""The wall: pytest never imports TensorFlow, and TensorFlow never sees pytest."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

from tests.interpreters.driver import ROOT

ROOMS = ("models", "tests", "reports")
INTERPRETERS = ROOT / "tests" / "interpreters"
PYTEST_SIDE = {
    "driver.py", "environments.py", "interpreter.py", "package_settings.py", "testimony.py", "where.py",
}  # fmt: skip
BOTH_SIDES = {"wire.py", "asking.py", "surroundings.py", "__init__.py"}
BESIDE = sorted(
    [
        *(ROOT / "models").rglob("*.py"),
        *(ROOT / "tests" / "routes").rglob("*.py"),
        *(path for path in INTERPRETERS.glob("*.py") if path.name not in PYTEST_SIDE),
        ROOT / "tests" / "selftest" / "faults.py",
    ]
)
WRITTEN_BY_RUNS = ROOT / "reports" / "out"
EVERYTHING = [
    path
    for path in [ROOT / "conftest.py", *(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))]
    if WRITTEN_BY_RUNS not in path.parents
]
OURS = sorted(path for path in EVERYTHING if path not in BESIDE or path.name in BOTH_SIDES)
ALLOWED_BESIDE = {*sys.stdlib_module_names, "numpy", "tensorflow", "ml_dtypes", "keras", "_tf_save_conformance"}
# What comes with TensorFlow, and what a loader or a case may be about.
ALLOWED_BESIDE |= {"absl", "ai_edge_litert", "onnxruntime", "openvino", "tensorflow_text"}


def imports(path: Path, *, everywhere: bool) -> set[str]:
    """The top-level packages that a module imports absolutely; only when it is imported, or everywhere in it."""
    tree = ast.parse(path.read_text())
    nodes = ast.walk(tree) if everywhere else tree.body
    found = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found.add(node.module.partition(".")[0])
    return found


def test_every_module_is_on_one_side():
    assert {path.name for path in INTERPRETERS.glob("*.py")} >= PYTEST_SIDE | BOTH_SIDES
    assert set(BESIDE) | set(OURS) == set(EVERYTHING)


@pytest.mark.parametrize("path", BESIDE, ids=lambda path: str(path.relative_to(ROOT)))
def test_beside_tensorflow_there_is_only_the_standard_library_numpy_and_tensorflow(path):
    assert imports(path, everywhere=True) <= ALLOWED_BESIDE
    ast.parse(path.read_text(), feature_version=(3, 9))
    assert "from __future__ import annotations" in path.read_text() or len(path.read_text().splitlines()) < 3


@pytest.mark.parametrize("path", OURS, ids=lambda path: str(path.relative_to(ROOT)))
def test_pytest_s_side_never_imports_tensorflow(path):
    # What both sides use may import it inside functions that only a child calls.
    everywhere = path.name not in BOTH_SIDES
    assert not imports(path, everywhere=everywhere) & {"tensorflow", "keras", "tf_keras"}


def test_this_worker_has_not_imported_it_either(bench):
    assert not {"tensorflow", "keras", "tf_keras"} & set(sys.modules)
