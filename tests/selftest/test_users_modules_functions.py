"""The functions of a user's tf.Module: what they take and answer, and the signatures that they have."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from reports.document.rows import Row
from reports.scripts import scripts
from tests.both_sides.routes import Route
from tests.judging.cells import Cell
from tests.judging.outcome import Outcome
from tests.judging.plan import cannot_apply
from tests.run.brought import DescribedCase, UnusableModel
from tests.run.session import Session
from tests.selftest.brought_in_session import describing, judged, project_with, session_with

BY_SIGNATURE = ("saved_model:signature", "saved_model:tfsm_layer", "saved_model_unsigned:signature")
BY_TENSORFLOW_1 = ("saved_model:v1_session", "v1_builder:signature")
CHECKPOINT, RESTORED = "checkpoint:read_checkpoint", "saved_model:restored"
ONE_FUNCTION = "saved_model_one_function:signature"
FAULTY_ROUTES = tuple(f"saves_doubled_weights:{loader}" for loader in ("restored", "signature", "tfsm_layer"))
EVERY_ROUTE = (*BY_SIGNATURE, *BY_TENSORFLOW_1, CHECKPOINT, RESTORED, ONE_FUNCTION, *FAULTY_ROUTES)
# A function, and routes that apply to it.
SOUND = {
    "positional": (RESTORED, *BY_SIGNATURE, CHECKPOINT),
    "variadic": (RESTORED, *BY_SIGNATURE, *BY_TENSORFLOW_1),
    "renaming": BY_SIGNATURE,
    "nests": (RESTORED, BY_SIGNATURE[0], *BY_TENSORFLOW_1),
    "beside": (RESTORED, *BY_SIGNATURE[:2], *BY_TENSORFLOW_1, CHECKPOINT),
    "unknown_rank": (RESTORED, BY_SIGNATURE[0], BY_TENSORFLOW_1[0]),
    "one_of_two": (RESTORED, *BY_SIGNATURE),
    "one_is_hidden": (RESTORED, BY_SIGNATURE[0]),
    "only_call": (RESTORED, *BY_SIGNATURE, *BY_TENSORFLOW_1, ONE_FUNCTION),
    "named_call": (RESTORED, BY_SIGNATURE[0]),
    "defaults": (RESTORED, BY_SIGNATURE[0], BY_TENSORFLOW_1[0]),
    "plainly_listed": (BY_SIGNATURE[0],),
    "half_given": (RESTORED, BY_SIGNATURE[0]),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """A folder with a user's module."""
    return project_with(tmp_path_factory, "mill")


@pytest.fixture
def describe(session: Session, folder: Path) -> Callable[[str], DescribedCase]:
    """A function that describes a module of the user's."""
    return describing(session, folder, "mill")


@pytest.fixture
def bring(session: Session, describe, tmp_path) -> Callable[[str], tuple[Session, str]]:
    """A function that returns a session with a module of the user's as a case, and that case."""

    def brought(function: str) -> tuple[Session, str]:
        described = describe(function)
        return session_with(session, described), described.case.id

    return brought


@pytest.mark.parametrize("function", SOUND)
def test_a_sound_module_conforms(bring, function):
    session, case = bring(function)
    for text in SOUND[function]:
        route = Route.parse(text)
        assert cannot_apply(session.catalogue.cases[case], *session.catalogue.parts(route)) is None
        judgements = judged(session, case, route, EVERY_ROUTE)
        bad = {name: each.text() for name, each in judgements.items() if each.outcome is not Outcome.CONFORMS}
        assert bad == {}, text
        facts = judgements["outputs"].facts
        assert (facts["inputs_that_raise"], facts["finite_answers"] > 0) == ([], True)


def test_arguments_have_the_names_that_the_function_gives_them(describe):
    def arguments(function: str) -> list[str]:
        return list(describe(function).case.endpoints["run"].by_name)

    assert arguments("positional") == ["first", "second"]
    assert arguments("variadic") == ["first", "others_0", "others_1"]
    assert arguments("renaming") == ["first", "second"]


