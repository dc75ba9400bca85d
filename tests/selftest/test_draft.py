"""The draft of rows: finished by a person, it explains all shortfalls of a report, and nothing else."""

from __future__ import annotations

import dataclasses
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from reports.document import files
from reports.document.contents import DescribedCase, Document
from reports.drafts import drafts
from tests.both_sides.routes import Route
from tests.interpreters.agents import ROOT
from tests.judging.cells import Cell
from tests.judging.deviation_files import read_file
from tests.judging.deviations import Deviations
from tests.judging.pairs import Pair
from tests.judging.requirement import Shortfall, Symptom
from tests.selftest.made_documents import document, row, side

CASES = {
    "standard.one": ("compiled", "quick", "sequential"),
    "standard.two": ("sequential",),
    "standard.three": ("compiled", "functional"),
    "custom_op.four": ("stateful",),
    "custom_op.five": ("quick", "stateful"),
}
CASES_OF_OPS = ("custom_op.five", "custom_op.four")
ROUTES = ("h5:load_model", "h5:load_weights", "export:cpp")
CELLS = [(case, route) for case in CASES for route in ROUTES]
NOTHING_KNOWN = Deviations(())
MESSAGES = ("ValueError: Unknown layer: 'X1'", "ValueError: no 7 in /tmp/a/b", "ValueError: 'it' [is] (so)")


def report(failing: Mapping[tuple[str, str], str], tensorflow: str = "2.21.0") -> Document:
    """Return a report in which these cells fail, each with its message."""
    rows = []
    for case, route in CELLS:
        if (case, route) in failing:
            message = failing[case, route]
            shortfall = Shortfall(message, symptom=Symptom.EXCEPTION, exception="ValueError")
            rows.append(row(case, route, "loads", "fails", message=message, shortfalls=(shortfall,)))
        else:
            rows.append(row(case, route, "loads"))
    cases = {name: DescribedCase("", traits) for name, traits in CASES.items()}
    return document(rows, {"B": side(tensorflow, "3.15.1")}, cases=cases)


def finished(text: str, pairs: list[str], folder: Path) -> Deviations:
    """Return the rows that a person makes of a draft."""
    text = re.sub(r'kind = "".*', 'kind = "by-design"', text).replace('reason = ""', 'reason = "so"')
    path = folder / "deviations.toml"
    path.write_text(f"known_pairs = {pairs}\n" + re.sub('link = ""\n', "", text))
    return read_file(path)


@given(
    st.lists(st.dictionaries(st.sampled_from(CELLS), st.sampled_from(MESSAGES), min_size=1), min_size=1, max_size=2)
)
def test_a_finished_draft_matches_just_the_cells_that_fail(tmp_path_factory, failing):
    versions = ["2.20.0", "2.21.0"][: len(failing)]
    reports = [report(each, version) for each, version in zip(failing, versions, strict=True)]
    text = drafts.draft(reports, NOTHING_KNOWN)
    pairs = [f"{version}/3.15.1" for version in versions]
    known = finished(text, pairs, tmp_path_factory.mktemp("draft"))
    for each, version in zip(failing, versions, strict=True):
        pair = Pair(version, "3.15.1", "3.11.7")
        for case, route in CELLS:
            rows = known.of(Cell(case, Route.parse(route), "loads"), CASES[case], pair, pair)
            assert len(rows) == ((case, route) in each)
    assert drafts.draft(reports, known) == ""


def test_a_trait_stands_for_its_cases():
    stateful = {(case, "export:cpp"): MESSAGES[0] for case, traits in CASES.items() if "stateful" in traits}
    assert 'traits = ["stateful"], route = ["export:cpp"]' in drafts.draft([report(stateful)], NOTHING_KNOWN)


def test_after_a_run_of_some_cases_a_draft_names_the_cases():
    stateful = {(case, "export:cpp"): MESSAGES[0] for case, traits in CASES.items() if "stateful" in traits}
    whole = report(stateful)
    part = dataclasses.replace(whole, cells=tuple(row for row in whole.cells if row.case in CASES_OF_OPS))
    assert 'case = ["custom_op.five", "custom_op.four"], route = ["export:cpp"]' in drafts.draft(
        [part], NOTHING_KNOWN
    )


def test_a_draft_is_written_only_if_something_is_unexplained(tmp_path):
    drafts.write(tmp_path, report({CELLS[0]: MESSAGES[0]}), NOTHING_KNOWN)
    assert (tmp_path / drafts.NAME).exists()
    drafts.write(tmp_path, report({}), NOTHING_KNOWN)
    assert not (tmp_path / drafts.NAME).exists()


def run(*paths: str) -> subprocess.CompletedProcess[str]:
    """Run the command."""
    command = [sys.executable, "-m", "reports.draft", *paths]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_reports_of_several_pairs_are_put_together_on_the_command_line(tmp_path):
    paths = []
    for version in ("2.20.0", "2.21.0"):
        files.write(tmp_path / version, report({CELLS[0]: MESSAGES[0]}, version))
        paths.append(str(tmp_path / version / files.NAME))
    finished_run = run(*paths)
    assert finished_run.returncode == 0, finished_run.stderr
    assert 'pairs = ["2.20.0/3.15.1", "2.21.0/3.15.1"]' in finished_run.stdout


def test_a_report_that_cannot_be_read_is_one_clear_line(tmp_path):
    refused = run(str(tmp_path / "nothing.json"))
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "nothing.json" in refused.stderr.splitlines()[-1]
    assert "Traceback" not in refused.stderr
