"""What people are shown of what programs wrote: on one line, without folders and dumps, cut where it is long."""

from __future__ import annotations

import re

FOLDERS = re.compile(r"(?<![\w:/.])/(?:[\w.+-]+/){2,}(?=[\w.+-]+)")
CONFIG = re.compile(r"\bconfig=\{.*\}\.?", re.DOTALL)
ADDRESS = re.compile(r"\b0x[0-9a-f]+|\b\d{12,}\b")
LONGEST = 260


def without_folders(text: str) -> str:
    """The text with files named without the folders that they lie in."""
    return FOLDERS.sub("…/", text)


def lasting(text: str) -> str:
    """The text without what another run or machine would say otherwise: folders, addresses, and whole configs."""
    return ADDRESS.sub("…", CONFIG.sub("config=…", without_folders(text)))


def cut(text: str, most: int) -> str:
    """The text, cut where it is longer."""
    return text if len(text) <= most else text[: most - 1] + "…"


def one_line(text: str, most: int = LONGEST) -> str:
    """The text on one line, without folders and the configs that Keras repeats, cut where it is long."""
    return cut(" ".join(CONFIG.sub("", without_folders(text)).split()), most)


def in_words(name: str) -> str:
    """An id as words."""
    return name.replace("-", " ")
