"""Warnings of TensorFlow and Keras: heard at every level, the same in every run, and shown."""

from __future__ import annotations

import dataclasses
import re
import subprocess
import sys

import pytest

from reports.document.rows import Row
from reports.gate.moved_warnings import moved_warnings
from reports.page.cell_table import note_of
from reports.scripts import scripts
from reports.summary.step_warnings import warned_in_words
from reports.summary.summary import markdown
from tests.beside_tensorflow.hearing import of_other_code
from tests.both_sides.routes import Route
from tests.both_sides.step_warnings import (
    LONGEST,
    MOST,
    StepWarning,
    printed_warnings,
    same_in_every_run,
    step_warnings,
)
from tests.judging.cells import Cell
from tests.judging.checks.left_out import OF_TRAINING, is_left_out
from tests.judging.load_request import LoadRequest
from tests.judging.pairs import NEW_ARTIFACTS
from tests.selftest.made_documents import UPGRADE, document, row

CASE = "standard.dense_classifier"
EVERY_LEVEL = Route("keras_archive", "warns_at_every_level")
# What differs in every process, and what remains of it.
OWN = "0x... in cache, pid ..., ..., dense"
HEARD = [
    ("UserWarning", f"a Python warning at {OWN}"),
    ("tensorflow", f"the logger of TensorFlow at {OWN}"),
    ("absl", f"the logger of absl at {OWN}"),
    ("keras", f"the logger of Keras at {OWN}"),
    ("a.cc", "of C++"),
    ("b.cc", "of C++, as absl writes it"),
    ("printed", f"a warning of C code at {OWN}"),
    ("printed", f"an error that is printed at {OWN}"),
    ("printed", f"printed, and no file without {OWN}"),
]


def test_warnings_are_heard_at_every_level_once_and_are_the_same_in_every_process(bench):
    bench.evidence.saved("B", CASE, EVERY_LEVEL.saver)
    question = bench.evidence.question_to_load(LoadRequest(NEW_ARTIFACTS, CASE, EVERY_LEVEL))
    for fresh in (False, True):
        response = bench.evidence.agents["B"]["keras"].run(question, fresh=fresh)
        assert response.ending.value == "finished", response.log
        assert [(each.source, each.text) for each in response.warnings("load")] == HEARD


@pytest.mark.parametrize(
    ("module", "ending"),
    [("layers", " in layers.py"), ("my.keras", " in layers.py"), ("tensorflow.python.layers", ""), ("keras.src", "")],
)
def test_a_python_warning_of_a_user_s_code_has_the_name_of_its_file(module, ending):
    named = {"__name__": module}
    exec(compile("import sys\ndef frame(): return sys._getframe()", "/of/a/user/layers.py", "exec"), named)
    assert of_other_code(named["frame"]()) == ending


def test_what_was_warned_of_before_an_exception_is_kept(bench):
    route = Route("keras_archive", "warns_and_raises")
    bench.evidence.saved("B", CASE, route.saver)
    response = bench.evidence.loaded(LoadRequest(NEW_ARTIFACTS, CASE, route))
    assert response.error("load")["message"] == "planted"
    assert [str(each) for each in response.warnings("load")] == ["UserWarning: before it raises"]


def test_a_weight_that_is_skipped_with_a_warning_does_not_fall_short_twice(bench):
    route = Route("keras_archive", "skips_a_weight_with_a_warning")
    judgement = bench.judge(Cell(CASE, route, "weights"))[NEW_ARTIFACTS]
    messages = [each.message for each in judgement.shortfalls]
    assert [each for each in messages if "kernel differs in its values" in each]
    assert not [each for each in messages if "warns" in each]
    assert any(is_left_out(each) for each in judgement.warnings)


