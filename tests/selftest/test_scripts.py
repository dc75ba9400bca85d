"""Scripts show what they are about, and say "not reproduced" where it is not there."""

from __future__ import annotations

import dataclasses
import re
import types

import numpy as np
import pytest

from reports.document.rows import Row
from reports.scripts import inputs, scripts
from reports.scripts.frame import raised_answer
from reports.scripts.looks_at_signatures import expected_contract
from tests.both_sides.tensors import Input
from tests.judging.bench import Bench
from tests.judging.cells import Cell
from tests.judging.pairs import NEW_ARTIFACTS
from tests.judging.requirement import Place, Shortfall, Symptom
from tests.selftest.made_documents import row, side
from tests.selftest.planted_faults import PlantedFault, planted_faults

# What no script can show, by route and requirement, and why.
NOT_SHOWN = {
    ("keras_archive:needs_no_class", "architecture"): "all classes of a script are of one module",
    ("keras_archive:writes_rubbish_to_its_pipe", "loads"): "a script has no pipe to the suite",
    ("promises_what_all_do", "promises"): "what is there without being asked for needs no second look",
    ("tflite_from_export:rounds_to_three_digits", "outputs"): "the fault imports a module of the suite",
    ("looks_for_its_folder", "arguments"): "files below a folder of another name have other names",
    ("keras_archive:forgets_a_copy", "weights"): "a script counts variables, and not their copies",
    ("keras_archive:reads_another_of_that_name", "places"): "other answers from there need a second load",
    ("keras_archive:starts_from_its_home", "places"): "a relative path is no folder's name",
    ("keras_archive:writes_beside_it", "places"): "to make a folder read-only takes no short script",
    ("keras_archive:leaves_a_file", "leaves_nothing"): "the files of a whole process take no short script",
    ("keras_archive:changes_floatx", "leaves_nothing"): "only random states are shown",
    ("keras_archive:changes_epsilon", "leaves_nothing"): "only random states are shown",
    ("keras_archive:makes_numpy_raise", "leaves_nothing"): "only random states are shown",
    ("keras_archive:is_right_once", "places"): "a script loads once",
}
# Requirements about many loads, which no short script shows.
ABOUT_MANY_LOADS = ("cycles", "together")
# One fault for each kind of shortfall that a requirement finds.
KINDS = {
    (requirement, pattern): (fault, requirement)
    for fault in reversed(planted_faults())
    for requirement, pattern in fault.caught_by.items()
    if (str(fault.route), requirement) not in NOT_SHOWN and requirement not in ABOUT_MANY_LOADS
}
# The route without the fault where it is no fault: there the loss is restored, and so needed.
NO_FAULT_THERE = {("keras_archive:asks_for_the_loss", "custom_objects")}
MOST_LINES = 30
LARGEST = 20_000


def caught(bench: Bench, fault: PlantedFault, requirement: str) -> Row:
    """Return the row of the cell in which a requirement catches a planted fault, with nothing else that it finds."""
    cell = Cell(fault.case, fault.route, requirement)
    judgement = bench.judge(cell)[NEW_ARTIFACTS]
    pattern = fault.caught_by[requirement]
    found = [
        each for each in judgement.shortfalls if re.search(pattern, each.text(), re.DOTALL)
    ] or judgement.shortfalls
    return Row.of(cell, dataclasses.replace(judgement, shortfalls=found, message=found[0].message))


def is_sound(bench: Bench, cell: Cell) -> bool:
    """Return whether nothing at all is wrong in a cell."""
    return bench.planned[cell].applies and not bench.judge(cell)[NEW_ARTIFACTS].shortfalls


@pytest.mark.parametrize(("fault", "requirement"), KINDS.values(), ids=str)
def test_a_script_shows_a_fault_and_does_not_where_there_is_none(
    bench, session, forking, tmp_path, fault, requirement
):
    finding = caught(bench, fault, requirement)
    script = scripts.script(finding, session)
    assert script.frame.lines <= MOST_LINES, script.text()
    assert len(script.text()) <= LARGEST
    text = script.text()
    shown = forking.execute(text, tmp_path / "faulty")
    assert shown.verdict is True, f"{finding.message}\n{text}\n{shown}"
    sound = Cell(fault.case, fault.instead_of, requirement)
    if is_sound(bench, sound) and (str(fault.route), requirement) not in NO_FAULT_THERE:
        text = scripts.script(dataclasses.replace(finding, route=sound.route), session).text()
        shown = forking.execute(text, tmp_path / "sound")
        assert shown.verdict is False, f"{finding.message}\n{text}\n{shown}"


