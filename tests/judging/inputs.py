"""The inputs of a case: a fixed battery, and what hypothesis draws on top.

Everything is drawn before anything is judged, once per case. Each input has a name, which reports and
deviations refer to, and says whether it is special: whether it leaves the magnitudes up to 1e3 in which answers
of two pairs are compared by value.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable, Iterable
from typing import Any

import ml_dtypes
import numpy as np
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from tests.both_sides.structures import leaves
from tests.both_sides.wire import Ragged, Sparse

# The gate must give the same verdict every time; the nightly profile is there to explore.
settings.register_profile("derandomized", derandomize=True, max_examples=5, database=None)
settings.register_profile("nightly", derandomize=False, max_examples=50, database=None)
settings.load_profile("derandomized")

LARGEST_ORDINARY = 1e3
UNKNOWN_WORDS = ("", "unknown", " beta", "BETA", "naïve", "\U0001f600", "a\x00b", "x" * 300)


@dataclasses.dataclass(frozen=True)
class Filler:
    """One row of the battery: how tensors are filled, and for how many elements of the batch."""

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


def kind_of(tensor: dict) -> str:
    """Whether the tensor holds a `float`, an `integer` or a `string`."""
    if tensor["dtype"] == "string":
        return "string"
    return "float" if "float" in tensor["dtype"] else "integer"


def tensors(inputs: dict) -> list[dict]:
    """All tensors in the description of an endpoint's inputs, in the order in which `tf.nest` flattens them."""
    if "tensor" in inputs:
        return [inputs["tensor"]]
    parts = [inputs["dict"][name] for name in sorted(inputs["dict"])] if "dict" in inputs else inputs["list"]
    return [tensor for part in parts for tensor in tensors(part)]


def structured(inputs: dict, make: Callable[[dict], Any]) -> Any:
    """The structure of an endpoint's inputs, with `make(tensor)` in the place of each tensor."""
    if "tensor" in inputs:
        return make(inputs["tensor"])
    if "dict" in inputs:
        return {name: structured(part, make) for name, part in inputs["dict"].items()}
    return [structured(part, make) for part in inputs["list"]]


def battery(inputs: dict) -> list[tuple[str, bool, Any]]:
    """(name, special, value) for every row of the battery that says something about these inputs."""
    kinds = {kind_of(tensor) for tensor in tensors(inputs)}
    return [
        (filler.name, filler.special, structured(inputs, lambda tensor, filler=filler: fill(tensor, filler)))
        for filler in BATTERY
        if filler.only_for is None or filler.only_for in kinds
        if not ((filler.special or not filler.batch) and any(tensor["tame"] for tensor in tensors(inputs)))
    ]


def fill(tensor: dict, filler: Filler) -> Any:
    """One tensor, filled from the row's values in turn; of a ragged one some row is empty, of a sparse one, most."""
    values = fill_dense(tensor, filler)
    if tensor["layout"] == "ragged":
        return ragged(values, range(1, len(values) + 1))
    if tensor["layout"] == "sparse":
        return sparse(values, np.arange(values.size).reshape(values.shape) % 3 == 0)
    return values


def fill_dense(tensor: dict, filler: Filler) -> np.ndarray:
    """An array of the tensor's shape, filled from the row's values in turn."""
    shape = shape_of(tensor, filler.batch, free=3)
    size = int(np.prod(shape, dtype=np.int64))
    kind = kind_of(tensor)
    if kind == "float":
        return floats_of(filler, size, tensor["dtype"]).reshape(shape)
    if kind == "string":
        pool = UNKNOWN_WORDS if filler.words == "unknown" else tensor["vocabulary"]
        return words([pool[i % len(pool)] for i in range(size)], shape)
    low, high = tensor["low"], tensor["high"]
    pool = {"all": range(low, high + 1), "low": [low], "high": [high]}[filler.integers]
    values = np.array([pool[i % len(pool)] for i in range(size)], dtype=tensor["dtype"]).reshape(shape)
    return padded(values, range(len(values))) if tensor["padded"] else values


