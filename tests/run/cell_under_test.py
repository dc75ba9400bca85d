"""A cell as its test sees it: the thin skin between a requirement and pytest."""

from __future__ import annotations

import dataclasses
import math

import pytest

from tests.judging.cells import Cell
from tests.judging.evidence import NoEvidence
from tests.judging.literals import literal
from tests.judging.requirement import Requirement
from tests.judging.shrinking import shrink
from tests.judging.verdict import Bench, Judgement

ROWS = pytest.StashKey[list]()
LONGEST_TOLD = 4000


@dataclasses.dataclass
class CellUnderTest:
    """One cell as a test sees it."""

    cell: Cell
    bench: Bench
    node: pytest.Item

    def judge(self, requirement: Requirement) -> None:
        """Judge the cell, leave its rows for the report, and fail or xfail as they say."""
        assert requirement.name == self.cell.requirement
        try:
            judgements = list(self.bench.judge(self.cell).values())
        except (NoEvidence, OSError) as error:  # a cell without a verdict, so that the run is not complete
            pytest.fail(f"{self.cell} cannot be judged: {error}", pytrace=False)
        for judgement in judgements:
            failing = [name for found in judgement.found for name in found.inputs]
            if judgement.is_bad and failing:
                judgement.shrunk = literal(shrink(self.bench.seen(self.cell, judgement.hop), failing[0]))
        self.node.stash[ROWS] = [row(self.cell, judgement) for judgement in judgements]
        bad = [judgement for judgement in judgements if judgement.is_bad]
        known = [judgement for judgement in judgements if judgement.outcome in ("deviates", "blocked")]
        if bad:
            pytest.fail("\n".join(in_words(judgement) for judgement in bad), pytrace=False)
        if known:
            said = "; ".join(f"{' '.join(judgement.deviations)}: {judgement.message}" for judgement in known)
            if self.node.config.getoption("runxfail"):
                pytest.fail(said, pytrace=False)
            raise pytest.xfail.Exception(said.partition("\n")[0][:300], pytrace=False)


def in_words(judgement: Judgement) -> str:
    """A judgement as a person reads it."""
    return f"{judgement.hop} {judgement.outcome}: {judgement.text()}"


def row(cell: Cell, judgement: Judgement) -> dict:
    """The row of conformance.json."""
    told = {field.name: getattr(judgement, field.name) for field in dataclasses.fields(judgement)}
    told["found"] = [
        {
            "message": found.message,
            "expected": None if found.expected is None else str(found.expected)[:LONGEST_TOLD],
            "seen": None if found.seen is None else str(found.seen)[:LONGEST_TOLD],
            "inputs": found.inputs,
            "symptom": found.symptom,
            "exception": found.exception,
        }
        for found in judgement.found
    ]
    for name in ("largest_ulp", "largest_absolute"):
        if told[name] is not None and not math.isfinite(told[name]):
            told[name] = str(told[name])  # JSON has no such number
    told["hop"], told["message"] = str(judgement.hop), judgement.message[:LONGEST_TOLD]
    return {"case": cell.case, "route": cell.route, "requirement": cell.requirement, **told}
