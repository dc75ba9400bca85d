"""The list of deviations: strict, and unreadable in one clear line."""

from __future__ import annotations

import dataclasses
import re

import pytest

from tests.both_sides.routes import Route
from tests.judging.cells import Cell
from tests.judging.deviation_files import OURS, UnreadableDeviations, read_file
from tests.judging.deviation_names import check_names, doubtful_names
from tests.judging.deviations import Deviation, Deviations, Place
from tests.judging.judgement import Judgement, apply_deviations
from tests.judging.outcome import Outcome
from tests.judging.pairs import NEW_ARTIFACTS, Pair
from tests.judging.requirement import Shortfall, Symptom

ROW = """
[[deviation]]
id = "a-row"
case = ["custom_layer.*"]
except = ["custom_layer.fine"]
traits = ["compiled"]
route = ["h5:*"]
requirement = ["loads"]
saved_with = { keras = ">=3.0,<3.16" }
kind = "upstream-bug"
outcome = "exception"
exception = "ValueError"
message = "Unknown layer"
reason = "because"
link = "https://example.org/1"
"""
PAIR = Pair("2.21.0", "3.15.1", "3.11.7")
CELL = Cell("custom_layer.affine", Route.parse("h5:load_model"), "loads")


def rows_of(tmp_path, text):
    path = tmp_path / "deviations.toml"
    path.write_text(text)
    return read_file(path)


def judged(*found: Shortfall) -> Judgement:
    return Judgement(NEW_ARTIFACTS, Outcome.FAILS if found else Outcome.CONFORMS, shortfalls=list(found))


def error(message="ValueError: Unknown layer: 'X'", exception="ValueError"):
    return Shortfall(message, symptom=Symptom.EXCEPTION, exception=exception)


def test_our_own_list_is_readable_and_has_reasons():
    rows = read_file(OURS).rows
    assert rows
    assert all(row.reason and (row.link or row.kind == "by-design") for row in rows)


@pytest.mark.parametrize(
    ("cell", "traits", "pair", "speaks"),
    [
        (CELL, ["compiled"], PAIR, True),
        (CELL, [], PAIR, False),
        (Cell("standard.x", Route.parse("h5:load_model"), "loads"), ["compiled"], PAIR, False),
        (Cell("custom_layer.fine", Route.parse("h5:load_model"), "loads"), ["compiled"], PAIR, False),
        (Cell("custom_layer.affine", Route.parse("h5"), "loads"), ["compiled"], PAIR, False),
        (Cell("custom_layer.affine", Route.parse("h5:load_model"), "saves"), ["compiled"], PAIR, False),
        (CELL, ["compiled"], Pair("2.21.0", "3.16.0", "3.11.7"), False),
        (CELL, ["compiled"], Pair("2.21.0", "3.15.2.dev2026", "3.11.7"), True),
    ],
)
def test_a_row_speaks_of_just_its_cells(tmp_path, cell, traits, pair, speaks):
    assert bool(rows_of(tmp_path, ROW).of(cell, traits, pair, pair)) == speaks


@pytest.mark.parametrize(
    ("requirement", "symptom", "explains"),
    [
        ("outputs", "mismatch", False),
        ("weights", "mismatch", False),
        ("resumed_training", "mismatch", False),
        ("training_state", "mismatch", True),
        ("outputs", "exception", True),
    ],
)
def test_a_row_of_ours_never_explains_other_numbers_of_a_user_s_model(tmp_path, requirement, symptom, explains):
    text = ROW.replace('["custom_layer.*"]', '["*"]').replace('["loads"]', f'["{requirement}"]')
    if symptom == "mismatch":
        text = text.replace('outcome = "exception"\nexception = "ValueError"', 'outcome = "mismatch"')
    ours = rows_of(tmp_path, text)
    theirs = dataclasses.replace(ours, rows=tuple(dataclasses.replace(row, accepts=True) for row in ours.rows))
    for case, expected in (("standard.tower", True), ("mine.tower", explains)):
        cell = Cell(case, CELL.route, requirement)
        assert bool(ours.of(cell, ["compiled"], PAIR, PAIR)) is expected
        assert theirs.of(cell, ["compiled"], PAIR, PAIR)


@pytest.mark.parametrize(
    ("found", "outcome"),
    [
        ([error()], "deviates"),
        ([error("ValueError: other")], "fails"),
        ([error(exception="TypeError")], "fails"),
        ([Shortfall("Unknown layer")], "fails"),
        ([error(), Shortfall("and something else")], "fails"),
        ([], "unexpected-pass"),
    ],
)
def test_a_row_is_strict(tmp_path, found, outcome):
    assert apply_deviations(judged(*found), list(rows_of(tmp_path, ROW).rows)).outcome == Outcome(outcome)


@pytest.mark.parametrize(
    ("raised", "outcome"), [("ValueError", "deviates"), ("CppError", "deviates"), ("OSError", "fails")]
)
def test_a_row_may_name_several_exceptions_of_one_cause(tmp_path, raised, outcome):
    rows = rows_of(tmp_path, ROW.replace('"ValueError"', '["CppError", "ValueError"]')).rows
    assert apply_deviations(judged(error(exception=raised)), list(rows)).outcome == Outcome(outcome)


