"""Makes further inputs from those that a user gives, along the batch.  [beside TensorFlow]"""

from __future__ import annotations

from typing import Any, Callable, Dict, List, Optional, Sequence

import numpy as np

from ..both_sides.structures import leaves
from ..both_sides.tensors import InputStructure, spread
from ..both_sides.wire import Sparse, count_rows, elements, join, take
from .known_values import FEWEST_ROWS, MOST_ELEMENTS
from .mine_inputs import mapped

# How many of the given inputs others are made from, and how many rows are repeated or joined.
MOST_GIVEN = 3
MOST_ROWS = 64


def given_names(values: Sequence[Any]) -> Dict[str, Any]:
    """Return given inputs by their names."""
    return {f"given-{number}": value for number, value in enumerate(values, start=1)}


def batch_size(value: Any) -> Optional[int]:
    """Return the first dimension of all tensors of an input, which is the batch; None if they have not the same."""
    sizes = set(map(count_rows, leaves(value)))
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
        made["given/joined"] = combined(values, joined)
    if usable and any(tensor.shows_known for tensor in inputs.given_in(usable[0][1])):
        made[f"{usable[0][0]}/known"] = with_known(usable[0][1], inputs)
    return made


def rows_of(value: Any) -> str:
    """Return the structure of an input with the shape and dtype of one row of each tensor.

    Rows of a ragged tensor may have other lengths. Those of what it holds may not.
    """

    def row(leaf: Any) -> Any:
        array = elements(leaf)
        shape = leaf.dense_shape[1:].tolist() if isinstance(leaf, Sparse) else list(array.shape[1:])
        return (type(leaf).__name__, shape, array.dtype.name)

    return repr(mapped(value, lambda leaf: None if leaf is None else row(leaf)))


def joined(parts: Sequence[Any]) -> Any:
    """Return the rows of all these tensors in one, as many as are allowed; None if they are left out."""
    if parts[0] is None:
        return None
    together = join(parts)
    return take(together, range(min(MOST_ROWS, count_rows(together) or 0)))


def combined(values: Sequence[Any], make: Callable[[List[Any]], Any]) -> Any:
    """Return a structure like all of these, with `make(leaves)` of those in the same place."""
    if isinstance(values[0], dict):
        return {key: combined([value[key] for value in values], make) for key in values[0]}
    if isinstance(values[0], (list, tuple)):
        parts = [combined([value[at] for value in values], make) for at in range(len(values[0]))]
        return tuple(parts) if isinstance(values[0], tuple) else parts
    return make(list(values))


def with_known(value: Any, inputs: InputStructure) -> Any:
    """Return the input with all that is known in place of its own words and numbers, one in each row."""
    known = [tensor for tensor in inputs.given_in(value) if tensor.shows_known]
    size = sum(elements(take(leaf, [0])).size for leaf in leaves(value))
    affordable = [max(FEWEST_ROWS, MOST_ELEMENTS // max(1, size)), *(tensor.known_rows for tensor in known)]
    rows = min(max(len(tensor.known) for tensor in known), *affordable)

    def filled(parts: List[Any]) -> Any:
        array, tensor = parts
        if array is None:
            return None
        usual = take(array, np.arange(rows) % (count_rows(array) or 1))
        if not tensor.shows_known:
            return usual
        chosen = spread(tensor.known, rows)
        texts = [each.encode() if isinstance(each, str) else each for each in chosen]
        column = np.array(texts, dtype=array.dtype)[np.arange(rows) % len(chosen)]
        return np.broadcast_to(column.reshape(rows, *[1] * (array.ndim - 1)), usual.shape).copy()

    return combined([value, inputs.as_declared()], filled)


def along_batch(value: Any, size: Optional[int]) -> Dict[str, Any]:
    """Return the rows of an input in a different order, without the first, the last one alone, and repeated."""
    assert size is not None
    every = np.arange(size)
    ways = {"repeated": np.tile(every[:MOST_ROWS], 2 if size > 1 else 3)}
    if size > 1:
        ways = {
            "permuted": np.roll(every, 1),
            **({"sliced": every[1:]} if size > 2 else {}),
            "single": every[-1:],
            **ways,
        }

    def of_rows(rows: np.ndarray) -> Any:
        return mapped(value, lambda leaf: None if leaf is None else take(leaf, rows))

    return {way: of_rows(rows) for way, rows in ways.items()}
