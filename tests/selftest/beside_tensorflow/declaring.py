"""Evaluates declarations, and prints the error of each, or null, as JSON.  [beside TensorFlow; imports neither]

Standard input is a JSON list of [decorator, function]: the source of a call of `case`, `saver` or `loader`, and the
name of one of the functions below.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import os
import sys
from typing import Any, Optional

ROOT = sys.argv[1]


def declared(path: Any, model: Any) -> None:
    """Say why it is there."""


def mistyped(path: Any, modle: Any) -> None:
    """Say why it is there."""


def trained(path: Any, data: Any) -> None:
    """Say why it is there."""


def undocumented() -> None:
    pass


def open_rooms() -> None:
    """Make the rooms importable, as in an agent."""
    spec = importlib.util.spec_from_file_location(
        "agent", os.path.join(ROOT, "tests", "beside_tensorflow", "agent.py")
    )
    assert spec is not None
    assert spec.loader is not None
    agent = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(agent)
    agent.open_rooms(ROOT)


def error_of(decorator: str, function: str) -> Optional[str]:
    """Return the type and the message of the error that a declaration raises; None if it raises none."""
    models = importlib.import_module("_tf_save_conformance.models")
    routes = importlib.import_module("_tf_save_conformance.routes")
    names = {"Tensor": models.Tensor, "case": models.case, "saver": routes.saver, "loader": routes.loader}
    try:
        eval(decorator, names)(globals()[function])
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return None


if __name__ == "__main__":
    open_rooms()
    print(json.dumps([error_of(*declaration) for declaration in json.load(sys.stdin)]))
