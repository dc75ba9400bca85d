"""Texts as TOML writes them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

SURROGATE = re.compile("[\ud800-\udfff]")


def string(text: str) -> str:
    """Return the text as a TOML string. Half a pair of surrogates, which TOML cannot hold, is replaced."""
    return json.dumps(SURROGATE.sub("\ufffd", text), ensure_ascii=False).replace("\x7f", "\\u007F")


def strings(texts: Iterable[str]) -> str:
    """Return the texts as a TOML array."""
    return f"[{', '.join(map(string, texts))}]"


def literal(text: str) -> str:
    """Return the text as a TOML string, without escapes if it can be."""
    return string(text) if "'" in text or not text.isprintable() else f"'{text}'"
