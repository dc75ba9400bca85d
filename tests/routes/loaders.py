"""The loaders that are Python; the C++ one is in cpp.py.  [beside TensorFlow]"""

from __future__ import annotations

import tensorflow as tf

from . import SAVED_MODELS, loader


@loader(reads=SAVED_MODELS, asked="by_signature", judged_against="graph")
def signature(path):
    """A SavedModel through its signatures, as serving clients see it."""
    return tf.saved_model.load(path)


@loader(reads=SAVED_MODELS, asked="by_signature", judged_against="graph", agent="no-keras")
def signature_no_keras(path):
    """A SavedModel through its signatures, where importing Keras fails."""
    return tf.saved_model.load(path)


@loader(reads=SAVED_MODELS, asked="by_function", judged_against="graph")
def restored(path):
    """A SavedModel through the restored object's own functions."""
    return tf.saved_model.load(path)


@loader(reads=("keras_archive", "h5"), asked="as_keras_model", judged_against="eager")
def load_model(path, custom_objects):
    """A whole Keras model, rebuilt from its config."""
    return tf.keras.models.load_model(path, custom_objects=custom_objects)


@loader(reads=("weights_h5", "keras_archive", "h5"), asked="as_keras_model", judged_against="eager")
def load_weights(path, model):
    """Only the weights, into a model that was built anew from its source."""
    model.load_weights(path)
    return model
