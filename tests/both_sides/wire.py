"""Encodes the messages of agents, children and pytest as JSON and arrays, never as pickle.  [both sides]

A message is one frame: a magic word, the lengths of its two parts, a JSON header, and a body of raw array bytes that
the header refers to. Values keep their structure: dicts, lists, tuples, dense arrays, ragged and sparse tensors, byte
strings. Decoding builds only these, so a broken or hostile sender can at worst send a frame that cannot be decoded.
"""

from __future__ import annotations

import dataclasses
import json
import struct
from typing import Any, BinaryIO, Iterator, Optional, Sequence

import numpy as np

MAGIC = b"TFSC"
_LENGTHS = struct.Struct("<QQ")
_STRING_LENGTH = struct.Struct("<I")
LARGEST_HEADER = 64 * 2**20
LARGEST_BODY = 4 * 2**30

_NUMPY_DTYPES = frozenset(
    [
        "bool",
        "int8",
        "int16",
        "int32",
        "int64",
        "uint8",
        "uint16",
        "uint32",
        "uint64",
        "float16",
        "float32",
        "float64",
        "complex64",
        "complex128",
    ]
)
_ML_DTYPES = frozenset(["bfloat16", "float8_e4m3fn", "float8_e5m2", "int4", "uint4"])


class WireError(Exception):
    """Bytes that are not a message: their sender is broken, or sent something else."""


@dataclasses.dataclass(frozen=True)
class Ragged:
    """A ragged tensor: `values`, which may be ragged too, and int64 `row_splits` of its first ragged dimension."""

    values: Any
    row_splits: np.ndarray

    @property
    def rows(self) -> int:
        """The number of rows."""
        return len(self.row_splits) - 1

    def take(self, rows: Any) -> Ragged:
        """Return the rows at these places, in their order."""
        within = [np.arange(*self.row_splits[row : row + 2]) for row in rows]
        ends = np.cumsum([0, *map(len, within)]).astype(self.row_splits.dtype)
        return Ragged(take(self.values, np.concatenate([np.arange(0), *within])), ends)

    @classmethod
    def join(cls, parts: Sequence[Ragged]) -> Ragged:
        """Return the rows of all these in one."""
        lengths = np.concatenate([np.diff(part.row_splits) for part in parts])
        ends = np.cumsum([0, *lengths]).astype(parts[0].row_splits.dtype)
        return cls(join([part.values for part in parts]), ends)


@dataclasses.dataclass(frozen=True)
class Sparse:
    """A sparse tensor: int64 `indices` of shape (n, rank), `values` of shape (n,), int64 `dense_shape`."""

    indices: np.ndarray
    values: np.ndarray
    dense_shape: np.ndarray

    @property
    def rows(self) -> int:
        """The number of rows."""
        return int(self.dense_shape[0])

    def take(self, rows: Any) -> Sparse:
        """Return the rows at these places, in their order."""
        there = [np.flatnonzero(self.indices[:, 0] == row) for row in rows]
        places = np.concatenate([np.arange(0), *there])
        indices = self.indices[places]
        indices[:, 0] = np.repeat(np.arange(len(there)), [len(each) for each in there])
        return Sparse(indices, self.values[places], np.array([len(there), *self.dense_shape[1:]], "int64"))

    @classmethod
    def join(cls, parts: Sequence[Sparse]) -> Sparse:
        """Return the rows of all these in one. Apart from the number of rows, they have the same shape."""
        before = np.cumsum([0, *(part.rows for part in parts)])
        columns = [0] * (len(parts[0].dense_shape) - 1)
        indices = [part.indices + np.array([first, *columns]) for part, first in zip(parts, before)]
        shape = np.array([before[-1], *parts[0].dense_shape[1:]], "int64")
        return cls(np.concatenate(indices), np.concatenate([part.values for part in parts]), shape)


def count_rows(leaf: Any) -> Optional[int]:
    """Return how many rows an array, a ragged or a sparse tensor has; None for a single number."""
    if isinstance(leaf, np.ndarray):
        return len(leaf) if leaf.ndim else None
    return int(leaf.rows)


def take(leaf: Any, rows: Any) -> Any:
    """Return the rows of an array, a ragged or a sparse tensor at these places, in their order."""
    return leaf[rows] if isinstance(leaf, np.ndarray) else leaf.take(rows)


