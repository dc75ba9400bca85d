"""The verdict of a run on a claim: for how many models it holds, and where it ends."""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Mapping
from typing import Any

from reports.document.ends import Ends
from reports.document.rows import counts_as_json, counts_from_json
from tests.judging.cells import Cell
from tests.judging.outcome import Outcome

MOST_CASES = 2


class Verdict(enum.Enum):
    """The verdict of a run on a claim. A run that judged a part of the claim's cells never says that it holds."""

    HOLDS = "holds"
    IN_PART = "holds in part"
    DOES_NOT_HOLD = "does not hold"
    JUDGED_IN_PART = "judged in part"
    NOT_OFFERED = "not offered"
    NOT_JUDGED = "not judged"

    def __str__(self) -> str:
        return self.value


@dataclasses.dataclass(frozen=True)
class ClaimVerdict:
    """The verdict on one claim.

    Args:
        cells: the number of its cells by outcome.
        against: the cells that contradict it.
        judged, holding: how many models were judged, and for how many of them the claim holds.
        models: how many models a run of all cells would judge.
        shown_by_one: True if one model is enough, because the claim says that something may happen.
        ends: which models contradict it, in few words.
    """

    id: str
    claim: str
    verdict: Verdict
    cells: Mapping[Outcome, int] = dataclasses.field(default_factory=dict)
    against: tuple[Cell, ...] = ()
    judged: int = 0
    holding: int = 0
    models: int = 0
    shown_by_one: bool = False
    ends: Ends = dataclasses.field(default_factory=Ends)

    def in_words(self) -> str:
        """Return the verdict, with how much holds and where it ends."""
        if self.verdict in (Verdict.NOT_OFFERED, Verdict.NOT_JUDGED):
            return str(self.verdict)
        if self.verdict is Verdict.JUDGED_IN_PART:
            part = "a part of its cells" if self.judged == self.models else f"{self.judged} of {_models(self.models)}"
            return f"judged on {part}: {self._on_these()}"
        if self.shown_by_one:
            return f"{self.verdict}: {self.holding or 'none'} of {_models(self.judged)} {self._show()} it"
        if self.verdict is Verdict.HOLDS:
            return f"holds for {'the one model' if self.judged == 1 else f'all {self.judged} models'}"
        if self.verdict is Verdict.DOES_NOT_HOLD:
            return f"does not hold for {'the one model' if self.judged == 1 else f'any of {self.judged} models'}"
        return f"holds for {self.holding} of {_models(self.judged)}{self._where_it_ends()}"

    def in_short(self) -> str:
        """Return its id, with how many models it holds for, or was judged on, if that is a part of them."""
        if self.verdict is Verdict.JUDGED_IN_PART:
            return f"{self.id} on {self.judged} of {self.models}"
        return f"{self.id} {self.holding}/{self.judged}" if self.verdict is Verdict.IN_PART else self.id

    def _on_these(self) -> str:
        if self.shown_by_one:
            return f"{self.holding or 'none'} of these {self._show()} it"
        these = "this one" if self.judged == 1 else "these"
        if self.holding == self.judged:
            return f"holds on {these}"
        if not self.holding:
            return f"does not hold on {these if self.judged == 1 else 'any of these'}"
        return f"holds on {self.holding} of {these}{self._where_it_ends()}"

    def _show(self) -> str:
        return "show" if self.holding > 1 else "shows"

    def _where_it_ends(self) -> str:
        more = len(self.ends.cases) - MOST_CASES
        cases = [*self.ends.cases[:MOST_CASES], *([f"{more} more"] if more > 0 else [])]
        parts = [", ".join(trait.in_words() for trait in self.ends.traits), ", ".join(cases)]
        return "".join(
            f"; {word} for {part}" for word, part in zip(("not", "nor" if parts[0] else "not"), parts) if part
        )

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> ClaimVerdict:
        """Return the verdict that `as_json` wrote."""
        counts = {name: content[name] for name in ("judged", "holding", "models") if name in content}
        return cls(
            content["id"],
            content["claim"],
            Verdict(content["verdict"]),
            counts_from_json(content["cells"]),
            tuple(map(Cell.parse, content.get("against", ()))),
            **counts,
            shown_by_one=content.get("shown_by_one", False),
            ends=Ends.from_json(content["ends"]) if "ends" in content else Ends(),
        )

    def as_json(self) -> dict[str, Any]:
        """Return the verdict as JSON."""
        return {
            "id": self.id,
            "claim": self.claim,
            "verdict": self.verdict.value,
            "in_words": self.in_words(),
            "cells": counts_as_json(self.cells),
            "against": [str(cell) for cell in self.against],
            "judged": self.judged,
            "holding": self.holding,
            "models": self.models,
            "shown_by_one": self.shown_by_one,
            "ends": self.ends.as_json(),
        }


def _models(count: int) -> str:
    return f"{count} {'model' if count == 1 else 'models'}"