TRAINING = Filler("training", 12, (0.5, -1.0, 0.25, 0.75, -0.5, 1.0, -0.125, 0.875, -0.75, 0.0, 0.375))


def features_of(case: dict) -> Any:
    """Inputs of a compiled case to train on: 12 rows, small numbers."""
    return structured(case["endpoints"]["call"], lambda tensor: fill(tensor, TRAINING))


def padded(values: np.ndarray, kept: Iterable[int]) -> np.ndarray:
    """The integers with all after the first `kept[row]` of each row zeroed; one row is all zeros, one has none."""
    result = values.copy()
    for row, keep in zip(result, kept):
        row[..., keep % (row.shape[-1] + 1) :] = 0
    return result


def floats_of(filler: Filler, size: int, dtype: str) -> np.ndarray:
    """As many of the row's numbers, one after the other; what is beyond the dtype is the largest that it has."""
    wanted = np.resize(np.array(filler.floats), size)
    largest = float(ml_dtypes.finfo(dtype).max)
    return np.where(np.isfinite(wanted), np.clip(wanted, -largest, largest), wanted).astype(dtype)


def ragged(values: np.ndarray, kept: Iterable[int]) -> Ragged:
    """The rows of an array, of which the first `kept[row]` elements stay, counted round."""
    lengths = [keep % (values.shape[1] + 1) for _, keep in zip(values, kept)]
    rows = [row[:length] for row, length in zip(values, lengths)]
    flat = np.concatenate(rows) if rows else values.reshape(0, *values.shape[2:])
    return Ragged(flat, np.cumsum([0, *lengths], dtype="int64"))


def sparse(values: np.ndarray, there: np.ndarray) -> Sparse:
    """The elements of an array that are there."""
    return Sparse(np.argwhere(there).astype("int64"), values[there], np.array(values.shape, "int64"))


def words(texts: list[str], shape: tuple[int, ...]) -> np.ndarray:
    """An array of UTF-8 byte strings, as the wire has them."""
    array = np.empty(len(texts), dtype=object)
    array[:] = [text.encode() for text in texts]
    return array.reshape(shape)


def shape_of(tensor: dict, batch: int, free: int) -> tuple[int, ...]:
    """The tensor's shape with its free sides set; the first is the batch where it has one."""
    sides = tensor["shape"]
    if not tensor["batched"]:
        return tuple(free if side is None else side for side in sides)
    return (batch, *(free if side is None else side for side in sides[1:]))


def drawn(inputs: dict) -> st.SearchStrategy:
    """Inputs within the ordinary magnitudes, all tensors of one batch size from 1 to 6."""
    return st.integers(1, 6).flatmap(
        lambda batch: st.integers(1, 5).flatmap(lambda free: _structure(inputs, batch, free))
    )


def _structure(inputs: dict, batch: int, free: int) -> st.SearchStrategy:
    if "tensor" in inputs:
        return tensor_values(inputs["tensor"], shape_of(inputs["tensor"], batch, free))
    if "dict" in inputs:
        parts = {name: _structure(part, batch, free) for name, part in inputs["dict"].items()}
        return st.fixed_dictionaries(parts).map(lambda made: {name: made[name] for name in parts})
    return st.tuples(*(_structure(part, batch, free) for part in inputs["list"])).map(list)


def tensor_values(tensor: dict, shape: tuple[int, ...]) -> st.SearchStrategy:
    """One tensor of that shape, laid out as it is declared."""
    values = dense_values(tensor, shape)
    if tensor["layout"] == "ragged":
        return st.builds(ragged, values, st.lists(st.integers(0, shape[1]), min_size=shape[0], max_size=shape[0]))
    if tensor["layout"] == "sparse":
        return st.builds(sparse, values, arrays.arrays(bool, shape))
    return values


