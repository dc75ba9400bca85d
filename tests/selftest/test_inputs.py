"""Inputs: the battery holds what it says, draws stay in bounds, and failing ones become small."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.both_sides.routes import Route
from tests.both_sides.tensors import InputStructure, Tensor
from tests.both_sides.wire import Ragged, Sparse
from tests.judging.battery import battery
from tests.judging.cells import Cell
from tests.judging.checks.shrinking import MOST_QUESTIONS, shrink, smallest
from tests.judging.drawing import LARGEST_ORDINARY, draw, drawn
from tests.judging.pairs import NEW_ARTIFACTS
from tests.judging.seen import Seen

NUMBERS = Tensor((None, 4))
FLOAT = InputStructure(tensor=NUMBERS)
TOKENS = InputStructure(tensor=Tensor((None, 4), "int32", high=9, padded=True))
WORDS = InputStructure(tensor=Tensor((None, 4), "string", vocabulary=("oak", "elm")))
FREE = InputStructure(tensor=Tensor((None, None)))
BOTH = InputStructure(by_name={"words": WORDS, "numbers": FLOAT})
RAGGED = InputStructure(tensor=Tensor((None, None), layout="ragged"))
SPARSE = InputStructure(tensor=Tensor((None, 4), layout="sparse"))


def test_the_battery_has_the_special_values_and_batch_sizes():
    rows = {row.name: row for row in battery(FLOAT)}
    assert {row.value.shape[0] for row in rows.values()} >= {0, 1, 5}
    boundaries = rows["boundaries"].value
    assert np.signbit(boundaries[boundaries == 0]).any()
    assert {1e3, -1e3} <= set(boundaries.flat)
    tiny = np.abs(boundaries)
    assert ((tiny > 0) & (tiny < np.finfo("float32").tiny)).any()
    for is_special in (np.isnan, np.isposinf, np.isneginf):
        assert is_special(rows["non-finite"].value).any()
    assert {name for name, row in rows.items() if row.special} == {"largest-finite", "non-finite"}


def test_only_special_rows_leave_the_ordinary_magnitudes():
    for row in battery(FLOAT):
        assert row.special or (np.abs(row.value) <= LARGEST_ORDINARY).all()


@settings(max_examples=50)
@given(drawn(BOTH))
def test_all_tensors_of_a_draw_have_one_batch(value):
    assert value["words"].shape[0] == value["numbers"].shape[0] >= 1
    assert (np.abs(value["numbers"]) <= LARGEST_ORDINARY).all()
    assert all(isinstance(word, bytes) for word in value["words"].flat)


@settings(max_examples=50)
@given(drawn(TOKENS))
def test_padding_is_at_the_end(value):
    for row in value:
        zeros = np.flatnonzero(row == 0)
        kept = int(zeros[0]) if len(zeros) and (row[zeros[0] :] == 0).all() else len(row)
        assert kept <= len(row)
        assert ((value >= 0) & (value <= 9)).all()


def test_words_are_known_and_unknown():
    texts = {word for row in battery(WORDS) for word in row.value.flat}
    assert {b"oak", b"elm", b"", "naïve".encode()} <= texts


@settings(max_examples=20)
@given(drawn(FREE))
def test_free_sides_are_free(value):
    assert value.shape[1] >= 1


def test_the_battery_has_empty_ragged_rows_beside_full_ones():
    lengths = {row.name: np.diff(row.value.row_splits).tolist() for row in battery(RAGGED)}
    assert 0 in lengths["batch-of-5"]
    assert max(lengths["batch-of-5"]) == 3
    assert lengths["batch-of-0"] == []


@settings(max_examples=50)
@given(drawn(RAGGED))
def test_ragged_draws_are_whole(value):
    assert value.row_splits[0] == 0
    assert value.row_splits[-1] == len(value.values)
    assert (np.diff(value.row_splits) >= 0).all()
    assert value.rows >= 1


@settings(max_examples=50)
@given(drawn(SPARSE))
def test_sparse_draws_are_whole(value):
    assert value.indices.shape == (len(value.values), 2)
    assert (value.indices < value.dense_shape).all()
    assert [tuple(each) for each in value.indices] == sorted({tuple(each) for each in value.indices})
    assert value.dense_shape.tolist() == [value.rows, 4]


def test_ragged_and_sparse_inputs_are_cut_down_to_a_row_and_to_zeros():
    values = np.arange(1, 7, dtype="float32")
    start = Ragged(values, np.array([0, 2, 2, 6], "int64"))
    small = smallest(start, RAGGED.tensors, lambda candidate: bool((candidate.values == 5).any()))
    assert small.values.tolist() == [0.0, 0.0, 5.0, 0.0]
    assert small.row_splits.tolist() == [0, 4]
    start = Sparse(np.array([[0, 1], [2, 0], [2, 3]], "int64"), values[:3], np.array([3, 4], "int64"))
    small = smallest(start, SPARSE.tensors, lambda candidate: bool((candidate.values == 3).any()))
    assert (small.indices.tolist(), small.values.tolist()) == ([[0, 0], [0, 3]], [0.0, 3.0])
    assert small.dense_shape.tolist() == [1, 4]


def test_numbers_beyond_a_dtype_are_the_largest_that_it_has():
    halves = InputStructure(tensor=Tensor((None, 4), "float16"))
    (largest,) = (row.value for row in battery(halves) if row.name == "largest-finite")
    assert {65504.0, -65504.0} <= set(largest.flat)


def test_draws_are_the_same_every_time():
    one, two = (draw(drawn(FLOAT)) for _ in range(2))
    assert len(one) == len(two) >= 5
    assert all(np.array_equal(first, second) for first, second in zip(one, two, strict=True))


@settings(max_examples=100)
@given(st.integers(0, 4), st.integers(0, 3), st.integers(1, 9))
def test_what_does_not_matter_is_cut_away(row, column, value):
    start = np.arange(20, dtype="float32").reshape(5, 4) + 1
    start[row, column] = 100 + value
    small = smallest(start, FLOAT.tensors, lambda candidate: bool((candidate > 100).any()))
    assert small.shape == (1, 4)
    assert np.flatnonzero(small).tolist() == [column]


def test_it_asks_no_more_than_it_may():
    asked = []
    start = np.ones((1, 4000), "float32")
    smallest(start, [Tensor((None, 4000))], lambda candidate: bool(asked.append(1)))
    assert len(asked) == MOST_QUESTIONS


def test_structures_keep_their_shape_when_they_are_cut():
    start = {"words": np.array([[b"oak"], [b"elm"]], object), "numbers": np.ones((2, 4), "float32")}
    small = smallest(start, BOTH.tensors, lambda candidate: b"elm" in set(candidate["words"].flat))
    assert small["words"].tolist() == [[b"elm"]]
    assert small["numbers"].tolist() == [[0.0] * 4]


def test_live_children_of_both_sides_shrink_a_planted_fault(bench):
    cell = Cell("custom_layer.registered", Route("keras_archive", "answers_nan"), "outputs")
    (judgement,) = bench.judge(cell).values()
    failing = judgement.shortfalls[0].inputs[0]
    seen = Seen(bench.evidence, NEW_ARTIFACTS, cell.case, cell.route)
    assert shrink(seen, failing).tolist() == [[0.0, 0.0, 0.0]]


def test_what_cannot_be_asked_again_is_not_shrunk(bench):
    seen = Seen(bench.evidence, NEW_ARTIFACTS, "custom_layer.registered", Route("keras_archive", "aborts_when_asked"))
    assert shrink(seen, "batch-of-5") is None
