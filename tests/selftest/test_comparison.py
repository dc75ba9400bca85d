"""The comparator: equal is equal, and every way to differ is found, at its level."""

from __future__ import annotations

import math

import ml_dtypes
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from tests.both_sides.routes import Route
from tests.both_sides.tensors import Input
from tests.both_sides.wire import Ragged, Sparse
from tests.judging.checks.places import places_of
from tests.judging.checks.variables import check_namesakes
from tests.judging.comparison import compare
from tests.judging.judgement import judge
from tests.judging.pairs import NEW_ARTIFACTS
from tests.judging.requirement import Place, Requirement, Shortfall, Size, always_applies
from tests.judging.seen import Seen
from tests.judging.tolerance import ULP_OVER_PAIRS, largest_numbers, smallest_scales, ulp_over_pairs

EXAMPLES = settings(max_examples=200)
DTYPES = st.sampled_from(["float16", "float32", "float64", "int8", "int64", "uint16", "bool", "complex64"])
SHAPES = arrays.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4)
ARRAYS = st.builds(lambda dtype, shape: arrays.arrays(dtype, shape), DTYPES, SHAPES).flatmap(
    lambda strategy: strategy
)
STRINGS = st.lists(st.binary(max_size=5), max_size=4).map(lambda texts: np.array([*texts, None], dtype=object)[:-1])
VALUES = st.recursive(
    ARRAYS | STRINGS,
    lambda parts: (
        st.lists(parts, max_size=3)
        | st.lists(parts, max_size=3).map(tuple)
        | st.dictionaries(st.text(max_size=3), parts, max_size=3)
    ),
    max_leaves=6,
)


def copied(value):
    if isinstance(value, dict):
        return {key: copied(part) for key, part in value.items()}
    return type(value)(copied(part) for part in value) if isinstance(value, (list, tuple)) else value.copy()


@EXAMPLES
@given(VALUES)
def test_a_value_equals_its_copy_bitwise_and_with_a_tolerance(value):
    assert compare(value, copied(value)).differences == []
    assert compare(value, copied(value), ulp=ULP_OVER_PAIRS).differences == []


@EXAMPLES
@given(arrays.arrays("float32", arrays.array_shapes(max_dims=3, max_side=4)), st.data())
def test_any_one_changed_bit_is_found(array, data):
    at = data.draw(st.integers(0, array.size - 1))
    bit = data.draw(st.integers(0, 31))
    changed = array.copy()
    changed.reshape(-1).view("uint32")[at] ^= np.uint32(1 << bit)
    still_nan = np.isnan(array.flat[at]) and np.isnan(changed.flat[at])
    assert compare(array, changed).equal == still_nan


@EXAMPLES
@given(st.lists(ARRAYS, min_size=2, max_size=5), st.data())
def test_every_leaf_is_looked_at(leaves, data):
    broken = [leaf.copy() for leaf in leaves]
    chosen = data.draw(st.sets(st.integers(0, len(leaves) - 1)))
    for at in chosen:
        broken[at] = broken[at].reshape((*broken[at].shape, 1))
    found = compare(leaves, broken)
    assert {difference.where for difference in found.differences} == {f"[{at}]" for at in chosen}
    assert found.leaves == len(leaves)


@pytest.mark.parametrize(
    ("expected", "seen", "level"),
    [
        ({"a": np.zeros(1)}, [np.zeros(1)], "structure"),
        ([np.zeros(1)], (np.zeros(1),), "structure"),
        (np.zeros(1), {"a": np.zeros(1)}, "structure"),
        ({"a": np.zeros(1)}, {"b": np.zeros(1)}, "names"),
        ([np.zeros(1)], [np.zeros(1)] * 2, "count"),
        (np.zeros(2, "float32"), np.zeros(2, "float64"), "dtype"),
        (np.zeros(2, "int32"), np.zeros(2, "float32"), "dtype"),
        (np.zeros((2, 1)), np.zeros((1, 2)), "shape"),
        (np.zeros(0), np.zeros((0, 1)), "shape"),
        (np.array([1.0, np.nan]), np.array([np.nan, 1.0]), "non-finite positions"),
        (np.array([np.inf]), np.array([-np.inf]), "non-finite positions"),
        (np.array([np.inf]), np.array([np.nan]), "non-finite positions"),
        (np.array([0.0]), np.array([-0.0]), "values"),
        (np.array([1, 2]), np.array([1, 3]), "values"),
        (np.array([True]), np.array([False]), "values"),
        (np.array([b"a"], object), np.array([b"b"], object), "values"),
        (np.array([1 + 1j]), np.array([1 + 2j]), "values"),
        (np.array([1], ml_dtypes.bfloat16), np.array([2], ml_dtypes.bfloat16), "values"),
        (np.array([np.nan], ml_dtypes.bfloat16), np.array([2], ml_dtypes.bfloat16), "non-finite positions"),
        (Ragged(np.zeros(2), np.array([0, 2])), Ragged(np.zeros(2), np.array([0, 1])), "values"),
        (
            Sparse(np.array([[0]]), np.array([1.0]), np.array([2])),
            Sparse(np.array([[1]]), np.array([1.0]), np.array([2])),
            "values",
        ),
        ("text", "other", "value"),
    ],
)
def test_each_level_is_found_by_its_name(expected, seen, level):
    assert [difference.level for difference in compare(expected, seen).differences] == [level]
    assert [difference.level for difference in compare(seen, expected).differences] == [level]


