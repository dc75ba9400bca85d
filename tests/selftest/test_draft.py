"""The draft of rows: finished by a person, it explains all that was found, and nothing else."""

from __future__ import annotations

import re
import subprocess
import sys

from hypothesis import given
from hypothesis import strategies as st

from reports import document, draft
from tests.interpreters.agents import ROOT
from tests.judging import deviations
from tests.judging.cells import Cell, Pair
from tests.selftest.test_report import DOCUMENT

CASES = {
    "standard.one": ["compiled", "quick", "sequential"],
    "standard.two": ["sequential"],
    "standard.three": ["compiled", "functional"],
    "custom_op.four": ["stateful"],
    "custom_op.five": ["stateful", "quick"],
}
ROUTES = ("h5:load_model", "h5:load_weights", "export:cpp")
CELLS = [(case, route) for case in CASES for route in ROUTES]
NOTHING_KNOWN = deviations.Deviations(())
MESSAGES = ("ValueError: Unknown layer: 'X1'", "ValueError: no 7 in /tmp/a/b", "ValueError: 'it' [is] (so)")


def found(failing: dict, tensorflow: str = "2.21.0") -> dict:
    """A report in which these cells fail, each with its message."""
    cells = []
    for case, route in CELLS:
        row = {"case": case, "route": route, "requirement": "loads", "hop": "B>B", "outcome": "conforms"}
        if (case, route) in failing:
            message = failing[case, route]
            shortfall = {"message": message, "symptom": "exception", "exception": "ValueError", "inputs": []}
            row |= {"outcome": "fails", "message": message, "found": [shortfall]}
        cells.append(row)
    side = {**DOCUMENT["sides"]["B"], "runtimes": {}}
    side["versions"] = {**side["versions"], "tensorflow": tensorflow}
    cases = {name: {"doc": "", "traits": traits} for name, traits in CASES.items()}
    return {**DOCUMENT, "sides": {"B": side}, "cases": cases, "cells": cells}


def finished(text: str, pairs: list[str], folder) -> deviations.Deviations:
    """The rows that a person makes of a draft."""
    text = re.sub(r'kind = "".*', 'kind = "by-design"', text).replace('reason = ""', 'reason = "so"')
    path = folder / "deviations.toml"
    path.write_text(f"known_pairs = {pairs}\n" + re.sub('link = ""\n', "", text))
    return deviations.read_file(path)


@given(
    st.lists(st.dictionaries(st.sampled_from(CELLS), st.sampled_from(MESSAGES), min_size=1), min_size=1, max_size=2)
)
def test_a_finished_draft_speaks_of_just_the_cells_that_fail(tmp_path_factory, failing):
    versions = ["2.20.0", "2.21.0"][: len(failing)]
    reports = [found(each, version) for each, version in zip(failing, versions, strict=True)]
    text = draft.draft(reports, NOTHING_KNOWN)
    pairs = [f"{version}/3.15.1" for version in versions]
    known = finished(text, pairs, tmp_path_factory.mktemp("draft"))
    for each, version in zip(failing, versions, strict=True):
        pair = Pair(version, "3.15.1", "3.11.7")
        for case, route in CELLS:
            rows = known.of(Cell(case, route, "loads"), CASES[case], pair, pair)
            assert len(rows) == ((case, route) in each)
    assert draft.draft(reports, known) == ""


def test_what_a_trait_says_in_a_word_is_not_told_case_by_case():
    stateful = {(case, "export:cpp"): MESSAGES[0] for case, traits in CASES.items() if "stateful" in traits}
    assert 'traits = ["stateful"], route = ["export:cpp"]' in draft.draft([found(stateful)], NOTHING_KNOWN)


def test_a_draft_is_written_only_where_something_is_unexplained(tmp_path):
    draft.write(tmp_path, found({CELLS[0]: MESSAGES[0]}), NOTHING_KNOWN)
    assert (tmp_path / draft.NAME).exists()
    draft.write(tmp_path, found({}), NOTHING_KNOWN)
    assert not (tmp_path / draft.NAME).exists()


def test_reports_of_several_pairs_are_put_together_on_the_command_line(tmp_path):
    paths = []
    for version in ("2.20.0", "2.21.0"):
        document.write(tmp_path / version, found({CELLS[0]: MESSAGES[0]}, version))
        paths.append(str(tmp_path / version / document.NAME))
    run = subprocess.run(
        [sys.executable, "-m", "reports.draft", *paths], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert 'pairs = ["2.20.0/3.15.1", "2.21.0/3.15.1"]' in run.stdout
