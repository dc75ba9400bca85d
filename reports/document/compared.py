"""How much of each model was compared, and which models that a user asked for were not compared at all."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence

from reports.document.rows import Row
from tests.both_sides.routes import Route
from tests.judging.outcome import Outcome
from tests.judging.pairs import Hop

# The outcomes of `loads` cells whose artifact was loaded.
LOADED = (Outcome.CONFORMS, Outcome.FIXED, Outcome.CHANGED, Outcome.UNEXPECTED_PASS)
# The traits of cases, by case.
Traits = Mapping[str, Sequence[str]]


@dataclasses.dataclass(frozen=True)
class Compared:
    """How much of one case was compared in one hop.

    Args:
        judged, held: routes with a loader on which loading was judged, and those of them on which it held.
        answers_judged: whether its answers were judged on any route.
        traits: the case's traits, some of which say that nothing can be compared.
        inputs: how many inputs the original was asked; None if no outputs were judged.
        answered: how many of them it answered, and did not raise.
        finite: how many of its answers hold anything finite.
        elsewhere: on how many routes loading held in each other hop of a gate.
    """

    case: str
    judged: frozenset[Route]
    held: frozenset[Route]
    answers_judged: bool
    traits: tuple[str, ...]
    inputs: int | None
    answered: int
    finite: int
    elsewhere: Mapping[Hop, int] = dataclasses.field(default_factory=dict)

    @classmethod
    def of(cls, case: str, rows: Iterable[Row], hop: Hop, traits: Sequence[str] = ()) -> Compared:
        """Return how much was compared in one hop, from a case's rows of all hops."""
        all_loads = [
            row for row in rows if row.requirement == "loads" and row.outcome.is_judged and not row.is_refusal
        ]
        rows = [row for row in rows if row.hop == hop]
        loads = [row for row in all_loads if row.hop == hop]
        elsewhere = {row.hop: 0 for row in all_loads if row.hop != hop}
        for row in all_loads:
            if row.hop != hop and row.outcome in LOADED:
                elsewhere[row.hop] += 1
        asked = [row.facts for row in rows if row.requirement == "outputs" and "inputs" in row.facts]
        return cls(
            case,
            frozenset(row.route for row in loads),
            frozenset(row.route for row in loads if row.outcome in LOADED),
            any(row.requirement == "outputs" and row.outcome.is_judged for row in rows),
            tuple(traits),
            max((facts["inputs"] for facts in asked), default=None),
            max((facts["inputs"] - len(facts["inputs_that_raise"]) for facts in asked), default=0),
            max((facts.get("finite_answers", facts["inputs"]) for facts in asked), default=0),
            elsewhere,
        )

    def in_words(self) -> str:
        """Return how much was compared, in one line."""
        if not self.judged:
            return f"{self.case}: no cell of `loads` was judged in this run"
        routes = f"{len(self.held)} of {len(self.judged)} routes load it"
        if self.elsewhere:
            routes += " in the control, " + ", ".join(f"{count} in {hop}" for hop, count in self.elsewhere.items())
        if self.inputs is None:
            return f"{self.case}: {routes}"
        if "unrepeatable" in self.traits:
            return f"{self.case}: {routes}, answers are drawn anew each time, and compared over {self.inputs} draws"
        return f"{self.case}: {routes}, the original answers {self.answered} of {self.inputs} inputs"

    @property
    def reason(self) -> str | None:
        """Why nothing was compared, and what to do; None if something was."""
        if "unreadable" in self.traits:
            return (
                f"{self.case} was not compared: the pair that it comes from cannot load it, so see why; if a class "
                "is missing, name a function of the module that has it, as in --artifact=MODULE:FUNCTION=PATH"
            )
        if not self.judged or not self.answers_judged:
            return None  # nothing applies, it has no functions, or other requirements were asked for
        if not self.held and not any(self.elsewhere.values()):
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


def compared(cells: Sequence[Row], cases: Iterable[str], hop: Hop, traits: Traits) -> list[Compared]:
    """Return how much of each of these cases was compared in a hop, in the order of the cases.

    Args:
        cells: the rows of all hops.
    """
    wanted = list(cases)
    by_case: dict[str, list[Row]] = {case: [] for case in wanted}
    for row in cells:
        if row.case in by_case:
            by_case[row.case].append(row)
    return [Compared.of(case, by_case[case], hop, traits.get(case, ())) for case in wanted if by_case[case]]
