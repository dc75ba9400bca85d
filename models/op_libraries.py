"""Libraries of ops: source files in `models/ops/`, and the compiler that builds them.  [beside TensorFlow]"""

from __future__ import annotations

import functools
import os
import re
import shutil
from typing import Any, Dict, Optional, Tuple

SOURCES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "ops")
# The path of the library that was compiled from each source file; a step sets those that its question names.
built_op_libraries: Dict[str, str] = {}


def op_library(source: str) -> Any:
    """Load the library of a source file in `models/ops/`, and return its ops as Python functions."""
    import tensorflow as tf

    return tf.load_op_library(built_op_libraries[source])


def ops_of(source: str) -> Tuple[str, ...]:
    """Return the names of the ops that a source file in `models/ops/` registers.

    Raises:
        FileNotFoundError: there is no such file.
    """
    with open(os.path.join(SOURCES, source), encoding="utf-8") as file:
        return tuple(re.findall(r'TF_NewOpDefinitionBuilder\("([^"]+)"\)', file.read()))


@functools.cache
def compiler() -> Optional[str]:
    """Return the path of the C++ compiler, `$CXX` or g++; None if there is none."""
    return shutil.which(os.environ.get("CXX", "g++"))
