"""Inputs that hypothesis draws: the same ones every time, unless the profile is `nightly`."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from tests.both_sides.tensors import InputStructure, Tensor
from tests.judging.battery import UNKNOWN_WORDS, padded, ragged, sparse, words

# The gate must give the same verdict every time; the nightly profile is there to explore.
settings.register_profile("derandomized", derandomize=True, max_examples=5, database=None)
settings.register_profile("nightly", derandomize=False, max_examples=50, database=None)
settings.load_profile("derandomized")

LARGEST_ORDINARY = 1e3
LARGEST_BATCH, LARGEST_FREE_DIMENSION = 6, 5


def draw(strategy: st.SearchStrategy[Any]) -> list[Any]:
    """Return as many examples as the hypothesis profile says."""
    collected: list[Any] = []

    @settings(phases=[Phase.generate], database=None, deadline=None, suppress_health_check=list(HealthCheck))
    @given(strategy)
    def collect(example: Any) -> None:
        collected.append(example)

    collect()
    return collected


def drawn(inputs: InputStructure) -> st.SearchStrategy[Any]:
    """Return a strategy for inputs of ordinary magnitude, all of one batch size from 1 to LARGEST_BATCH."""
    return st.integers(1, LARGEST_BATCH).flatmap(
        lambda batch: st.integers(1, LARGEST_FREE_DIMENSION).flatmap(lambda free: _structure(inputs, batch, free))
    )


def _structure(inputs: InputStructure, batch: int, free: int) -> st.SearchStrategy[Any]:
    if inputs.tensor is not None:
        return tensor_values(inputs.tensor, inputs.tensor.shape_with(batch, free))
    if inputs.by_name is not None:
        parts = {name: _structure(part, batch, free) for name, part in inputs.by_name.items()}
        return st.fixed_dictionaries(parts).map(lambda values: {name: values[name] for name in parts})
    return st.tuples(*(_structure(part, batch, free) for part in inputs.in_order or ())).map(inputs.sequence)


def tensor_values(tensor: Tensor, shape: tuple[int, ...]) -> st.SearchStrategy[Any]:
    """Return a strategy for one tensor of that shape, in its layout."""
    values = dense_values(tensor, shape)
    if tensor.layout == "ragged":
        return st.builds(ragged, values, st.lists(st.integers(0, shape[1]), min_size=shape[0], max_size=shape[0]))
    if tensor.layout == "sparse":
        return st.builds(sparse, values, arrays.arrays(bool, shape))
    return values


def dense_values(tensor: Tensor, shape: tuple[int, ...]) -> st.SearchStrategy[np.ndarray]:
    """Return a strategy for arrays of the tensor's dtype and of that shape."""
    if tensor.kind == "float":
        known_numbers = (
            st.sampled_from(np.array(tensor.known, tensor.dtype).tolist()) if tensor.known else st.nothing()
        )
        if tensor.holds_codes:
            return arrays.arrays(tensor.dtype, shape, elements=known_numbers)
        width = {"float16": 16, "float32": 32}.get(tensor.dtype, 64)
        elements = st.floats(-LARGEST_ORDINARY, LARGEST_ORDINARY, width=width)  # type: ignore[arg-type]
        return arrays.arrays(tensor.dtype, shape, elements=known_numbers | elements)
    if tensor.kind == "string":
        known = st.sampled_from(tensor.vocabulary) if tensor.vocabulary else st.nothing()
        unknown = st.sampled_from(UNKNOWN_WORDS) | st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
        size = int(np.prod(shape, dtype=np.int64))
        return st.lists(known | unknown, min_size=size, max_size=size).map(lambda texts: words(texts, shape))
    whole: st.SearchStrategy[Any] = st.integers(tensor.low, tensor.high)
    whole = st.sampled_from(tensor.known) | whole if tensor.known else whole
    values = arrays.arrays(tensor.dtype, shape, elements=st.booleans() if tensor.dtype == "bool" else whole)
    if not tensor.padded:
        return values
    kept = st.lists(st.integers(0, shape[-1]), min_size=shape[0], max_size=shape[0])
    return st.builds(padded, values, kept)
