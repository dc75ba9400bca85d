"""Functions that several planted faults share.  [beside TensorFlow]"""

from __future__ import annotations

import tensorflow as tf

from ...routes import loader, saver


def rebuilds_models(read):
    """Register a loader of whole Keras models."""
    restores = ("architecture", "training")
    return loader(reads=("keras_archive",), asked="as_original", judged_against="eager", restores=restores)(read)


def rebuilds_mirrored(read):
    """Register a loader of whole Keras models that were built under a strategy."""
    return loader(
        reads=("keras_archive",),
        asked="as_original",
        judged_against="eager",
        restores=("architecture", "training"),
        needs="tries_strategies",
    )(read)


def writes_archives(write):
    """Register a saver of whole Keras models."""
    return saver(writes="keras_archive", file_name="model.keras", needs="holds_keras_model")(write)


def loaded(path, custom_objects):
    """Return the model as it should be."""
    return tf.keras.models.load_model(path, custom_objects=custom_objects)


class Altered:
    """A model that gives different answers, and is the real one in everything else.

    Args:
        change: takes a function that returns the right answer, and the inputs.
    """

    def __init__(self, model, change):
        self._model, self._change = model, change

    def __call__(self, inputs, training=False):
        return self._change(lambda: self._model(inputs, training=training), inputs)

    def __getattr__(self, name):
        return getattr(self._model, name)
