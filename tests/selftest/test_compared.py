"""A model that was not compared makes a run incomplete: never green when it is not."""

from __future__ import annotations

import dataclasses
import textwrap

import numpy as np
import pytest

from reports import merge
from reports.document import files
from reports.document.compared import Compared
from reports.document.contents import Document
from reports.document.rows import Row
from reports.summary.verdict import verdict
from tests.judging.pairs import NEW_ARTIFACTS
from tests.selftest.made_documents import document, row, side
from tests.selftest.whole_runs import report, run
from tests.test_outputs import has_finite_values

ROUTE = "h5:load_model"


def rows(
    case: str = "mine.tower",
    *,
    loads: str = "conforms",
    inputs: int = 3,
    raising: int = 0,
    finite: int = 3,
    hop: str = "B>B",
) -> list[Row]:
    """Return the rows of a case on one route."""
    names = [f"drawn-{i}" for i in range(raising)]
    facts = {"inputs": inputs, "inputs_that_raise": names, "finite_answers": finite}
    outputs = {"conforms": "conforms", "fixed": "conforms", "n/a": "n/a"}.get(loads, "blocked")
    facts_of_outputs = facts if outputs == "conforms" else {}
    cells = [row(case, ROUTE, "loads", loads), row(case, ROUTE, "outputs", outputs, facts=facts_of_outputs)]
    return [dataclasses.replace(each, hop=type(each.hop).parse(hop)) for each in cells]


def finished(cells: list[Row], *asked_for: str, gate: bool = False) -> Document:
    """Return a finished run of these rows, in which a user asked for these cases."""
    sides = (
        {"A": side("2.15.1", "2.15.0"), "B": side("2.21.0", "3.15.1")} if gate else {"B": side("2.21.0", "3.15.1")}
    )
    return dataclasses.replace(document(cells, sides), asked_for=asked_for).finish()


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        (rows(), None),
        (rows(raising=2), None),
        (rows(finite=1), None),
        (rows(raising=3, finite=0), "the original raises on all 3 inputs, so put tower_inputs() beside its function"),
        (rows(finite=0), "no answer of the original holds a finite number"),
        (rows(loads="deviates"), "no route loads it"),
        (rows(loads="n/a"), None),
        ([row("mine.tower", "h5", "saves")], None),
        ([row("mine.tower", ROUTE, "loads", "deviates")], None),
    ],
)
def test_what_was_not_compared_has_a_reason_and_a_remedy(cells, reason):
    document = finished(cells, "mine.tower")
    assert bool(document.footer.reasons) == (reason is not None)
    if reason:
        assert reason in document.footer.reasons[0]
        assert (document.footer.verdict, document.footer.conforms) == ("incomplete", False)
        assert verdict(document).startswith(
            "INCOMPLETE: TensorFlow 2.21.0 with Keras 3.15.1: nothing is unexpected, but "
        )
    assert Document.from_json(document.as_json()) == document
    files.validator().validate(document.as_json())


def test_only_what_a_user_asked_for_counts():
    assert finished(rows(raising=3, finite=0)).footer.conforms


def test_a_regression_outranks_it():
    cells = [*rows(raising=3, finite=0), row("standard.a", ROUTE, "loads", "fails", message="ValueError: no")]
    document = finished(cells, "mine.tower")
    assert document.footer.verdict == "fails"
    assert verdict(document).startswith("DOES NOT CONFORM")
    assert "mine.tower was not compared" in verdict(document)


def test_in_a_gate_the_control_is_the_measure():
    broken, held = rows(loads="broken-before", hop="A>A"), rows(hop="A>A")
    assert finished([*broken, *rows(loads="broken-before")], "mine.tower", gate=True).footer.verdict == "incomplete"
    assert finished([*held, *rows(loads="n/a")], "mine.tower", gate=True).footer.conforms


def test_how_much_was_compared_is_said():
    compared = Compared.of("mine.tower", rows(inputs=9, raising=8), NEW_ARTIFACTS)
    assert compared.in_words() == "mine.tower: 1 of 1 routes load it, the original answers 1 of 9 inputs"


