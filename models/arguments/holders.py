"""Models that hold an object, so that it can be called, trained and written to a file.  [beside TensorFlow]"""

from __future__ import annotations

import dataclasses
from typing import Any, Callable, Dict, Mapping

from .classes import keras
from .inputs import FEATURES, Inputs, inputs_for

SEED = 17


@dataclasses.dataclass(frozen=True)
class Held:
    """A model that holds an object, and inputs for it."""

    model: Any
    inputs: Inputs


class NotHeld(Exception):
    """No model can hold the object; the message is what Keras says."""


def hold(of: str, made: Any) -> Held:
    """Return a small model that holds an object.

    Args:
        of: its class, such as `layers.Dense`.

    Raises:
        NotHeld: no model can.
    """
    module, _, name = of.rpartition(".")
    if module == "layers":
        return hold_layer(name, made)
    if module in COMPILED:
        return hold_training_object(module, made)
    if module in ARGUMENTS:
        try:
            return Held(small_model(**{ARGUMENTS[module]: made}), FEATURES)
        except Exception as error:
            raise NotHeld(f"{type(error).__name__}: {error}") from error
    raise NotHeld("no argument of a model takes it")


def held_by(of: str, model: Any) -> Any:
    """Return the object of a class that a model holds, or a model that was loaded from its file."""
    module, _, name = of.rpartition(".")
    if module == "layers":
        return model.layers[-1].cell if is_cell(name) else model.layers[-1]
    if module == "losses":
        return model.loss
    if module == "metrics":
        metrics: Any = (getattr(model, "_compile_metrics", None) or model.compiled_metrics)._user_metrics
        while isinstance(metrics, (list, tuple)):
            metrics = metrics[0]
        return metrics
    if module == "optimizers":
        return model.optimizer
    if module == "optimizers.schedules":
        return model.optimizer._learning_rate
    return getattr(model.layers[-1], {"dtype": "dtype_policy"}.get(ARGUMENTS[module], ARGUMENTS[module]))


def is_cell(name: str) -> bool:
    """Return whether a class of layers is a cell, which only a recurrent layer can call."""
    return name.endswith(("Cell", "Cells"))


def hold_layer(name: str, made: Any) -> Held:
    """Return a functional model with one layer, on the first inputs that the layer takes."""
    if name == "InputLayer":
        raise NotHeld("a model makes its own")
    layer = keras().layers.RNN(made, return_sequences=True) if is_cell(name) else made
    reasons = []
    for inputs in inputs_for(name):
        symbolic = inputs.symbolic(keras())
        try:
            return Held(keras().Model(symbolic, inputs.call(layer, symbolic)), inputs)
        except Exception as error:
            reasons.append(error)
    raise NotHeld(f"{type(reasons[0]).__name__}: {reasons[0]}") from reasons[0]


def hold_training_object(module: str, made: Any) -> Held:
    """Return a compiled model. Its loss is an object, because older versions lose the names of losses."""
    model = small_model()
    others = {"loss": keras().losses.MeanSquaredError(), "optimizer": "sgd"}
    try:
        model.compile(**{**others, **COMPILED[module](made)})
    except Exception as error:
        raise NotHeld(f"{type(error).__name__}: {error}") from error
    return Held(model, FEATURES)


def small_model(**options: Any) -> Any:
    """Return a model with one dense layer.

    Args:
        options: further arguments of the layer.
    """
    inputs = keras().Input(shape=(6,), batch_size=2)
    options = {"kernel_initializer": keras().initializers.GlorotUniform(seed=SEED), **options}
    return keras().Model(inputs, keras().layers.Dense(4, **options)(inputs))


# What a model that holds the object is compiled with.
COMPILED: Mapping[str, Callable[[Any], Dict[str, Any]]] = {
    "losses": lambda made: {"loss": made},
    "metrics": lambda made: {"metrics": [made]},
    "optimizers": lambda made: {"optimizer": made},
    "optimizers.schedules": lambda made: {"optimizer": keras().optimizers.SGD(learning_rate=made)},
}
# The argument of a dense layer that takes the object.
ARGUMENTS = {
    "initializers": "kernel_initializer",
    "regularizers": "kernel_regularizer",
    "constraints": "kernel_constraint",
    "dtype_policies": "dtype",
    "mixed_precision": "dtype",
}
