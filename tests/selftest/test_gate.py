"""What a gate tells a team: findings with ways out, what moved, and rows by which the team accepts."""

from __future__ import annotations

import copy
import datetime

import pytest

from reports import draft, gate, render
from tests.judging.cells import Cell, Pair
from tests.judging.deviations import UnreadableDeviations, read, read_file
from tests.judging.requirement import CHANGED, Shortfall
from tests.judging.seen import Hop
from tests.judging.verdict import CONTROL, NEW_ONES, Judgement, accept, compare_with_control
from tests.selftest.test_report import DOCUMENT

ACROSS = Hop("A", "B")
OLD, NEW = Pair("2.15.1", "2.15.0", "3.11.7"), Pair("2.21.0", "3.15.1", "3.11.7")


def rows(case: str, route: str, told: dict[str, dict[str, str]], message: str = "", **fields) -> list[dict]:
    """Rows of one case on one route: for each requirement the outcome by hop."""
    return [
        {
            "case": case,
            "route": route,
            "requirement": requirement,
            "hop": hop,
            "outcome": outcome,
            "message": message if outcome not in gate.HELD[:2] else "",
            "accepted": outcome != "blocked",
            **fields,
        }
        for requirement, by_hop in told.items()
        for hop, outcome in by_hop.items()
    ]


HOLDS = {"A>A": "conforms", "A>B": "conforms", "B>B": "conforms"}
WITHIN = {"A>A": "conforms", "B>B": "conforms"}
LOADS = {"loads": HOLDS, "outputs": HOLDS}
BREAKS = {"loads": {**HOLDS, "A>B": "regressed"}, "outputs": {**HOLDS, "A>B": "blocked"}}


def document(*cells: dict) -> dict:
    side = {**DOCUMENT["sides"]["B"], "runtimes": {}}
    old = {**side, "versions": {**side["versions"], "tensorflow": "2.15.1", "keras": "2.15.0"}}
    saved = [
        row
        for saver in ("keras_archive", "export", "weights_h5")
        for case in ("standard.a", "standard.b")
        for row in rows(case, saver, {"saves": WITHIN})
    ]
    return {
        **copy.deepcopy(DOCUMENT),
        "sides": {"A": old, "B": side},
        "known_pairs": {"A": True, "B": True},
        "hops": ["A>A", "A>B", "B>B"],
        "cases": {name: {"doc": "", "traits": []} for name in ("standard.a", "standard.b")},
        "cells": [*saved, *cells],
    }


def test_cells_that_say_the_same_are_one_finding_with_ways_out():
    told = document(
        *rows("standard.a", "keras_archive:load_model", BREAKS, "ValueError: no '/a/b' at 7"),
        *rows("standard.b", "keras_archive:load_model", BREAKS, "ValueError: no '/c' at 9"),
        *rows("standard.a", "keras_archive:load_weights", LOADS),
        *rows("standard.a", "export:signature", LOADS),
        *rows("standard.b", "export:signature", LOADS),
    )
    (found,) = gate.findings(told)
    assert (found.outcome, found.hop, found.route) == ("regressed", "A>B", "keras_archive:load_model")
    assert (found.requirement, found.cases) == ("loads", ("standard.a", "standard.b"))
    assert [(way.route, way.how, way.cases) for way in found.ways_out] == [
        ("keras_archive:load_weights", "read", ("standard.a",)),
        ("export:signature", "save", ("standard.a", "standard.b")),
    ]
    assert render.ways_in_words(found) == (
        "load it by `load_weights` (1 of 2); or save by `export` and load by `signature`"
    )


@pytest.mark.parametrize(
    "other",
    [
        {**LOADS, "weights": {**HOLDS, "A>B": "regressed"}},  # it falls short of something
        {"loads": HOLDS},  # nobody has seen it answer
        {"loads": WITHIN, "outputs": WITHIN},  # it holds in another hop
    ],
)
def test_a_way_out_is_one_on_which_everything_holds(other):
    told = document(
        *rows("standard.a", "keras_archive:load_model", BREAKS, "ValueError: no"),
        *rows("standard.a", "weights_h5:load_weights", other, "TypeError: why"),
    )
    first = next(found for found in gate.findings(told) if found.route == "keras_archive:load_model")
    assert first.ways_out == ()
    assert render.ways_in_words(first) == "nothing that was tried"


