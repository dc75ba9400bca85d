"""Judges cells over all hops of a run: the short way from a cell to its verdicts."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

from tests.judging.cells import Cell, PlannedCell
from tests.judging.deviations import Deviation, Deviations
from tests.judging.evidence import Evidence
from tests.judging.judgement import Judgement, apply_deviations, excuse_minor, judge
from tests.judging.outcome import Outcome
from tests.judging.pairs import CONTROL, Hop, Pair
from tests.judging.requirement import Requirement
from tests.judging.seen import Seen
from tests.judging.upgrade import accept, compare_with_control, excuse_harmless


@dataclasses.dataclass(frozen=True)
class Bench:
    """Everything that judging a cell takes: evidence, plan, requirements, deviations, and the pair of each side."""

    evidence: Evidence
    planned: Mapping[Cell, PlannedCell]
    requirements: Mapping[str, Requirement]
    deviations: Deviations
    pairs: Mapping[str, Pair]

    @property
    def is_gate(self) -> bool:
        """True if there is an old pair to compare the new one with."""
        return "A" in self.pairs

    def judge(self, cell: Cell) -> dict[Hop, Judgement]:
        """Judge the cell in every hop of the run."""
        planned = self.planned[cell]
        judgements = {}
        accepting: dict[Hop, list[Deviation]] = {}
        for hop, reason in planned.hops.items():
            rows = self.rows_of(cell, hop)
            accepting[hop] = [row for row in rows if row.accepts and self.is_gate]
            if reason is not None:
                judgements[hop] = Judgement(hop, Outcome.NOT_APPLICABLE, reason)
                continue
            judgement = judge(self.requirements[cell.requirement], self.seen(cell, hop, hop in planned.refused_on))
            explaining = [row for row in rows if row not in accepting[hop]]
            judgements[hop] = apply_deviations(judgement, explaining, lenient=cell.is_brought)
            if cell.is_brought and not self.is_gate:
                excuse_minor(judgements[hop], cell.requirement, explaining)
        if self.is_gate:
            refusals = [row for row in self.rows_of(cell, CONTROL) if row.is_refusal] if CONTROL in judgements else []
            settle(judgements, cell.requirement, refusals, accepting, brought=cell.is_brought)
        for judgement in judgements.values():
            if judgement.outcome is Outcome.BLOCKED:
                blocker = self.blocker(cell, judgement)
                judgement.accepted = not blocker.is_bad
                judgement.deviations = blocker.deviations
        return judgements

    def blocker(self, cell: Cell, judgement: Judgement) -> Judgement:
        """Return the judgement of the cell that blocks this one: of `saves`, `loads` or `weights`."""
        if judgement.blocked_by == "saves":
            return self.judge(Cell(cell.case, cell.route.of_saver, "saves"))[judgement.hop.of_saving]
        return self.judge(Cell(cell.case, cell.route, judgement.blocked_by or "loads"))[judgement.hop]

    def seen(self, cell: Cell, hop: Hop, expects_refusal: bool = False) -> Seen:
        """Return the evidence on a cell in one hop."""
        return Seen(self.evidence, hop, cell.case, cell.route, expects_refusal)

    def rows_of(self, cell: Cell, hop: Hop) -> list[Deviation]:
        """Return the deviations that apply to a cell in one hop."""
        traits = self.evidence.case(cell.case).traits
        return self.deviations.of(cell, traits, self.pairs[hop.saved], self.pairs[hop.loaded])


def settle(
    judgements: Mapping[Hop, Judgement],
    requirement: str,
    refusals: Sequence[Deviation],
    accepting: Mapping[Hop, Sequence[Deviation]],
    *,
    brought: bool,
) -> None:
    """Turn the outcomes of a gate's hops into what the upgrade does, and accept what the team accepts.

    Args:
        refusals: the rows that apply to the control and declare a refusal.
        accepting: the rows of the team's own list that apply, by hop.
        brought: a user brings the model.
    """
    compare_with_control(judgements, requirement, refusals)
    excuse_harmless(judgements, requirement, brought=brought)
    for hop, rows in accepting.items():
        accept(judgements[hop], rows)
