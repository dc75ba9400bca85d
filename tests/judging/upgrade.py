"""Compares the hops of a gate with the control, to say how an upgrade changes a cell."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from tests.judging.consequence import Consequence, consequence_of
from tests.judging.deviations import Deviation
from tests.judging.judgement import Judgement, unconfirmed_rows
from tests.judging.outcome import Outcome
from tests.judging.pairs import CONTROL, NEW_ARTIFACTS, Hop
from tests.judging.requirement import Shortfall, Symptom

# How Keras says that it refuses code in a file, for models that no row mentions.
SAFE_MODE = re.compile(r"\bsafe_mode=False\b")
NEVER_ACCEPTED = (Outcome.BLOCKED, Outcome.NOT_APPLICABLE, Outcome.BROKEN_BEFORE)


def compare_with_control(
    judgements: Mapping[Hop, Judgement], requirement: str, refusals: Sequence[Deviation] = ()
) -> None:
    """Turn the outcomes of a gate's hops into what the upgrade does, measured against the control.

    Shortfalls are compared, not only cells: a cell that fell short in the control has regressed if it falls short in
    a new way. A deviation of ours explains a regression and never silences it: a cell that held under the old pair,
    and deviates under the new one, has regressed. A row of ours that is out of date does not matter to a gate.

    Args:
        requirement: the cell's.
        refusals: the rows that apply to the control and declare a refusal.
    """
    for judgement in judgements.values():
        if judgement.outcome is Outcome.UNEXPECTED_PASS:
            judgement.outcome = Outcome.FAILS if judgement.shortfalls else Outcome.CONFORMS
            judgement.message = judgement.shortfalls[0].message if judgement.shortfalls else ""
    control = judgements.get(CONTROL)
    if control is None:
        return
    before = control.outcome
    # Less is compared over two pairs than within one, so a shortfall is only fixed if new artifacts have lost it too.
    new = judgements.get(NEW_ARTIFACTS)
    was_short = before.is_short or before is Outcome.BLOCKED
    still_short = new is not None and new.outcome is not Outcome.CONFORMS
    for hop, judgement in judgements.items():
        if hop == CONTROL:
            judgement.outcome = Outcome.BROKEN_BEFORE if before.is_short else before
        elif judgement.outcome.is_short and before is Outcome.NOT_APPLICABLE:  # nobody can have relied on it
            judgement.outcome = Outcome.BROKEN_BEFORE
            judgement.message = f"{judgement.message} ({control.message})"
        elif judgement.outcome.is_short and before is Outcome.BLOCKED and not is_silent(requirement, judgement):
            judgement.outcome = Outcome.BROKEN_BEFORE
        elif judgement.outcome.is_short and before is Outcome.BLOCKED:  # an error has become a wrong answer
            judgement.outcome = Outcome.REGRESSED
            judgement.message = f"{judgement.message} (in the control an error prevented it: {control.message})"
        elif judgement.outcome.is_short:
            compare_shortfalls(control, judgement, held=before is Outcome.CONFORMS)
        elif judgement.outcome is Outcome.NOT_APPLICABLE and before is Outcome.CONFORMS:
            judgement.outcome = Outcome.LOST
            judgement.shortfalls.append(Shortfall(f"held before; now: {judgement.message}", symptom=Symptom.LOST))
            judgement.message = judgement.shortfalls[0].message
        elif judgement.outcome is Outcome.CONFORMS and before.is_short and are_refused(control.shortfalls, refusals):
            shortfall = Shortfall(f"refused before, and accepted now: {control.message}", symptom=Symptom.CHANGED)
            judgement.outcome, judgement.message = Outcome.CHANGED, shortfall.message
            judgement.shortfalls.append(shortfall)
        elif judgement.outcome is Outcome.CONFORMS and was_short and (hop == NEW_ARTIFACTS or not still_short):
            judgement.outcome = Outcome.FIXED
    for hop, judgement in judgements.items():
        if hop != CONTROL and judgement.outcome in (Outcome.CONFORMS, Outcome.BROKEN_BEFORE):
            note_changes(control, judgement)


def is_silent(requirement: str, judgement: Judgement) -> bool:
    """Return whether something is wrong or incomplete without a word."""
    return any(consequence_of(requirement, each) is Consequence.SILENT for each in judgement.shortfalls)


def compare_shortfalls(control: Judgement, judgement: Judgement, *, held: bool) -> None:
    """Tell a cell that falls short in a new way from one that falls short as the control does.

    The new shortfalls come first. A refusal that was declared, and is lost, is a change of contract.
    """
    known = {identity for shortfall in control.shortfalls for identity in shortfall.identities}
    new = [
        shortfall
        for shortfall in judgement.shortfalls
        if not all(identity.is_covered_by(known) for identity in shortfall.identities)
    ]
    if judgement.hop == NEW_ARTIFACTS:  # nothing is left out of its comparison
        left = {identity for shortfall in judgement.shortfalls for identity in shortfall.identities}
        judgement.fixed = [shortfall.message for shortfall in control.shortfalls if not shortfall.identities & left]
    judgement.new = new
    if not new and not held:
        judgement.outcome = Outcome.BROKEN_BEFORE
        return
    is_contract = bool(new) and all(shortfall.lost_refusal for shortfall in new)
    judgement.outcome = Outcome.CHANGED if is_contract else Outcome.REGRESSED
    judgement.shortfalls.sort(key=lambda shortfall: not any(shortfall is each for each in new))
    if control.shortfalls:
        before = control.shortfalls[0].message
        judgement.message = f"{new[0].message} (the control falls short in a different way: {before})"


def excuse_harmless(judgements: Mapping[Hop, Judgement], requirement: str, *, brought: bool) -> None:
    """Let a cell deviate if all that the upgrade does to it is harmless.

    Args:
        brought: a user brings the model. Then other paths of variables are no regression either: the model is right.
    """
    excused = (
        {Consequence.HARMLESS, Consequence.RENAMED}
        if brought and requirement == "renamed"
        else {Consequence.HARMLESS}
    )
    for judgement in judgements.values():
        new = judgement.shortfalls if judgement.new is None else judgement.new
        consequences = {consequence_of(requirement, shortfall) for shortfall in new}
        if judgement.outcome is Outcome.REGRESSED and consequences and consequences <= excused:
            judgement.outcome = Outcome.DEVIATES
            judgement.message = f"{min(consequences, key=lambda each: each.gravity)}: {judgement.message}"


def are_refused(shortfalls: Sequence[Shortfall], refusals: Sequence[Deviation]) -> bool:
    """Return whether all shortfalls are declared refusals: by a row, or by Keras's safe mode."""
    return bool(shortfalls) and all(
        shortfall.symptom is Symptom.EXCEPTION
        and (any(row.expects(shortfall) for row in refusals) or SAFE_MODE.search(shortfall.message) is not None)
        for shortfall in shortfalls
    )


