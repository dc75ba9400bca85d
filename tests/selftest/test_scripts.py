"""Scripts show what they are about, and say "not reproduced" where it is not there."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator

import pytest

from reports.document.rows import Row
from reports.scripts import scripts
from tests.judging.bench import Bench
from tests.judging.cells import Cell
from tests.judging.pairs import NEW_ARTIFACTS
from tests.selftest.executed import Forks, forks, with_planting
from tests.selftest.planted_faults import PlantedFault, planted_faults

# What no script can show, by route and requirement, and why.
NOT_SHOWN = {
    ("keras_archive:needs_no_class", "architecture"): "all classes of a script are of one module",
    ("keras_archive:writes_rubbish_to_its_pipe", "loads"): "a script has no pipe to the suite",
    ("promises_what_all_do", "promises"): "what is there without being asked for needs no second look",
    ("tflite_from_export:rounds_to_three_digits", "outputs"): "the fault imports a module of the suite",
}
# One fault for each kind of shortfall that a requirement finds.
KINDS = {
    (requirement, pattern): (fault, requirement)
    for fault in reversed(planted_faults())
    for requirement, pattern in fault.caught_by.items()
    if (str(fault.route), requirement) not in NOT_SHOWN
}
MOST_LINES = 30
LARGEST = 20_000


@pytest.fixture(scope="module")
def forking(tmp_path_factory) -> Iterator[Forks]:
    with forks(tmp_path_factory.mktemp("keras")) as started:
        yield started


def row_of(bench: Bench, fault: PlantedFault, requirement: str) -> Row:
    """Return the row of the cell in which a requirement catches a planted fault, with nothing else that it finds."""
    cell = Cell(fault.case, fault.route, requirement)
    judgement = bench.judge(cell)[NEW_ARTIFACTS]
    pattern = fault.caught_by[requirement]
    found = [each for each in judgement.found if re.search(pattern, each.text(), re.DOTALL)] or judgement.found
    return Row.of(cell, dataclasses.replace(judgement, found=found, message=found[0].message))


def is_sound(bench: Bench, cell: Cell) -> bool:
    """Return whether nothing at all is wrong in a cell."""
    return bench.planned[cell].applies and not bench.judge(cell)[NEW_ARTIFACTS].found


@pytest.mark.parametrize(("fault", "requirement"), KINDS.values(), ids=str)
def test_a_script_shows_a_fault_and_does_not_where_there_is_none(
    bench, session, forking, tmp_path, fault, requirement
):
    row = row_of(bench, fault, requirement)
    script = scripts.script(row, session)
    assert script.frame.lines <= MOST_LINES, script.text()
    assert len(script.text()) <= LARGEST
    text = with_planting(script).text()
    shown = forking.execute(text, tmp_path / "faulty")
    assert shown.verdict is True, f"{row.message}\n{text}\n{shown}"
    sound = Cell(fault.case, fault.instead_of, requirement)
    if is_sound(bench, sound):
        text = scripts.script(dataclasses.replace(row, route=sound.route), session).text()
        shown = forking.execute(text, tmp_path / "sound")
        assert shown.verdict is False, f"{row.message}\n{text}\n{shown}"


def test_what_cannot_be_shown_is_planted():
    caught = {(str(fault.route), requirement) for fault in planted_faults() for requirement in fault.caught_by}
    assert caught >= set(NOT_SHOWN)
