"""Where a run's time went, and how large its artifacts are."""

from __future__ import annotations

import collections

from reports.document.contents import Document
from tests.judging.pairs import NEW_ARTIFACTS

MOST_CASES = 8


def time_by_part(document: Document) -> list[tuple[str, float]]:
    """Return the parts of the run with their CPU seconds, the largest first."""
    return sorted((document.cpu_seconds or {}).items(), key=lambda part: -part[1])


def slowest_cases(document: Document) -> list[tuple[str, float]]:
    """Return the cases that took most CPU seconds to judge, with these seconds."""
    spent: dict[str, float] = collections.defaultdict(float)
    for row in document.cells:
        spent[row.case] += row.seconds or 0.0
    slowest = sorted(spent.items(), key=lambda each: -each[1])[:MOST_CASES]
    return [(case, round(seconds, 2)) for case, seconds in slowest if seconds]


def sizes(document: Document) -> dict[str, dict[str, int]]:
    """Return for each case the bytes of its artifact by saver, the largest artifact first.

    The case whose smallest artifact is the largest comes first: its size is mostly weights.
    """
    found: dict[str, dict[str, int]] = {}
    for row in document.cells:
        if "bytes" in row.facts and row.requirement == "saves" and row.hop == NEW_ARTIFACTS:
            found.setdefault(row.case, {})[row.route.saver] = row.facts["bytes"]
    by_smallest = sorted(found.items(), key=lambda each: -min(each[1].values()))
    return {name: dict(sorted(by_saver.items(), key=lambda each: -each[1])) for name, by_saver in by_smallest}
