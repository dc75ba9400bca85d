"""Whole runs of the suite in processes of their own, for self-tests."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from reports.document import files
from tests.interpreters.agents import ROOT

# How a process is run whose output a test looks at.
PRINTED: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True, "check": False}


def run(tmp_path: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the suite with a report folder of its own. Scripts are written, and not executed."""
    return run_with_scripts(tmp_path, "-p", "tests.selftest.no_scripts", *arguments, **environment)


def run_with_scripts(tmp_path: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the suite with a report folder of its own, and let it execute the scripts of unexpected findings."""
    environment = {"XDG_CACHE_HOME": str(tmp_path / "cache"), **environment}  # nothing is remembered
    return subprocess.run(command(tmp_path, *arguments), cwd=ROOT, env=variables(environment), **PRINTED)


def command(tmp_path: Path, *arguments: str) -> list[str]:
    """Return the command of such a run."""
    return [sys.executable, "-m", "pytest", f"--report-dir={tmp_path / 'out'}", *arguments]


def variables(further: dict[str, str]) -> dict[str, str]:
    """Return environment variables for such a run, without pytest's own."""
    return {**{name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}, **further}


def report(tmp_path: Path) -> dict[str, Any]:
    """Return the JSON of a run's report, which fits its schema."""
    path = tmp_path / "out" / "conformance.json"
    files.read(path)
    return json.loads(path.read_text())
