"""Inputs: the battery holds what it says, draws stay in bounds, and failing ones become small."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.both_sides.wire import Ragged, Sparse
from tests.judging import inputs as strategies
from tests.judging.cells import Cell
from tests.judging.seen import Hop, Seen
from tests.judging.shrinking import MOST_QUESTIONS, shrink, smallest

FLOAT = {
    "tensor": {
        "shape": [None, 4], "dtype": "float32", "low": 0, "high": 0, "vocabulary": (), "padded": False,
        "batched": True, "layout": "dense", "default": None, "tame": False,
    }
}  # fmt: skip
TOKENS = {"tensor": {**FLOAT["tensor"], "dtype": "int32", "low": 0, "high": 9, "padded": True}}
WORDS = {"tensor": {**FLOAT["tensor"], "dtype": "string", "vocabulary": ("oak", "elm")}}
FREE = {"tensor": {**FLOAT["tensor"], "shape": [None, None]}}
BOTH = {"dict": {"words": WORDS, "numbers": FLOAT}}


def test_the_battery_has_the_special_values_and_batch_sizes():
    battery = {name: (special, value) for name, special, value in strategies.battery(FLOAT)}
    assert {value.shape[0] for _, value in battery.values()} >= {0, 1, 5}
    assert np.signbit(battery["boundaries"][1][battery["boundaries"][1] == 0]).any()
    assert {1e3, -1e3} <= set(battery["boundaries"][1].flat)
    tiny = np.abs(battery["boundaries"][1])
    assert ((tiny > 0) & (tiny < np.finfo("float32").tiny)).any()
    for value in (np.isnan, np.isposinf, np.isneginf):
        assert value(battery["non-finite"][1]).any()
    assert {name for name, (special, _) in battery.items() if special} == {"largest-finite", "non-finite"}


def test_only_special_rows_leave_the_ordinary_magnitudes():
    for _, special, value in strategies.battery(FLOAT):
        assert special or (np.abs(value) <= strategies.LARGEST_ORDINARY).all()


@settings(max_examples=50)
@given(strategies.drawn(BOTH))
def test_all_tensors_of_a_draw_have_one_batch(drawn):
    assert drawn["words"].shape[0] == drawn["numbers"].shape[0] >= 1
    assert (np.abs(drawn["numbers"]) <= strategies.LARGEST_ORDINARY).all()
    assert all(isinstance(word, bytes) for word in drawn["words"].flat)


@settings(max_examples=50)
@given(strategies.drawn(TOKENS))
def test_padding_is_at_the_end(drawn):
    for row in drawn:
        zeros = np.flatnonzero(row == 0)
        kept = int(zeros[0]) if len(zeros) and (row[zeros[0] :] == 0).all() else len(row)
        assert kept <= len(row)
        assert ((drawn >= 0) & (drawn <= 9)).all()


def test_words_are_known_and_unknown():
    texts = {word for name, _, value in strategies.battery(WORDS) for word in value.flat}
    assert {b"oak", b"elm", b"", "naïve".encode()} <= texts


@settings(max_examples=20)
@given(strategies.drawn(FREE))
def test_free_sides_are_free(drawn):
    assert drawn.shape[1] >= 1


RAGGED = {"tensor": {**FLOAT["tensor"], "shape": [None, None], "layout": "ragged"}}
SPARSE = {"tensor": {**FLOAT["tensor"], "layout": "sparse"}}


def test_the_battery_has_empty_ragged_rows_beside_full_ones():
    lengths = {name: np.diff(value.row_splits).tolist() for name, _, value in strategies.battery(RAGGED)}
    assert 0 in lengths["batch-of-5"]
    assert max(lengths["batch-of-5"]) == 3
    assert lengths["batch-of-0"] == []


@settings(max_examples=50)
@given(strategies.drawn(RAGGED))
def test_ragged_draws_are_whole(drawn):
    assert drawn.row_splits[0] == 0
    assert drawn.row_splits[-1] == len(drawn.values)
    assert (np.diff(drawn.row_splits) >= 0).all()
    assert drawn.rows >= 1


@settings(max_examples=50)
@given(strategies.drawn(SPARSE))
def test_sparse_draws_are_whole(drawn):
    assert drawn.indices.shape == (len(drawn.values), 2)
    assert (drawn.indices < drawn.dense_shape).all()
    assert [tuple(each) for each in drawn.indices] == sorted({tuple(each) for each in drawn.indices})
    assert drawn.dense_shape.tolist() == [drawn.rows, 4]


def test_ragged_and_sparse_inputs_are_cut_down_to_a_row_and_to_zeros():
    values = np.arange(1, 7, dtype="float32")
    start = Ragged(values, np.array([0, 2, 2, 6], "int64"))
    small = smallest(start, [RAGGED["tensor"]], lambda candidate: bool((candidate.values == 5).any()))
    assert small.values.tolist() == [0.0, 0.0, 5.0, 0.0]
    assert small.row_splits.tolist() == [0, 4]
    start = Sparse(np.array([[0, 1], [2, 0], [2, 3]], "int64"), values[:3], np.array([3, 4], "int64"))
    small = smallest(start, [SPARSE["tensor"]], lambda candidate: bool((candidate.values == 3).any()))
    assert (small.indices.tolist(), small.values.tolist()) == ([[0, 0], [0, 3]], [0.0, 3.0])
    assert small.dense_shape.tolist() == [1, 4]


def test_numbers_beyond_a_dtype_are_the_largest_that_it_has():
    halves = {"tensor": {**FLOAT["tensor"], "dtype": "float16"}}
    (largest,) = (value for name, _, value in strategies.battery(halves) if name == "largest-finite")
    assert {65504.0, -65504.0} <= set(largest.flat)


def test_draws_are_the_same_every_time():
    one, two = (strategies.draw(strategies.drawn(FLOAT)) for _ in range(2))
    assert len(one) == len(two) >= 5
    assert all(np.array_equal(first, second) for first, second in zip(one, two, strict=True))


@settings(max_examples=100)
@given(st.integers(0, 4), st.integers(0, 3), st.integers(1, 9))
def test_what_does_not_matter_is_cut_away(row, column, value):
    start = np.arange(20, dtype="float32").reshape(5, 4) + 1
    start[row, column] = 100 + value
    small = smallest(start, [FLOAT["tensor"]], lambda candidate: bool((candidate > 100).any()))
    assert small.shape == (1, 4)
    assert np.flatnonzero(small).tolist() == [column]


def test_it_asks_no_more_than_it_may():
    asked = []
    start = np.ones((1, 4000), "float32")
    smallest(start, [{**FLOAT["tensor"], "shape": [None, 4000]}], lambda candidate: bool(asked.append(1)))
    assert len(asked) == MOST_QUESTIONS


def test_structures_keep_their_shape_when_they_are_cut():
    start = {"words": np.array([[b"oak"], [b"elm"]], object), "numbers": np.ones((2, 4), "float32")}
    described = strategies.tensors(BOTH)
    small = smallest(start, described, lambda candidate: b"elm" in set(candidate["words"].flat))
    assert small["words"].tolist() == [[b"elm"]]
    assert small["numbers"].tolist() == [[0.0] * 4]


def test_live_children_of_both_sides_shrink_a_planted_fault(bench):
    cell = Cell("custom_layer.registered", "keras_archive:answers_nan", "outputs")
    (judgement,) = bench.judge(cell).values()
    failing = judgement.found[0].inputs[0]
    seen = Seen(bench.evidence, Hop("B", "B"), cell.case, cell.saver, cell.loader)
    assert shrink(seen, failing).tolist() == [[0.0, 0.0, 0.0]]


def test_what_cannot_be_asked_again_is_not_shrunk(bench):
    seen = Seen(bench.evidence, Hop("B", "B"), "custom_layer.registered", "keras_archive", "aborts_when_asked")
    assert shrink(seen, "batch-of-5") is None
