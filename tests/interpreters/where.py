"""Finds the interpreter that `--to` or `--from` names: by a path, a version, or requirements."""

from __future__ import annotations

import os
import re
import shutil
import sys
from pathlib import Path

from tests.interpreters import environments
from tests.interpreters.interpreter import Interpreter, UnusableInterpreter

TF_KERAS = ("TF_USE_LEGACY_KERAS", "1")


def interpreter_at(where: str | None) -> Interpreter:
    """Return the interpreter that is named; the one that runs pytest if none is.

    Environment variables may come first, as in a shell. An environment for a version or for requirements is made if
    there is none. If the requirements name tf_keras, `tf.keras` stands for it. An equals sign before all of it means
    nothing: it is that of `--to=`, where a space stands already.

    Raises:
        UnusableInterpreter: there is no such Python, or the environment cannot be made.
    """
    if where is None:
        return Interpreter(sys.executable)
    variables = []
    rest = where.strip().removeprefix("=").lstrip()
    while assignment := re.match(r"([A-Za-z_]\w*)=([^=\s]\S*)?\s+", rest):
        variables.append((assignment[1], assignment[2] or ""))
        rest = rest[assignment.end() :]
    requirements = None if os.sep in rest.partition("@")[0] else environments.requirements_in(rest)
    if requirements is not None:
        if environments.means_tf_keras(requirements) and TF_KERAS[0] not in dict(variables):
            variables.append(TF_KERAS)
        return Interpreter(environments.python_with(requirements), tuple(variables))
    found = shutil.which(os.path.expanduser(rest))
    if found is None or not Path(found).is_file():
        raise UnusableInterpreter(f"{rest!r} is neither the path of a Python, nor a version, nor requirements")
    return Interpreter(os.path.abspath(found), tuple(variables))
