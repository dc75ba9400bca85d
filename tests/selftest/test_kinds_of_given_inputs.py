"""Inputs of every kind that a user can give: left out, ragged, sparse and nested."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.scripts.inputs import evaluated, tensors
from tests.both_sides import wire
from tests.both_sides.routes import Route
from tests.both_sides.tensors import InputStructure, Tensor
from tests.judging.battery import ragged, sparse
from tests.judging.checks.shrinking import smallest
from tests.judging.comparison import compare
from tests.judging.literals import literal
from tests.judging.outcome import Outcome
from tests.judging.plan import cannot_apply
from tests.run.brought import DescribedCase, UnusableModel
from tests.run.session import Session
from tests.selftest.brought_in_session import describing, judged, project_with, session_with

ARCHIVE, WEIGHTS = "keras_archive:load_model", "weights_h5:load_weights"
BY_SIGNATURE, LAYER = "export:signature", "export:tfsm_layer"
RESTORED, OF_MODULE = "saved_model:restored", "saved_model:signature"
FAULTY = "saves_doubled_weights:restored"
OF_STRINGS = tuple(f"saved_model:{name}" for name in ("tfsm_layer", "cpp", "v1_session", "saved_model_cli"))
OF_KERAS = ("export:cpp", "export:v1_session", "export:saved_model_cli")
ROUTES = (
    *OF_STRINGS,
    *OF_KERAS,
    ARCHIVE,
    WEIGHTS,
    BY_SIGNATURE,
    LAYER,
    RESTORED,
    OF_MODULE,
    "checkpoint:read_checkpoint",
    FAULTY,
)
SOUND = {
    "optional": (ARCHIVE, WEIGHTS, BY_SIGNATURE, LAYER),
    "ragged_model": (ARCHIVE, WEIGHTS),
    "sparse_model": (ARCHIVE, WEIGHTS),
    "serves": (RESTORED, OF_MODULE, "checkpoint:read_checkpoint"),
    "serves_drawn": (RESTORED, OF_MODULE),
    "serves_sparse": (RESTORED,),
    "nested": (ARCHIVE, BY_SIGNATURE, LAYER),
    "serves_bytes": (RESTORED, OF_MODULE, *OF_STRINGS),
    "decoder": (ARCHIVE, BY_SIGNATURE, LAYER, *OF_KERAS),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """A folder with a user's module."""
    return project_with(tmp_path_factory, "kinds_of_inputs")


@pytest.fixture
def describe(session: Session, folder: Path) -> Callable[[str], DescribedCase]:
    """A function that describes a model of the user's."""
    return describing(session, folder, "kinds_of_inputs")


@pytest.mark.parametrize("function", SOUND)
def test_a_sound_model_conforms(session, describe, function):
    described = describe(function)
    with_case, case = session_with(session, described), described.case.id
    for text in SOUND[function]:
        route = Route.parse(text)
        assert cannot_apply(described.case, *session.catalogue.parts(route)) is None
        judgements = judged(with_case, case, route, ROUTES)
        bad = {name: each.text() for name, each in judgements.items() if each.outcome is not Outcome.CONFORMS}
        assert bad == {}, text
        facts = judgements["outputs"].facts
        assert (facts["inputs_that_raise"], facts["finite_answers"] > 0) == ([], True)


@pytest.mark.parametrize(
    ("function", "route"),
    [
        ("forgetful", ARCHIVE),
        ("ragged_faulty", ARCHIVE),
        ("sparse_faulty", ARCHIVE),
        ("serves", FAULTY),
        ("serves_sparse", FAULTY),
    ],
)
def test_a_fault_of_such_a_model_is_caught(session, describe, function, route):
    described = describe(function)
    with_case = session_with(session, described)
    judgement = judged(with_case, described.case.id, Route.parse(route), ROUTES)["outputs"]
    assert judgement.outcome is Outcome.FAILS, judgement.text()
    if function == "forgetful":  # only what is left out is forgotten
        names = [each.name for each in with_case.evidence.inputs(described.case.id) if not each.is_whole]
        assert judgement.shortfalls[0].inputs == names


def test_signatures_are_not_asked_what_leaves_an_input_out_and_the_report_says_so(session, describe):
    described = describe("optional")
    with_case = session_with(session, described)
    assert "5 of them with None, which no signature is asked" in described.case.doc
    by_signature, by_model = (
        judged(with_case, described.case.id, Route.parse(route), ROUTES)["outputs"].facts
        for route in (BY_SIGNATURE, ARCHIVE)
    )
    names = ["given-1", "given-1/permuted", "given-1/sliced", "given-1/single", "given-1/repeated"]
    assert by_signature["inputs_with_none_not_asked"] == names
    assert by_model["inputs"] == by_signature["inputs"] + len(names)
    assert "inputs_with_none_not_asked" not in by_model


def test_a_model_of_which_every_input_leaves_one_out_is_judged_where_it_can_be_asked(session, describe):
    described = describe("never_given")
    with_case = session_with(session, described)
    assert judged(with_case, described.case.id, Route.parse(ARCHIVE), ROUTES)["outputs"].outcome is Outcome.CONFORMS
    assert "outputs" not in judged(with_case, described.case.id, Route.parse(BY_SIGNATURE), ROUTES)


