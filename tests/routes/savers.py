"""The savers.  [beside TensorFlow]"""

from __future__ import annotations

import tensorflow as tf

from . import NEVER, saver


@saver(writes="saved_model")
def saved_model(model, path, signatures):
    """The core call: a SavedModel of any trackable object."""
    tf.saved_model.save(model, path, signatures=signatures)


@saver(writes="exported_saved_model", needs="holds_keras_model", offered={"keras": ">=2.13"})
def export(model, path):
    """Keras's own SavedModel for serving."""
    model.export(path)


@saver(writes="keras_archive", file_name="model.keras", needs="holds_keras_model")
def keras_archive(model, path):
    """Keras's native format, a zip archive of config and weights."""
    model.save(path)


@saver(writes="h5", file_name="model.h5", needs="holds_keras_model")
def h5(model, path):
    """The whole model in Keras's legacy HDF5 format."""
    model.save(path)


@saver(writes="weights_h5", file_name="model.weights.h5", needs="holds_keras_model")
def weights_h5(model, path):
    """Only the weights, in HDF5."""
    model.save_weights(path)


@saver(writes="keras_archive", file_name="model.keras", needs="holds_keras_model", offered=NEVER)
def keras_models_save(model, path):
    """The name in the seed document's title, which no pair has."""
    tf.keras.models.save(model, path)
