"""How a user says that a model is exported: `NAME_signature()` beside the function that builds it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import pytest

from reports.document.rows import Row
from reports.scripts import scripts
from tests.both_sides.routes import Route
from tests.judging.cells import Cell
from tests.judging.outcome import Outcome
from tests.run.brought import DescribedCase, UnusableModel
from tests.run.session import Session
from tests.selftest.brought_in_session import describing, judged, project_with, session_with

RESTORED, SIGNATURE, CPP = "saved_model:restored", "saved_model:signature", "saved_model:cpp"
CHECKPOINT, EXPORTED, ARCHIVE = "checkpoint:read_checkpoint", "export:signature", "keras_archive:load_model"
FAULTY = ("saves_doubled_weights:signature", "saves_doubled_weights:restored")
ROUTES = (RESTORED, SIGNATURE, CPP, CHECKPOINT, EXPORTED, "export:cpp", ARCHIVE, *FAULTY)
SOUND = {
    "traced": (RESTORED, SIGNATURE, CPP, CHECKPOINT),
    "called": (RESTORED, SIGNATURE, CPP),
    "called_given": (RESTORED, SIGNATURE),
    "two": (RESTORED, SIGNATURE, CPP),
    "own_net": (EXPORTED, "export:cpp", SIGNATURE),
    "own_net_drawn": (EXPORTED, SIGNATURE),
    "declares": (EXPORTED, ARCHIVE),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """A folder with a user's module."""
    return project_with(tmp_path_factory, "signed_models")


@pytest.fixture
def describe(session: Session, folder: Path) -> Callable[[str], DescribedCase]:
    """A function that describes a model of the user's."""
    return describing(session, folder, "signed_models")


@pytest.mark.parametrize("function", SOUND)
def test_a_model_is_judged_as_its_owner_says_that_it_is_exported(session, describe, function):
    described = describe(function)
    with_case = session_with(session, described)
    for text in SOUND[function]:
        judgements = judged(with_case, described.case.id, Route.parse(text), ROUTES)
        judgements.pop("renamed", None)  # Keras names the variables of such a model anew
        bad = {name: each.text() for name, each in judgements.items() if each.outcome is not Outcome.CONFORMS}
        assert bad == {}, text
        facts = judgements["outputs"].facts
        assert (facts["inputs_that_raise"], facts["finite_answers"] > 0) == ([], True)


@pytest.mark.parametrize(("function", "free"), [("own_net", None), ("declares", None), ("own_net_drawn", None)])
def test_the_model_s_own_specs_come_first_then_the_signature_then_the_inputs(describe, function, free):
    (tensor,) = describe(function).case.endpoints["call"].tensors
    assert tensor.shape == (None, free, 3)


def test_a_signature_has_the_names_of_the_function_s_arguments(session, describe):
    saver = session.catalogue.savers["saved_model"]
    for function, keys in {
        "traced": {"serve": ["serve"]},
        "called": {"__call__": ["serving_default"]},
        "two": {"signed": ["signed"], "unsigned": ["unsigned"]},
    }.items():
        assert describe(function).case.signature_keys(saver) == keys
    assert list(describe("called").case.endpoints["__call__"].by_name) == ["rows"]


@pytest.mark.parametrize("function", ["traced", "called"])
@pytest.mark.parametrize("route", FAULTY)
def test_a_fault_is_caught_and_its_script_shows_it(session, describe, forking, tmp_path, function, route):
    described = describe(function)
    with_case, faulty = session_with(session, described), Route.parse(route)
    judgement = judged(with_case, described.case.id, faulty, ROUTES)["outputs"]
    assert judgement.outcome is Outcome.FAILS, judgement.text()
    row = Row.of(Cell(described.case.id, faulty, "outputs"), judgement)
    sound = Route.parse(f"saved_model:{faulty.loader}")
    for shown_on, shows in ((faulty, True), (sound, False)):
        text = scripts.script(dataclasses.replace(row, route=shown_on), with_case).text()
        shown = forking.execute(text, tmp_path / str(shows))
        assert shown.verdict is shows, f"{text}\n{shown}"


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (
            "unsigned",
            r"nothing to ask it: give one to its tf\.function, or put a function unsigned_signature\(\)",
        ),
        ("no_specs", r"no_specs_signature\(\)\['serve'\] holds a \w+; it has to be a list of tf\.TensorSpecs"),
        ("too_many", r"too_many_signature\(\)\['serve'\] does not fit the function: \w+: "),
        ("wrong_rank", r"wrong_rank_signature\(\) has to return a list of tf\.TensorSpecs, and returns a int"),
        (
            "other",
            r"\['signed'\] holds float32\(None, 3\); the model itself says float32\(None, 2\)",
        ),
        ("unknown", r"unknown_signature\(\) has specs for serve; there is never, signed, unsigned"),
        ("listed", r"listed_signature\(\) has to return a dict by function, and returns a list; there are never"),
        ("unmade", r"unmade_signature is a list, and has to be a function$"),
        ("unmade_too", r"unmade_too_inputs is a list, and has to be a function$"),
        ("own_net_of_two", r"own_net_of_two_signature\(\) has 2 specs; a model takes one argument"),
        (
            "own_net_of_others",
            r"own_net_of_others_inputs\(\)\[0\] holds float32 of shape \[2, 16, 4\]; the function takes",
        ),
    ],
)
def test_a_signature_that_does_not_fit_is_one_clear_line(describe, function, message):
    with pytest.raises(UnusableModel, match=message) as refused:
        describe(function)
    assert "\n" not in str(refused.value)