def test_a_keras_model_of_ragged_or_sparse_tensors_has_no_signature(session, describe):
    for function in ("ragged_model", "sparse_model"):
        reason = cannot_apply(describe(function).case, *session.catalogue.parts(Route.parse(BY_SIGNATURE)))
        assert reason == "its inputs are ragged or sparse, and Keras makes signatures of dense tensors"


def test_inputs_along_the_batch_are_made_of_every_kind(describe):
    along = ["given-1", "given-2", "given-1/permuted", "given-1/sliced", "given-1/single", "given-1/repeated"]
    along += ["given-2/permuted", "given-2/single", "given-2/repeated"]
    made = describe("ragged_model").given["call"]
    assert set(made) == {*along, "given/joined"}
    assert compare(made["given-1/permuted"], ragged(np.array([[3, 0], [1, 2], [0, 0]], "float32"), [1, 2, 0])).equal
    assert made["given/joined"].rows == 5
    made = describe("sparse_model").given["call"]
    assert set(made) == {*along, "given/joined"}
    eye = np.eye(3, 5, dtype="float32")
    assert compare(made["given-1/sliced"], sparse(eye[1:], eye[1:] != 0)).equal


@pytest.mark.parametrize(
    ("function", "message"),
    [
        ("uneven", r"an input of uneven_inputs\(\) is not nested alike in all inputs: name the same keys"),
        ("always_none", r"an input of always_none_inputs\(\)\['two'\] is None in every input"),
        ("of_objects", "an input that is given holds object, and no numbers or strings"),
        ("of_ranks", r"an input of of_ranks_inputs\(\)\['one'\] has not the same rank and kind in all inputs"),
        ("no_list", r"no_list_inputs\(\) has to hold a list of inputs, and holds a dict"),
        (
            "serves_none",
            r"serves_none_inputs\(\)\['plain'\]\[0\]\['x'\] holds None; the function takes float32 of shape",
        ),
        (
            "serves_other",
            r"\['rows'\] holds float32 of shape \[2, 2\]; the function takes ragged float32 of shape",
        ),
    ],
)
def test_a_mistake_in_what_is_given_is_one_clear_line(describe, function, message):
    with pytest.raises(UnusableModel, match=message) as refused:
        describe(function)
    assert "\n" not in str(refused.value)


def test_a_script_keeps_the_zeros_at_the_ends_of_strings():
    class Tf:
        @staticmethod
        def constant(value, dtype):  # which keeps the bytes of a list as they are
            return value if isinstance(value, np.ndarray) else np.array([*value, None], object)[:-1]

    for few in ([b"a\0", b"b"], [b"a\0", b"b"] * 20, [b"a\0"] * 30 + [b"b\0\0"], [b"%d\0" % i for i in range(40)]):
        array = np.array([*few, None], object)[:-1]
        made = eval(tensors(array), {"np": np, "tf": Tf})
        assert set(made.tolist()) <= set(few)
        assert made.shape == array.shape


BATCHES = st.integers(1, 4).flatmap(
    lambda rows: st.tuples(
        st.lists(st.integers(0, 3), min_size=rows, max_size=rows), st.lists(st.integers(0, rows - 1), max_size=6)
    )
)


@settings(max_examples=100)
@given(BATCHES)
def test_rows_are_taken_and_joined_as_those_of_an_array(drawn):
    lengths, rows = drawn
    array = np.arange(1.0, 1 + 3 * len(lengths)).reshape(-1, 3)
    values, kept = array.astype("float32"), [*lengths]
    assert compare(wire.take(ragged(values, kept), rows), ragged(values[rows], [kept[row] for row in rows])).equal
    odd = values % 2 == 1
    assert compare(wire.take(sparse(values, odd), rows), sparse(values[rows], odd[rows])).equal
    twice = np.concatenate([values, values])
    assert compare(wire.join([ragged(values, kept)] * 2), ragged(twice, kept * 2)).equal
    assert compare(wire.join([sparse(values, odd)] * 2), sparse(twice, twice % 2 == 1)).equal


def test_a_failing_input_of_any_kind_is_made_small():
    structure = InputStructure.of({"one": Tensor((None, 2)), "more": (Tensor((None, None), layout="ragged"),)})
    ones = np.ones((5, 2), "float32")
    inner = wire.Ragged(ragged(ones, [2, 1, 2, 1, 0]), np.array([0, 2, 2, 5]))
    value = {"one": None, "more": (inner,)}
    found = smallest(value, structure.given_in(value), lambda each: wire.elements(each["more"][0]).sum() >= 1)
    assert [each.layout for each in structure.given_in({"one": ones, "more": None})] == ["dense"]
    assert evaluated(literal(found))["more"][0].rows == 1
    assert isinstance(evaluated(literal(found))["more"], tuple)
    assert found["one"] is None
    assert (found["more"][0].rows, wire.elements(found["more"][0]).sum()) == (1, 1.0)
