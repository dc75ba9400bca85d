"""Rows of a team about what `weights` once judged too keep working, and say which names are new."""

from __future__ import annotations

import pytest

from tests.both_sides.routes import Route
from tests.judging.cells import Cell
from tests.judging.deviation_files import read_file
from tests.judging.deviation_names import doubtful_names
from tests.judging.deviations import Deviations
from tests.judging.judgement import Judgement, apply_deviations
from tests.judging.outcome import Outcome
from tests.judging.pairs import NEW_ARTIFACTS, Pair
from tests.judging.requirement import Shortfall

ROW = """
[[deviation]]
id = "ours"
case = ["mine.tower"]
route = ["*:load_model"]
requirement = ["{requirement}"]
kind = "by-design"
outcome = "{outcome}"
message = '{message}'
reason = "we know"
"""
PAIR = Pair("2.21.0", "3.15.1", "3.11.7")
PATHS = Shortfall("the variables have other paths", expected=["a"], seen=["b"])
STATE = Shortfall("dropout/seed_generator/seed_generator_state differs in its values")
VALUE = Shortfall("kernel differs in its values")


def of_team(tmp_path, requirement: str = "weights", message: str = ".*", outcome: str = "mismatch"):
    """Return the rows of a team's list with one row."""
    path = tmp_path / "ours.toml"
    path.write_text(ROW.format(requirement=requirement, outcome=outcome, message=message))
    return read_file(path, accepts=True)


def judged(rows: Deviations, requirement: str, *found: Shortfall) -> Judgement:
    """Return the judgement of a cell with these shortfalls under these rows."""
    cell = Cell("mine.tower", Route.parse("keras_archive:load_model"), requirement)
    judgement = Judgement(NEW_ARTIFACTS, Outcome.FAILS if found else Outcome.CONFORMS, shortfalls=list(found))
    return apply_deviations(judgement, rows.of(cell, [], PAIR, PAIR), lenient=True)


@pytest.mark.parametrize(
    ("message", "requirement", "found"),
    [
        (".*", "renamed", PATHS),
        (".*", "random_state", STATE),
        (".*", "weights", VALUE),
        ("^the variables have other paths", "renamed", PATHS),
        (r"^(\S+/)?seed_generator_state differs", "random_state", STATE),
        (r"^(kernel differs|the variables have other paths)", "weights", VALUE),
    ],
)
def test_a_row_that_names_weights_still_accepts_what_it_was_written_for(
    message, requirement, found, tmp_path, session
):
    rows = of_team(tmp_path, message=message)
    assert judged(rows, requirement, found).outcome is Outcome.DEVIATES
    for each in ("weights", "renamed", "random_state"):
        assert judged(rows, each).outcome is Outcome.CONFORMS  # the other parts need not fall short too
    (line,) = doubtful_names(rows, session.catalogue)
    assert line.startswith("row 'ours' of deviations names weights: ")


def test_a_row_about_values_stays_strict_and_is_not_told_anything(tmp_path, session):
    rows = of_team(tmp_path, message="^kernel differs in its values")
    assert judged(rows, "weights", VALUE).outcome is Outcome.DEVIATES
    assert judged(rows, "weights").outcome is Outcome.UNEXPECTED_PASS
    assert judged(rows, "renamed", PATHS).outcome is Outcome.FAILS
    assert doubtful_names(rows, session.catalogue) == []


@pytest.mark.parametrize(("requirement", "outcome"), [("outputs", "mismatch"), ("weights", "crash")])
def test_other_rows_are_as_they_were(requirement, outcome, tmp_path, session):
    (row,) = of_team(tmp_path, requirement, outcome=outcome).rows
    assert [place.requirement for place in row.places] == [(requirement,)]
    assert not row.split


def test_a_row_about_weights_that_are_saved_again_need_not_find_states_there(tmp_path, session):
    rows = of_team(tmp_path, "resaves", r"^saved again and loaded, other weights\nexpected np\.int64")
    assert judged(rows, "resaves").outcome is Outcome.CONFORMS
    assert judged(rows, "resaves", Shortfall("saved again and loaded, other answers")).outcome is Outcome.FAILS
    (line,) = doubtful_names(rows, session.catalogue)
    assert line.startswith("row 'ours' of deviations names resaves: random_state judges a part of it now.")
