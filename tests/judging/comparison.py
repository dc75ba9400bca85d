"""What equal means.

Two values are equal when they agree in structure, names, count, dtype, shape, positions of NaN and of each
infinity, and then in values; every leaf is looked at, always. Within one pair values agree bitwise, NaN by
position. Over two pairs a tolerance in ulp applies, by dtype; one ulp is the spacing of floating-point numbers
at the largest finite magnitude in the row, which is one element of the batch. The largest error is recorded
whether the values are equal or not.
"""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import ml_dtypes
import numpy as np

from tests.both_sides.wire import Ragged, Sparse, dtype_name

# Over two pairs, by dtype; a dtype that is not here is compared bitwise. One ulp is there the spacing at the largest
# magnitude in the row, in the input, or at 1, whichever is most: what a sum rounds away is measured by its terms, and
# where they cancel, or tanh is flat, that is much of what is left. Weights are compared to the bit, so that answers
# have only to tell rounding from another model.
ULP_OVER_PAIRS = {
    # Kernels of matmul, tanh, sigmoid and pow round otherwise from one TensorFlow to the next: from 2.15.1 and from
    # 2.16.2 to 2.21.0 answers and gradients moved by at most 3 ulp, on a product of two columns of numbers near 477
    # that leaves 4.
    "float32": 4,
    # Mixed precision and a layer in float64, from 2.15.1 to 2.21.0: moved by 2 ulp at most.
    "float64": 4,
    "float16": 4,
    "bfloat16": 4,
}
# How much coarser than float32 these are: what a model computes in them is rounded to them, whatever it answers in.
COARSER = {"bfloat16": 2.0**16, "float16": 2.0**13}
# By another runtime than TensorFlow's, by dtype, for inputs up to 1; as many times that as the inputs are larger.
ULP_CONVERTED = {
    # Its kernels sum in another order, and what that rounds away grows with what is summed. Seen with TFLite, LiteRT,
    # ONNX Runtime and OpenVINO: 9 ulp of the row's largest on inputs up to 3, 633 ulp on inputs up to 477.
    "float32": 8,
}


@dataclasses.dataclass(frozen=True)
class Difference:
    """One way in which a leaf differs: where, by which level of the comparison, and what was expected and seen."""

    where: str
    level: str
    expected: str
    seen: str

    def __str__(self) -> str:
        place = f" at {self.where}" if self.where else ""
        return f"{self.level}{place}: expected {self.expected}, seen {self.seen}"


@dataclasses.dataclass
class Comparison:
    """Every difference that was found, and the largest error of the values that could be compared.

    `largest_ulp` and `largest_absolute` are over all compared finite values, 0 where all are the same, and None
    where no floating-point value was compared.
    """

    differences: list[Difference] = dataclasses.field(default_factory=list)
    largest_ulp: float | None = None
    largest_absolute: float | None = None
    leaves: int = 0

    @property
    def equal(self) -> bool:
        """Whether no difference was found."""
        return not self.differences

    def differ(self, where: str, level: str, expected: Any, seen: Any) -> None:
        """Record a difference."""
        self.differences.append(Difference(where, level, str(expected), str(seen)))

    def note_error(self, ulp: float, absolute: float) -> None:
        """Record an error; the largest stays. An error that is not a number is the largest there is."""
        ulp, absolute = (math.inf if math.isnan(error) else error for error in (ulp, absolute))
        self.largest_ulp = ulp if self.largest_ulp is None else max(self.largest_ulp, ulp)
        self.largest_absolute = absolute if self.largest_absolute is None else max(self.largest_absolute, absolute)

    def absorb(self, other: Comparison) -> None:
        """Add what another comparison found."""
        self.differences += other.differences
        self.leaves += other.leaves
        if other.largest_ulp is not None:
            self.note_error(other.largest_ulp, other.largest_absolute)


