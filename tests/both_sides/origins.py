"""Describes what the code of a process comes from, and what else it was given.  [both sides]"""

from __future__ import annotations

import dataclasses
import os
import platform
import sys
from typing import Mapping, Tuple

MAPPED = "/proc/self/maps"


@dataclasses.dataclass(frozen=True)
class Origins:
    """The things that can make two processes answer the same question differently.

    Args:
        python: the version, with its build.
        system: the operating system, with its C library.
        path: where modules are found.
        prefixes: the folders of the environment, and of the Python that it was made from.
        libraries: the files that are mapped into memory.
        variables: all environment variables.
    """

    python: str
    system: str
    path: Tuple[str, ...]
    prefixes: Tuple[str, ...]
    libraries: Tuple[str, ...]
    variables: Mapping[str, str]


def origins() -> Origins:
    """Return where the code of this process comes from, and the environment that it was given."""
    with open(MAPPED, encoding="utf-8", errors="surrogateescape") as file:
        last_columns = [line.rstrip("\n").split(None, 5)[5:] for line in file]
    mapped = {column[0] for column in last_columns if column and column[0].startswith("/")}
    return Origins(
        python=sys.version,
        system=platform.platform(),
        path=tuple(sys.path),
        prefixes=tuple(sorted({sys.prefix, sys.exec_prefix, sys.base_prefix, sys.base_exec_prefix})),
        libraries=tuple(sorted(mapped)),
        variables=dict(os.environ),
    )
