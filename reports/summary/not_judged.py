"""Lines about models that a user brings: which requirements were judged on no route, and why."""

from __future__ import annotations

import collections

from reports.document.contents import Document
from reports.document.rows import Row


def not_judged(document: Document) -> list[str]:
    """Return a line for each reason for which requirements were judged nowhere for models of a user's.

    Reasons that are about a saver or a loader are left out: another route could have been judged. A run that did not
    finish does not know what it would have judged.
    """
    if document.footer is None:
        return []
    rows: dict[tuple[str, str], list[Row]] = collections.defaultdict(list)
    for row in document.cells:
        if row.cell.is_brought:
            rows[row.case, row.requirement].append(row)
    found: dict[tuple[str, str], list[str]] = collections.defaultdict(list)
    for (case, requirement), of_both in rows.items():
        if not any(row.outcome.is_judged for row in of_both):
            reasons = collections.Counter(row.message for row in of_both if row.message and not _is_of_route(row))
            if reasons:
                found[reasons.most_common(1)[0][0], requirement].append(case)
    by_line: dict[tuple[str, str], list[str]] = collections.defaultdict(list)
    for (reason, requirement), cases in found.items():
        by_line[", ".join(sorted(cases)), reason].append(requirement)
    return [
        f"not judged: {', '.join(sorted(requirements))} of {cases}: {reason}"
        for (cases, reason), requirements in sorted(by_line.items())
    ]


def _is_of_route(row: Row) -> bool:
    """Return whether the row's reason is about its saver or its loader."""
    return row.message.partition(" ")[0] in (row.route.saver, row.route.loader)