def compare(
    expected: Any,
    seen: Any,
    *,
    ulp: dict[str, float] | None = None,
    at_least: float = 0.0,
    values: bool = True,
    unsure: Any = None,
) -> Comparison:
    """Compare two values as they come from the wire.

    Args:
        expected, seen: structures of dicts, lists, tuples, arrays, ragged and sparse tensors.
        ulp: the tolerance in ulp by dtype; bitwise where it is None, or where a dtype is not in it.
        at_least: the magnitude at which an ulp is measured where the row's largest is smaller.
        values: whether finite values are compared, beside the positions of those that are not finite.
        unsure: a second expected value of the same structure; where it and `expected` disagree on which positions
            are finite, those positions are not compared.
    """
    result = Comparison()
    _compare("", expected, seen, unsure, Tolerance(ulp or {}, at_least), values, result)
    return result


@dataclasses.dataclass(frozen=True)
class Tolerance:
    """Ulp by dtype, and the least magnitude at which one ulp is measured."""

    ulp: dict[str, float]
    at_least: float


def without_messages(answers: list[dict]) -> list[dict]:
    """Answers in which an exception is only its type: its text tells of node names and addresses."""
    return [{"raised": answer["raised"]["type"]} if "raised" in answer else answer for answer in answers]


def _compare(
    where: str, expected: Any, seen: Any, unsure: Any, tolerance: Tolerance, values: bool, result: Comparison
) -> None:
    if type(expected) is not type(seen):
        result.differ(where, "structure", _kind(expected), _kind(seen))
    elif isinstance(expected, dict):
        if set(expected) != set(seen):
            result.differ(where, "names", sorted(expected, key=str), sorted(seen, key=str))
        for name in sorted(set(expected) & set(seen), key=str):
            other = unsure[name] if isinstance(unsure, dict) and name in unsure else None
            _compare(f"{where}[{name!r}]", expected[name], seen[name], other, tolerance, values, result)
    elif isinstance(expected, (list, tuple)):
        if len(expected) != len(seen):
            result.differ(where, "count", len(expected), len(seen))
        for i, (one, two) in enumerate(zip(expected, seen)):
            other = unsure[i] if isinstance(unsure, (list, tuple)) and i < len(unsure) else None
            _compare(f"{where}[{i}]", one, two, other, tolerance, values, result)
    elif isinstance(expected, (Ragged, Sparse)):
        for field in dataclasses.fields(expected):
            parts = [getattr(value, field.name, None) for value in (expected, seen, unsure)]
            _compare(f"{where}.{field.name}", *parts, tolerance, values, result)
    elif isinstance(expected, np.ndarray):
        result.leaves += 1
        _compare_arrays(where, expected, seen, unsure, tolerance, values, result)
    elif expected != seen:
        result.leaves += 1
        result.differ(where, "value", repr(expected), repr(seen))


def _kind(value: Any) -> str:
    return "array" if isinstance(value, np.ndarray) else type(value).__name__


def _compare_arrays(
    where: str,
    expected: np.ndarray,
    seen: np.ndarray,
    unsure: Any,
    tolerance: Tolerance,
    values: bool,
    result: Comparison,
) -> None:
    if dtype_name(expected) != dtype_name(seen):
        result.differ(where, "dtype", dtype_name(expected), dtype_name(seen))
        return
    if expected.shape != seen.shape:
        result.differ(where, "shape", expected.shape, seen.shape)
        return
    if expected.size == 0:
        return
    if not _is_inexact(expected):
        _compare_exact(where, expected, seen, result)
        return
    if expected.dtype.kind == "c":
        parts = (np.real, np.imag)
        for name, part in zip((".real", ".imag"), parts):
            other = part(unsure) if isinstance(unsure, np.ndarray) and unsure.dtype == expected.dtype else None
            _compare_floats(where + name, part(expected), part(seen), other, tolerance, values, result)
        return
    _compare_floats(where, expected, seen, unsure, tolerance, values, result)


