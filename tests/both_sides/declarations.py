"""Checks of what cases, savers, loaders and requirements declare.  [both sides]"""

from __future__ import annotations

import contextlib
import difflib
import inspect
import os
import re
import traceback
from typing import Any, Callable, Iterable, Iterator, Mapping, Optional

from .surroundings import RUNTIMES

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
# What conditions on versions may name, and how they are written.
VERSIONED = ("tensorflow", "keras", "python")
# How Python refuses a call with wrong arguments.
_NO_PARENTHESES = re.compile(r"(\w+)\(\) takes 0 positional arguments but 1 was given")
_UNKNOWN_ARGUMENT = re.compile(r"(\w+)\(\) got an unexpected keyword argument '(\w+)'")
_CONDITION = re.compile(r"(==|!=|<=|>=|<|>|~=)\d[\w.*]*(,(==|!=|<=|>=|<|>|~=)\d[\w.*]*)*")


class WrongDeclaration(Exception):
    """A declaration that cannot be meant. The message names the file and the function, in one line."""


def wrong(function: Callable[..., Any], problem: str) -> WrongDeclaration:
    """Return the error for a declared function, such as `models/standard/text.py: words: PROBLEM`."""
    return WrongDeclaration(
        f"{_shown(inspect.unwrap(function).__code__.co_filename)}: {function.__name__}: {problem}"
    )


@contextlib.contextmanager
def importing(path: str) -> Iterator[None]:
    """Turn whatever an import raises into a wrong declaration that names the file and the line.

    Args:
        path: the file that is imported, which is named where no line of ours is to blame.

    Raises:
        WrongDeclaration: the import raised something.
    """
    try:
        yield
    except WrongDeclaration:
        raise
    except SyntaxError as error:
        where = f"{_shown(error.filename or path)}:{error.lineno}"
        raise WrongDeclaration(f"{where}: it cannot be imported: SyntaxError: {error.msg}") from error
    except Exception as error:
        ours = [
            (frame, line)
            for frame, line in traceback.walk_tb(error.__traceback__)
            if frame.f_code.co_name == "<module>" and _is_ours(frame.f_code.co_filename, path)
        ]
        where = f"{_shown(ours[-1][0].f_code.co_filename)}:{ours[-1][1]}" if ours else _shown(path)
        reason = " ".join(f"{type(error).__name__}: {error}".split())
        hint = _hint(str(error), ours[-1][0].f_globals if ours else {})
        raise WrongDeclaration(f"{where}: it cannot be imported: {reason}{hint}") from error


def _is_ours(file: str, path: str) -> bool:
    absolute = os.path.abspath(file)
    return absolute == os.path.abspath(path) or (
        absolute.startswith(ROOT + os.sep) and "site-packages" not in absolute and os.path.exists(absolute)
    )


def _shown(path: str) -> str:
    """Return the path, relative to the project if it is in there."""
    absolute = os.path.abspath(path)
    return os.path.relpath(absolute, ROOT) if absolute.startswith(ROOT + os.sep) else absolute


def _hint(message: str, names: Mapping[str, Any]) -> str:
    """Return what to write instead, if a decorator is called with wrong arguments."""
    bare, unknown_argument = _NO_PARENTHESES.search(message), _UNKNOWN_ARGUMENT.search(message)
    if bare:
        return f" (a decorator takes arguments: write @{bare[1]}(...))"
    if unknown_argument and callable(names.get(unknown_argument[1])):
        parameters = inspect.signature(names[unknown_argument[1]]).parameters
        return f" ({unknown('the argument', unknown_argument[2], parameters)})"
    return ""


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
