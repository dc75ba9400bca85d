"""The innermost cause of an exception is what people see first."""

from __future__ import annotations

import pytest

from reports.document.causes import innermost
from reports.document.rows import Row
from reports.summary.wording import one_line
from tests.both_sides.routes import Route
from tests.judging.cells import Cell
from tests.judging.judgement import Judgement
from tests.judging.outcome import Outcome
from tests.judging.pairs import NEW_ARTIFACTS

WRAPPED = (
    "TypeError: <class 'keras.src.models.functional.Functional'> could not be deserialized properly. Please check it."
    "\n\nconfig={'name': 'f', 'layers': [{'class_name': 'Scaled'}]}."
    "\n\nException encountered: Could not locate class 'Scaled'. Make sure custom classes are decorated."
    "\n\nFull object config: {'module': 'shop', 'class_name': 'Scaled'}"
)
TWICE = (
    "TypeError: Error when deserializing class 'Dense' using config={'units': 2}."
    "\n\nException encountered: Error when deserializing class 'Sum' using config={'axis': 1}."
    "\n\nException encountered: no axis"
)
CALLED = (
    "raises on every input: ValueError: Exception encountered when calling Pool.call()."
    "\n\n\x1b[1mNegative dimension size\x1b[0m"
    "\n\nArguments received by Pool.call():\n  • inputs=tf.Tensor(shape=(None, 3), dtype=float32)"
)


@pytest.mark.parametrize(
    ("message", "cause", "lacks"),
    [
        (WRAPPED, "TypeError: Could not locate class 'Scaled'.", "config"),
        (f"loads: {WRAPPED}", "loads: TypeError: Could not locate class 'Scaled'.", "deserialized"),
        (TWICE, "TypeError: no axis", "Error when"),
        (CALLED, "raises on every input: ValueError: Negative dimension size", "\x1b"),
        ("ValueError: not supported: filepath=a.", "ValueError: not supported: filepath=a.", "config"),
        ("TypeError: Error when deserializing class 'A' using config={'units': 2}", "TypeError: Error when", "units"),
        ("TypeError: no.\n\nconfig={'a': 1}.\n\nNo 'A'", "TypeError: no.\n\nNo 'A'", "config"),
        ("other answers on 1 of 3 inputs", "other answers on 1 of 3 inputs", "\n"),
        ("config={'a': 1}", "config={'a': 1}", "\n"),
        ("", "", "x"),
    ],
)
def test_the_innermost_cause_is_shown_with_the_class_of_the_exception(message, cause, lacks):
    assert innermost(message).startswith(cause)
    assert lacks not in innermost(message)


def test_it_is_what_a_line_shows():
    assert one_line(WRAPPED, 60) == "TypeError: Could not locate class 'Scaled'. Make sure custo…"


def test_a_blocked_cell_names_what_blocks_it_in_one_line():
    judgement = Judgement(NEW_ARTIFACTS, Outcome.BLOCKED, f"loads: {WRAPPED}", blocked_by="loads")
    row = Row.of(Cell("standard.a", Route("keras_archive", "load_model"), "outputs"), judgement)
    assert row.message == "loads: TypeError: Could not locate class 'Scaled'. Make sure custom classes are decorated."
