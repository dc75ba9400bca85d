"""A cell as its test sees it: the thin skin between a requirement and pytest."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import pytest

from tests.judging.arguments.bench import ArgumentBench
from tests.judging.bench import Bench
from tests.judging.cells import Cell
from tests.judging.checks.shrinking import shrink
from tests.judging.evidence import NoEvidence
from tests.judging.judgement import Judgement
from tests.judging.literals import literal
from tests.judging.outcome import Outcome
from tests.judging.requirement import Requirement

# The cells that an item has judged, each with its judgements in all hops, for the report.
JUDGEMENTS = pytest.StashKey[dict[Cell, list[Judgement]]]()
LONGEST_REASON = 300


@dataclasses.dataclass
class CellUnderTest:
    """One cell as a test sees it."""

    cell: Cell
    bench: Bench
    item: pytest.Item

    def judge(self, requirement: Requirement) -> None:
        """Judge the cell, keep its judgements for the report, and fail, xfail or skip as they say."""
        assert requirement.name == self.cell.requirement
        try:
            judgements = list(self.bench.judge(self.cell).values())
        except (NoEvidence, OSError) as error:  # the cell has no verdict, so the run is not complete
            pytest.fail(f"{self.cell} cannot be judged: {error}", pytrace=False)
        for judgement in judgements:
            failing = [name for shortfall in judgement.shortfalls for name in shortfall.inputs]
            if judgement.is_bad and failing:
                smallest = shrink(self.bench.seen(self.cell, judgement.hop), failing[0])
                judgement.shrunk = None if smallest is None else literal(smallest)
        self.item.stash[JUDGEMENTS] = {self.cell: judgements}
        conclude(self.item, judgements)


@dataclasses.dataclass
class ClassUnderTest:
    """The constructor arguments of one class as a test sees them."""

    name: str
    bench: ArgumentBench
    item: pytest.Item

    def judge(self) -> None:
        """Judge every argument, keep the judgements for the report, and fail, xfail or skip as they say."""
        try:
            judged = self.bench.judge(self.name)
        except (NoEvidence, OSError) as error:  # the class has no verdict, so the run is not complete
            pytest.fail(f"{self.name} cannot be judged: {error}", pytrace=False)
        self.item.stash[JUDGEMENTS] = {cell: list(judgements.values()) for cell, judgements in judged.items()}
        conclude(
            self.item, [judgement for judgements in self.item.stash[JUDGEMENTS].values() for judgement in judgements]
        )


def conclude(item: pytest.Item, judgements: Sequence[Judgement]) -> None:
    """Fail, xfail or skip the test, as its judgements say."""
    bad = [judgement for judgement in judgements if judgement.is_bad]
    known = [judgement for judgement in judgements if judgement.outcome in (Outcome.DEVIATES, Outcome.BLOCKED)]
    if all(judgement.outcome is Outcome.NOT_APPLICABLE for judgement in judgements):
        pytest.skip(judgements[0].message if judgements else "nothing applies")  # the report says n/a, and why
    if bad:
        pytest.fail("\n".join(in_words(judgement) for judgement in bad), pytrace=False)
    if known:
        reason = "; ".join(f"{' '.join(judgement.deviations)}: {judgement.message}" for judgement in known)
        if item.config.getoption("runxfail"):
            pytest.fail(reason, pytrace=False)
        raise pytest.xfail.Exception(reason.partition("\n")[0][:LONGEST_REASON], pytrace=False)


def in_words(judgement: Judgement) -> str:
    """Return a judgement as a person reads it."""
    return f"{judgement.hop} {judgement.outcome}: {judgement.text()}"
