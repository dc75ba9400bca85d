"""The fixed battery of inputs: sizes of batches, boundaries, extreme numbers, unknown words."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from typing import Any

import ml_dtypes
import numpy as np

from tests.both_sides.tensors import InputStructure, Tensor, spread
from tests.both_sides.wire import Ragged, Sparse

UNKNOWN_WORDS = ("", "unknown", " beta", "BETA", "naïve", "\U0001f600", "a\x00b", "x" * 300)
# The size of a free dimension that is not the batch.
FREE = 3


@dataclasses.dataclass(frozen=True)
class Filler:
    """One row of the battery: how tensors are filled, and for how many elements of the batch.

    Args:
        special: it leaves the magnitudes in which answers of two pairs are compared by value.
        only_for: the kind of tensor that it needs at least one of.
        integers: `all` in turn, only the `low`est or only the `high`est.
        words: `known` or `unknown` to the model.
    """

    name: str
    batch: int
    floats: tuple[float, ...]
    special: bool = False
    only_for: str | None = None
    integers: str = "all"
    words: str = "known"


_LARGEST, _SMALLEST, _SUBNORMAL = 3.0e38, 1.1754944e-38, 1e-40
BATTERY = (
    Filler("batch-of-5", 5, (0.5, -1.25, 0.75, 2.0, -0.125, 1.5, -3.0)),
    Filler("batch-of-1", 1, (0.25, -0.5, 1.0)),
    Filler("batch-of-0", 0, (1.0,)),
    Filler("zeros", 2, (0.0,), only_for="float"),
    Filler("boundaries", 3, (1e3, -1e3, 1.0, -1.0, 1e-3, -0.0, _SMALLEST, _SUBNORMAL), only_for="float"),
    Filler("largest-finite", 2, (_LARGEST, -_LARGEST, 1.0), special=True, only_for="float"),
    Filler("non-finite", 4, (float("nan"), float("inf"), 1.0, float("-inf"), 0.5), special=True, only_for="float"),
    Filler("lowest-integers", 2, (0.5,), only_for="integer", integers="low"),
    Filler("highest-integers", 2, (0.5,), only_for="integer", integers="high"),
    Filler("unknown-words", 4, (0.5,), only_for="string", words="unknown"),
)
TRAINING = Filler("training", 12, (0.5, -1.0, 0.25, 0.75, -0.5, 1.0, -0.125, 0.875, -0.75, 0.0, 0.375))


@dataclasses.dataclass(frozen=True)
class NamedValue:
    """One value for the inputs of an endpoint, with its name in the battery."""

    name: str
    special: bool
    value: Any


def battery(inputs: InputStructure) -> list[NamedValue]:
    """Return a value for each row of the battery that tests something about these inputs."""
    kinds = {tensor.kind for tensor in inputs.tensors}
    tame = any(tensor.tame for tensor in inputs.tensors)
    usual = [
        NamedValue(filler.name, filler.special, filled(inputs, filler))
        for filler in BATTERY
        if filler.only_for is None or filler.only_for in kinds
        if not (tame and (filler.special or not filler.batch))
    ]
    return [*usual, *all_that_is_known(inputs)]


def all_that_is_known(inputs: InputStructure) -> list[NamedValue]:
    """Return inputs that hold all that a user's model tells apart, or as much of it as they have room for.

    In the first, each row holds one value: a layer that adds up a row would not show that two of its values are
    exchanged. The second has one value after the other, and so has room for more.
    """
    tensors = [tensor for tensor in inputs.tensors if tensor.shows_known]
    if not tensors:
        return []
    most = min(tensor.known_rows for tensor in tensors)
    sizes = [int(np.prod(tensor.shape_with(1, free=FREE), dtype=np.int64)) for tensor in tensors]
    by_row = max(len(tensor.known) for tensor in tensors)
    in_turn = max(-(-len(tensor.known) // max(1, size)) for tensor, size in zip(tensors, sizes, strict=True))
    values = {"known-values": filled_with_known(inputs, min(by_row, most), by_row=True)}
    if max(sizes) > 1:
        values["known-values-in-turn"] = filled_with_known(inputs, min(in_turn, most), by_row=False)
    return [NamedValue(name, False, value) for name, value in values.items()]


def filled_with_known(inputs: InputStructure, rows: int, *, by_row: bool) -> Any:
    """Return a batch in which tensors hold what is known of them, and the others what they usually hold."""
    usual = dataclasses.replace(BATTERY[0], batch=rows)

    def fill_known(tensor: Tensor) -> Any:
        if not tensor.shows_known:
            return fill(tensor, usual)
        shape = tensor.shape_with(rows, free=FREE)
        size = int(np.prod(shape, dtype=np.int64))
        count = shape[0] if by_row and shape else size
        chosen = spread(tensor.known, count)
        elements = [chosen[i % len(chosen)] for i in np.repeat(np.arange(count), size // max(1, count))]
        if tensor.kind == "string":
            return words(elements, shape)
        return np.array(elements, dtype=tensor.dtype).reshape(shape)

    return inputs.map(fill_known)


def filled(inputs: InputStructure, filler: Filler) -> Any:
    """Return the inputs with every tensor filled by a row of the battery."""
    return inputs.map(lambda tensor: fill(tensor, filler))


def fill(tensor: Tensor, filler: Filler) -> Any:
    """Return one tensor, filled with the row's values in turn.

    Some row of a ragged tensor is empty, and most elements of a sparse one are missing.
    """
    values = fill_dense(tensor, filler)
    if tensor.layout == "ragged":
        return ragged(values, range(1, len(values) + 1))
    if tensor.layout == "sparse":
        return sparse(values, np.arange(values.size).reshape(values.shape) % 3 == 0)
    return values


def fill_dense(tensor: Tensor, filler: Filler) -> np.ndarray:
    """Return an array of the tensor's shape, filled with the row's values in turn."""
    shape = tensor.shape_with(filler.batch, free=FREE)
    size = int(np.prod(shape, dtype=np.int64))
    if tensor.kind == "float" and (filler.only_for == "float" or not tensor.holds_codes):
        return floats_of(filler, size, tensor.dtype).reshape(shape)
    if tensor.kind == "string":
        words_to_use = UNKNOWN_WORDS if filler.words == "unknown" else tensor.vocabulary
        return words([words_to_use[i % len(words_to_use)] for i in range(size)], shape)
    pools: dict[str, Sequence[Any]] = {
        "all": tensor.known or range(tensor.low, tensor.high + 1),
        "low": [tensor.low],
        "high": [tensor.high],
    }
    pool = pools[filler.integers]
    values = np.array([pool[i % len(pool)] for i in range(size)], dtype=tensor.dtype).reshape(shape)
    return padded(values, range(len(values))) if tensor.padded else values


def padded(values: np.ndarray, kept: Iterable[int]) -> np.ndarray:
    """Return integers with everything after the first `kept[row]` of each row set to zero.

    Lengths beyond the end of a row start again at zero, so that some row is all zeros and some row has none.
    """
    result = values.copy()
    for row, keep in zip(result, kept, strict=False):
        row[..., keep % (row.shape[-1] + 1) :] = 0
    return result


def floats_of(filler: Filler, size: int, dtype: str) -> np.ndarray:
    """Return `size` of the row's numbers, in turn. A number beyond the dtype becomes the largest that it has."""
    wanted = np.resize(np.array(filler.floats), size)
    largest = float(ml_dtypes.finfo(dtype).max)  # type: ignore[no-untyped-call]  # it has no types
    return np.where(np.isfinite(wanted), np.clip(wanted, -largest, largest), wanted).astype(dtype)


def ragged(values: np.ndarray, kept: Iterable[int]) -> Ragged:
    """Return the rows of an array, each cut after `kept[row]` elements; longer lengths start again at zero."""
    lengths = [keep % (values.shape[1] + 1) for _, keep in zip(values, kept, strict=False)]
    rows = [row[:length] for row, length in zip(values, lengths, strict=True)]
    flat = np.concatenate(rows) if rows else values.reshape(0, *values.shape[2:])
    return Ragged(flat, np.cumsum([0, *lengths], dtype="int64"))


def sparse(values: np.ndarray, present: np.ndarray) -> Sparse:
    """Return the elements of an array at which a mask of the same shape is true."""
    return Sparse(np.argwhere(present).astype("int64"), values[present], np.array(values.shape, "int64"))


def words(texts: list[str], shape: tuple[int, ...]) -> np.ndarray:
    """Return an array of UTF-8 byte strings, as they go over the wire."""
    array = np.empty(len(texts), dtype=object)
    array[:] = [text.encode() for text in texts]
    return array.reshape(shape)
