"""Models loaded under `tf.distribute.MirroredStrategy`, and without it.  [beside TensorFlow]"""

from __future__ import annotations

import tensorflow as tf

from ..beside_tensorflow.replicas import made_anew, mirrored
from . import loader
from .checkpoints import TRAINING, read_checkpoint
from .keras_files import WHOLE


@loader(
    reads=("keras_archive",),
    title="load_model under MirroredStrategy",
    by_default=("keras_archive",),
    asked="as_original",
    judged_against="eager",
    restores=WHOLE,
    needs="tries_strategies",
)
def load_model_mirrored(path, custom_objects):
    """A whole Keras model, with a copy on each of two logical CPUs."""
    with mirrored().scope():
        return tf.keras.models.load_model(path, custom_objects=custom_objects)


@loader(
    reads=("weights_h5",),
    title="load_weights under MirroredStrategy",
    by_default=("weights_h5",),
    asked="as_original",
    judged_against="eager",
    needs="tries_strategies",
)
def load_weights_mirrored(path, model):
    """Only the weights, loaded into a model with a copy on each of two logical CPUs."""
    with mirrored().scope():
        twin = made_anew(model)
        twin.load_weights(path)
    return twin


@loader(
    reads=("weights_h5",),
    title="load_weights without a strategy",
    by_default=("weights_h5",),
    asked="as_original",
    judged_against="eager",
    needs="tries_strategies",
)
def load_weights_unmirrored(path, model):
    """Only the weights, loaded into a model that was built without a strategy."""
    twin = made_anew(model)
    twin.load_weights(path)
    return twin


@loader(
    reads=("checkpoint",),
    title="tf.train.Checkpoint.read under MirroredStrategy",
    by_default=("checkpoint",),
    asked="as_original",
    judged_against="eager",
    restores=TRAINING,
    needs="tries_strategies",
)
def read_checkpoint_mirrored(path, model):
    """Read into a model with a copy on each of two logical CPUs."""
    with mirrored().scope():
        return read_checkpoint(path, made_anew(model))


@loader(
    reads=("checkpoint",),
    title="tf.train.Checkpoint.read without a strategy",
    by_default=("checkpoint",),
    asked="as_original",
    judged_against="eager",
    restores=TRAINING,
    needs="tries_strategies",
)
def read_checkpoint_unmirrored(path, model):
    """Read into a model that was built without a strategy."""
    return read_checkpoint(path, made_anew(model))


@loader(
    reads=("saved_model", "exported_saved_model"),
    title="tf.saved_model.load under MirroredStrategy",
    by_default=("saved_model", "export"),
    asked="by_signature",
    judged_against="graph",
    needs="tries_strategies",
)
def signature_mirrored(path):
    """A SavedModel through its signatures, with a copy on each of two logical CPUs."""
    with mirrored().scope():
        return tf.saved_model.load(path)
