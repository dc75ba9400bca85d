"""Targets in the form that the losses and outputs of a user's model ask for.  [beside TensorFlow]

They are patterns of a few values, so that a script can write them down.
"""

from __future__ import annotations

import re
from typing import Any, Callable, Iterator, List, Optional, Sequence

import numpy as np
import tensorflow as tf

from ..both_sides import wire
from .mine_given import on_wire

# The kinds of losses that ask for something else than their output is: words in their names, the first that fits.
KINDS = {
    "labels": ("sparsecategorical",),
    "one_hot": ("categoricalcrossentropy", "categoricalfocal", "categoricalhinge"),
    "binary": ("binary", "hinge", "dice", "tversky"),
}
FLOATS = (0.5, 0.125, 0.875, 0.25, 0.75, 0.0625, 0.375)
BITS = (0, 1, 1, 0, 1)

# Makes a target for an output and its loss.
Make = Callable[[Any, Any], Any]


def targets_for(model: Any, answers: Any) -> Iterator[Any]:
    """Yield targets for a compiled model, the most likely first; None where `fit` is given none.

    Args:
        answers: of the model, as tensors.
    """
    loss = getattr(model, "loss", None)
    names = list(getattr(model, "output_names", None) or ())
    likely = nested_like(answers, loss, names, target_for)
    if loss is None:  # a train_step of its own, or losses that layers add
        yield None
    yield likely
    by_name = answers if isinstance(answers, dict) else dict(zip(names, answers)) if many(answers) else {}
    if isinstance(loss, dict) and set(loss) <= set(by_name) and (set(loss) != set(by_name) or many(answers)):
        yield {name: nested_like(by_name[name], loss[name], (), target_for) for name in loss}
    if loss is not None:  # a function of the user's may call a loss that takes labels
        yield nested_like(answers, loss, names, lambda answer, _: target_for(answer, "sparse_categorical"))
        yield None


def many(answers: Any) -> bool:
    """Return whether these are several answers in order."""
    return isinstance(answers, (list, tuple))


def nested_like(answers: Any, loss: Any, names: Sequence[str], make: Make) -> Any:
    """Return a target for each answer, with its loss: the one at the same place, under its name, or the only one."""
    if isinstance(answers, dict):
        in_order = dict(zip(sorted(answers), loss)) if many(loss) and len(loss) == len(answers) else {}
        by_name = loss if isinstance(loss, dict) else in_order
        return {
            key: nested_like(part, by_name.get(key) if by_name else loss, (), make) for key, part in answers.items()
        }
    if many(answers):
        if isinstance(loss, dict):
            loss = [loss.get(name) for name in names]
        losses: List[Any] = list(loss) if many(loss) and len(loss) == len(answers) else [loss] * len(answers)
        return type(answers)(nested_like(part, each, (), make) for part, each in zip(answers, losses))
    if isinstance(loss, dict) and "class_name" not in loss:
        loss = next(iter(loss.values()), None)
    return make(answers, loss[0] if many(loss) and loss else loss)


def target_for(answer: Any, loss: Any) -> Any:
    """Return a target for one output, as an array or as a ragged one."""
    if isinstance(answer, tf.RaggedTensor):
        return on_wire(answer.with_flat_values(tf.constant(target_for(answer.flat_values, loss))))
    array = on_wire(answer)
    kind = kind_of(loss)
    if array.dtype == object:
        return np.full(array.shape, b"", dtype=object)
    if array.dtype.kind in "iub":
        return np.resize(np.array(BITS), array.shape).astype(array.dtype)
    if kind in ("labels", "one_hot") and array.ndim:
        classes = array.shape[-1]
        labels = np.resize(np.array([0, classes - 1, classes // 2], "int32"), array.shape[:-1])
        return labels if kind == "labels" else np.eye(classes, dtype=array.dtype)[labels]
    return np.resize(np.array(BITS if kind == "binary" else FLOATS), array.shape).astype(
        wire.numpy_dtype(wire.dtype_name(array))
    )


def kind_of(loss: Any) -> Optional[str]:
    """Return what a loss asks for: `labels`, `one_hot` or `binary`; None if its target is like its output."""
    plain = [re.sub(r"[\W_]", "", name).lower() for name in names_of(loss)]
    for kind, words in KINDS.items():
        if any(word in name for name in plain for word in words):
            return kind
    return None


def names_of(loss: Any) -> List[str]:
    """Return the names under which a loss is known: its own, those of its classes, and of the function in it."""
    if isinstance(loss, dict):  # a config
        return [str(loss.get("class_name"))]
    if isinstance(loss, str):
        return [loss]
    function = getattr(loss, "fn", loss)
    classes = loss if isinstance(loss, type) else type(loss)
    return [getattr(function, "__name__", ""), *(each.__name__ for each in classes.__mro__)]
