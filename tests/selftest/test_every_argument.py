"""An argument that is forgotten or read back wrongly is caught by name, and a sound one is not."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator

import numpy as np
import pytest

from reports.document.rows import Row
from reports.scripts.arguments import parts_of_script
from reports.scripts.look import NoLook
from reports.scripts.scripts import Script
from tests.both_sides.argument_trials import CONFIG, H5, KERAS, WAYS, Trial, Tried
from tests.interpreters.where import interpreter_at
from tests.judging.arguments.checks import are_drawn_alike, shortfalls_of
from tests.judging.cells import Cell
from tests.judging.outcome import Outcome
from tests.judging.pairs import NEW_ARTIFACTS, Pair
from tests.judging.requirement import Place, Shortfall, Symptom
from tests.run.request import RunRequest
from tests.run.session import Session
from tests.run.start import start
from tests.selftest.made_interpreters import python_with_forgetful_keras

# By class, what is seen to be another.
CAUGHT = {
    "constraints.ForgetsConstraint": "other values, attribute$",
    "initializers.ForgetsInitializer": "other draws, attribute$",
    "layers.ForgetsScale": "other inference, training, attribute$",
    "layers.ForgetsTraining": "other training$",
    "layers.ReadsWrongly": "other inference, training, attribute, config$",
    "losses.ForgetsLoss": "other values, attribute$",
    "metrics.ForgetsMetric": "other results, attribute$",
    "optimizers.ForgetsOptimizer": "other steps$",
    "optimizers.schedules.ForgetsSchedule": "other rates, attribute$",
    "regularizers.ForgetsRegularizer": "other values, attribute$",
}
SOUND = (
    "constraints.SoundConstraint", "initializers.SoundInitializer", "layers.SoundScale", "losses.SoundLoss",
    "metrics.SoundMetric", "optimizers.schedules.SoundSchedule", "regularizers.SoundRegularizer",
)  # fmt: skip


@pytest.fixture(scope="module")
def forgetful(tmp_path_factory) -> Iterator[Session]:
    """A run of every value in every way, with a Keras that exports classes which forget an argument."""
    python = python_with_forgetful_keras(tmp_path_factory.mktemp("forgetful"))
    started = start(RunRequest({"B": interpreter_at(str(python))}))
    evidence = started.session.argument_bench.evidence
    evidence.whole = True
    tried = (*CAUGHT, *SOUND, "layers.Dense")
    evidence.classes = {"B": {name: evidence.classes["B"][name] for name in tried}}
    yield started.session
    started.close()


def test_arguments_that_are_forgotten_are_caught_by_name(forgetful):
    caught = {}
    for of in (*CAUGHT, *SOUND):
        for cell, judgements in forgetful.argument_bench.judge(of).items():
            judgement = judgements[NEW_ARTIFACTS]
            if judgement.is_bad and cell.argument:
                caught[cell.case] = judgement.message
    assert set(caught) == {f"{of}(strength)" for of in CAUGHT}
    for of, pattern in CAUGHT.items():
        assert re.search(pattern, caught[f"{of}(strength)"]), caught[f"{of}(strength)"]


def test_all_kinds_of_values_of_an_argument_are_tried(forgetful):
    judged = forgetful.argument_bench.judge("layers.Dense")
    tried = judged[Cell.of_argument("layers.Dense", "kernel_initializer")][NEW_ARTIFACTS]
    assert tried.outcome is Outcome.CONFORMS
    assert tried.facts["tried"][0] == "'he_normal'"
    assert "halves" in tried.facts["tried"]  # a registered function
    assert len(tried.facts["tried"]) == 4


def tried(original: object, kind: str = "number", **fields: object) -> Tried:
    """Return a trial whose original is observed to be that."""
    expression = fields.pop("expression", "keras.layers.Dense(units=5)")
    return Tried(Trial("layers.Dense", "units", "5", expression, kind, "1", True), original, **fields)


def test_parts_that_differ_are_one_shortfall_with_all_ways():
    original = {"attribute": 5, "inference": np.float32([1, 2])}
    loaded = {
        CONFIG: {"value": {"attribute": 4, "inference": np.float32([1, 3])}},
        KERAS: {"value": {"attribute": 5, "inference": np.float32([1, 3])}},
        H5: {"value": original},
    }
    (found,) = shortfalls_of(tried(original), loaded, True)
    assert found.message.endswith(
        "is another object after serialize_keras_object, model.save(.keras): other inference, attribute"
    )
    assert {place.where for place in found.places} == {"attribute, config", "inference, config", "inference, keras"}


def test_what_the_class_loses_anyway_is_not_the_arguments_fault():
    loaded = {
        CONFIG: {"value": {"inference": np.float32([1])}},
        H5: {"raised": {"type": "TypeError", "message": "no"}},
    }
    of_class = [Place("inference, config"), Place("loading, h5")]
    original = {"inference": np.float32([2])}
    assert len(shortfalls_of(tried(original), loaded, True)) == 2
    assert not shortfalls_of(tried(original), loaded, True, of_class)


def test_an_attribute_that_is_gone_is_a_shortfall():
    (found,) = shortfalls_of(tried({"attribute": 5}), {CONFIG: {"value": {}}}, True)
    assert found.symptom is Symptom.MISMATCH
    assert "nothing of this name" in found.seen


def test_a_lambda_has_to_be_refused():
    refused = {CONFIG: {"raised": {"type": "ValueError", "message": "pass safe_mode=False to allow it"}}}
    assert not shortfalls_of(tried({}, "lambda"), refused, True)
    assert shortfalls_of(tried({}, "number"), refused, True)
    (found,) = shortfalls_of(tried({}, "lambda"), {CONFIG: {"value": {}}}, True)
    assert found.lost_refusal


@pytest.mark.parametrize(("factor", "alike"), [(1.0, True), (1.5, True), (4.0, False), (0.0, False)])
def test_values_that_are_drawn_anew_may_differ_and_not_their_spread(factor, alike):
    random = np.random.default_rng(0)
    one, two = random.normal(size=(6, 6)), factor * random.normal(size=(6, 6))
    assert are_drawn_alike([one], [two]) is alike


def test_a_seed_that_is_given_has_to_come_back():
    original = {"initial values": [np.arange(16.0)]}
    loaded = {CONFIG: {"value": {"initial values": [np.arange(16.0)[::-1]]}}}
    assert not shortfalls_of(tried(original), loaded, True)
    assert shortfalls_of(tried(original, expression="keras.layers.Dense(seed=5)"), loaded, True)


def test_over_two_pairs_only_what_all_versions_mean_alike_is_compared():
    original = {"config": {"a": 1}, "training": 1, "attribute": {"class": "L2"}, "values": np.float32([1])}
    loaded = {CONFIG: {"value": {**original, "config": {}, "training": 2, "attribute": {"class": "L1"}}}}
    assert not shortfalls_of(tried(original), loaded, False)
    assert shortfalls_of(tried(original), loaded, True)
    assert shortfalls_of(tried({"attribute": 1}), {CONFIG: {"value": {"attribute": 2}}}, False)


def test_every_way_has_words():
    message = shortfalls_of(
        tried({}, failed={way: {"type": "ValueError", "message": "no"} for way in WAYS}), {}, True
    )
    assert len({each.message for each in message}) == len(WAYS)


def script_about(case: str, message: str, place: str, **fields: object) -> str:
    """Return the script about a shortfall of an argument."""
    of, _, argument = case.rstrip(")").partition("(")
    cell = Cell.of_argument(of, argument)
    shortfall = Shortfall(f"keras.{message}", places=(Place(place),), **fields)
    row = Row(cell.case, cell.route, cell.requirement, NEW_ARTIFACTS, Outcome.FAILS, shortfalls=(shortfall,))
    head, frame = parts_of_script(row, {"B": Pair("2.21.0", "3.15.1", "3.11")})
    assert frame.lines <= 36
    return Script(head, ("import numpy as np", "import tensorflow as tf"), "", "", frame).text()


@pytest.mark.parametrize(
    ("text", "code", "last"),
    [
        (
            script_about(
                "losses.Huber(delta)",
                "losses.Huber(delta=0.71) is another object after serialize_keras_object: other values",
                "values, config",
            ),
            1,
            "reproduced",
        ),
        (
            script_about(
                "losses.Tversky(alpha)",
                "losses.Tversky(alpha=0.7) is another object after model.save(.keras): other values",
                "values, keras",
            ),
            0,
            "not reproduced",
        ),
        (
            script_about(
                "optimizers.Lamb()",
                "optimizers.Lamb() cannot be loaded after model.save(.h5): ValueError: no",
                "loading, h5",
                symptom=Symptom.EXCEPTION,
                exception="ValueError",
            ),
            1,
            "reproduced: ValueError",
        ),
    ],
)
def test_a_script_says_whether_it_reproduces(tmp_path, text, code, last):
    (tmp_path / "script.py").write_text(text)
    ended = subprocess.run([sys.executable, "script.py"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ended.returncode == code, ended.stderr
    assert ended.stdout.splitlines()[-1].startswith(last)


def test_a_layer_in_a_file_has_no_short_script():
    with pytest.raises(NoLook):
        script_about("layers.Dense(units)", "layers.Dense(units=5) is another object after x: y", "inference, keras")
