"""Says that a path wants an equals sign, where pytest itself does not get as far as our options.

pytest takes an existing path after a space for a test file. If that path is outside of this repository, pytest looks
for its settings there, finds neither `pyproject.toml` nor `conftest.py`, and knows none of our options. The folder
`tf_save_conformance_options.dist-info` makes `python -m pytest` load this file all the same.
"""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent
# The options that take a path.
TAKE_A_PATH = ("--to", "--from", "--record", "--artifact", "--deviations", "--report-dir")


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config, args: list[str]) -> None:
    """Refuse a path that stands after one of our options and a space, where pytest has taken it for a test file."""
    if early_config.invocation_params.dir.resolve() != ROOT or early_config.rootpath.resolve() == ROOT:
        return
    for option, value in zip(args, args[1:], strict=False):
        if option in TAKE_A_PATH and not value.startswith("-") and Path(value).exists():
            raise pytest.UsageError(f"pytest takes a path after a space for a test file: write {option}={value}")
