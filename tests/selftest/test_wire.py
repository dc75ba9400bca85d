"""The wire: what goes in comes out, and nothing else does."""

from __future__ import annotations

import contextlib
import io
import pickle

import ml_dtypes
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from tests.both_sides import wire
from tests.judging.comparison import compare

NUMBERS = st.sampled_from(sorted(wire._NUMPY_DTYPES)).flatmap(
    lambda dtype: arrays.arrays(dtype, arrays.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3))
)
NARROW = st.sampled_from([ml_dtypes.bfloat16, ml_dtypes.float8_e4m3fn, ml_dtypes.int4]).map(
    lambda dtype: np.arange(6).reshape(2, 3).astype(dtype)
)
STRINGS = st.lists(st.binary(max_size=9), min_size=6, max_size=6).map(
    lambda texts: np.array([*texts, None], dtype=object)[:-1].reshape(2, 3)
)
SPLITS = st.just(np.array([0, 2], "int64"))
PLAIN = (
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.text() | st.binary() | st.floats(allow_nan=False)
)
VALUES = st.recursive(
    NUMBERS | NARROW | STRINGS | PLAIN,
    lambda parts: (
        st.lists(parts, max_size=3)
        | st.lists(parts, max_size=3).map(tuple)
        | st.dictionaries(st.text() | st.integers(), parts, max_size=3)
        | st.builds(wire.Ragged, NUMBERS, SPLITS)
        | st.builds(wire.Sparse, SPLITS, NUMBERS, SPLITS)
    ),
    max_leaves=8,
)


@settings(max_examples=300)
@given(VALUES)
def test_what_goes_in_comes_out(value):
    out = wire.decode(wire.encode(value))
    assert compare(value, out).differences == []


@settings(max_examples=100)
@given(st.lists(VALUES, max_size=3), st.integers(1, 7))
def test_frames_follow_each_other_in_a_stream_and_in_pieces(values, piece):
    sent = b"".join(map(wire.encode, values))
    assert len(list(wire.read_frames(io.BytesIO(sent)))) == len(values)
    buffer, taken = bytearray(), []
    for at in range(0, len(sent), piece):
        buffer += sent[at : at + piece]
        while (found := wire.take_frame(buffer)) is not None:
            taken += found
    assert compare(values, taken).differences == []
    assert not buffer


@settings(max_examples=300)
@given(VALUES, st.data())
def test_a_damaged_frame_is_refused_or_is_another_value_and_nothing_else_happens(value, data):
    frame = bytearray(wire.encode(value))
    frame[data.draw(st.integers(0, len(frame) - 1))] ^= data.draw(st.integers(1, 255))
    with contextlib.suppress(wire.WireError):
        wire.decode(bytes(frame))


@settings(max_examples=100)
@given(VALUES, st.data())
def test_a_cut_frame_is_refused(value, data):
    frame = wire.encode(value)
    with pytest.raises(wire.WireError):
        wire.decode(frame[: data.draw(st.integers(0, len(frame) - 1))])


@pytest.mark.parametrize(
    "header",
    [
        b'{"$array": ["float32", [4], {"at": 0, "bytes": 16}]}',
        b'{"$array": ["object", [0], {"at": 0, "bytes": 0}]}',
        b'{"$array": ["float32", [-1], {"at": 0, "bytes": 0}]}',
        b'{"$array": ["string", [1], {"at": 0, "bytes": 0}]}',
        b'{"$bytes": {"at": -1, "bytes": 1}}',
        b'{"$pickle": "x"}',
        b'{"$list": [], "$dict": []}',
        b"[" * 100000,
        b"nonsense",
    ],
)
def test_a_lying_header_is_refused(header):
    frame = wire.MAGIC + wire._LENGTHS.pack(len(header), 0) + header
    with pytest.raises(wire.WireError):
        wire.decode(frame)


def test_a_claim_of_too_many_bytes_is_refused_before_they_are_waited_for():
    with pytest.raises(wire.WireError, match="claims"):
        wire.take_frame(bytearray(wire.MAGIC + wire._LENGTHS.pack(2**60, 0)))


def test_a_pickle_is_not_a_message():
    with pytest.raises(wire.WireError):
        wire.decode(pickle.dumps([1, 2, 3]))


def test_what_the_wire_does_not_know_is_refused_when_it_is_sent():
    with pytest.raises(TypeError, match="object cannot go over the wire"):
        wire.encode({"a": object()})