def join(leaves: Sequence[Any]) -> Any:
    """Return the rows of arrays, of ragged or of sparse tensors in one."""
    return np.concatenate(leaves) if isinstance(leaves[0], np.ndarray) else leaves[0].join(leaves)


def elements(leaf: Any) -> np.ndarray:
    """Return an array itself, or the values of a ragged or a sparse tensor."""
    return leaf if isinstance(leaf, np.ndarray) else elements(leaf.values)


def with_elements(leaf: Any, values: np.ndarray) -> Any:
    """Return an array, a ragged or a sparse tensor with other values in the same places."""
    if isinstance(leaf, np.ndarray):
        return values
    return dataclasses.replace(leaf, values=with_elements(leaf.values, values))


def numpy_dtype(name: str) -> np.dtype:
    """Return the numpy dtype for TensorFlow's name of it; strings are object arrays of bytes.

    Raises:
        WireError: the wire does not carry this dtype.
    """
    if name == "string":
        return np.dtype(object)
    if name in _NUMPY_DTYPES:
        return np.dtype(name)
    if name in _ML_DTYPES:
        return _ml_dtype(name)
    raise WireError(f"no dtype named {name!r} goes over the wire")


def _ml_dtype(name: str) -> np.dtype:
    dtype: np.dtype
    try:
        import ml_dtypes
    except ModuleNotFoundError:  # TensorFlow 2.13 has a bfloat16 of its own
        import tensorflow as tf

        dtype = np.dtype(tf.dtypes.as_dtype(name).as_numpy_dtype)
    else:
        dtype = np.dtype(getattr(ml_dtypes, name))
    return dtype


def dtype_name(array: np.ndarray) -> str:
    """Return TensorFlow's name of the array's dtype."""
    return "string" if array.dtype.kind in "OSU" else array.dtype.name


def encode(value: Any) -> bytes:
    """Return the value as one frame.

    Raises:
        TypeError: the wire does not carry some part of the value.
    """
    body: list[bytes] = []
    size = 0

    def place(raw: bytes) -> dict[str, int]:
        nonlocal size
        body.append(raw)
        size += len(raw)
        return {"at": size - len(raw), "bytes": len(raw)}

    def pack(part: Any) -> Any:
        if part is None or isinstance(part, (bool, int, str)):
            return part
        if isinstance(part, float):
            return {"$float": part.hex()}
        if isinstance(part, bytes):
            return {"$bytes": place(part)}
        if isinstance(part, dict):
            return {"$dict": [[pack(key), pack(item)] for key, item in part.items()]}
        if isinstance(part, tuple):
            return {"$tuple": [pack(item) for item in part]}
        if isinstance(part, list):
            return [pack(item) for item in part]
        if isinstance(part, Ragged):
            return {"$ragged": [pack(part.values), pack(part.row_splits)]}
        if isinstance(part, Sparse):
            return {"$sparse": [pack(part.indices), pack(part.values), pack(part.dense_shape)]}
        if isinstance(part, (np.ndarray, np.generic)):
            array = np.asarray(part)
            name = dtype_name(array)
            numpy_dtype(name)
            return {"$array": [name, list(array.shape), place(_array_bytes(array, name))]}
        raise TypeError(f"a {type(part).__name__} cannot go over the wire")

    header = json.dumps(pack(value)).encode()
    return b"".join([MAGIC, _LENGTHS.pack(len(header), size), header, *body])


def decode(frame: bytes) -> Any:
    """Return the value in a frame.

    Raises:
        WireError: the bytes are not exactly one well-formed frame.
    """
    value, rest = _decode_first(frame)
    if rest:
        raise WireError(f"{len(rest)} bytes follow the message")
    return value


def read_frames(stream: BinaryIO) -> Iterator[Any]:
    """Yield the values of a stream of frames, until it ends.

    Raises:
        WireError: the stream holds something different, or ends inside a frame.
    """
    while True:
        start = stream.read(len(MAGIC) + _LENGTHS.size)
        if not start:
            return
        header_size, body_size = _lengths(start)
        rest = stream.read(header_size + body_size)
        if len(rest) != header_size + body_size:
            raise WireError("the stream ends inside a message")
        yield decode(start + rest)


