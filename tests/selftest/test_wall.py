"""The wall: pytest never imports TensorFlow, and TensorFlow never sees pytest."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

from tests.interpreters.agents import ROOT

# The folder says on which side of the wall a file is; what is in no such folder is on pytest's side.
BESIDE_TENSORFLOW = ("models", "tests/routes", "tests/beside_tensorflow", "tests/selftest/beside_tensorflow")
BOTH_SIDES = ("tests/both_sides",)
WRITTEN_BY_RUNS = ROOT / "reports" / "out"


def files_in(*folders: str) -> list[Path]:
    """All Python files below these folders of the repository, but for what runs have written."""
    found = (path for folder in folders for path in (ROOT / folder).rglob("*.py"))
    return sorted(path for path in found if WRITTEN_BY_RUNS not in path.parents)


BESIDE = files_in(*BESIDE_TENSORFLOW, *BOTH_SIDES)
OURS = [ROOT / "conftest.py", *sorted({*files_in("tests", "reports")} - {*files_in(*BESIDE_TENSORFLOW)})]
ALLOWED_BESIDE = {*sys.stdlib_module_names, "numpy", "tensorflow", "ml_dtypes", "keras", "_tf_save_conformance"}
# What comes with TensorFlow, and what a loader or a case may be about.
ALLOWED_BESIDE |= {"absl", "ai_edge_litert", "h5py", "onnxruntime", "openvino", "tensorflow_text"}


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


@pytest.mark.parametrize("path", BESIDE, ids=lambda path: str(path.relative_to(ROOT)))
def test_beside_tensorflow_there_is_only_the_standard_library_numpy_and_tensorflow(path):
    assert imports(path, everywhere=True) <= ALLOWED_BESIDE
    ast.parse(path.read_text(), feature_version=(3, 9))
    assert "from __future__ import annotations" in path.read_text() or len(path.read_text().splitlines()) < 3


@pytest.mark.parametrize("path", OURS, ids=lambda path: str(path.relative_to(ROOT)))
def test_pytest_s_side_never_imports_tensorflow(path):
    # What both sides use may import it inside functions that only a child calls.
    everywhere = not any(path.is_relative_to(ROOT / folder) for folder in BOTH_SIDES)
    assert not imports(path, everywhere=everywhere) & {"tensorflow", "keras", "tf_keras"}


def test_this_worker_has_not_imported_it_either(bench):
    assert not {"tensorflow", "keras", "tf_keras"} & set(sys.modules)