def test_the_script_shows_the_warning(session, tmp_path):
    cell = Cell(CASE, Route("keras_archive", "skips_what_nobody_sees_with_a_warning"), "weights")
    judged = Row.of(cell, session.bench.judge(cell)[NEW_ARTIFACTS])
    (shortfall,) = (each for each in judged.shortfalls if "the loader warns" in each.message)
    alone = dataclasses.replace(judged, message=shortfall.message, shortfalls=(shortfall,))
    text = scripts.script(alone, session).text()
    for changed, says, status in ((text, "reproduced: RuntimeWarning: ", 1), (quiet(text), "not reproduced", 0)):
        path = tmp_path / "script.py"
        path.write_text(changed)
        ended = subprocess.run([sys.executable, path], capture_output=True, text=True, check=False)
        assert (ended.stdout.startswith(says), ended.returncode) == (True, status), ended.stdout + ended.stderr


def quiet(text: str) -> str:
    """Return a script whose loader does not warn."""
    return re.sub(r"^    (warnings\.warn|logging)\b.*$", "    pass", text, flags=re.MULTILINE)


@pytest.mark.parametrize(
    ("text", "remains"),
    [
        ("an object at 0x7f3a2b00c1", "an object at 0x..."),
        ("2026-11-27 15:12:03.123456: late", "late"),
        ("took 12.5 ms, 3s and 0.01 seconds", "took ... ms, ... s and ... seconds"),
        ("process 4711 and pid=12", "process ... and pid=..."),
        ("layer dense_12 and lstm_cell_3", "layer dense and lstm_cell"),
        ("/tmp/tmpab12cd34/x/model.keras is odd", "model.keras is odd"),
        ("'/envs/old/lib/python3.11/site-packages/keras/src/a.py:77' is old", "'a.py' is old"),
        ("see https://www.tensorflow.org/guide/x", "see https://www.tensorflow.org/guide/x"),
        ("object 140234567890123 is new", "object ... is new"),
        ("two\n  lines\t\x1b[31mred\x1b[0m", "two lines red"),
        ("TensorFlow 2.21.0, 3 of 12 variables, layers/dense/kernel:0", None),
    ],
)
def test_what_differs_between_two_runs_is_left_out(text, remains):
    assert same_in_every_run(text) == (text if remains is None else remains)


def test_there_are_not_too_many_warnings_and_none_is_too_long():
    words = ["x" * 5000, *(f"number {chr(97 + i)}" for i in range(26)), *["again"] * 9]
    found = step_warnings("load", [("absl", word) for word in words])
    assert (len(found), max(len(each.text) for each in found)) == (MOST, LONGEST)


def test_of_what_is_printed_only_warnings_are_kept():
    printed = """
2026-01-01 00:00:00.000001: I tensorflow/core/platform/cpu_feature_guard.cc:210] This TensorFlow binary is optimized
To enable the following instructions: AVX2 FMA, in other operations, rebuild TensorFlow with the compiler flags.
2026-01-01 00:00:00.000001: I tensorflow/core/util/port.cc:153] oneDNN custom operations are on. You may see
W0000 00:00:1755800000.123456   12345 gpu_device.cc:2341] Cannot dlopen some GPU libraries.
INFO:tensorflow:Assets written to: /tmp/x/assets
Saved artifact at '/tmp/x'. The following endpoints are available:
* Endpoint 'serve'
loc(callsite("x" at fused["y"])): error: 'tf.Elu' op is neither a custom op nor a flex op
2026-01-01 00:00:00.000001: W tensorflow/core/util/tensor_slice_reader.cc:97] Could not open /tmp/x: bad
"""
    assert printed_warnings(printed) == [
        ("printed", "error: 'tf.Elu' op is neither a custom op nor a flex op"),
        ("tensor_slice_reader.cc", "Could not open /tmp/x: bad"),
    ]


