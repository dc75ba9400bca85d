"""The scripts that a run has executed, in words."""

from __future__ import annotations

from reports.document.contents import Document
from reports.summary.wording import some_of


def executed_scripts(document: Document) -> str:
    """Return how many of the executed scripts have reproduced, and which have not; empty if none was executed."""
    executed = [row for row in document.cells if row.reproduced is not None]
    if not executed:
        return ""
    failed = [str(row.repro) for row in executed if not row.reproduced]
    shown = len(executed) - len(failed)
    unexpected = sum(row.repro is not None for row in document.unexpected)
    others = f" (of {unexpected} unexpected findings that have one)" if unexpected > len(executed) else ""
    did_not = f"; not reproduced: {some_of(failed)}" if failed else ""
    return f"scripts: {len(executed)} executed{others}, {shown} reproduced{did_not}"
