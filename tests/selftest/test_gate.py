"""The report of a gate: findings with ways out, changes since the control, and rows that a team accepts."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from reports.document.contents import DescribedCase, Document, Titles
from reports.document.rows import Row
from reports.drafts import drafts
from reports.gate.counts import tally
from reports.gate.findings import findings
from reports.gate.moved_facts import moved_facts
from reports.gate.ways_out import How
from reports.summary import summary
from tests.both_sides.routes import Route
from tests.judging.cells import Cell
from tests.judging.deviation_files import UnreadableDeviations, read, read_file
from tests.judging.deviations import Deviations
from tests.judging.judgement import Judgement
from tests.judging.outcome import Outcome
from tests.judging.pairs import CONTROL, NEW_ARTIFACTS, Hop, Pair
from tests.judging.requirement import Shortfall, Symptom
from tests.judging.upgrade import accept, compare_with_control
from tests.selftest.made_documents import UPGRADE
from tests.selftest.made_documents import document as made_document
from tests.selftest.made_documents import row as made_row

ACROSS = Hop("A", "B")
OLD, NEW = Pair("2.15.1", "2.15.0", "3.11.7"), Pair("2.21.0", "3.15.1", "3.11.7")
HOLDING = ("conforms", "fixed")


def rows(
    case: str, route: str, outcomes: Mapping[str, Mapping[str, str]], message: str = "", **fields: Any
) -> list[Row]:
    """Return rows of one case on one route: for each requirement the outcome by hop."""
    return [
        made_row(
            case,
            route,
            requirement,
            outcome,
            hop,
            message=message if outcome not in HOLDING else "",
            accepted=outcome != "blocked",
            **fields,
        )
        for requirement, by_hop in outcomes.items()
        for hop, outcome in by_hop.items()
    ]


HOLDS = {"A>A": "conforms", "A>B": "conforms", "B>B": "conforms"}
WITHIN = {"A>A": "conforms", "B>B": "conforms"}
LOADS = {"loads": HOLDS, "outputs": HOLDS}
BREAKS = {"loads": {**HOLDS, "A>B": "regressed"}, "outputs": {**HOLDS, "A>B": "blocked"}}


def document(*cells: Row, **fields: Any) -> Document:
    """Return a gate with these rows, in which two cases are saved by three savers."""
    saved = [
        row
        for saver in ("keras_archive", "export", "weights_h5")
        for case in ("standard.a", "standard.b")
        for row in rows(case, saver, {"saves": WITHIN})
    ]
    cases = {name: DescribedCase("") for name in ("standard.a", "standard.b")}
    return made_document([*saved, *cells], UPGRADE, cases=cases, **fields)


def test_cells_that_say_the_same_are_one_finding_with_ways_out():
    report = document(
        *rows("standard.a", "keras_archive:load_model", BREAKS, "ValueError: no '/a/b' at 7"),
        *rows("standard.b", "keras_archive:load_model", BREAKS, "ValueError: no '/c' at 9"),
        *rows("standard.a", "keras_archive:load_weights", LOADS),
        *rows("standard.a", "export:signature", LOADS),
        *rows("standard.b", "export:signature", LOADS),
    )
    (found,) = findings(report)
    assert (found.outcome, found.hop, found.route) == (Outcome.REGRESSED, ACROSS, "keras_archive:load_model")
    assert (found.requirement, found.cases) == ("loads", ("standard.a", "standard.b"))
    assert [(str(way.route), way.how, way.cases) for way in found.ways_out] == [
        ("keras_archive:load_weights", How.LOAD, ("standard.a",)),
        ("export:signature", How.SAVE, ("standard.a", "standard.b")),
    ]
    assert summary.ways_in_words(report.titles, found) == (
        "load it with load_weights (`keras_archive:load_weights`) for 1 of 2 cases; "
        "or save it with export and load it with signature (`export:signature`)"
    )
    titles = Titles({"export": "Model.export"}, {"signature": "tf.saved_model.load"})
    assert summary.ways_in_words(titles, found).endswith(
        "; or save it with Model.export and load it with tf.saved_model.load (`export:signature`)"
    )


@pytest.mark.parametrize(
    "other",
    [
        {**LOADS, "weights": {**HOLDS, "A>B": "regressed"}},  # it falls short of something
        {"loads": HOLDS},  # nobody has seen it answer
        {"loads": WITHIN, "outputs": WITHIN},  # it holds in a different hop
    ],
)
def test_a_way_out_is_one_on_which_everything_holds(other):
    report = document(
        *rows("standard.a", "keras_archive:load_model", BREAKS, "ValueError: no"),
        *rows("standard.a", "weights_h5:load_weights", other, "TypeError: why"),
    )
    first = next(found for found in findings(report) if found.route == "keras_archive:load_model")
    assert first.ways_out == ()
    assert summary.ways_in_words(report.titles, first) == "no judged route carries it"


def test_loaders_of_one_artifact_and_what_is_lost_are_put_together():
    lost = {name: {"A>A": "conforms", "B>B": "lost"} for name in ("saves", "arguments")}
    renamed = {"signatures": {**HOLDS, "B>B": "changed"}}
    report = document(
        *rows("standard.a", "keras_saved_model", lost, "held before; now: it is not offered"),
        *rows("standard.a", "export:cpp", renamed, "serve.inputs.a is gone; serve.inputs.b is new"),
        *rows("standard.b", "export:signature", renamed, "serve.inputs.x is gone; serve.inputs.y is new"),
    )
    found = findings(report)
    assert [(str(each.outcome), each.route, each.requirement) for each in found] == [
        ("lost", "keras_saved_model", "arguments, saves"),
        ("changed", "export: cpp, signature", "signatures"),
    ]
    assert found[1].message == "different names of inputs: serve.inputs.a is gone; serve.inputs.b is new"


def test_facts_that_moved_are_listed_once_with_an_example():
    report = document(
        *rows("standard.a", "export", {"fingerprint": {"A>A": "conforms"}}, facts={"bytes": 1, "same": 2}),
        *rows("standard.a", "export", {"fingerprint": {"B>B": "conforms"}}, facts={"bytes": 3, "same": 2}),
    )
    (moved,) = moved_facts(report)
    assert (moved.fact, moved.cells, moved.before, moved.after) == ("bytes", 1, "1", "3")


def test_the_tally_is_of_the_hops_beside_the_control():
    report = document(*rows("standard.a", "keras_archive:load_model", BREAKS, "ValueError: no"))
    assert tally(report) == {"blocked": 1, "regressed": 1, "same": 8}


def test_the_summary_of_a_gate_says_what_breaks_and_the_way_out(tmp_path):
    report = document(
        *rows("standard.a", "keras_archive:load_model", BREAKS, "ValueError: no | pipe"),
        *rows("standard.a", "export:signature", LOADS),
    )
    summary.write(tmp_path, report)
    text = (tmp_path / summary.NAME).read_text()
    assert text.startswith("# BREAKS: from TensorFlow 2.15.1 with Keras 2.15.0 to TensorFlow 2.21.0")
    line = next(line for line in text.splitlines() if line.startswith("| keras_archive:load_model | A>B |"))
    assert line.endswith(
        "| loads: ValueError: no \\| pipe | standard.a "
        "| save it with export and load it with signature (`export:signature`) |"
    )
    assert "| keras_archive:load_model | 2/2 | 0/2 | 2/2 |" in text


ROW = """
[[deviation]]
id = "we-load-weights-instead"
case = ["standard.*"]
route = ["keras_archive:load_model"]
requirement = ["loads"]
saved_with = { tensorflow = "==2.15.1" }
loaded_with = { tensorflow = "==2.21.0" }
kind = "by-design"
outcome = "exception"
exception = "ValueError"
message = "^ValueError: no"
reason = "our loader reads weights"
"""
REGRESSION = Shortfall("ValueError: no module", symptom=Symptom.EXCEPTION, exception="ValueError")


def lists(tmp_path: Path, text: str, today: str = "2026-06-01") -> Deviations:
    """Return our list together with a team's."""
    path = tmp_path / "ours.toml"
    path.write_text(text)
    return read((path,), datetime.date.fromisoformat(today))


