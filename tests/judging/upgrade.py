"""Compares the hops of a gate with the control, to say how an upgrade changes a cell."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from tests.judging.deviations import Deviation
from tests.judging.judgement import Judgement, unconfirmed_rows
from tests.judging.outcome import Outcome
from tests.judging.pairs import CONTROL, NEW_ARTIFACTS, Hop
from tests.judging.requirement import Shortfall, Symptom

NEVER_ACCEPTED = (Outcome.BLOCKED, Outcome.NOT_APPLICABLE, Outcome.BROKEN_BEFORE)


def compare_with_control(judgements: Mapping[Hop, Judgement]) -> None:
    """Turn the outcomes of a gate's hops into what the upgrade does, measured against the control.

    A deviation of ours explains a regression and never silences it: a cell that held under the old pair, and deviates
    under the new one, has regressed. A row of ours that is out of date does not matter to a gate.
    """
    for judgement in judgements.values():
        if judgement.outcome is Outcome.UNEXPECTED_PASS:
            judgement.outcome = Outcome.FAILS if judgement.found else Outcome.CONFORMS
            judgement.message = judgement.found[0].message if judgement.found else ""
    control = judgements.get(CONTROL)
    if control is None:
        return
    before = control.outcome
    held = before is Outcome.CONFORMS
    broken = before.is_short or before is Outcome.BLOCKED
    # Less is compared over two pairs than within one, so a cell that holds over two pairs alone is not fixed.
    new = judgements.get(NEW_ARTIFACTS)
    still_broken = new is not None and new.outcome is not Outcome.CONFORMS
    for hop, judgement in judgements.items():
        if judgement.outcome.is_short and (hop == CONTROL or not held):
            judgement.outcome = Outcome.BROKEN_BEFORE
            if before is Outcome.NOT_APPLICABLE:  # nobody can have relied on it
                judgement.message = f"{judgement.message} ({control.message})"
        elif judgement.outcome.is_short:
            judgement.outcome = Outcome.REGRESSED
        elif judgement.outcome is Outcome.NOT_APPLICABLE and held:
            judgement.outcome = Outcome.LOST
            judgement.found.append(Shortfall(f"held before; now: {judgement.message}", symptom=Symptom.LOST))
            judgement.message = judgement.found[0].message
        elif judgement.outcome is Outcome.CONFORMS and broken and (hop == NEW_ARTIFACTS or not still_broken):
            judgement.outcome = Outcome.FIXED
    for hop, judgement in judgements.items():
        if hop != CONTROL and judgement.outcome in (Outcome.CONFORMS, Outcome.BROKEN_BEFORE):
            note_changes(control, judgement)


def note_changes(control: Judgement, judgement: Judgement) -> None:
    """Mark the cell `changed` if its contract differs from the control's, even if the cell failed before."""
    if control.contract and judgement.contract:
        changes = contract_changes(control.contract, judgement.contract)
        if changes:
            judgement.outcome = Outcome.CHANGED
            judgement.found.insert(0, Shortfall("; ".join(changes), symptom=Symptom.CHANGED))
            judgement.message = judgement.found[0].message


def accept(judgement: Judgement, rows: Sequence[Deviation]) -> None:
    """Let the rows of a team's own list accept what the upgrade does: all of it, or nothing.

    A row that applies to the cell and finds nothing to accept is out of date, and the cell says so.
    """
    if not rows or judgement.outcome in NEVER_ACCEPTED:
        return
    judgement.deviations = [*judgement.deviations, *(row.id for row in rows)]
    unconfirmed = unconfirmed_rows(judgement, rows, lenient=False)
    changed = judgement.outcome is Outcome.CHANGED  # shortfalls that were there before are not the upgrade's doing
    new = [found for found in judgement.found if not changed or found.symptom is Symptom.CHANGED]
    if judgement.is_bad and all(any(row.expects(found) for row in rows) for found in new):
        judgement.outcome = Outcome.DEVIATES
    elif not judgement.is_bad and unconfirmed:
        judgement.outcome = Outcome.UNEXPECTED_PASS
        judgement.message = f"does not fall short as {' and '.join(unconfirmed)} accepts"
    else:
        expired = [f"{row.id} accepted it until {row.expires}" for row in rows if row.expired]
        judgement.message += f" ({'; '.join(expired)})" if expired and judgement.is_bad else ""


def contract_changes(before: Any, after: Any, where: str = "") -> list[str]:
    """Return every place in which two contracts differ, in words."""
    if isinstance(before, dict) and isinstance(after, dict):
        changes = []
        for key in sorted(before.keys() | after.keys()):
            place = f"{where}.{key}".lstrip(".")
            if key not in after:
                changes.append(f"{place} is gone")
            elif key not in before:
                changes.append(f"{place} is new")
            else:
                changes += contract_changes(before[key], after[key], place)
        return changes
    same = json.dumps(before, sort_keys=True) == json.dumps(after, sort_keys=True)
    return [] if same else [f"{where} was {before}, is {after}"]
