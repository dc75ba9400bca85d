"""Adding a case stays trivial: one function in one file, and nothing else has to know of it."""

from __future__ import annotations

import filecmp
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.interpreters.agents import ROOT

ADDED = '''

@case(inputs=Tensor((None, 5)), traits=("sequential",))
def added():
    """A case that a self-test adds, as a newcomer would."""
    return keras.Sequential([keras.Input((5,)), keras.layers.Dense(3)])
'''


@pytest.fixture
def copy(tmp_path):
    """The project in a folder of its own, with one more case."""
    copied = tmp_path / "project"
    left_out = shutil.ignore_patterns(".git", "__pycache__", "out", "baselines", "*.egg-info", "build")
    shutil.copytree(ROOT, copied, ignore=left_out)
    with (copied / "models" / "standard" / "architectures.py").open("a") as file:
        file.write(ADDED)
    return copied


def files_that_differ(one: Path, other: Path) -> list[str]:
    """The files of `one` that `other` lacks, or has with other content."""
    names = [path.relative_to(one) for path in one.rglob("*.*") if path.is_file() and "__pycache__" not in path.parts]
    return [
        str(name)
        for name in names
        if not ((other / name).exists() and filecmp.cmp(one / name, other / name, shallow=False))
    ]


def test_a_new_case_touches_one_file(copy, tmp_path):
    def passes(*arguments):
        command = [sys.executable, "-m", "pytest", "-q", *arguments]
        ended = subprocess.run(command, cwd=copy, capture_output=True, text=True, check=False)
        assert ended.returncode == 0, ended.stdout[-3000:]
        return ended.stdout

    assert "CONFORMS" in passes("-n1", "--case=standard.added", f"--report-dir={tmp_path / 'report'}")
    passes("-n1", "tests/selftest/test_plan.py", "tests/selftest/test_cases.py", "-k", "test_plan or added")
    assert files_that_differ(copy, ROOT) == ["models/standard/architectures.py"]