@pytest.mark.parametrize(
    ("hop", "lines"),
    [
        (
            "A>B",
            [
                "pip install 'tensorflow==2.15.1' 'tf_keras==2.15.0'",
                "TF_USE_LEGACY_KERAS=1 python SCRIPT save FOLDER",
            ],
        ),
        ("A>B", ["pip install 'tensorflow==2.21.0' 'keras==3.15.1'", "\npython SCRIPT load FOLDER"]),
        ("B>B", ["pip install 'tensorflow==2.21.0' 'keras==3.15.1'", "\npython SCRIPT\n"]),
    ],
)
def test_a_script_says_what_to_install_and_how_to_run_its_steps(session, hop, lines):
    sides = {"A": side("2.15.1", "2.15.0", legacy=True), "B": side("2.21.0", "3.15.1")}
    upgrade = dataclasses.replace(session, state=dataclasses.replace(session.state, surroundings=sides))
    found = (Shortfall("OSError: cannot read", symptom=Symptom.EXCEPTION, exception="OSError"),)
    cell = ("custom_layer.registered", "keras_archive:load_model", "loads", "fails", hop)
    head = scripts.script(row(*cell, message=found[0].message, shortfalls=found), upgrade).head
    assert [line for line in lines if line not in head] == [], head


@pytest.mark.parametrize("size", [10, 100, 10_000, 10_000_000])
def test_inputs_of_more_than_twenty_values_come_from_a_seed(size):
    values = np.random.default_rng(3).random((size, 1)).astype("float32")
    text = inputs.tensors(values)
    assert ("default_rng(1)" in text) == (size > 20)
    assert len(text) < 500


def test_the_smallest_input_that_fails_is_shown():
    one, large = np.ones((1, 2), "float32"), np.ones((5, 2), "float32")
    given = [Input(name, "call", False, 1.0, value) for name, value in (("large", large), ("one", one))]
    chosen = inputs.smallest_of(given, ["large", "one"], None)
    assert chosen is not None
    assert chosen.name == "one"
    chosen = inputs.smallest_of(given, ["large"], "np.zeros((1, 2), 'float32')")
    assert chosen is not None
    assert chosen.value.tolist() == [[0.0, 0.0]]


def test_what_cannot_be_shown_is_planted():
    planted = {(str(fault.route), requirement) for fault in planted_faults() for requirement in fault.caught_by}
    assert planted >= set(NOT_SHOWN)


@pytest.mark.parametrize(
    ("where", "raised"),
    [
        ("zeros: values", ""),
        ("zeros: values of output 1", ""),
        ("zeros: shape of output 2", ""),
        ("zeros: structure", ""),
        ("zeros: ValueError", "loaded"),
        ("zeros: answered", "original"),
    ],
)
def test_only_an_exception_is_taken_for_one(where, raised):
    subject = types.SimpleNamespace(
        row=row("standard.a", "h5:load_model", "outputs", "fails"),
        shortfall=Shortfall("other answers on 1 of 3 inputs", places=(Place(where),)),
        input=types.SimpleNamespace(name="zeros"),
    )
    assert raised_answer(subject) == raised


@pytest.mark.parametrize("expected", [["float32[None, 2]", "string[None]"], ["float32[None, 2]", "int32[None]"]])
def test_a_tensor_of_a_signature_is_expected_to_have_its_own_dtype(expected):
    seen = "{'ids': ['string', None], 'scores': ['float32', None]}"
    shortfall = Shortfall("other dtypes or shapes: outputs of 'rank'", str(expected), seen)
    found = expected_contract(types.SimpleNamespace(shortfall=shortfall))
    words = {name: spec.partition("(")[0] for name, spec in found.items()}
    assert words["rank.outputs.scores"] == "float32"
    assert words["rank.outputs.ids"] == expected[1].partition("[")[0]
