"""Showing people the texts that programs wrote: on one line, without folders and dumps, cut if long."""

from __future__ import annotations

import re
from collections.abc import Sequence

from reports.document.causes import innermost

FOLDERS = re.compile(r"(?<![\w:/.])/(?:[\w.+-]+/){2,}(?=[\w.+-]+)")
CONFIG = re.compile(r"\bconfig=\{.*\}\.?", re.DOTALL)
ADDRESS = re.compile(r"\b0x[0-9a-f]+|\b\d{12,}\b")
LONGEST = 260
LONGEST_IN_TABLE = 160


def without_folders(text: str) -> str:
    """Return the text with files named without their folders."""
    return FOLDERS.sub("…/", text)


def reproducible(text: str) -> str:
    """Return the text without what differs between runs and machines: folders, addresses and whole configs."""
    return ADDRESS.sub("…", CONFIG.sub("config=…", without_folders(text)))


def cut(text: str, most: int) -> str:
    """Return the text with at most that many characters."""
    return text if len(text) <= most else text[: most - 1] + "…"


def one_line(text: str, most: int = LONGEST) -> str:
    """Return the text on one line: the innermost cause of an exception, without folders and configs, cut if long."""
    return cut(" ".join(CONFIG.sub("", without_folders(innermost(text))).split()), most)


def for_table(text: str, most: int = LONGEST_IN_TABLE) -> str:
    """Return the text on one line for a table of Markdown, cut if long."""
    return cut(" ".join(innermost(text).split()).replace("|", "\\|"), most)


def counted(count: int, thing: str) -> str:
    """Return a number of things in words, such as `1 cell` and `2 cells`."""
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"


def in_words(name: str) -> str:
    """Return an id such as `by-design` as words."""
    return name.replace("-", " ")


def some_of(names: Sequence[str], most: int = 3) -> str:
    """Return the first few names, and how many more there are."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