def test_nan_is_equal_to_nan_by_position_whatever_its_bits():
    quiet, other = np.array([0x7FC00000], "uint32").view("float32"), np.array([0xFFC00001], "uint32").view("float32")
    assert compare(quiet, other).equal


def test_the_largest_error_is_recorded_on_a_pass_too():
    one = np.array([[1.0, 100.0], [1.0, 1.0]], "float32")
    two = one.copy()
    two[0, 0] = np.nextafter(two[0, 0], np.float32(2))
    found = compare(one, two, ulp={"float32": 1})
    assert found.equal
    assert found.largest_absolute == pytest.approx(2**-23)
    assert found.largest_ulp == pytest.approx(2**-23 / 2**-17)  # in ulp of the row's largest, which is 100


@EXAMPLES
@given(st.floats(2.0**-90, 2.0**90, width=32), st.integers(0, 10))
def test_ulp_are_those_of_the_largest_in_the_row(value, steps):
    one = np.array([[value, 0.0]], "float32")
    two = one.copy()
    for _ in range(steps):
        two[0, 0] = np.nextafter(two[0, 0], np.float32(np.inf))
    found = compare(one, two, ulp={"float32": 4})
    # Where the steps leave the binade, each of them is worth two.
    assert steps <= found.largest_ulp <= 2 * steps
    assert found.equal == (found.largest_ulp <= 4)


def test_a_row_does_not_hide_the_error_of_another():
    one = np.array([[1e6], [1.0]], "float32")
    two = np.array([[1e6], [1.001]], "float32")
    assert not compare(one, two, ulp={"float32": 4}).equal


def test_an_error_that_is_not_a_number_is_the_largest():
    found = compare(np.array([1.0, np.inf]), np.array([1.0, np.nan]))
    found.note_error(math.nan, math.nan)
    assert found.largest_ulp == math.inf


def test_without_values_only_what_is_not_finite_counts():
    one, two = np.array([1.0, np.nan]), np.array([2.0, np.nan])
    assert compare(one, two, values=False).equal
    assert not compare(one, np.array([np.nan, 1.0]), values=False).equal


def test_where_the_original_is_unsure_positions_are_not_compared():
    eager, graph = np.array([np.nan, 1.0, np.inf]), np.array([2.0, 1.0, np.inf])
    seen = np.array([5.0, 1.0, np.inf])
    assert compare(graph, seen, values=False, unsure=eager).equal
    assert not compare(graph, np.array([5.0, np.nan, np.inf]), values=False, unsure=eager).equal


def test_dtypes_without_a_tolerance_are_compared_bitwise_over_pairs():
    one = np.array([1.0], "float64")
    assert not compare(one, np.nextafter(one, 2), ulp={"float32": 4}).equal
    assert compare(one, np.nextafter(one, 2), ulp=ULP_OVER_PAIRS).equal


@pytest.mark.parametrize(("at_least", "equal"), [(0.0, False), (1.0, True), (477.0, True)])
def test_what_cancels_is_measured_by_what_was_summed(at_least, equal):
    one = np.array([[0.02955921]], "float32")
    other = one + np.float32(1.5e-7)
    comparison = compare(one, other, ulp=ULP_OVER_PAIRS, at_least=at_least)
    assert comparison.equal == equal
    assert comparison.largest_absolute > 1e-7
    assert not compare(one, one + 1, ulp=ULP_OVER_PAIRS, at_least=at_least).equal


