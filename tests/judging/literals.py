"""Values as Python source."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.both_sides.wire import Ragged, Sparse


def literal(value: Any) -> str:
    """Return the value as Python source, for a namespace that has `tf`, `np`, `nan` and `inf`."""
    if value is None:
        return "None"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key!r}: {literal(part)}" for key, part in value.items()) + "}"
    if isinstance(value, tuple):
        return "(" + "".join(f"{literal(part)}, " for part in value) + ")"
    if isinstance(value, list):
        return "[" + ", ".join(literal(part) for part in value) + "]"
    if isinstance(value, Ragged):
        return f"tf.RaggedTensor.from_row_splits({literal(value.values)}, {literal(value.row_splits)})"
    if isinstance(value, Sparse):
        parts = ", ".join(literal(part) for part in (value.indices, value.values, value.dense_shape))
        return f"tf.SparseTensor({parts})"
    if value.dtype == object:
        return f"np.array({value.tolist()!r}, dtype=object).reshape({value.shape})"
    if value.size and not np.any(value) and not np.any(np.signbit(value.astype("float64"))):
        return f"np.zeros({value.shape}, {value.dtype.name!r})"
    return f"np.array({value.tolist()!r}, {value.dtype.name!r}).reshape({value.shape})"
