"""Makes further inputs from those that a user gives, along the batch.  [beside TensorFlow]"""

from __future__ import annotations

from typing import Any, Callable, Dict, List, Optional, Sequence

import numpy as np

from ..both_sides.structures import leaves
from ..both_sides.tensors import InputStructure, spread
from .known_values import FEWEST_ROWS, MOST_ELEMENTS
from .mine_inputs import mapped

# How many of the given inputs others are made from, and how many rows are repeated or joined.
MOST_GIVEN = 3
MOST_ROWS = 64


def given_names(values: Sequence[Any]) -> Dict[str, Any]:
    """Return given inputs by their names."""
    return {f"given-{number}": value for number, value in enumerate(values, start=1)}


def batch_size(value: Any) -> Optional[int]:
    """Return the first dimension of all arrays of an input, taken to be the batch; None if they have not the same."""
    sizes = {array.shape[0] if array.ndim else None for array in leaves(value)}
    return sizes.pop() if len(sizes) == 1 else None


def inputs_made_from(values: Sequence[Any], inputs: InputStructure) -> Dict[str, Any]:
    """Return inputs made from the first given ones, by name.

    Args:
        values: the given inputs, as arrays.
        inputs: the same inputs as tensors, with what the model knows.
    """
    sizes = {name: batch_size(value) for name, value in given_names(values).items()}
    usable = [(name, value, sizes[name]) for name, value in given_names(values).items() if sizes[name]]
    made = {}
    for name, value, size in usable[:MOST_GIVEN]:
        made.update({f"{name}/{way}": one for way, one in along_batch(value, size).items()})
    values = [value for _, value, _ in usable]
    if len({rows_of(value) for value in values}) == 1 and len(values) > 1:
        made["given/joined"] = combined(values, lambda arrays: np.concatenate(arrays)[:MOST_ROWS])
    if usable and any(tensor.known for tensor in inputs.tensors):
        made[f"{usable[0][0]}/known"] = with_known(usable[0][1], inputs)
    return made


def rows_of(value: Any) -> str:
    """Return the structure of an input with the shape and dtype of one row of each array."""
    return repr(mapped(value, lambda array: (array.shape[1:], array.dtype.name)))


def combined(values: Sequence[Any], make: Callable[[List[Any]], Any]) -> Any:
    """Return a structure like all of these, with `make(leaves)` of those in the same place."""
    if isinstance(values[0], dict):
        return {key: combined([value[key] for value in values], make) for key in values[0]}
    if isinstance(values[0], (list, tuple)):
        return [combined([value[at] for value in values], make) for at in range(len(values[0]))]
    return make(list(values))


def with_known(value: Any, inputs: InputStructure) -> Any:
    """Return the input with all that is known in place of its own words and numbers, one in each row."""
    known = [tensor for tensor in inputs.tensors if tensor.known]
    elements = sum(array[:1].size for array in leaves(value))
    affordable = [max(FEWEST_ROWS, MOST_ELEMENTS // max(1, elements)), *(tensor.known_rows for tensor in known)]
    rows = min(max(len(tensor.known) for tensor in known), *affordable)

    def filled(parts: List[Any]) -> np.ndarray:
        array, tensor = parts
        usual: np.ndarray = array[np.arange(rows) % len(array)]
        if not tensor.known:
            return usual
        chosen = spread(tensor.known, rows)
        texts = [each.encode() if isinstance(each, str) else each for each in chosen]
        column = np.array(texts, dtype=array.dtype)[np.arange(rows) % len(chosen)]
        return np.broadcast_to(column.reshape(rows, *[1] * (array.ndim - 1)), usual.shape).copy()

    return combined([value, inputs.as_declared()], filled)


def along_batch(value: Any, size: Optional[int]) -> Dict[str, Any]:
    """Return the rows of an input in a different order, without the first, the last one alone, and repeated."""
    assert size is not None
    ways = {"repeated": lambda array: np.concatenate([array[:MOST_ROWS]] * (2 if size > 1 else 3))}
    if size > 1:
        ways = {
            "permuted": lambda array: np.roll(array, 1, axis=0),
            **({"sliced": lambda array: array[1:]} if size > 2 else {}),
            "single": lambda array: array[-1:],
            **ways,
        }
    return {way: mapped(value, make) for way, make in ways.items()}