def take_frame(buffer: bytearray) -> Optional[Any]:
    """Remove the first frame from the buffer, and return its value in a list; None while the frame is incomplete.

    Raises:
        WireError: the buffer does not start with a frame.
    """
    if not MAGIC.startswith(bytes(buffer[: len(MAGIC)])):
        raise WireError(f"not a message: it starts with {bytes(buffer[:24])!r}")
    prefix = len(MAGIC) + _LENGTHS.size
    if len(buffer) < prefix:
        return None
    end = prefix + sum(_lengths(bytes(buffer[:prefix])))
    if len(buffer) < end:
        return None
    value = decode(bytes(buffer[:end]))
    del buffer[:end]
    return [value]


def _lengths(start: bytes) -> tuple[int, int]:
    if start[: len(MAGIC)] != MAGIC:
        raise WireError(f"not a message: it starts with {start[:24]!r}")
    if len(start) != len(MAGIC) + _LENGTHS.size:
        raise WireError("the stream ends inside a message")
    header_size, body_size = _LENGTHS.unpack(start[len(MAGIC) :])
    if header_size > LARGEST_HEADER or body_size > LARGEST_BODY:
        raise WireError(f"a message that claims {header_size} + {body_size} bytes")
    return header_size, body_size


def _decode_first(frame: bytes) -> tuple[Any, bytes]:
    prefix = len(MAGIC) + _LENGTHS.size
    header_size, body_size = _lengths(frame[:prefix])
    end = prefix + header_size + body_size
    if len(frame) < end:
        raise WireError("the message is cut off")
    body = frame[prefix + header_size : end]
    try:
        header = json.loads(frame[prefix : prefix + header_size])
        return _unpack(header, body), frame[end:]
    except (KeyError, IndexError, OverflowError, RecursionError, TypeError, ValueError) as error:
        raise WireError(f"a malformed message: {error}") from error


def _unpack(part: Any, body: bytes) -> Any:
    if isinstance(part, list):
        return [_unpack(item, body) for item in part]
    if not isinstance(part, dict):
        return part
    if len(part) != 1:
        raise WireError("a tagged value has exactly one tag")
    ((tag, content),) = part.items()
    if tag == "$float":
        return float.fromhex(content)
    if tag == "$bytes":
        return _slice(content, body)
    if tag == "$dict":
        return {_unpack(key, body): _unpack(item, body) for key, item in content}
    if tag == "$tuple":
        return tuple(_unpack(item, body) for item in content)
    if tag == "$ragged":
        values, row_splits = (_unpack(item, body) for item in content)
        return Ragged(values, row_splits)
    if tag == "$sparse":
        return Sparse(*(_unpack(item, body) for item in content))
    if tag == "$array":
        name, shape, place = content
        return _array(name, shape, _slice(place, body))
    raise WireError(f"no value is tagged {tag!r}")


def _slice(place: dict[str, Any], body: bytes) -> bytes:
    at, size = place["at"], place["bytes"]
    if not (isinstance(at, int) and isinstance(size, int) and at >= 0 and size >= 0 and at + size <= len(body)):
        raise WireError("an array lies outside its message")
    return body[at : at + size]


def _array_bytes(array: np.ndarray, name: str) -> bytes:
    if name != "string":
        return np.ascontiguousarray(array).tobytes()
    pieces = []
    for item in array.reshape(-1):
        text = item if isinstance(item, bytes) else str(item).encode()
        pieces += [_STRING_LENGTH.pack(len(text)), text]
    return b"".join(pieces)


def _array(name: str, shape: list[Any], raw: bytes) -> np.ndarray:
    dtype = numpy_dtype(name)
    if not all(isinstance(size, int) and size >= 0 for size in shape):
        raise WireError(f"no array has the shape {shape}")
    if name != "string":
        return np.frombuffer(raw, dtype=dtype).reshape(shape)
    texts, at = [], 0
    while at < len(raw):
        (size,) = _STRING_LENGTH.unpack(raw[at : at + _STRING_LENGTH.size])
        at += _STRING_LENGTH.size
        if at + size > len(raw):
            raise WireError("a string lies outside its array")
        texts.append(raw[at : at + size])
        at += size
    array = np.empty(len(texts), dtype=object)
    array[:] = texts
    return array.reshape(shape)
