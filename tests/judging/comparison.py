"""Compares values, and defines what equal means.

Two values are equal if they agree in structure, names, count, dtype, shape, positions of NaN and of each infinity,
and then in values. Every leaf is compared, always. Within one pair values agree bitwise, and NaN by position. Over
two pairs there is a tolerance in ulp, by dtype. One ulp is the spacing of floating-point numbers at the largest
finite magnitude in the row, which is one element of the batch. The largest error is recorded even if the values are
equal.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from typing import Any

import ml_dtypes
import numpy as np

from tests.both_sides.wire import Ragged, Sparse, dtype_name

# The largest error that counts as rounding when it is asked how much a value is wrong.
LARGEST_ROUNDING = 8


@dataclasses.dataclass(frozen=True)
class Difference:
    """One way in which a leaf differs: where, at which level of the comparison, and what was expected and seen.

    Args:
        leaf: its number in the order of all leaves, which is the same with every pair; None of a structure.
        largest_ulp: the largest error in the leaf; None if it is not its values that differ.
    """

    where: str
    level: str
    expected: str
    seen: str
    leaf: int | None = None
    largest_ulp: float | None = None

    def __str__(self) -> str:
        place = f" at {self.where}" if self.where else ""
        return f"{self.level}{place}: expected {self.expected}, seen {self.seen}"


@dataclasses.dataclass
class Comparison:
    """Every difference, and the largest error of the values that could be compared.

    `largest_ulp` and `largest_absolute` are over all compared finite values, 0 if all are the same, and None if no
    floating-point value was compared.
    """

    differences: list[Difference] = dataclasses.field(default_factory=list)
    largest_ulp: float | None = None
    largest_absolute: float | None = None
    leaves: int = 0

    @property
    def equal(self) -> bool:
        """True if there is no difference."""
        return not self.differences

    def differ(
        self, where: str, level: str, expected: Any, seen: Any, leaf: int | None = None, ulp: float | None = None
    ) -> None:
        """Record a difference."""
        self.differences.append(Difference(where, level, str(expected), str(seen), leaf, ulp))

    def note_error(self, ulp: float, absolute: float) -> None:
        """Record an error if it is the largest so far. An error that is not a number counts as infinite."""
        ulp, absolute = (math.inf if math.isnan(error) else error for error in (ulp, absolute))
        self.largest_ulp = ulp if self.largest_ulp is None else max(self.largest_ulp, ulp)
        self.largest_absolute = absolute if self.largest_absolute is None else max(self.largest_absolute, absolute)

    def absorb(self, other: Comparison) -> None:
        """Add the result of another comparison."""
        self.differences += other.differences
        self.leaves += other.leaves
        if other.largest_ulp is not None and other.largest_absolute is not None:
            self.note_error(other.largest_ulp, other.largest_absolute)


def compare(
    expected: Any,
    seen: Any,
    *,
    ulp: Mapping[str, float] | None = None,
    noise: Any = 0.0,
    at_least: Any = 0.0,
    values: bool = True,
    unsure: Any = None,
) -> Comparison:
    """Compare two values as they come from the wire.

    Args:
        expected, seen: structures of dicts, lists, tuples, arrays, ragged and sparse tensors.
        ulp: the tolerance in ulp by dtype; dtypes that are not in it are compared bitwise.
        noise: a tolerance in ulp that counts if it is the larger one: a number for all leaves, or a structure like
            that of `expected`.
        at_least: the magnitude at which an ulp is measured if the row's largest is smaller: a number for all
            leaves, or a structure like that of `expected`.
        values: whether finite values are compared too, and not only the positions of those that are not finite.
        unsure: a second expected value of the same structure; positions of which it and `expected` disagree whether
            they are finite are not compared.
    """
    comparer = _Comparer(ulp or {}, values)
    comparer.compare("", expected, seen, unsure, at_least, noise)
    return comparer.result


def without_messages(answers: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return answers in which an exception is only its type, because its text names nodes and addresses."""
    return [{"raised": answer["raised"]["type"]} if "raised" in answer else answer for answer in answers]


