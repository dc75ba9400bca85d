"""Consequences: what a shortfall means to the owner of a model."""

from __future__ import annotations

import enum
import re

from tests.judging.requirement import Shortfall, Size, Symptom


class Consequence(enum.Enum):
    """The meaning of a shortfall to the owner of a model, the gravest first; `words` explain it."""

    words: str

    SILENT = ("silent", "it loads, and is wrong or incomplete without a word")
    CRASH = ("crash", "the process dies, hangs or runs out of memory")
    REFUSED = ("refused", "it cannot be used, and an error says so")
    RENAMED = ("renamed", "it is right, and has other names")
    HARMLESS = ("harmless", "nothing that a user would notice")

    def __new__(cls, value: str, words: str) -> Consequence:
        """Make the member whose value is its name in reports."""
        made = object.__new__(cls)
        made._value_ = value
        made.words = words
        return made

    @property
    def gravity(self) -> int:
        """Its place in the order; the gravest is 0."""
        return list(Consequence).index(self)

    def __str__(self) -> str:
        return str(self.value)


LOST_PROCESS = (Symptom.CRASH, Symptom.TIMEOUT, Symptom.MEMORY)
# Consequences that do not fail a model of a user's within one pair.
MINOR = (Consequence.RENAMED, Consequence.HARMLESS)
# The consequence of a mismatch, by requirement and a pattern of the message. A mismatch that is not here is silent:
# nothing raised, and something is wrong.
MISMATCHES: dict[str, tuple[tuple[str, Consequence], ...]] = {
    "cycles": ((r"^a larger file with each cycle: saved_model\.pb$", Consequence.HARMLESS),),
    "every_argument": ((r"name='another_name'\) .*: other (attribute|config)", Consequence.RENAMED),),
    "fingerprint": (("", Consequence.HARMLESS),),
    "leaves_nothing": (("^loading changed: random state ", Consequence.HARMLESS),),
    "no_trace": (("^the live random_state ", Consequence.HARMLESS),),
    "signatures": (
        ("^other (input|output) names", Consequence.RENAMED),
        ("^(a signature is missing|other dtypes or shapes|other defaults)", Consequence.REFUSED),
    ),
    "random_state": (("draws from it when it answers$", Consequence.SILENT), ("", Consequence.HARMLESS)),
    "renamed": (("", Consequence.RENAMED),),
    "resumed_training": ((", by their names alone$", Consequence.RENAMED),),
}
# A contract that changes between two pairs: only names, or what clients have to send.
ONLY_NAMES = re.compile(r"(?:^|; )(?!\S+puts\.\S+ is (?:gone|new)(?:;|$))")


def consequence_of(requirement: str, shortfall: Shortfall) -> Consequence:
    """Return what a shortfall of a requirement means to the owner of a model."""
    if shortfall.symptom in LOST_PROCESS:
        return Consequence.CRASH
    if shortfall.symptom is Symptom.CHANGED:
        if shortfall.message.startswith("refused before"):
            return Consequence.SILENT
        return Consequence.REFUSED if ONLY_NAMES.search(shortfall.message) else Consequence.RENAMED
    if shortfall.symptom in (Symptom.EXCEPTION, Symptom.LOST):
        return Consequence.REFUSED
    if shortfall.places and all(place.size is Size.FORM for place in shortfall.places):
        return Consequence.HARMLESS
    rules = MISMATCHES.get(requirement, ())
    matching = (consequence for words, consequence in rules if re.search(words, shortfall.message))
    return next(matching, Consequence.SILENT)
