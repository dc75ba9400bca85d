"""Inputs as Python source that a person can read: at most 20 values, or a rule that makes them."""

from __future__ import annotations

import dataclasses
import math
from collections import Counter
from typing import Any

import numpy as np

from tests.both_sides.structures import leaves
from tests.both_sides.tensors import Input, InputStructure, Tensor
from tests.both_sides.wire import Ragged, Sparse

MOST_VALUES = 20
MOST_EXCEPTIONS = 8


def evaluated(source: str) -> Any:
    """Return the value of a literal that the run itself wrote (see tests/judging/literals.py)."""
    return eval(source, {"np": np, "nan": np.nan, "inf": np.inf, "tf": _Composites})


class _Composites:
    """Stands for `tf` where a literal is evaluated without TensorFlow."""

    SparseTensor = Sparse

    class RaggedTensor:
        from_row_splits = Ragged


def tensors(value: Any) -> str:
    """Return the value as source that makes tensors in the same structure, for `tf`, `np`, `nan` and `inf`."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key!r}: {tensors(part)}" for key, part in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return in_brackets(list(map(tensors, value)), isinstance(value, tuple))
    if isinstance(value, Ragged):
        return f"tf.RaggedTensor.from_row_splits({tensors(value.values)}, {value.row_splits.tolist()})"
    if isinstance(value, Sparse):
        size = value.dense_shape.tolist()
        return f"tf.SparseTensor({value.indices.reshape(-1, len(size)).tolist()}, {tensors(value.values)}, {size})"
    if value is None:
        return "None"
    dtype = "string" if value.dtype == object else value.dtype.name
    if value.size <= MOST_VALUES:
        shape = f", {value.shape}" if not value.size else ""
        return f"tf.constant({value.tolist()!r}, {dtype!r}{shape})"
    return f"tf.constant({_rule(value)}, {dtype!r})"


def in_brackets(parts: list[str], is_tuple: bool) -> str:
    """Return the source of a list or a tuple of these parts."""
    if not is_tuple:
        return f"[{', '.join(parts)}]"
    return f"({', '.join(parts)}{',' if len(parts) == 1 else ''})"


def is_exact(value: Any) -> bool:
    """Return whether `tensors` makes just this value, and not random numbers like it."""
    return all("default_rng" not in tensors(leaf) for leaf in leaves(value))


def _rule(array: np.ndarray) -> str:
    """Return source for an array of many values: its repeated part, its few exceptions, or numbers from a seed."""
    flat = array.reshape(-1)
    texts = list(map(repr, flat.tolist()))
    shape = array.shape if array.ndim > 1 else len(flat)
    for period in range(1, MOST_VALUES + 1):
        if texts[period:] == texts[:-period]:
            return f"np.resize({_listed(flat[:period])}, {shape})"
    usual, _ = Counter(texts).most_common(1)[0]
    exceptions = {
        i: flat[i].tolist() if hasattr(flat[i], "tolist") else flat[i] for i in range(len(flat)) if texts[i] != usual
    }
    if len(exceptions) <= MOST_EXCEPTIONS:
        reshaped = f", {shape})" if array.ndim > 1 else ")"
        start = "np.reshape(" if array.ndim > 1 else "("
        each = f"[{exceptions!r}.get(i, {usual}) for i in range({len(flat)})]"
        return f"{start}{each if array.dtype != object else f'np.array({each}, object)'}{reshaped}"
    if array.dtype == object:
        some = np.array([*sorted(set(flat.tolist()))[:MOST_EXCEPTIONS], None], object)[:-1]
        return f"np.random.default_rng(1).choice({_listed(some)}, {shape})"
    if array.dtype.kind in "iu":
        return f"np.random.default_rng(1).integers({flat.min()}, {flat.max()}, {shape}, endpoint=True)"
    if array.dtype.kind == "b":
        return f"np.random.default_rng(1).random({shape}) < 0.5"
    finite = np.nan_to_num(array.astype("float64"), posinf=0, neginf=0)
    return f"np.random.default_rng(1).uniform({finite.min():.4g}, {finite.max():.4g}, {shape})"


def _listed(array: np.ndarray) -> str:
    """Return source for the values of an array; strings become objects, since others lose zeros at their ends."""
    return f"np.array({array.tolist()!r}, object)" if array.dtype == object else repr(array.tolist())


def specifications(structure: InputStructure) -> str:
    """Return the type specs of an endpoint's inputs as source, in their structure."""
    if structure.tensor is not None:
        return _specification(structure.tensor)
    if structure.by_name is not None:
        return "{" + ", ".join(f"{name!r}: {specifications(part)}" for name, part in structure.by_name.items()) + "}"
    return in_brackets(list(map(specifications, structure.in_order or ())), structure.is_tuple)


def _specification(tensor: Tensor) -> str:
    if tensor.layout == "ragged":
        return f"tf.RaggedTensorSpec({list(tensor.shape)}, {tensor.dtype!r}, {tensor.ragged_rank})"
    kind = "SparseTensorSpec" if tensor.layout == "sparse" else "TensorSpec"
    return f"tf.{kind}({list(tensor.shape)}, {tensor.dtype!r})"


def places(value: Any, where: str = "inputs") -> list[str]:
    """Return for each leaf the expression that finds it, in the order in which `tf.nest` flattens the value."""
    if isinstance(value, dict):
        return [place for key in sorted(value) for place in places(value[key], f"{where}[{key!r}]")]
    if isinstance(value, (list, tuple)):
        return [place for i, part in enumerate(value) for place in places(part, f"{where}[{i}]")]
    return [where]


def smallest_of(inputs: list[Input], failing: list[str], shrunk: str | None, by_size: bool = True) -> Input | None:
    """Return the input for a script: the smallest that shows the shortfall, if possible one that is short to write.

    Where it is not known which inputs show it, the first of all has to do; None if there is none.

    Args:
        shrunk: the first failing input made smaller, as source; None if it was not.
        by_size: prefer the one with the fewest values, and not the first. One without any value comes last.
    """
    candidates = [each for each in inputs if each.name in failing]
    if by_size:
        candidates.sort(key=lambda each: number_of_values(each) or math.inf)
    if shrunk is not None and candidates:
        first = next(each for each in inputs if each.name in failing)
        candidates.insert(0, dataclasses.replace(first, value=evaluated(shrunk)))
    return first_exact(candidates or inputs)


def first_of(inputs: list[Input], failing: list[str]) -> Input | None:
    """Return the first input that shows the shortfall, if possible one that is short to write."""
    return first_exact([each for each in inputs if each.name in failing] or inputs)


def first_exact(candidates: list[Input]) -> Input | None:
    """Return the first of these inputs that is short to write, or else the first."""
    return next((each for each in candidates if is_exact(each.value)), next(iter(candidates), None))


def number_of_values(given: Input) -> int:
    """Return how many values an input has."""
    return sum(np.size(getattr(leaf, "values", leaf)) for leaf in leaves(given.value))
