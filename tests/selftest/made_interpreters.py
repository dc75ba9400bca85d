"""Interpreters that are made for self-tests."""

from __future__ import annotations

import sys
from pathlib import Path


def python_with_tensorflow(folder: Path, source: str) -> Path:
    """Make an interpreter whose TensorFlow is that source."""
    (folder / "packages" / "tensorflow").mkdir(parents=True)
    (folder / "packages" / "tensorflow" / "__init__.py").write_text(source)
    python = folder / "python"
    python.write_text(f'#!/bin/sh\nPYTHONPATH={folder / "packages"} exec {sys.executable} "$@"\n')
    python.chmod(0o755)
    return python
