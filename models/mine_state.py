"""Finds out whether asking a user's model changes it.  [beside TensorFlow]"""

from __future__ import annotations

from typing import Any, Dict, List, Mapping, Sequence

import numpy as np

from ..beside_tensorflow import asking
from ..both_sides.tensors import Tensor
from ..both_sides.variable_names import is_seed_state


def traits_of_state(model: Any, ask: asking.Ask, examples: Mapping[str, Sequence[Any]]) -> List[str]:
    """Return the traits `stateful`, `seeded`, `draws` and `unrepeatable`, as far as they hold.

    Each endpoint is asked twice with each example. The first time may create variables. What sets a variable to a
    constant changes it the first time alone.
    """
    changed: Dict[int, Any] = {}
    differs = draws = False
    for endpoint, values in examples.items():
        for value in values:
            try:
                earliest = [(each, np.array(each)) for each in asking.state_of(model)]
                one = asking.to_wire(ask(endpoint, value))
                at_first = [each for each, earlier in earliest if is_changed(earlier, np.asarray(each))]
                variables = asking.state_of(model)
                before = [np.asarray(each) for each in variables]
                two = asking.to_wire(ask(endpoint, value))
            except Exception:  # the model does not take it
                continue
            moved = [each for each, earlier in zip(variables, before) if is_changed(earlier, np.asarray(each))]
            changed.update({id(each): each for each in [*at_first, *moved]})
            varies = repr(one) != repr(two)
            differs = differs or (varies and not moved)
            # A recurrent layer draws a mask for its dropout even where it does not use it.
            draws = draws or (varies and any(is_seed_state(name_of(each)) for each in moved))
    found = {
        "stateful": bool(changed),
        "seeded": any(is_seed_state(name_of(each)) for each in asking.state_of(model)),
        "draws": draws,
        "unrepeatable": differs,
    }
    return [trait for trait, holds in found.items() if holds]


def name_of(variable: Any) -> str:
    """Return Keras 3's path of a variable, or its name."""
    return getattr(variable, "path", None) or getattr(variable, "name", "")


def is_changed(before: np.ndarray, after: np.ndarray) -> bool:
    """Return whether an array has changed; NaN in the same place is the same."""
    if before.shape != after.shape or before.dtype.kind == "O":
        return before.tolist() != after.tolist()
    return before.tobytes() != after.tobytes()


def lively(tensor: Tensor, shape: Sequence[int], scale: float = 1.0) -> np.ndarray:
    """Return an array in which a sum, a mean and a count are not zero, so that what they change shows.

    Args:
        scale: the magnitude of floating-point numbers.
    """
    if tensor.kind == "string":
        return np.full(shape, tensor.vocabulary[-1].encode() if tensor.vocabulary else b"a", dtype=object)
    values = (
        [0.5 * scale, -1.25 * scale, 2.0 * scale]
        if tensor.kind == "float" and not tensor.holds_codes
        else [min(1, tensor.high)]
    )
    return np.resize(np.array(values), tuple(shape)).astype(tensor.dtype)
