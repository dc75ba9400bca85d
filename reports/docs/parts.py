"""Replaces the generated parts of a page."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

PART = re.compile(r"(<!-- begin ([a-z-]+) -->\n).*?(<!-- end \2 -->)", re.DOTALL)


class NoSuchPart(Exception):
    """The parts that a page has room for are not those that were generated; the message says which."""


def with_parts(page: str, parts: Mapping[str, str]) -> str:
    """Return the page with its generated parts replaced.

    Args:
        page: the text of a page.
        parts: Markdown by the name of the part.

    Raises:
        NoSuchPart: the page has no room for a part, or has room for one that was not generated.
    """
    names = {match[2] for match in PART.finditer(page)}
    if names != set(parts):
        raise NoSuchPart(f"the page has room for {sorted(names)}, and {sorted(parts)} were generated")
    return PART.sub(lambda match: f"{match[1]}\n{parts[match[2]].strip()}\n\n{match[3]}", page)


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table in Markdown."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(_cell(text) for text in line) + " |" for line in lines)


def code(names: Iterable[str]) -> str:
    """Return names as code, with commas between them."""
    return ", ".join(f"`{name}`" for name in names)


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())
