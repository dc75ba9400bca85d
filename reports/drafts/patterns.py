"""Patterns that match a message and others like it."""

from __future__ import annotations

import re

LONGEST_PATTERN = 110
VARIABLE = re.compile(r"('[^']*'|(?<!\w)[\w./-]+/[\w./-]+|\d+)")
PATH = re.compile(r"[\w./-]+/[\w./-]+")


def pattern(message: str) -> str:
    """Return a pattern for the first line of the message, in which any path, number or quoted name may stand."""
    line = message.partition("\n")[0]
    joined = "^"
    for part in map(_part, VARIABLE.split(line)):
        if len(joined) + len(part) > LONGEST_PATTERN:
            break
        joined += part
    return joined if len(joined) > 1 else "^" + _escaped(line[:LONGEST_PATTERN])


def _part(token: str) -> str:
    if re.fullmatch(r"\d+", token):
        return "[0-9]+"
    if token.startswith("'") and len(token) > 1:
        return "'[^']*'"
    if PATH.fullmatch(token):
        return r"\S+"
    return _escaped(token)


def _escaped(text: str) -> str:
    return re.escape(text).replace(r"\ ", " ")
