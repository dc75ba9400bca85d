"""Interpreters that are made for self-tests."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

FORGETFUL_KERAS = Path(__file__).parent / "beside_tensorflow" / "forgetful_keras.py"


def python_with_tensorflow(folder: Path, source: str) -> Path:
    """Make an interpreter whose TensorFlow is that source."""
    (folder / "packages" / "tensorflow").mkdir(parents=True)
    (folder / "packages" / "tensorflow" / "__init__.py").write_text(source)
    return _python(folder)


def python_with_forgetful_keras(folder: Path) -> Path:
    """Make an interpreter whose Keras exports further classes, most of which forget an argument."""
    (folder / "packages").mkdir(parents=True)
    shutil.copy(FORGETFUL_KERAS, folder / "packages" / "sitecustomize.py")
    return _python(folder)


def _python(folder: Path) -> Path:
    python = folder / "python"
    python.write_text(f'#!/bin/sh\nPYTHONPATH={folder / "packages"} exec {sys.executable} "$@"\n')
    python.chmod(0o755)
    return python
