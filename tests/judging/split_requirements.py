"""Rows of a team's own list that were written when a requirement also judged what others judge now."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping

from tests.judging.deviations import Deviation, Place
from tests.judging.requirement import Symptom

# What `weights` and `resaves` once judged too: the requirements that do so now, and words of their messages.
SPLIT: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "weights": {"renamed": ("have other paths",), "random_state": ("seed_generator_state", "StateVar")},
    "resaves": {"random_state": ("other weights",)},
}


def with_new_names(row: Deviation) -> Deviation:
    """Return a team's row, which also applies to the requirements that judge now what it may have been written for.

    Such a row need not find what it expects, because only one of the requirements falls short.
    """
    if row.symptom is not Symptom.MISMATCH:
        return row
    places = tuple(_with_new_names(place, row.message) for place in row.places)
    return dataclasses.replace(row, places=places, split=True) if places != row.places else row


def _with_new_names(place: Place, message: str | None) -> Place:
    new = [name for old in place.requirement for name in new_names(old, message) if name not in place.requirement]
    return dataclasses.replace(place, requirement=(*place.requirement, *dict.fromkeys(new)))


def new_names(requirement: str, message: str | None) -> list[str]:
    """Return the requirements that judge now what a row about this one may expect.

    Args:
        message: the row's pattern; None if it expects any message.
    """
    any_message = message is None or re.search(message, "") is not None
    plain = (message or "").replace("\\", "")
    return [
        name
        for name, words in SPLIT.get(requirement, {}).items()
        if any_message or any(word in plain for word in words)
    ]


def renaming(row: Deviation) -> str | None:
    """Return a line that tells a team how to write its row today; None if it is up to date."""
    if not row.split:
        return None
    names = {name for place in row.places for name in place.requirement}
    new = sorted({name for old in names & SPLIT.keys() for name in SPLIT[old]} & names)
    old = sorted(names & SPLIT.keys())
    judged = "judges" if len(new) == 1 else "judge"
    return (
        f"row {row.id!r} of deviations names {' and '.join(old)}: {' and '.join(new)} {judged} a part of it now. "
        f"It still works; name what it is about"
    )