def test_loaders_of_one_artifact_and_what_is_lost_are_put_together():
    lost = {name: {"A>A": "conforms", "B>B": "lost"} for name in ("saves", "arguments")}
    renamed = {"signatures": {**HOLDS, "B>B": "changed"}}
    told = document(
        *rows("standard.a", "keras_saved_model", lost, "held before; now: it is not offered"),
        *rows("standard.a", "export:cpp", renamed, "serve.inputs.a is gone; serve.inputs.b is new"),
        *rows("standard.b", "export:signature", renamed, "serve.inputs.x is gone; serve.inputs.y is new"),
    )
    found = gate.findings(told)
    assert [(each.outcome, each.route, each.requirement) for each in found] == [
        ("lost", "keras_saved_model", "arguments, saves"),
        ("changed", "export: cpp, signature", "signatures"),
    ]
    assert found[1].message == "other names of inputs: serve.inputs.a is gone; serve.inputs.b is new"


def test_facts_that_moved_are_listed_once_with_an_example():
    told = document(
        *rows("standard.a", "export", {"fingerprint": {"A>A": "conforms"}}, facts={"bytes": 1, "same": 2}),
        *rows("standard.a", "export", {"fingerprint": {"B>B": "conforms"}}, facts={"bytes": 3, "same": 2}),
    )
    (moved,) = gate.moved_facts(told)
    assert (moved.fact, moved.cells, moved.before, moved.after) == ("bytes", 1, "1", "3")


def test_the_tally_is_of_the_hops_beside_the_control():
    told = document(*rows("standard.a", "keras_archive:load_model", BREAKS, "ValueError: no"))
    assert gate.tally(told) == {"blocked": 1, "regressed": 1, "same": 8}


def test_the_summary_of_a_gate_says_what_breaks_and_the_way_out(tmp_path):
    told = document(
        *rows("standard.a", "keras_archive:load_model", BREAKS, "ValueError: no | pipe"),
        *rows("standard.a", "export:signature", LOADS),
    )
    render.write_summary(tmp_path, told)
    text = (tmp_path / "summary.md").read_text()
    assert text.startswith("# BREAKS: from TensorFlow 2.15.1 with Keras 2.15.0 to TensorFlow 2.21.0")
    line = next(line for line in text.splitlines() if line.startswith("| keras_archive:load_model | A>B |"))
    assert line.endswith("| loads: ValueError: no \\| pipe | standard.a | save by `export` and load by `signature` |")
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
REGRESSION = Shortfall("ValueError: no module", symptom="exception", exception="ValueError")


def lists(tmp_path, text: str, today: str = "2026-06-01"):
    path = tmp_path / "ours.toml"
    path.write_text(text)
    return read((path,), datetime.date.fromisoformat(today))


def judged(tmp_path, text: str, found: list[Shortfall], control: str = "conforms", today: str = "2026-06-01"):
    """A regression, or none, held against a team's list."""
    judgements = {
        CONTROL: Judgement(CONTROL, control),
        ACROSS: Judgement(ACROSS, "fails" if found else "conforms", found=found),
    }
    compare_with_control(judgements)
    cell = Cell("standard.a", "keras_archive:load_model", "loads")
    known = lists(tmp_path, text, today).of(cell, [], OLD, NEW)
    accept(judgements[ACROSS], [row for row in known if row.accepts])
    return judgements[ACROSS]


def test_a_team_s_row_accepts_a_regression(tmp_path):
    told = judged(tmp_path, ROW, [REGRESSION])
    assert (told.outcome, told.deviations, told.is_bad) == ("deviates", ["we-load-weights-instead"], False)


def test_a_row_of_ours_never_does(tmp_path):
    path = tmp_path / "list.toml"
    path.write_text(ROW)
    (row,) = read_file(path).rows
    assert not row.accepts


def test_it_accepts_nothing_else_beside(tmp_path):
    told = judged(tmp_path, ROW, [REGRESSION, Shortfall("and another thing")])
    assert (told.outcome, told.is_bad) == ("regressed", True)


def test_an_acceptance_that_has_outlived_its_purpose_says_so(tmp_path):
    told = judged(tmp_path, ROW, [])
    assert (told.outcome, told.is_bad) == ("unexpected-pass", True)
    assert "does not fall short as we-load-weights-instead accepts" in told.message


