"""The folder of a run: what is said of a path from which TensorFlow cannot load."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.run.folder import warning_about
from tests.selftest.whole_runs import run


@pytest.mark.parametrize(("name", "said"), [("plain", None), ("two  模型*?", None), ("a[1]", "[ ]")])
def test_only_a_path_that_means_a_pattern_is_warned_of(name, said):
    warning = warning_about(Path("/tmp") / name / "tfsc-1")
    assert warning is None if said is None else f" has {said} in its path" in str(warning)


def test_the_header_of_a_run_says_so(tmp_path):
    folder = Path("/tmp") / f"tfsc [1] {tmp_path.name}"
    folder.mkdir(exist_ok=True)
    try:
        narrowed = ("--collect-only", "--case=custom_op.module_two_signatures", "--route=saved_model:restored")
        printed = run(tmp_path, *narrowed, TMPDIR=str(folder)).stdout
    finally:
        folder.rmdir()
    assert "warning: the run's folder" in printed
    assert "set TMPDIR to another folder" in printed
