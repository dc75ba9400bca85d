"""How the page shows outcomes. Colour only repeats what the sign says."""

from __future__ import annotations

import dataclasses

from reports.document.rows import Row
from tests.judging.outcome import Kind, Outcome


@dataclasses.dataclass(frozen=True)
class ShownOutcome:
    """An outcome on the page: `letter` stands for it in the page's data, `sign` on the page."""

    letter: str
    name: str
    sign: str
    kind: Kind

    @classmethod
    def of(cls, outcome: Outcome) -> ShownOutcome:
        """Return how an outcome is shown."""
        return cls(outcome.letter, str(outcome), outcome.sign, outcome.kind)


BLOCKED_BY_UNKNOWN = ShownOutcome("B", "blocked, and not known", "×", Kind.BAD)


def shown_outcomes() -> list[ShownOutcome]:
    """Return all of them, the gravest first."""
    shown = [ShownOutcome.of(outcome) for outcome in Outcome]
    return sorted([*shown, BLOCKED_BY_UNKNOWN], key=lambda each: list(Kind).index(each.kind))


def shown_outcome(row: Row) -> ShownOutcome:
    """Return how the row's outcome is shown."""
    return BLOCKED_BY_UNKNOWN if row.is_blocked_by_unknown else ShownOutcome.of(row.outcome)
