"""The inputs that a user's model says that it takes.  [beside TensorFlow]"""

from __future__ import annotations

import dataclasses
from typing import Any, Callable, List, Mapping, Optional, Sequence

import tensorflow as tf

from ..both_sides.tensors import InputStructure, Tensor

# The strings to draw for a model that does not say which ones it knows.
WORDS = ("alpha", "beta", "two words", "Ünïcödé", "")
# The largest integer to draw where the user gives no inputs. An embedding may refuse it; the loaded one then has to
# refuse it as well.
LARGEST_INTEGER = 9


def input_names(model: Any) -> List[str]:
    """Return a Keras model's names of its inputs, in its own order."""
    return [each.name.partition(":")[0] for each in getattr(model, "inputs", None) or ()]


def declared_inputs(model: Any) -> Any:
    """Return what a Keras model declares to take, as symbolic tensors in its own structure; None if it does not."""
    functional = getattr(model, "_functional", None) or model
    structure = getattr(functional, "_inputs_struct", None)
    if structure is None:
        structure = getattr(functional, "_nested_inputs", None)
    if structure is None:
        structure = getattr(model, "inputs", None)
    if isinstance(structure, (list, tuple)) and len(structure) == 1 and isinstance(model, tf.keras.Sequential):
        return structure[0]
    return None if isinstance(structure, list) and not structure else structure


def mapped(structure: Any, make: Callable[[Any], Any]) -> Any:
    """Return the structure with `make(leaf)` in place of each leaf; a namedtuple becomes a tuple."""
    if isinstance(structure, dict):
        return {key: mapped(part, make) for key, part in structure.items()}
    if isinstance(structure, (list, tuple)):
        parts = [mapped(part, make) for part in structure]
        return tuple(parts) if isinstance(structure, tuple) else parts
    return make(structure)


def check_drawable(endpoints: Mapping[str, InputStructure], given: Mapping[str, Any]) -> None:
    """Check that inputs can be drawn for the endpoints for which none are given.

    Raises:
        ValueError: a ragged tensor is more than rows of one batch, each with a length of its own.
    """
    for endpoint, inputs in endpoints.items():
        for tensor in inputs.tensors if endpoint not in given else ():
            ragged = tensor.layout == "ragged"
            if ragged and (tensor.ragged_rank != 1 or not tensor.batched or tensor.shape[1] is not None):
                raise ValueError(f"inputs for a ragged tensor of shape {tensor.shape} cannot be drawn: give some")


def tensor_of(spec: Any) -> Tensor:
    """Return a `Tensor` for a TensorSpec or one of Keras's symbolic tensors.

    Raises:
        ValueError: it is something else, or has no fixed rank.
    """
    if "Tensor" not in type(spec).__name__:
        raise ValueError(f"inputs for a {type(spec).__name__} cannot be drawn")
    if tf.TensorShape(spec.shape).rank is None:
        raise ValueError(f"inputs for {spec} cannot be drawn")
    tensor = plain_tensor(tf.TensorShape(spec.shape).as_list(), tf.as_dtype(spec.dtype).name)
    kind = getattr(spec, "type_spec", spec)  # of one of Keras 2's symbolic tensors
    if isinstance(kind, tf.RaggedTensorSpec):
        return dataclasses.replace(tensor, layout="ragged", ragged_rank=kind.ragged_rank)
    if getattr(spec, "ragged", False):
        return dataclasses.replace(tensor, layout="ragged", ragged_rank=getattr(spec, "ragged_rank", None) or 1)
    is_sparse = isinstance(kind, tf.SparseTensorSpec) or getattr(spec, "sparse", False)
    return dataclasses.replace(tensor, layout="sparse") if is_sparse else tensor


def plain_tensor(shape: Sequence[Optional[int]], dtype: str) -> Tensor:
    """Return a `Tensor` with the usual range of its dtype."""
    integers = "int" in dtype or dtype == "bool"
    high = (1 if dtype == "bool" else LARGEST_INTEGER) if integers else 0
    words = WORDS if dtype == "string" else ()
    return Tensor(tuple(shape), dtype, high=high, vocabulary=words, batched=bool(shape) and shape[0] is None)


def declared_batch(model: Any) -> Optional[int]:
    """Return the only size of a batch that a Keras model declares to take; None if any will do."""
    shapes = [tf.TensorShape(each.shape) for each in getattr(model, "inputs", None) or ()]
    return next((shape[0] for shape in shapes if shape.rank and shape[0] is not None), None)