def judged(
    tmp_path: Path, text: str, found: list[Shortfall], control: str = "conforms", today: str = "2026-06-01"
) -> Judgement:
    """Return a regression, or none, after a team's list was applied to it."""
    judgements = {
        CONTROL: Judgement(CONTROL, Outcome(control), shortfalls=list(found) if control == "fails" else []),
        ACROSS: Judgement(ACROSS, Outcome.FAILS if found else Outcome.CONFORMS, shortfalls=found),
    }
    compare_with_control(judgements, "outputs")
    cell = Cell("standard.a", Route("keras_archive", "load_model"), "loads")
    known = lists(tmp_path, text, today).of(cell, [], OLD, NEW)
    accept(judgements[ACROSS], [row for row in known if row.accepts])
    return judgements[ACROSS]


def test_a_team_s_row_accepts_a_regression(tmp_path):
    judgement = judged(tmp_path, ROW, [REGRESSION])
    assert judgement.outcome is Outcome.DEVIATES
    assert (judgement.deviations, judgement.is_bad) == (["we-load-weights-instead"], False)


def test_a_row_of_ours_never_does(tmp_path):
    path = tmp_path / "list.toml"
    path.write_text(ROW)
    (row,) = read_file(path).rows
    assert not row.accepts


def test_it_accepts_nothing_else_beside(tmp_path):
    judgement = judged(tmp_path, ROW, [REGRESSION, Shortfall("and another thing")])
    assert (judgement.outcome, judgement.is_bad) == (Outcome.REGRESSED, True)