def test_every_row_that_speaks_of_a_cell_has_to_find_its_shortfall(tmp_path):
    both = ROW + ROW.replace("a-row", "b-row").replace("Unknown layer", "something else")
    rows = list(rows_of(tmp_path, both).rows)
    assert apply_deviations(judged(error()), rows).outcome == Outcome("unexpected-pass")
    assert apply_deviations(judged(error(), error("something else")), rows).outcome == Outcome("deviates")


def test_a_blocked_cell_neither_confirms_nor_refutes(tmp_path):
    blocked = Judgement(NEW_ARTIFACTS, Outcome.BLOCKED, blocked_by="saves")
    assert apply_deviations(blocked, list(rows_of(tmp_path, ROW).rows)).outcome == Outcome("blocked")


def test_a_row_that_names_an_input_has_to_be_shown_by_it(tmp_path):
    text = ROW.replace('outcome = "exception"\nexception = "ValueError"\n', 'outcome = "mismatch"\ninput = "zeros"\n')
    rows = list(rows_of(tmp_path, text).rows)
    for inputs, outcome in ((["ones", "zeros"], "deviates"), (["ones"], "fails")):
        assert apply_deviations(judged(Shortfall("Unknown layer", inputs=inputs)), rows).outcome == Outcome(outcome)


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ("not toml [", "Expected"),
        (ROW.replace('reason = "because"\n', ""), "'reason' is a required property"),
        (ROW.replace('link = "https://example.org/1"\n', ""), "'link' is a required property"),
        (ROW.replace("upstream-bug", "whim"), "'whim' is not one of"),
        (ROW.replace(">=3.0,<3.16", "three"), "saved_with.keras = 'three' is not a condition"),
        (ROW.replace("keras = ", "jax = "), "'jax' was unexpected"),
        (ROW.replace('"Unknown layer"', '"("'), "message is not a pattern"),
        (ROW.replace('message = "Unknown layer"\n', ""), "'message' is a required property"),
        (ROW + ROW, "there are two rows 'a-row'"),
        (ROW.replace("a-row", "A Row"), "does not match"),
        (ROW.replace('"ValueError"', "[]"), "exception (row 'a-row'): [] should be non-empty"),
        (ROW + "sometimes = true\n", "'sometimes' was unexpected"),
        (ROW + 'pairs = ["2.21.0/3.15.1"]\n', "'2.21.0/3.15.1' is no known pair and no group of them"),
        (ROW.replace('route = ["h5:*"]\n', ""), "is not valid"),
        ('known_pairs = ["2.21.0"]', "does not match"),
    ],
)
def test_an_unreadable_list_says_where_and_why_in_one_line(tmp_path, wrong, reason):
    with pytest.raises(UnreadableDeviations) as raised:
        rows_of(tmp_path, wrong)
    message = str(raised.value)
    assert reason in message
    assert str(tmp_path / "deviations.toml") in message
    assert "\n" not in message


def test_a_list_that_is_not_there_is_unreadable(tmp_path):
    with pytest.raises(UnreadableDeviations, match="No such file"):
        read_file(tmp_path / "missing.toml")


def test_pairs_that_were_run_are_known(tmp_path):
    known = rows_of(tmp_path, 'known_pairs = ["2.21.0/3.15.1"]')
    assert known.knows(PAIR)
    assert not known.knows(Pair("2.21.0", "3.15.0", "3.11.7"))


PLACES = """
known_pairs = ["2.20.0/3.15.1"]
groups = { two = ["2.20.0/3.15.1", "2.21.0/3.15.1"] }
[[deviation]]
id = "a-row"
requirement = ["loads"]
kind = "by-design"
outcome = "mismatch"
message = "x"
reason = "because"
where = [
    { case = ["custom_layer.affine"], route = ["h5:load_model"], pairs = ["two"] },
    { traits = ["stateful"], route = ["h5:*", "export:*"], pairs = ["2.21.0/3.15.1"] },
]
"""


@pytest.mark.parametrize(
    ("cell", "traits", "saved", "loaded", "speaks"),
    [
        (CELL, [], "2.21.0", "2.21.0", True),
        (CELL, [], "2.20.0", "2.20.0", True),
        (CELL, [], "2.20.0", "2.21.0", False),
        (CELL, [], "2.19.0", "2.19.0", False),
        (Cell("standard.x", Route.parse("export:cpp"), "loads"), ["stateful"], "2.21.0", "2.21.0", True),
        (Cell("standard.x", Route.parse("export:cpp"), "loads"), ["stateful"], "2.20.0", "2.20.0", False),
        (Cell("standard.x", Route.parse("export:cpp"), "loads"), [], "2.21.0", "2.21.0", False),
        (Cell("standard.x", Route.parse("export:cpp"), "saves"), ["stateful"], "2.21.0", "2.21.0", False),
    ],
)
def test_a_row_speaks_of_all_its_places_and_of_pairs_by_name(tmp_path, cell, traits, saved, loaded, speaks):
    known = rows_of(tmp_path, PLACES)
    pairs = [Pair(version, "3.15.1", "3.11.7") for version in (saved, loaded)]
    assert bool(known.of(cell, traits, *pairs)) == speaks
    assert known.known_pairs == ("2.20.0/3.15.1", "2.21.0/3.15.1")


