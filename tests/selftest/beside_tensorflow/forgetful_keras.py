"""Adds classes to Keras that forget an argument, as if Keras exported them.  [beside TensorFlow]

A self-test makes this file the `sitecustomize` of an interpreter. Every class has an argument `strength`. The classes
called `Forgets...` leave it out of their config. `ReadsWrongly` reads back another number. `ForgetsTraining` acts in
training alone, and has no attribute of that name. `Sound...` are right.
"""

from __future__ import annotations

import importlib.abc
import sys
from typing import Any

# When the suite imports this, it is about to look at what Keras exports.
WATCHED = "models.arguments.classes"


class Plants(importlib.abc.MetaPathFinder):
    """Plants the classes before the suite looks."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> None:
        """Find nothing, and plant once."""
        if name.endswith(WATCHED):
            sys.meta_path.remove(self)
            plant()


def plant() -> None:
    """Add the classes to the modules of Keras."""
    import tensorflow as tf

    keras = tf.keras

    def exported(module: Any, name: str, base: type, *, forgets: bool, **members: Any) -> None:
        """Export a class with an argument `strength`."""

        def init(self: Any, strength: float = 1.0, **kwargs: Any) -> None:
            base.__init__(self, **kwargs)
            self.strength = strength

        def get_config(self: Any) -> Any:
            try:
                parent = base.get_config(self)
            except NotImplementedError:  # of a base class that has no arguments
                parent = {}
            return {**parent, **({} if forgets else {"strength": self.strength})}

        made = type(name, (base,), {"__init__": init, "get_config": get_config, **members})
        setattr(module, name, keras.utils.register_keras_serializable("planted")(made))

    def scaled(self: Any, inputs: Any, training: bool = False) -> Any:
        return inputs * self.strength

    for name, forgets in (("Forgets", True), ("Sound", False)):
        exported(keras.layers, f"{name}Scale", keras.layers.Layer, forgets=forgets, call=scaled)
        exported(
            keras.losses, f"{name}Loss", keras.losses.Loss, forgets=forgets,
            call=lambda self, truth, predicted: self.strength * tf.reduce_mean(tf.abs(truth - predicted), axis=-1),
        )  # fmt: skip
        exported(
            keras.metrics, f"{name}Metric", keras.metrics.Mean, forgets=forgets,
            result=lambda self: self.strength * keras.metrics.Mean.result(self),
        )  # fmt: skip
        exported(
            keras.initializers, f"{name}Initializer", keras.initializers.Initializer, forgets=forgets,
            __call__=lambda self, shape, dtype=None, **kwargs: self.strength * tf.ones(shape, "float32"),
        )  # fmt: skip
        exported(
            keras.regularizers, f"{name}Regularizer", keras.regularizers.Regularizer, forgets=forgets,
            __call__=lambda self, values: self.strength * tf.reduce_sum(tf.abs(values)),
        )  # fmt: skip
        exported(
            keras.constraints, f"{name}Constraint", keras.constraints.Constraint, forgets=forgets,
            __call__=lambda self, values: self.strength * values,
        )  # fmt: skip
        exported(
            keras.optimizers.schedules, f"{name}Schedule", keras.optimizers.schedules.LearningRateSchedule,
            forgets=forgets, __call__=lambda self, step: 0.1 * self.strength,
        )  # fmt: skip

    class ReadsWrongly(keras.layers.Layer):
        def __init__(self, strength: float = 1.0, **kwargs: Any) -> None:
            super().__init__(**kwargs)
            self.strength = strength

        call = scaled

        def get_config(self) -> Any:
            return {**super().get_config(), "strength": self.strength}

        @classmethod
        def from_config(cls, config: Any) -> Any:
            return cls(**{**config, "strength": float(int(config["strength"]))})

    class ForgetsTraining(keras.layers.Layer):
        def __init__(self, strength: float = 1.0, **kwargs: Any) -> None:
            super().__init__(**kwargs)
            self.kept = {"in training": strength}

        def call(self, inputs: Any, training: bool = False) -> Any:
            return inputs * self.kept["in training"] if training else inputs

        def get_config(self) -> Any:  # Keras 3 would keep the argument otherwise
            return super().get_config()

    class ForgetsOptimizer(keras.optimizers.SGD):
        def __init__(self, strength: float = 1.0, **kwargs: Any) -> None:
            super().__init__(**kwargs)
            self.kept = strength

        def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
            super().update_step(gradient * self.kept, variable, learning_rate)

    for room, planted in (
        (keras.layers, ReadsWrongly), (keras.layers, ForgetsTraining), (keras.optimizers, ForgetsOptimizer),
    ):  # fmt: skip
        setattr(room, planted.__name__, keras.utils.register_keras_serializable("planted")(planted))


sys.meta_path.insert(0, Plants())
