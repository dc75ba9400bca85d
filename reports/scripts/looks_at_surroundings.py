"""Looks at what depends on where an artifact lies, and at what loading leaves behind."""

from __future__ import annotations

from reports.scripts.look import Look, NoLook
from reports.scripts.looks_at_saving import RANDOM_STATE
from reports.scripts.subject import Subject
from tests.both_sides.trials import ODD_NAMES
from tests.judging.requirement import Symptom

RANDOM = "random state of "


def leaves_nothing(subject: Subject) -> Look:
    """Look at a random state before loading and after it.

    Raises:
        NoLook: it is something else that loading has changed.
    """
    places = [place.where for place in subject.shortfall.places if place.where.startswith(RANDOM)]
    expression = RANDOM_STATE.get(places[0].removeprefix(RANDOM)) if places else None
    if expression is None:
        raise NoLook(f"no script shows: {subject.shortfall.message}")
    return Look(original="{}", loaded=f'{{"state": str({expression})}}', before_loading=True)


def places(subject: Subject) -> Look:
    """Look at whether it can be loaded from a folder whose name has odd characters.

    Raises:
        NoLook: it does not raise, or not because of the folder's name.
    """
    what = [place.where.removeprefix("from a folder with ") for place in subject.shortfall.places]
    if subject.shortfall.symptom is not Symptom.EXCEPTION or not what or what[0] not in ODD_NAMES:
        raise NoLook(f"no script shows: {subject.shortfall.message}")
    return Look(original="{}", loaded="{}", folder=ODD_NAMES[what[0]])


def no_script(subject: Subject) -> Look:
    """Say that no short script shows it.

    Raises:
        NoLook: always.
    """
    raise NoLook(f"no script shows: {subject.shortfall.message}")
