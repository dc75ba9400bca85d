"""Structures of values as `tf.nest` flattens them, and names in natural order.  [both sides]"""

from __future__ import annotations

import re
from typing import Any, List, Sequence, Union


def natural_order(name: str) -> List[Union[int, str]]:
    """Return a sort key that puts `inputs` before `inputs_1`, and `inputs_2` before `inputs_10`."""
    return [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", name)]


def in_structure(value: Any, parts: Sequence[Any]) -> Any:
    """Return the structure with these parts in place of its leaves, in the order of `leaves`."""
    remaining = iter(parts)

    def place(each: Any) -> Any:
        if isinstance(each, dict):
            placed = {key: place(each[key]) for key in sorted(each)}
            return {key: placed[key] for key in each}
        if isinstance(each, (list, tuple)):
            return type(each)(place(part) for part in each)
        return None if each is None else next(remaining)

    return place(value)


def holds_none(value: Any) -> bool:
    """Return whether some part of a structure is None."""
    if isinstance(value, dict):
        value = list(value.values())
    return any(map(holds_none, value)) if isinstance(value, (list, tuple)) else value is None


def leaves(value: Any) -> List[Any]:
    """Return the leaves of a structure in the order in which `tf.nest` flattens it, without None."""
    if isinstance(value, dict):
        return [leaf for key in sorted(value) for leaf in leaves(value[key])]
    if isinstance(value, (list, tuple)):
        return [leaf for part in value for leaf in leaves(part)]
    return [] if value is None else [value]
