"""Patterns that match a message and others like it."""

from __future__ import annotations

import re

LONGEST_PATTERN = 110
VARIABLE = re.compile(r"('[^']*'|(?<!\w)[\w./-]+/[\w./-]+|[0-9]+)")
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
    if re.fullmatch(r"[0-9]+", token):
        return "[0-9]+"
    if re.fullmatch("'[^']*'", token):
        return "'[^']*'"
    if PATH.fullmatch(token):
        return r"\S+"
    return _escaped(token)


def _escaped(text: str) -> str:
    return "".join(map(_escaped_character, text))


def _escaped_character(character: str) -> str:
    if character == " ":
        return " "
    if character.isprintable():
        return re.escape(character)
    number = ord(character)  # what controls a terminal, and half of a pair of surrogates
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"