def note_changes(control: Judgement, judgement: Judgement) -> None:
    """Mark the cell `changed` if its contract differs from the control's, even if the cell failed before."""
    if control.contract and judgement.contract:
        changes = contract_changes(control.contract, judgement.contract)
        if changes:
            judgement.outcome = Outcome.CHANGED
            judgement.new = [Shortfall("; ".join(changes), symptom=Symptom.CHANGED)]
            judgement.shortfalls[:0] = judgement.new
            judgement.message = judgement.new[0].message


def accept(judgement: Judgement, rows: Sequence[Deviation]) -> None:
    """Let the rows of a team's own list accept what the upgrade does: all of it, or nothing.

    A row that applies to the cell and finds nothing to accept is out of date, and the cell says so.
    """
    if not rows or judgement.outcome in NEVER_ACCEPTED:
        return
    judgement.deviations = [*judgement.deviations, *(row.id for row in rows)]
    unconfirmed = unconfirmed_rows(judgement, rows)
    # Shortfalls that were there before are not the upgrade's doing.
    new = judgement.shortfalls if judgement.new is None else judgement.new
    if judgement.is_bad and all(any(row.expects(found) for row in rows) for found in new):
        judgement.outcome = Outcome.DEVIATES
    elif not judgement.is_bad and unconfirmed:
        judgement.outcome = Outcome.UNEXPECTED_PASS
        judgement.message = (
            f"nothing falls short here any more, so there is nothing to accept for {', '.join(unconfirmed)}"
        )
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