def test_an_acceptance_that_has_outlived_its_purpose_says_so(tmp_path):
    judgement = judged(tmp_path, ROW, [])
    assert (judgement.outcome, judgement.is_bad) == (Outcome.UNEXPECTED_PASS, True)
    assert "nothing to accept for we-load-weights-instead" in judgement.message


@pytest.mark.parametrize(
    ("today", "outcome"), [("2026-06-30", "deviates"), ("2026-07-01", "regressed"), ("2030-01-01", "regressed")]
)
@pytest.mark.parametrize("date", ['"2026-06-30"', "2026-06-30"])
def test_an_acceptance_ends_with_its_last_day(tmp_path, today, outcome, date):
    judgement = judged(tmp_path, ROW + f"expires = {date}\n", [REGRESSION], today=today)
    assert str(judgement.outcome) == outcome
    expired = "we-load-weights-instead accepted it until 2026-06-30" in judgement.message
    assert expired == (outcome == "regressed")


def test_what_was_broken_before_needs_no_acceptance_and_refutes_none(tmp_path):
    assert judged(tmp_path, ROW, [REGRESSION], control="fails").outcome is Outcome.BROKEN_BEFORE


def test_a_change_is_accepted_as_such(tmp_path):
    text = ROW.replace('outcome = "exception"\nexception = "ValueError"\n', 'outcome = "changed"\n')
    text = text.replace('message = "^ValueError: no"', r'message = "inputs\\.dense_input is gone"')
    before, after = ({"serve": {"inputs": {name: ["float32", [None]]}}} for name in ("dense_input", "inputs"))
    for control, found in ((Outcome.CONFORMS, []), (Outcome.FAILS, [Shortfall("as before")])):
        judgements = {
            CONTROL: Judgement(CONTROL, control, contract=before, shortfalls=list(found)),
            ACROSS: Judgement(
                ACROSS, Outcome.FAILS if found else Outcome.CONFORMS, contract=after, shortfalls=list(found)
            ),
        }
        compare_with_control(judgements, "outputs")
        assert judgements[ACROSS].outcome is Outcome.CHANGED
        assert judgements[ACROSS].shortfalls[0].symptom is Symptom.CHANGED
        accept(judgements[ACROSS], list(lists(tmp_path, text).rows[-1:]))
        assert judgements[ACROSS].outcome is Outcome.DEVIATES


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (ROW + 'expires = "soon"\n', "row 'we-load-weights-instead': expires = 'soon' is not a date such as 2027"),
        (ROW.replace("we-load-weights-instead", "h5-save-empties-compile-config"), "another list has a row 'h5-save"),
        (ROW + ROW, "there are two rows 'we-load-weights-instead'"),
        (ROW.replace("==2.15.1", "2.15 or so"), "is not a condition such as"),
        ("[[deviation]]\n", "is a required property"),
    ],
)
def test_a_team_s_list_that_cannot_be_read_is_one_clear_line(tmp_path, text, reason):
    with pytest.raises(UnreadableDeviations, match=reason) as refused:
        lists(tmp_path, text)
    assert "\n" not in str(refused.value)


def test_the_draft_of_a_gate_once_finished_accepts_all_that_it_failed_on(tmp_path):
    def shows(hop: str, message: str, symptom: Symptom) -> Row:
        exception = "ValueError" if symptom is Symptom.EXCEPTION else None
        found = (Shortfall(message, symptom=symptom, exception=exception),)
        outcome = "regressed" if symptom is Symptom.EXCEPTION else symptom.value
        by_hop = {"loads": {"A>A": "conforms", hop: outcome}}
        return rows("standard.a", f"h5:load_{symptom.value}", by_hop, message, shortfalls=found)[1]

    cells = [
        shows("A>B", "ValueError: no '/a/b'", Symptom.EXCEPTION),
        shows("B>B", "serve.inputs.a is gone", Symptom.CHANGED),
        shows("B>B", "held before; now: gone", Symptom.LOST),
    ]
    text = drafts.draft([document(*cells)], read())
    assert 'saved_with = { tensorflow = "==2.15.1", keras = "==2.15.0" }' in text
    text = text.replace('kind = ""', 'kind = "by-design"').replace('reason = ""', 'reason = "so"')
    known = lists(tmp_path, text.replace('link = ""\n', ""))
    for row in cells:
        saved, loaded = (OLD if side == "A" else NEW for side in (row.hop.saved, row.hop.loaded))
        ours = known.of(row.cell, [], saved, loaded)
        assert [each.expects(row.shortfalls[0]) for each in ours if each.accepts] == [True]
    assert drafts.draft([document(*cells)], known) == ""


def test_the_hops_have_their_names():
    assert (str(CONTROL), str(ACROSS), str(NEW_ARTIFACTS)) == ("A>A", "A>B", "B>B")