def dense_values(tensor: dict, shape: tuple[int, ...]) -> st.SearchStrategy:
    """Arrays of one tensor's dtype, of that shape."""
    kind = kind_of(tensor)
    if kind == "float":
        width = {"float16": 16, "float32": 32}.get(tensor["dtype"], 64)
        elements = st.floats(-LARGEST_ORDINARY, LARGEST_ORDINARY, width=width)
        return arrays.arrays(tensor["dtype"], shape, elements=elements)
    if kind == "string":
        known = st.sampled_from(tensor["vocabulary"]) if tensor["vocabulary"] else st.nothing()
        unknown = st.sampled_from(UNKNOWN_WORDS) | st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
        size = int(np.prod(shape, dtype=np.int64))
        return st.lists(known | unknown, min_size=size, max_size=size).map(lambda texts: words(texts, shape))
    whole = st.booleans() if tensor["dtype"] == "bool" else st.integers(tensor["low"], tensor["high"])
    values = arrays.arrays(tensor["dtype"], shape, elements=whole)
    if not tensor["padded"]:
        return values
    kept = st.lists(st.integers(0, shape[-1]), min_size=len(range(shape[0])), max_size=shape[0])
    return st.builds(padded, values, kept)


def draw(strategy: st.SearchStrategy) -> list[Any]:
    """As many examples as the hypothesis profile says; the same ones every time under a derandomized profile."""
    collected: list[Any] = []

    @settings(phases=[Phase.generate], database=None, deadline=None, suppress_health_check=list(HealthCheck))
    @given(strategy)
    def collect(example: Any) -> None:
        collected.append(example)

    collect()
    return collected


def inputs_of(case: dict) -> list[dict]:
    """All inputs of a case as it stands in the catalogue: the battery, then what is drawn, for each endpoint.

    Returns:
        dicts with `name` (`batch-of-5`, `drawn-3`; with several endpoints `shift/drawn-3`), `endpoint`,
        `special`, `magnitude` of the largest finite number, and `value` in the structure that the case takes.
    """
    several = len(case["endpoints"]) > 1
    found = []
    for endpoint, inputs in case["endpoints"].items():
        rows = itertools.chain(
            battery(inputs),
            ((f"drawn-{i}", False, value) for i, value in enumerate(draw(drawn(inputs)), start=1)),
        )
        for name, special, value in rows:
            label = f"{endpoint}/{name}" if several else name
            found.append(
                {
                    "name": label,
                    "endpoint": endpoint,
                    "special": special,
                    "magnitude": max(map(magnitude, map(elements, leaves(value))), default=0.0),
                    "value": value,
                }
            )
    return found


def elements(leaf: Any) -> np.ndarray:
    """The array itself, or the values of a ragged or sparse tensor."""
    return leaf if isinstance(leaf, np.ndarray) else leaf.values


def inputs_given(endpoints: dict[str, list]) -> list[dict]:
    """Inputs that a user has given, by endpoint, as `inputs_of` tells of those that it draws."""
    several = len(endpoints) > 1
    found = []
    for endpoint, values in endpoints.items():
        for at, value in enumerate(values, start=1):
            parts = leaves(value)
            largest = max(map(magnitude, parts), default=0.0)
            finite = all(np.isfinite(array).all() for array in parts if array.dtype.kind == "f")
            found.append(
                {
                    "name": f"{endpoint}/given-{at}" if several else f"given-{at}",
                    "endpoint": endpoint,
                    "special": largest > LARGEST_ORDINARY or not finite,
                    "magnitude": largest,
                    "value": value,
                }
            )
    return found


def magnitude(array: np.ndarray) -> float:
    """The largest finite floating-point number in it, without its sign; 0 where there is none."""
    if array.dtype.kind != "f":
        return 0.0
    finite = np.abs(array[np.isfinite(array)])
    return float(finite.max()) if finite.size else 0.0