def test_each_function_has_the_signatures_that_its_answers_allow(session, describe):
    saver = session.catalogue.savers["saved_model"]
    case = describe("beside").case
    assert list(case.endpoints) == ["add", "times", "inner", "uneven", "reset"]  # in which signatures come first
    assert case.signature_keys(saver) == {"add": ["add"], "times": ["times"]}
    assert {"has_signatures", "stateful"} <= case.traits
    assert not {"composite_outputs", "one_endpoint"} & case.traits
    case = describe("only_reset").case
    assert case.signature_keys(saver) == {}
    assert {"composite_outputs"} <= case.traits
    assert not {"has_signatures", "one_endpoint"} & case.traits


def test_where_no_signature_is_passed_the_only_function_that_can_be_one_is_served(session, describe):
    unsigned = session.catalogue.savers["saved_model_unsigned"]
    for function, keys in {
        "one_of_two": {"serve": ["serving_default"]},
        "only_call": {"__call__": ["serving_default"]},
        "one_is_hidden": {},
        "beside": {},
        "only_reset": {},
    }.items():
        assert describe(function).case.signature_keys(unsigned) == keys, function


def test_a_module_that_is_called_itself_serves_by_default(session, describe):
    case = describe("only_call").case
    assert list(case.endpoints) == ["__call__"]
    assert case.signature_keys(session.catalogue.savers["saved_model"]) == {"__call__": ["serving_default"]}


def test_a_module_without_a_signature_is_judged_by_its_functions_alone(bring):
    session, case = bring("only_reset")
    described = session.catalogue.cases[case]
    parts = session.catalogue.parts
    assert cannot_apply(described, *parts(Route.parse("saved_model:signature"))) == "it has no signatures"
    judgements = judged(session, case, Route.parse("saved_model:restored"), EVERY_ROUTE)
    assert judgements["outputs"].outcome is Outcome.CONFORMS, judgements["outputs"].text()
    assert judgements["outputs"].facts["finite_answers"] == 0  # it answered nothing, which the run says


def test_inputs_are_drawn_for_functions_that_are_given_none(bring):
    session, case = bring("half_given")
    names = [each.name for each in session.evidence.inputs(case)]
    assert {"given-1", "add/batch-of-5", "reset/batch-of-5"} <= set(names)
    assert not any(name.startswith("inner/") for name in names)


def test_a_list_of_inputs_is_that_of_the_only_function_that_takes_some(describe):
    for function, endpoint in {"listed": "serve", "plainly_listed": "__call__"}.items():
        given = describe(function).given
        assert list(given) == [endpoint]
        assert np.array_equal(given[endpoint]["given-2"]["x"], np.zeros((3, 2)))


@pytest.mark.parametrize(
    ("function", "message"),
    [
        ("listed_of_several", r"listed_of_several_inputs\(\) has to return a dict by function"),
        ("misnamed", r"misnamed_inputs\(\)\['serve'\]\[1\] holds rows; the function takes x$"),
    ],
)
def test_inputs_that_no_function_takes_are_one_clear_line(describe, function, message):
    with pytest.raises(UnusableModel, match=message) as refused:
        describe(function)
    assert "\n" not in str(refused.value)


FAULTY = [
    *((function, route) for function in ("positional", "variadic", "renaming") for route in BY_SIGNATURE[:2]),
    *((function, "saved_model:restored") for function in ("positional", "variadic", "nests", "beside", "only_call")),
    ("beside", "saved_model:signature"),
    ("only_call", "saved_model:signature"),
]


@pytest.mark.parametrize(("function", "sound"), FAULTY)
def test_an_answer_that_is_different_after_loading_is_caught_and_its_script_shows_it(
    bring, forking, tmp_path, function, sound
):
    session, case = bring(function)
    faulty = Route.parse(sound.replace("saved_model:", "saves_doubled_weights:"))
    judgement = judged(session, case, faulty, EVERY_ROUTE)["outputs"]
    assert judgement.outcome is Outcome.FAILS, judgement.text()
    row = Row.of(Cell(case, faulty, "outputs"), judgement)
    for route, shows in ((faulty, True), (Route.parse(sound), False)):
        text = scripts.script(dataclasses.replace(row, route=route), session).text()
        shown = forking.execute(text, tmp_path / str(shows))
        assert shown.verdict is shows, f"{text}\n{shown}"
