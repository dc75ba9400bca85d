"""Judges the constructor arguments of one class over all hops of a run."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Mapping

from tests.interpreters.response import MissingSection
from tests.judging.arguments.checks import shortfalls_of
from tests.judging.arguments.evidence import Alone, ArgumentEvidence, LoadedTrial, TriedClass
from tests.judging.bench import settle
from tests.judging.cells import EVERY_ARGUMENT, Cell
from tests.judging.deviations import Deviation, Deviations
from tests.judging.judgement import LOSSES, Judgement, apply_deviations
from tests.judging.outcome import Outcome
from tests.judging.pairs import Hop, Pair
from tests.judging.requirement import Place, Shortfall, Symptom

Judgements = dict[Hop, Judgement]


@dataclasses.dataclass(frozen=True)
class ArgumentBench:
    """Everything that judging constructor arguments takes."""

    evidence: ArgumentEvidence
    deviations: Deviations
    pairs: Mapping[str, Pair]
    hops: tuple[Hop, ...]

    def judge(self, of: str) -> dict[Cell, Judgements]:
        """Judge every argument of a class in every hop.

        What is unexpected is judged again in children that try nothing else, and only that counts.

        Raises:
            NoEvidence: nobody could be asked, or our own code failed.
        """
        judged = self._judged(of, None)
        bad = [cell for cell, by_hop in judged.items() if any(each.is_bad for each in by_hop.values())]
        if bad:
            alone = Alone(of, tuple(cell.argument for cell in bad))
            again = self._judged(of, alone)
            # A child that is lost says nothing about the class with all its defaults.
            judged.update({cell: again[cell] for cell in bad if cell in again})
        return judged

    def _judged(self, of: str, alone: Alone | None) -> dict[Cell, Judgements]:
        by_hop = {hop: self._in_hop(of, hop, alone) for hop in self.hops}
        names = sorted({name for judgements in by_hop.values() for name in judgements})
        wanted = [name for name in names if alone is None or name in alone.arguments]
        judged = {}
        for name in wanted:
            cell = Cell.of_argument(of, name)
            judgements = {
                hop: found.get(name) or Judgement(hop, Outcome.NOT_APPLICABLE, self._why_not(hop, of, name))
                for hop, found in by_hop.items()
            }
            rows = {hop: self._rows(cell, hop) for hop in self.hops}
            for hop, judgement in judgements.items():
                explaining = [row for row in rows[hop] if not self._accepts(row)]
                # A share of all values and ways need not show what a row is about.
                apply_deviations(judgement, explaining, lenient=not self.evidence.whole)
            if self.is_gate:
                accepting = {hop: [row for row in rows[hop] if self._accepts(row)] for hop in self.hops}
                settle(judgements, EVERY_ARGUMENT, (), accepting, brought=False)
            judged[cell] = judgements
        return judged

    @property
    def is_gate(self) -> bool:
        """True if there is an old pair to compare the new one with."""
        return "A" in self.pairs

    def _accepts(self, row: Deviation) -> bool:
        return self.is_gate and row.accepts

    def _rows(self, cell: Cell, hop: Hop) -> list[Deviation]:
        return self.deviations.of(cell, (), self.pairs[hop.saved], self.pairs[hop.loaded])

    def _why_not(self, hop: Hop, of: str, name: str) -> str:
        return f"keras.{of} has no argument {name} in {self.pairs[hop.saved]}"

    def _in_hop(self, of: str, hop: Hop, alone: Alone | None) -> dict[str, Judgement]:
        """Return a judgement for every argument that the class has on the saving side."""
        names = self.evidence.classes[hop.saved].get(of, ())
        try:
            tried = self.evidence.tried(hop.saved, of, alone) if names else {}
            loaded = self.evidence.loaded(hop, of, alone) if names else {}
        except MissingSection as lost:
            return {name: lost_judgement(hop, of, lost) for name in names}
        return {name: judgement_of(hop, name, tried, loaded) for name in ("", *names) if name in tried}


def lost_judgement(hop: Hop, of: str, lost: MissingSection) -> Judgement:
    """Return the judgement of an argument of a class whose child was lost."""
    outcome, symptom = LOSSES.get(lost.ending, (Outcome.CRASHED, Symptom.CRASH))
    shortfall = Shortfall(f"keras.{of}: {lost}", symptom=symptom, places=(Place("the class"),))
    return Judgement(hop, outcome, str(shortfall.message), [shortfall], log=lost.log)


def places_of_class(hop: Hop, tried: TriedClass, loaded: Mapping[str, LoadedTrial]) -> frozenset[Place]:
    """Return the places at which the class falls short whatever its arguments are."""
    plain = tried[""].trials if "" in tried else ()
    return frozenset(
        place
        for each in plain
        for shortfall in shortfalls_of(each, loaded.get(each.trial.folder, {}), hop.within_one_pair)
        for place in shortfall.places
    )


def judgement_of(hop: Hop, name: str, tried: TriedClass, loaded: Mapping[str, LoadedTrial]) -> Judgement:
    """Return the judgement of one argument in one hop, without regard to deviations."""
    started = time.process_time()
    argument = tried[name]
    of_class = places_of_class(hop, tried, loaded) if name else frozenset()
    judgement = Judgement(hop, Outcome.CONFORMS)
    judgement.facts["tried"] = [each.trial.value for each in argument.trials]
    if argument.refused:
        judgement.facts["not_tried"] = dict(argument.refused)
    if not argument.trials:
        reasons = [f"{value}: {reason}" for value, reason in argument.refused.items()]
        judgement.outcome = Outcome.NOT_APPLICABLE
        judgement.message = f"no other value could be tried: {reasons[0]}" if reasons else "no other value is known"
        return judgement
    for each in argument.trials:
        came_back = loaded.get(each.trial.folder, {})
        judgement.shortfalls += shortfalls_of(each, came_back, hop.within_one_pair, of_class)
    if judgement.shortfalls:
        judgement.outcome, judgement.message = Outcome.FAILS, judgement.shortfalls[0].message
    judgement.seconds = time.process_time() - started
    return judgement