def test_a_gate_says_on_how_many_routes_the_new_pair_loads_a_model_even_if_a_list_accepts_it():
    accepted = [*rows(hop="A>A"), *rows(loads="deviates", hop="A>B"), *rows(loads="deviates")]
    (compared,) = finished(accepted, "mine.tower", gate=True).compared
    assert compared.in_words() == (
        "mine.tower: 1 of 1 routes load it in the control, 0 in A>B, 0 in B>B, the original answers 3 of 3 inputs"
    )


def test_a_model_that_only_the_new_pair_can_load_was_compared():
    fixed = [*rows(loads="broken-before", hop="A>A"), *rows(loads="fixed", hop="A>B"), *rows(loads="fixed")]
    document = finished(fixed, "mine.tower", gate=True)
    assert document.footer.conforms
    assert document.compared[0].in_words().startswith("mine.tower: 0 of 1 routes load it in the control, 1 in A>B")


@pytest.mark.parametrize(
    ("value", "finite"),
    [
        (np.array([1.0, np.nan]), True),
        (np.array([np.nan, np.inf]), False),
        ({"a": np.array([np.nan]), "b": [np.array([1])]}, False),
        ({"a": np.array([np.nan]), "b": [np.array([1.0])]}, True),
        ({"a": np.zeros((0,), "float32"), "b": [np.array([1])]}, True),
        (np.array([b"x"], object), True),
        (np.zeros((0, 2)), False),
        (np.array([np.nan + 1j]), False),
    ],
)
def test_an_answer_that_holds_nothing_finite_shows_nothing(value, finite):
    assert has_finite_values({"value": value}) == finite
    assert not has_finite_values({"raised": {"type": "ValueError", "message": "no"}})


def test_merging_parts_computes_it_again(tmp_path, capsys):
    parts = []
    for name, cells in (("one", rows("mine.tower", raising=3, finite=0)), ("two", rows("standard.a"))):
        cells = [dataclasses.replace(each, seconds=0.1) for each in cells]
        part = dataclasses.replace(finished(cells), planned={"mine.tower": 2, "standard.a": 2}, narrowed=True)
        asked = ("mine.tower",) if name == "one" else ()
        cases = {case: finished(rows(case)).cases[case] for case in ("mine.tower", "standard.a")}
        files.write(tmp_path / name, dataclasses.replace(part, asked_for=asked, cases=cases).finish())
        parts.append(str(tmp_path / name))
    assert merge.main(["-o", str(tmp_path / "whole"), *parts]) == 1
    assert "INCOMPLETE" in capsys.readouterr().out


RAISES = """
    import numpy as np
    import tensorflow as tf


    class Picky(tf.keras.layers.Layer):
        def call(self, inputs):
            tf.debugging.assert_equal(tf.shape(inputs)[0], 77)
            return inputs


    def picky():
        return tf.keras.Sequential([tf.keras.Input((3,)), Picky()])


    picky_custom_objects = {"Picky": Picky}


    def answers():
        return picky()


    def answers_inputs():
        return [np.ones((77, 3), "float32")]


    answers_custom_objects = picky_custom_objects
"""


@pytest.mark.parametrize(("model", "code"), [("picky", 1), ("answers", 0)])
def test_a_model_that_raises_on_every_input_is_incomplete_and_one_with_inputs_of_its_own_is_not(
    tmp_path, model, code
):
    (tmp_path / "picky_models.py").write_text(textwrap.dedent(RAISES))
    cells = [f"--model=picky_models:{model}", "--case=mine.*", "--route=weights_h5:load_weights", "-n1"]
    ended = run(tmp_path, *cells, PYTHONPATH=str(tmp_path))
    assert ended.returncode == code, ended.stdout
    written = report(tmp_path)
    assert written["footer"]["verdict"] == ("incomplete" if code else "conforms")
    assert ("INCOMPLETE: " in ended.stdout) == bool(code)
    assert f"compared: mine.{model}: 1 of 1 routes load it" in ended.stdout
