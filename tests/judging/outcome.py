"""The outcomes of cells, and what each of them means."""

from __future__ import annotations

import enum


class Kind(enum.Enum):
    """How an outcome is shown: a sign, because colour alone is not enough, and a style of the terminal."""

    BAD = ("bad", "✗", "bold red")
    KNOWN = ("known", "!", "yellow")
    FINE = ("fine", "✓", "green")
    NONE = ("none", "·", "dim")

    def __init__(self, word: str, sign: str, style: str):
        self.word, self.sign, self.style = word, sign, style


class Outcome(enum.Enum):
    """The outcome of one cell in one hop. The value is its name in reports.

    `letter` stands for it in the page's data, `sign` on the page, and `words` explain it. They are in the order in
    which a reader wants to see them, the gravest first.
    """

    letter: str
    sign: str
    kind: Kind
    words: str

    REGRESSED = ("regressed", "r", "✗", Kind.BAD, "it held in the control, and falls short now")
    CRASHED = ("crashed", "k", "✗", Kind.BAD, "the process that built, saved or loaded was lost")
    TIMED_OUT = ("timed-out", "t", "✗", Kind.BAD, "the process did not finish in its time")
    FAILS = ("fails", "f", "✗", Kind.BAD, "it falls short, and no row explains it")
    LOST = ("lost", "l", "−", Kind.BAD, "it held in the control, and is no longer offered")
    CHANGED = ("changed", "g", "≠", Kind.BAD, "its signatures differ from the control's")
    UNEXPECTED_PASS = ("unexpected-pass", "u", "?", Kind.BAD, "a row says that it falls short, and it does not")
    DEVIATES = ("deviates", "d", "!", Kind.KNOWN, "it falls short as a row of the list says")
    BROKEN_BEFORE = ("broken-before", "o", "!", Kind.KNOWN, "it fell short in the control too")
    BLOCKED = ("blocked", "b", "|", Kind.KNOWN, "it cannot be judged, because saving or loading failed")
    FIXED = ("fixed", "x", "↑", Kind.FINE, "it fell short in the control, and holds now")
    CONFORMS = ("conforms", "c", "✓", Kind.FINE, "it holds")
    NOT_APPLICABLE = ("n/a", "n", "·", Kind.NONE, "the requirement does not apply")

    def __new__(cls, value: str, letter: str, sign: str, kind: Kind, words: str) -> Outcome:
        """Make the member whose value is its name in reports."""
        made = object.__new__(cls)
        made._value_ = value
        made.letter, made.sign, made.kind, made.words = letter, sign, kind, words
        return made

    @property
    def is_bad(self) -> bool:
        """True if a run with this outcome fails."""
        return self.kind is Kind.BAD

    @property
    def is_short(self) -> bool:
        """True if the cell falls short by itself, measured against no control."""
        return self in (Outcome.FAILS, Outcome.CRASHED, Outcome.TIMED_OUT, Outcome.DEVIATES)

    @property
    def holds(self) -> bool:
        """True if the requirement holds. This includes `changed` and `unexpected-pass`."""
        return self in (Outcome.CONFORMS, Outcome.FIXED, Outcome.CHANGED, Outcome.UNEXPECTED_PASS)

    @property
    def is_judged(self) -> bool:
        """True if the requirement applies."""
        return self is not Outcome.NOT_APPLICABLE

    def __str__(self) -> str:
        return str(self.value)

    def __lt__(self, other: Outcome) -> bool:
        """Order by name in reports."""
        return str(self.value) < str(other.value)
