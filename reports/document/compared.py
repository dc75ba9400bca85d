"""How much of each model was compared, and which models that a user asked for were not compared at all."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable, Sequence

from reports.document.rows import Row
from tests.both_sides.routes import Route
from tests.judging.outcome import Outcome
from tests.judging.pairs import Hop


@dataclasses.dataclass(frozen=True)
class Compared:
    """How much of one case was compared in one hop.

    Args:
        judged, held: routes with a loader on which loading was judged, and those of them on which it held.
        answers_judged: whether its answers were judged on any route.
        has_original: False if it is an artifact that the pair which it comes from cannot load.
        inputs: how many inputs the original was asked; None if no outputs were judged.
        answered: how many of them it answered, and did not raise.
        finite: how many of its answers hold anything finite.
    """

    case: str
    judged: frozenset[Route]
    held: frozenset[Route]
    answers_judged: bool
    has_original: bool
    inputs: int | None
    answered: int
    finite: int

    @classmethod
    def of(cls, case: str, rows: Iterable[Row], *, has_original: bool = True) -> Compared:
        """Return how much was compared, from a case's rows of one hop."""
        rows = list(rows)
        loads = [row for row in rows if row.requirement == "loads" and row.outcome.is_judged and not row.is_refusal]
        asked = [row.facts for row in rows if row.requirement == "outputs" and "inputs" in row.facts]
        return cls(
            case,
            frozenset(row.route for row in loads),
            frozenset(row.route for row in loads if row.outcome is Outcome.CONFORMS),
            any(row.requirement == "outputs" and row.outcome.is_judged for row in rows),
            has_original,
            max((facts["inputs"] for facts in asked), default=None),
            max((facts["inputs"] - len(facts["inputs_that_raise"]) for facts in asked), default=0),
            max((facts.get("finite_answers", facts["inputs"]) for facts in asked), default=0),
        )

    def in_words(self) -> str:
        """Return how much was compared, in one line."""
        routes = f"{len(self.held)} of {len(self.judged)} routes load it"
        if self.inputs is None:
            return f"{self.case}: {routes}"
        return f"{self.case}: {routes}, the original answers {self.answered} of {self.inputs} inputs"

    @property
    def reason(self) -> str | None:
        """Why nothing was compared, and what to do; None if something was."""
        if not self.has_original:
            return (
                f"{self.case} was not compared: the pair that it comes from cannot load it, so see why, "
                "or judge it with the pair that wrote it"
            )
        if not self.judged or not self.answers_judged:
            return None  # nothing applies, it has no functions, or other requirements were asked for
        if not self.held:
            return f"{self.case} was not compared: no route loads it, so see why, or choose other routes"
        function = f"{self.case.partition('.')[2]}_inputs()"
        if self.inputs is not None and not self.answered:
            return (
                f"{self.case} was not compared: the original raises on all {self.inputs} inputs, so put {function} "
                "beside its function, or .inputs.npz files beside its artifact"
            )
        if self.inputs is not None and not self.finite:
            return (
                f"{self.case} was not compared: no answer of the original holds a finite number, so put {function} "
                "with ordinary inputs beside its function"
            )
        return None


def compared(
    cells: Sequence[Row], cases: Iterable[str], hop: Hop, unreadable: Collection[str] = ()
) -> list[Compared]:
    """Return how much of each of these cases was compared in a hop, in the order of the cases.

    Args:
        unreadable: those that are artifacts without an original.
    """
    wanted = list(cases)
    by_case: dict[str, list[Row]] = {case: [] for case in wanted}
    for row in cells:
        if row.hop == hop and row.case in by_case:
            by_case[row.case].append(row)
    return [Compared.of(case, by_case[case], has_original=case not in unreadable) for case in wanted if by_case[case]]