def places(*, accepts: bool, **fields: tuple[str, ...]) -> Deviations:
    """Return a list of one row, with two places: one that exists, and the same with other fields."""
    fine = Place(route=("h5:load_model",), requirement=("loads",))
    row = Deviation("a-row", "by-design", Symptom.MISMATCH, "because", (fine, dataclasses.replace(fine, **fields)))
    return Deviations((dataclasses.replace(row, accepts=accepts),))


@pytest.mark.parametrize(
    "fields",
    [
        {"case": ("mine.tower", "*.tower", "mi*", "*")},
        {"excepted": ("mine.tower",)},
        {"route": ("existing_h5:load_model", "existing_*", "*:load_model", "h5")},
        {"requirement": ("load*",), "traits": ("compiled",)},
    ],
)
def test_what_a_user_may_bring_later_exists(session, fields):
    for accepts in (True, False):
        check_names(places(accepts=accepts, **fields), session.catalogue)
        assert doubtful_names(places(accepts=accepts, **fields), session.catalogue) == []


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"case": ("standard.dens_classifier",)}, "no case matches 'standard.dens_classifier'; did you mean"),
        ({"case": ("standard.*", "satndard.*")}, "no case matches 'satndard.*'; did you mean"),
        ({"excepted": ("retired.case",)}, "no case matches 'retired.case'; "),
        ({"route": ("h5:load_modle",)}, "no route matches 'h5:load_modle'; did you mean"),
        ({"requirement": ("wieghts",)}, "no requirement matches 'wieghts'; did you mean"),
        ({"traits": ("complied",)}, "the trait 'complied' is unknown: did you mean 'compiled'"),
    ],
)
def test_a_name_that_does_not_exist_refuses_our_list_and_a_row_of_a_user_s_only_if_nothing_is_left(
    session, fields, told
):
    with pytest.raises(UnreadableDeviations, match=f"^row 'a-row' of deviations: {re.escape(told)}"):
        check_names(places(accepts=False, **fields), session.catalogue)
    theirs = places(accepts=True, **fields)
    check_names(theirs, session.catalogue)
    (line,) = doubtful_names(theirs, session.catalogue)
    assert told in line
    (row,) = theirs.rows
    alone = Deviations((dataclasses.replace(row, places=row.places[1:]),))
    if fields in ({"case": ("standard.*", "satndard.*")}, {"excepted": ("retired.case",)}):
        check_names(alone, session.catalogue)
    else:
        with pytest.raises(UnreadableDeviations, match=re.escape(told)):
            check_names(alone, session.catalogue)


def by_symptom(tmp_path, flag: str) -> Deviations:
    """Return the row, with or without the flag."""
    return rows_of(tmp_path, ROW.replace('message = "Unknown', f'{flag}\nmessage = "Unknown'))


@pytest.mark.parametrize(
    ("case", "route", "requirement", "flag", "applies"),
    [
        ("mine.tower", "h5:load_model", "loads", "by_symptom = true", True),
        ("mine.tower", "h5:load_model", "loads", "", False),
        ("mine.tower", "h5:load_model", "loads", "by_symptom = false", False),
        ("mine.tower", "h5:load_model", "outputs", "by_symptom = true", False),
        ("mine.tower", "keras_archive:load_model", "loads", "by_symptom = true", False),
        ("standard.tower", "h5:load_model", "loads", "by_symptom = true", False),
    ],
)
def test_a_row_by_symptom_is_about_models_of_users_on_its_routes(case, route, requirement, flag, applies, tmp_path):
    cell = Cell(case, Route.parse(route), requirement)
    rows = by_symptom(tmp_path, flag).of(cell, [], PAIR, PAIR)
    assert bool(rows) == applies
    assert not rows or apply_deviations(judged(error()), rows, lenient=True).outcome is Outcome.DEVIATES
    assert not rows or apply_deviations(judged(error("ValueError: no")), rows, lenient=True).outcome is Outcome.FAILS


def test_rows_by_symptom_expect_exceptions_with_a_message_and_never_values():
    flagged = [row for row in read_file(OURS).rows if row.by_symptom]
    assert flagged
    for row in flagged:
        assert row.symptom is Symptom.EXCEPTION
        assert row.message


def test_a_row_that_explains_nothing_of_a_user_s_model_is_not_named_and_gives_no_link(tmp_path):
    (ours,) = by_symptom(tmp_path, "by_symptom = true").rows
    other = dataclasses.replace(ours, id="another-row", message="no such layer", link="https://example.org/2")
    judgement = apply_deviations(judged(error()), [other, ours], lenient=True)
    assert (judgement.deviations, judgement.link) == (["a-row"], "https://example.org/1")
    assert judgement.outcome is Outcome.DEVIATES
