"""Finds the innermost cause in the message of an exception, which Keras wraps in screens of configs."""

from __future__ import annotations

import re

ANSI = re.compile(r"\x1b\[[0-9;]*m")
# The start of a message: the requirement that failed, or that nothing was answered, and the class of the exception.
HEAD = re.compile(r"(?:(?:saves|loads|raises on every input): )*(?:[A-Za-z_][\w.]*: )?")
# Keras's words between a wrapper and what it wraps.
WRAPPED = re.compile(
    r"\n\nException encountered: |Exception encountered when calling [^\n]*?\.\s+|Exception encountered: "
)
# What follows a cause and does not belong to it.
TAILS = re.compile(
    r"\n+Arguments received by .*|\s*Full object config: \{.*|(\s*using)?\s*\bconfig=\{(.*\}\.?|.*)", re.DOTALL
)


def innermost(message: str) -> str:
    """Return the message with its head and its innermost cause, and without wrappers, configs and colours."""
    text = ANSI.sub("", message)
    match = HEAD.match(text)
    head = match.group() if match else ""
    cause = TAILS.sub("", WRAPPED.split(text[len(head) :])[-1]).strip()
    return f"{head}{cause}" if cause else text