@dataclasses.dataclass
class _Comparer:
    """Compares leaf by leaf; the fields are the arguments of `compare`."""

    ulp: Mapping[str, float]
    values: bool
    result: Comparison = dataclasses.field(default_factory=Comparison)

    def compare(self, where: str, expected: Any, seen: Any, unsure: Any, at_least: Any, noise: Any) -> None:
        """Compare two parts of the same place, and record every difference."""
        if type(expected) is not type(seen):
            self.result.differ(where, "structure", _kind(expected), _kind(seen))
        elif isinstance(expected, dict):
            if set(expected) != set(seen):
                self.result.differ(where, "names", sorted(expected, key=str), sorted(seen, key=str))
            for name in sorted(set(expected) & set(seen), key=str):
                other = unsure[name] if isinstance(unsure, dict) and name in unsure else None
                least = at_least[name] if isinstance(at_least, dict) else at_least
                most = noise[name] if isinstance(noise, dict) else noise
                self.compare(f"{where}[{name!r}]", expected[name], seen[name], other, least, most)
        elif isinstance(expected, (list, tuple)):
            if len(expected) != len(seen):
                self.result.differ(where, "count", len(expected), len(seen))
            for i, (one, two) in enumerate(zip(expected, seen, strict=False)):
                other = unsure[i] if isinstance(unsure, (list, tuple)) and i < len(unsure) else None
                least = at_least[i] if isinstance(at_least, (list, tuple)) else at_least
                most = noise[i] if isinstance(noise, (list, tuple)) else noise
                self.compare(f"{where}[{i}]", one, two, other, least, most)
        elif isinstance(expected, (Ragged, Sparse)):
            for field in dataclasses.fields(expected):
                one, two, other = (getattr(value, field.name, None) for value in (expected, seen, unsure))
                self.compare(f"{where}.{field.name}", one, two, other, at_least, noise)
        elif isinstance(expected, np.ndarray):
            self.result.leaves += 1
            self._compare_arrays(where, expected, seen, unsure, at_least, noise)
        elif expected != seen:
            self.result.leaves += 1
            self.result.differ(where, "value", repr(expected), repr(seen))

    def _compare_arrays(
        self, where: str, expected: np.ndarray, seen: np.ndarray, unsure: Any, at_least: float, noise: float
    ) -> None:
        leaf = self.result.leaves - 1
        if dtype_name(expected) != dtype_name(seen):
            self.result.differ(where, "dtype", dtype_name(expected), dtype_name(seen), leaf)
        elif expected.shape != seen.shape:
            self.result.differ(where, "shape", expected.shape, seen.shape, leaf)
        elif expected.size == 0:
            pass
        elif not _is_inexact(expected):
            self._point_out(where, "values", np.asarray(expected != seen, dtype=bool), expected, seen)
        elif expected.dtype.kind == "c":
            for name, part in ((".real", np.real), (".imag", np.imag)):
                other = part(unsure) if isinstance(unsure, np.ndarray) and unsure.dtype == expected.dtype else None
                self._compare_floats(where + name, part(expected), part(seen), other, at_least, noise)
        else:
            self._compare_floats(where, expected, seen, unsure, at_least, noise)

    def _compare_floats(
        self, where: str, expected: np.ndarray, seen: np.ndarray, unsure: Any, at_least: float, noise: float
    ) -> None:
        classes = [_finiteness(array) for array in (expected, seen)]
        sure = np.ones(expected.shape, dtype=bool)
        if isinstance(unsure, np.ndarray) and unsure.shape == expected.shape and unsure.dtype == expected.dtype:
            sure = classes[0] == _finiteness(unsure)
        self._point_out(where, "non-finite positions", (classes[0] != classes[1]) & sure, expected, seen)
        if not self.values:
            return
        finite = (classes[0] == "finite") & (classes[1] == "finite")
        one, two = (np.where(finite, array, 0).astype(np.float64) for array in (expected, seen))
        absolute = np.abs(one - two)
        with np.errstate(invalid="ignore"):
            in_ulp = np.where(absolute == 0, 0.0, absolute / _spacing(expected, finite, at_least))
        self.result.note_error(float(in_ulp.max()), float(absolute.max()))
        allowed = max(self.ulp.get(expected.dtype.name, 0.0), noise)
        if not allowed:
            # Bits, so that -0.0 is not 0.0; where both are NaN, only the position counts.
            bits = np.dtype(f"u{expected.dtype.itemsize}")
            wrong = (_bits(expected, bits) != _bits(seen, bits)) & finite
        else:
            wrong = in_ulp > allowed
        self._point_out(where, "values", wrong & sure, expected, seen, float(in_ulp.max()))

    def _point_out(
        self,
        where: str,
        level: str,
        wrong: np.ndarray,
        expected: np.ndarray,
        seen: np.ndarray,
        largest_ulp: float | None = None,
    ) -> None:
        """Record a difference if any element is wrong: the first one, and how many there are."""
        places = np.argwhere(wrong)
        if len(places):
            at = tuple(int(side) for side in places[0])
            more = f", largest error {largest_ulp:.3g} ulp" if largest_ulp is not None else ""
            first, other = f"{expected[at]!r} at index {list(at)}", f"{seen[at]!r}"
            count = f" ({len(places)} of {expected.size} differ)"
            leaf = self.result.leaves - 1
            self.result.differ(where, level, first, f"{other}{count}{more}", leaf, largest_ulp)


def _kind(value: Any) -> str:
    return "array" if isinstance(value, np.ndarray) else type(value).__name__


def _is_inexact(array: np.ndarray) -> bool:
    # ml_dtypes has floats and integers of numpy's kind "V".
    return array.dtype.kind in "fc" or (array.dtype.kind == "V" and array.dtype.name.startswith(("bfloat", "float")))


def _bits(array: np.ndarray, bits: np.dtype[Any]) -> np.ndarray:
    return np.ascontiguousarray(array).reshape(array.shape).view(bits)


def _finiteness(array: np.ndarray) -> np.ndarray:
    with np.errstate(invalid="ignore"):  # a signalling NaN is like any other
        value = array.astype(np.float64)
    kinds = np.full(value.shape, "finite", dtype="U8")
    kinds[np.isnan(value)] = "nan"
    kinds[np.isposinf(value)] = "+inf"
    kinds[np.isneginf(value)] = "-inf"
    return kinds


def _spacing(expected: np.ndarray, finite: np.ndarray, at_least: float) -> np.ndarray:
    """Return one ulp of the largest finite magnitude in each row, or of `at_least`, in the shape of the rows."""
    magnitude = np.where(finite, np.abs(expected.astype(np.float64)), 0.0)
    if expected.ndim:
        axes = tuple(range(1, expected.ndim))
        magnitude = magnitude.max(axis=axes, keepdims=True) if axes else magnitude
    info = ml_dtypes.finfo(expected.dtype)  # type: ignore[no-untyped-call]  # ml_dtypes has no types for it
    exponent = np.floor(np.log2(np.maximum(magnitude, max(at_least, float(info.smallest_normal)))))
    spacing: np.ndarray = np.exp2(exponent - info.nmant)
    return spacing
