"""Where a run's time went, and how large what it saved is."""

from __future__ import annotations

import collections

from reports.claims import HOP

MOST_CASES = 8


def parts(document: dict) -> list[tuple[str, float]]:
    """The parts of the run's CPU seconds, the largest first."""
    return sorted(document.get("cpu_seconds", {}).items(), key=lambda part: -part[1])


def slowest_cases(document: dict) -> list[tuple[str, float]]:
    """The cases whose cells took most CPU seconds to judge."""
    spent: collections.Counter = collections.Counter()
    for row in document["cells"]:
        spent[row["case"]] += row.get("seconds", 0)
    return [(case, round(seconds, 2)) for case, seconds in spent.most_common(MOST_CASES) if seconds]


def sizes(document: dict) -> dict[str, dict[str, int]]:
    """For each case the bytes of its artifact by saver, the largest artifact first.

    The case whose smallest artifact is the largest comes first: there weights count, and not what is around them.
    """
    found: dict[str, dict[str, int]] = {}
    for row in document["cells"]:
        size = row.get("facts", {}).get("bytes")
        if size is not None and row["requirement"] == "saves" and row["hop"] == HOP:
            found.setdefault(row["case"], {})[row["route"]] = size
    ordered = {case: dict(sorted(by_saver.items(), key=lambda each: -each[1])) for case, by_saver in found.items()}
    return dict(sorted(ordered.items(), key=lambda each: -min(each[1].values())))