@pytest.mark.parametrize(
    ("magnitude", "expected", "other", "equal"),
    [
        (0.5, 2e-9, 7e-9, False),
        (0.5, 2e-9, np.nextafter(np.float32(2e-9), np.float32(1)), True),
        (1.7e9, 0.5, 0.75, False),
        (4e4, 2.0, 7.0, False),
        (477.0, 4.0, 4.0 + 3 * 2.0**-15, True),  # 3 ulp at 477, of a result of 4
        (477.0, 4.0, 4.001, False),
    ],
)
def test_over_two_pairs_an_ulp_is_measured_by_the_input_and_by_what_the_model_answers(
    magnitude, expected, other, equal
):
    asked = Input("given-1", "call", False, magnitude, None)
    one, two = {"y": np.array([[expected]], "float32")}, {"y": np.array([[other]], "float32")}
    largest = largest_numbers([asked], [{"value": one}])
    scales = smallest_scales(asked, one, largest["call"])
    assert compare(one, two, ulp=ULP_OVER_PAIRS, at_least=scales).equal == equal


def test_each_output_has_a_scale_of_its_own():
    asked = [Input(name, "call", name == "nan", 1.0, None) for name in ("one", "nan", "two")]
    values = [{"big": np.array([big]), "tiny": [np.array([tiny])]} for big, tiny in ((5.0, 1e-9), (1e30, 1.0))]
    answers = [{"value": values[0]}, {"value": values[1]}, {"raised": {"type": "ValueError"}}]
    largest = largest_numbers(asked, answers)
    assert largest == {"call": [5.0, 1e-9]}
    scales = smallest_scales(asked[0], values[0], largest["call"])
    assert scales["big"] == 1.0
    assert scales["tiny"] == pytest.approx([1024e-9])


@pytest.mark.parametrize(
    ("config", "ulp"),
    [
        ({"name": "to_bfloat16", "config": {"name": "bfloat16", "dtype": "float32"}}, 4),
        ({"layers": [{"config": {"dtype": "bfloat16"}}]}, 4 * 2.0**16),
        ({"layers": [{"dtype": {"class_name": "DTypePolicy", "config": {"name": "mixed_float16"}}}]}, 4 * 2.0**13),
        ({"dtype": {"class_name": "Policy", "config": {"name": "float32"}}}, 4),
        ({}, 4),
    ],
)
def test_only_a_dtype_makes_the_tolerance_coarser_and_a_name_does_not(config, ulp):
    assert ulp_over_pairs(config)["float32"] == ulp


def test_a_place_names_the_output_and_each_output_has_its_own_size():
    one = [np.array([1.0, 2.0]), {"y": np.array([1.0]), "z": np.array([1.0])}]
    two = [np.array([1.0, 5.0]), {"y": np.array([1.0 + 2e-16]), "z": np.array([1.0, 2.0])}]
    assert places_of("zeros", compare(one, two)) == (
        Place("zeros: values", Size.WRONG),
        Place("zeros: values of output 1", Size.ROUNDING),
        Place("zeros: shape of output 2"),
    )


def test_the_tolerances_are_these():
    assert ULP_OVER_PAIRS == {"float32": 4, "float64": 4, "float16": 4, "bfloat16": 4}


@pytest.mark.parametrize(("other", "error"), [([[1.0], [2.0]], None), ([1.0, 2.0, 3.0], None), ([1.0, 2.5], 0.5)])
def test_only_values_have_an_error_and_a_different_shape_has_none(other, error):
    def wrong_shape(seen: Seen) -> None:
        seen.compare(np.array([1.0]), np.array([1.0]))
        if not seen.compare(np.array([1.0, 2.0]), np.array(other)).equal:
            raise Shortfall("other answers")

    requirement = Requirement("outputs", "It answers.", wrong_shape, "routes", always_applies)
    judgement = judge(requirement, Seen(None, NEW_ARTIFACTS, "a.case", Route("a_saver")))
    assert judgement.largest_absolute == error
    assert (judgement.largest_ulp is None) == (error is None)


@pytest.mark.parametrize(
    ("found", "holds"),
    [([1.0, 2.0], True), ([2.0, 1.0, 1.0], True), ([1.0], False), ([1.0, 2.0, 3.0], False), ([3.0, 4.0], False)],
)
def test_variables_of_one_name_are_all_there_and_no_other(found, holds):
    expected = [np.array([value]) for value in (1.0, 2.0)]
    seen = Seen(None, NEW_ARTIFACTS, "a.case", Route("a_saver"))
    for value in expected:
        with seen.also():
            check_namesakes(seen, "kernel", value, expected, [np.array([value]) for value in found], "variable 0")
    assert (not seen.shortfalls) == holds
    assert all(isinstance(each, Shortfall) for each in seen.shortfalls)
    assert seen.measured.largest_ulp is not None