def _is_inexact(array: np.ndarray) -> bool:
    if array.dtype.kind in "fc":
        return True
    # ml_dtypes's floats are of numpy's kind "V", its integers too.
    return array.dtype.kind == "V" and array.dtype.name.startswith(("bfloat", "float"))


def _compare_exact(where: str, expected: np.ndarray, seen: np.ndarray, result: Comparison) -> None:
    _point_out(where, "values", np.asarray(expected != seen, dtype=bool), expected, seen, result)


def _point_out(
    where: str,
    level: str,
    wrong: np.ndarray,
    expected: np.ndarray,
    seen: np.ndarray,
    result: Comparison,
    more: str = "",
) -> None:
    """Record a difference where any element is wrong: the first of them, and how many there are."""
    places = np.argwhere(wrong)
    if len(places):
        at = tuple(int(side) for side in places[0])
        count = f" ({len(places)} of {expected.size} differ)"
        result.differ(where, level, f"{expected[at]!r} at index {list(at)}", f"{seen[at]!r}{count}{more}")


def _compare_floats(
    where: str,
    expected: np.ndarray,
    seen: np.ndarray,
    unsure: Any,
    tolerance: Tolerance,
    values: bool,
    result: Comparison,
) -> None:
    classes = [_finiteness(array) for array in (expected, seen)]
    sure = np.ones(expected.shape, dtype=bool)
    if isinstance(unsure, np.ndarray) and unsure.shape == expected.shape and unsure.dtype == expected.dtype:
        sure = classes[0] == _finiteness(unsure)
    _point_out(where, "non-finite positions", (classes[0] != classes[1]) & sure, expected, seen, result)
    if not values:
        return
    finite = (classes[0] == "finite") & (classes[1] == "finite")
    one, two = (np.where(finite, array, 0).astype(np.float64) for array in (expected, seen))
    absolute = np.abs(one - two)
    spacing = _spacing(expected, finite, tolerance.at_least)
    with np.errstate(invalid="ignore"):
        in_ulp = np.where(absolute == 0, 0.0, absolute / spacing)
    result.note_error(float(in_ulp.max()), float(absolute.max()))
    allowed = tolerance.ulp.get(expected.dtype.name)
    if allowed is None:
        # Bits, so that -0.0 is not 0.0; where both are NaN, the position is what counts.
        bits = np.dtype(f"u{expected.dtype.itemsize}")
        wrong = (_bits(expected, bits) != _bits(seen, bits)) & finite
    else:
        wrong = in_ulp > allowed
    more = f", largest error {float(in_ulp.max()):.3g} ulp"
    _point_out(where, "values", wrong & sure, expected, seen, result, more)


def _bits(array: np.ndarray, bits: np.dtype) -> np.ndarray:
    return np.ascontiguousarray(array).reshape(array.shape).view(bits)


def _finiteness(array: np.ndarray) -> np.ndarray:
    with np.errstate(invalid="ignore"):  # a signalling NaN is as good as any
        value = array.astype(np.float64)
    kinds = np.full(value.shape, "finite", dtype="U8")
    kinds[np.isnan(value)] = "nan"
    kinds[np.isposinf(value)] = "+inf"
    kinds[np.isneginf(value)] = "-inf"
    return kinds


def _spacing(expected: np.ndarray, finite: np.ndarray, at_least: float) -> np.ndarray:
    """One ulp of the largest finite magnitude in each row, or of the one given, in the shape of the array's rows."""
    magnitude = np.where(finite, np.abs(expected.astype(np.float64)), 0.0)
    if expected.ndim:
        axes = tuple(range(1, expected.ndim))
        magnitude = magnitude.max(axis=axes, keepdims=True) if axes else magnitude
    info = ml_dtypes.finfo(expected.dtype)
    exponent = np.floor(np.log2(np.maximum(magnitude, max(at_least, float(info.smallest_normal)))))
    return np.exp2(exponent - info.nmant)