@pytest.mark.parametrize(
    ("today", "outcome"), [("2026-06-30", "deviates"), ("2026-07-01", "regressed"), ("2030-01-01", "regressed")]
)
@pytest.mark.parametrize("date", ['"2026-06-30"', "2026-06-30"])
def test_an_acceptance_ends_with_its_last_day(tmp_path, today, outcome, date):
    told = judged(tmp_path, ROW + f"expires = {date}\n", [REGRESSION], today=today)
    assert told.outcome == outcome
    assert ("we-load-weights-instead accepted it until 2026-06-30" in told.message) == (outcome == "regressed")


def test_what_was_broken_before_needs_no_acceptance_and_refutes_none(tmp_path):
    assert judged(tmp_path, ROW, [REGRESSION], control="fails").outcome == "broken-before"


def test_a_change_is_accepted_as_such(tmp_path):
    text = ROW.replace('outcome = "exception"\nexception = "ValueError"\n', 'outcome = "changed"\n')
    text = text.replace('message = "^ValueError: no"', r'message = "inputs\\.dense_input is gone"')
    before, after = ({"serve": {"inputs": {name: ["float32", [None]]}}} for name in ("dense_input", "inputs"))
    for control, found in (("conforms", []), ("fails", [Shortfall("as before")])):
        judgements = {
            CONTROL: Judgement(CONTROL, control, contract=before),
            ACROSS: Judgement(ACROSS, "fails" if found else "conforms", contract=after, found=found),
        }
        compare_with_control(judgements)
        assert judgements[ACROSS].outcome == "changed"
        assert judgements[ACROSS].found[0].symptom == CHANGED
        accept(judgements[ACROSS], list(lists(tmp_path, text).rows[-1:]))
        assert judgements[ACROSS].outcome == "deviates"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (ROW + 'expires = "soon"\n', "row 'we-load-weights-instead': expires = 'soon' is not a date such as 2027"),
        (ROW.replace("we-load-weights-instead", "h5-save-empties-compile-config"), "another list has a row 'h5-save"),
        (ROW + ROW, "there are two rows 'we-load-weights-instead'"),
        (ROW.replace("==2.15.1", "2.15 or so"), "is not a condition such as"),
        ("[[deviation]]\n", "is a required property"),
    ],
)
def test_a_team_s_list_that_cannot_be_read_is_one_clear_line(tmp_path, text, told):
    with pytest.raises(UnreadableDeviations, match=told) as refused:
        lists(tmp_path, text)
    assert "\n" not in str(refused.value)


def test_the_draft_of_a_gate_once_finished_accepts_all_that_it_failed_on(tmp_path):
    def shows(hop: str, message: str, symptom: str) -> dict:
        exception = "ValueError" if symptom == "exception" else None
        found = {"message": message, "symptom": symptom, "exception": exception, "inputs": []}
        outcome = {"exception": "regressed"}.get(symptom, symptom)
        told = {"loads": {"A>A": "conforms", hop: outcome}}
        return rows("standard.a", f"h5:load_{symptom}", told, message, found=[found])[1]

    cells = [
        shows("A>B", "ValueError: no '/a/b'", "exception"),
        shows("B>B", "serve.inputs.a is gone", "changed"),
        shows("B>B", "held before; now: gone", "lost"),
    ]
    text = draft.draft([document(*cells)], read())
    assert 'saved_with = { tensorflow = "==2.15.1", keras = "==2.15.0" }' in text
    text = text.replace('kind = ""', 'kind = "by-design"').replace('reason = ""', 'reason = "so"')
    known = lists(tmp_path, text.replace('link = ""\n', ""))
    for row in cells:
        saved, loaded = (OLD if side == "A" else NEW for side in (row["hop"][0], row["hop"][-1]))
        ours = known.of(Cell(row["case"], row["route"], row["requirement"]), [], saved, loaded)
        assert [each.expects(Shortfall(**row["found"][0])) for each in ours if each.accepts] == [True]
    assert draft.draft([document(*cells)], known) == ""


def test_the_hops_have_their_names():
    assert (str(CONTROL), str(ACROSS), str(NEW_ONES)) == ("A>A", "A>B", "B>B")
