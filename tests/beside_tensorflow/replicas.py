"""Makes models with a copy on each of two logical CPUs.  [beside TensorFlow]"""

from __future__ import annotations

import functools
from typing import Any, List

import tensorflow as tf


def make_two_cpus() -> None:
    """Split the CPU into two logical ones, before TensorFlow's first op; nothing happens the second time."""
    (cpu,) = tf.config.list_physical_devices("CPU")
    tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)


@functools.cache
def mirrored() -> Any:
    """Return the strategy that keeps a copy of each variable on each of two logical CPUs, and trains them together.

    A process has only one, because TensorFlow does not mix two.
    """
    make_two_cpus()
    return tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])


def copies_of(variable: Any) -> List[Any]:
    """Return the copies of a variable that a strategy keeps; the variable itself if there is only one."""
    return list(getattr(getattr(variable, "_value", variable), "values", None) or [variable])


def made_anew(model: Any) -> Any:
    """Return a model like this one, under the strategy that is in scope, with initial weights and a new optimizer."""
    twin = tf.keras.models.clone_model(model)
    if getattr(model, "optimizer", None) is not None:
        twin.compile_from_config(model.get_compile_config())
        twin.optimizer.build(twin.trainable_variables)
    return twin
