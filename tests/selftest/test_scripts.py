"""Scripts show what they are about, and say "not reproduced" where it is not there."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from reports.document.rows import Row
from reports.scripts import scripts
from reports.scripts.sources import source_of
from tests.judging.bench import Bench
from tests.judging.cells import Cell
from tests.judging.pairs import NEW_ARTIFACTS
from tests.run.session import Session
from tests.selftest.executed import Forks, forks
from tests.selftest.planted_faults import PlantedFault, planted_faults

PLANTING = Path(__file__).parent / "beside_tensorflow" / "planting.py"
CAUGHT = [(fault, requirement) for fault in planted_faults() for requirement in fault.caught_by]


@pytest.fixture(scope="module")
def forking(tmp_path_factory) -> Iterator[Forks]:
    with forks(tmp_path_factory.mktemp("keras")) as started:
        yield started


def row_of(bench: Bench, fault: PlantedFault, requirement: str) -> Row:
    """Return the row of the cell in which a requirement catches a planted fault."""
    (route,) = (fault.route,)
    judgement = bench.judge(Cell(fault.case, route, requirement))[NEW_ARTIFACTS]
    found = [each for each in judgement.found if re.search(fault.caught_by[requirement], each.text(), re.DOTALL)]
    judgement = dataclasses.replace(judgement, found=found or judgement.found)
    judgement.message = judgement.found[0].message
    return Row.of(Cell(fault.case, route, requirement), judgement)


def script_of(row: Row, session: Session) -> str:
    script = scripts.script(row, session)
    planting = source_of(PLANTING, "Altered").definitions + source_of(PLANTING, "loaded").definitions
    return dataclasses.replace(script, route="\n\n\n".join([*planting, script.route])).text()


@pytest.mark.parametrize(("fault", "requirement"), CAUGHT, ids=lambda each: str(each))
def test_a_script_shows_a_planted_fault(bench, session, forking, tmp_path, fault, requirement):
    row = row_of(bench, fault, requirement)
    text = script_of(row, session)
    shown = forking.execute(text, tmp_path / "faulty")
    assert shown.verdict is True, f"{row.message}\n{text}\n{shown.status} {shown.printed[-3000:]}"
    sound = script_of(dataclasses.replace(row, route=fault.instead_of), session)
    shown = forking.execute(sound, tmp_path / "sound")
    assert shown.verdict is False, f"{row.message}\n{sound}\n{shown.status} {shown.printed[-3000:]}"
