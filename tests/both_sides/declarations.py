"""Checks of what cases, savers, loaders and requirements declare.  [both sides]"""

from __future__ import annotations

import difflib
import inspect
import os
import re
from typing import Any, Callable, Iterable, Iterator, Mapping, Optional

from .surroundings import RUNTIMES

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
# What conditions on versions may name, and how they are written.
VERSIONED = ("tensorflow", "keras", "python")
_CONDITION = re.compile(r"(==|!=|<=|>=|<|>|~=)\d[\w.*]*(,(==|!=|<=|>=|<|>|~=)\d[\w.*]*)*")


class WrongDeclaration(Exception):
    """A declaration that cannot be meant. The message names the file and the function, in one line."""


def wrong(function: Callable[..., Any], problem: str) -> WrongDeclaration:
    """Return the error for a declared function, such as `models/standard/text.py: words: PROBLEM`."""
    path = os.path.abspath(inspect.unwrap(function).__code__.co_filename)
    shown = os.path.relpath(path, ROOT) if path.startswith(ROOT + os.sep) else path
    return WrongDeclaration(f"{shown}: {function.__name__}: {problem}")


def is_same(one: Callable[..., Any], other: Callable[..., Any]) -> bool:
    """Return whether two functions are one declaration, imported twice because the first import failed later on."""
    first, second = inspect.unwrap(one).__code__, inspect.unwrap(other).__code__
    return (first.co_filename, first.co_firstlineno) == (second.co_filename, second.co_firstlineno)


def unknown(what: str, value: Any, known: Iterable[str]) -> str:
    """Return the problem with a value that is none of the known ones, and suggest the nearest."""
    choices = sorted(known)
    nearest = difflib.get_close_matches(str(value), choices, n=2)
    hint = f"did you mean {' or '.join(map(repr, nearest))}?" if nearest else f"use one of {', '.join(choices)}"
    return f"{what} {value!r} is unknown: {hint}"


def shared_problems(offered: Mapping[str, str], package: Optional[str]) -> Iterator[str]:
    """Yield what is wrong with conditions on versions, and with the package that something needs."""
    for name, condition in offered.items():
        if name not in VERSIONED:
            yield unknown("the key of offered", name, VERSIONED)
        elif not _CONDITION.fullmatch(condition):
            yield f"the condition {condition!r} on {name} is not written like '>=3.0,<3.16'"
    if package is not None and package not in RUNTIMES:
        yield f"{unknown('the package', package, RUNTIMES)} (tests/both_sides/surroundings.py lists them)"
