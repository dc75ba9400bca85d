"""The claims of the seed document, each derived from named cells and never from code of its own."""

from __future__ import annotations

import collections
import functools
import re
from fnmatch import fnmatchcase
from pathlib import Path

import tomllib

CLAIMS = Path(__file__).with_name("claims.toml")
# In a gate the claims are judged on what the new pair writes and reads itself.
HOP = "B>B"
HELD = ("conforms", "fixed", "changed", "unexpected-pass")


def verdicts(cells: list[dict]) -> list[dict]:
    """The verdict on each claim: `holds`, `does not hold`, `not offered` or `not judged`.

    Returns:
        dicts with `id`, `claim`, `verdict`, the number of its `cells` by outcome, and the cells `against` it.
    """
    return [_verdict(claim, cells) for claim in tomllib.loads(CLAIMS.read_text())["claim"]]


def _verdict(claim: dict, cells: list[dict]) -> dict:
    hop, holds_when = claim.get("hop", HOP), claim.get("holds_when", "all hold")
    named = named_by(claim["cells"], hop, cells)
    counts = collections.Counter(row["outcome"] for row in named)
    said = [row for row in named if row["outcome"] != "n/a"]
    judged = [row for row in said if claim.get("refusal_counts") or not is_refusal(row)]
    short = [row for row in judged if _counts_against(claim, row) or is_refusal(row)]
    against = short
    if holds_when == "some fail":
        against = [] if short else judged
    if judged:
        verdict = "does not hold" if against else "holds"
    elif named:
        verdict = "not offered"
    else:
        verdict = "not judged"
    return {
        "id": claim["id"],
        "claim": claim["claim"],
        "verdict": verdict,
        "cells": dict(sorted(counts.items())),
        "against": [f"{row['case']} / {row['route']} / {row['requirement']}" for row in against],
    }


def is_refusal(row: dict) -> bool:
    """Whether the cell holds because what is not offered was refused."""
    return (
        row["outcome"] in HELD and "refused_with" in row.get("facts", {}) and row["requirement"] in ("saves", "loads")
    )


def named_by(globs: list[dict], hop: str, cells: list[dict]) -> list[dict]:
    """The rows of that hop, in their order, that some glob over case, route and requirement names."""

    @functools.cache  # there are a hundred cases to each route and requirement
    def cases(route: str, requirement: str) -> list[str]:
        row = {"route": route, "requirement": requirement}
        return [glob["case"] for glob in globs if all(fnmatchcase(row[key], glob[key]) for key in row)]

    return [
        row
        for row in cells
        if row["hop"] == hop
        and any(fnmatchcase(row["case"], case) for case in cases(row["route"], row["requirement"]))
    ]


def _counts_against(claim: dict, row: dict) -> bool:
    if row["outcome"] in HELD:
        return False
    pattern = claim.get("counts_against")
    return pattern is None or row["outcome"] == "blocked" or bool(re.search(pattern, row.get("message", "")))