# As Keras and TensorFlow write them, and whether they are about training; None if nothing was left out.
LEFT_OUT = {
    "A total of 3 objects could not be loaded. Example error message for object <Dense name=dense>: ...": False,
    "Skipping loading weights for model due to mismatch in shape for weight dense/kernel.": False,
    "Skipping loading of weights for layer #2 (named dense) due to mismatch in number of weights.": False,
    "Skipping loading top-level weights for model due to mismatch in number of weights.": False,
    "Skipping nested container at 'layers/x': no matching group found in the saved file.": False,
    "Value in checkpoint could not be found in the restored object: (root).layer-1.kernel": False,
    "Detecting that an object or model or tf.train.Checkpoint is being deleted with unrestored values.": False,
    "Registered saver Custom was not found when restoring checkpoints.": False,
    "Some variables could not be lifted out of a loaded function.": False,
    "Skipping variable loading for optimizer 'adam', because it has 2 variables whereas the saved has 10": True,
    "Value in checkpoint could not be found in the restored object: (root).optimizer._variables.3": True,
    "Error in loading the saved optimizer state. As a result, your model is starting with a freshly": True,
    "Error when creating the weights of optimizer adam, making it impossible to restore the saved": True,
    "No training configuration found in the save file, so the model was *not* compiled.": True,
    "Unable to restore custom object of type _tf_keras_metric currently.": True,
    "shop.layers is not loaded, but a Lambda layer uses it. It may cause errors.": None,
    "Compiled the loaded model, but the compiled metrics have yet to be built.": None,
    "You are saving your model as an HDF5 file. This file format is considered legacy.": None,
    "Layer lstm will not use cuDNN kernels since it doesn't meet the criteria.": None,
    "tf.lite.Interpreter is deprecated and is scheduled for deletion in TF 2.20.": None,
    "Importing a function (f) with ops with unsaved custom gradients. Will likely fail": None,
}


@pytest.mark.parametrize(("text", "of_training"), LEFT_OUT.items())
def test_what_says_that_something_was_not_loaded(text, of_training):
    warning = StepWarning("load", "absl", text)
    assert is_left_out(warning) == (of_training is not None)
    assert not is_left_out(dataclasses.replace(warning, step="save"))
    assert not is_left_out(dataclasses.replace(warning, source="UserWarning in layers.py"))
    assert not is_left_out(dataclasses.replace(warning, source="printed"))
    if of_training is not None:
        assert bool(OF_TRAINING.search(text)) == of_training


SAID = (
    StepWarning("save", "absl", "This file format is legacy."),
    StepWarning("load", "UserWarning", "'dense' is odd"),
    StepWarning("load", "absl", "A total of 2 objects could not be loaded."),
)


def test_the_line_that_is_shown_has_the_warning_that_says_most():
    assert (
        warned_in_words(SAID) == "warned while loading (and 2 more): absl: A total of 2 objects could not be loaded."
    )
    assert warned_in_words(SAID[:1]) == "warned while saving: absl: This file format is legacy."
    assert warned_in_words(()) is None


def test_warnings_stand_with_a_shortfall_in_summary_and_page():
    short = row("standard.a", "h5:load_model", "weights", "fails", message="no", warnings=SAID, seconds=0.1)
    assert "| no (warned while loading (and 2 more): absl: A total of 2" in markdown(document([short]))
    assert [each["source"] for each in note_of(short)["warnings"]] == ["absl", "UserWarning", "absl"]


def test_in_a_gate_warnings_that_are_new_or_gone_are_facts_that_moved():
    def loads(case: str, hop: str, *warnings: StepWarning):
        return row(case, "h5:load_model", "loads", hop=hop, warnings=warnings, seconds=0.1)

    other = StepWarning("load", "another logger", "'lstm' is odd")
    report = document(
        [
            loads("standard.a", "A>A", SAID[0], SAID[1]),
            loads("standard.a", "A>B", other, SAID[2]),
            loads("standard.b", "A>A", SAID[1]),
            loads("standard.b", "A>B", SAID[2]),
        ],
        sides=UPGRADE,
    )
    moved = moved_warnings(report)
    assert [(each.change, each.cells, each.warning, each.example) for each in moved] == [
        ("new", 2, SAID[2], "standard.a / h5:load_model"),
        ("gone", 1, SAID[1], "standard.b / h5:load_model"),
    ]
    assert "| loads | absl: A total of 2 objects could not be loaded. | new | 2 | A>B |" in markdown(report)
