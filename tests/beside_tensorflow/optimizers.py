"""Reads the variables of an optimizer, with those that it has not made yet.  [beside TensorFlow; imports neither]"""

from __future__ import annotations

from typing import Any, List


def variables_of_optimizer(optimizer: Any) -> List[Any]:
    """Return the variables of an optimizer, none if there is none. Legacy optimizers of Keras 2 have a method."""
    variables = getattr(optimizer, "variables", ())
    return list(variables() if callable(variables) else variables)


def variables_once_built(optimizer: Any, model: Any) -> List[Any]:
    """Return the variables of an optimizer; if it was not built yet, those that its first step would begin with.

    Loading builds the optimizer of a compiled model that was never trained, and its first step would have built the
    original's in the same way, so both are the same optimizer.
    """
    made = variables_of_optimizer(optimizer)
    if is_built(optimizer) or not model.trainable_variables:
        return made
    try:
        copy = type(optimizer).from_config(optimizer.get_config())
        build = getattr(copy, "_create_all_weights", None) or copy.build
        build(model.trainable_variables)
    except Exception:  # an optimizer of a user's that cannot be copied: what there is has to do
        return made
    return [*made, *variables_of_optimizer(copy)[len(made) :]]


def is_built(optimizer: Any) -> bool:
    """Return whether an optimizer has made the variables that it keeps for those of a model."""
    built = getattr(optimizer, "built", getattr(optimizer, "_built", None))
    if built is None:  # a legacy optimizer of Keras 2 counts its steps, and makes the rest in its first step
        return len(variables_of_optimizer(optimizer)) > 1
    return bool(built)
