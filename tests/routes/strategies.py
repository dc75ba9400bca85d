"""Models loaded under `tf.distribute.MirroredStrategy`, and without it.  [beside TensorFlow]"""

from __future__ import annotations

import os

import tensorflow as tf

from ..beside_tensorflow.replicas import made_anew, mirrored
from . import loader
from .checkpoints import NAME, TRAINING
from .keras_files import WHOLE


def under_strategy(title, saver, *, reads=None, asked="as_original", judged_against="eager", restores=()):
    """Return the decorator of a loader that is tried on a few cases, with what one saver writes by default."""
    return loader(
        reads=(reads or saver,),
        title=title,
        by_default=(saver,),
        asked=asked,
        judged_against=judged_against,
        restores=restores,
        needs="tries_strategies",
    )


@under_strategy("load_model under MirroredStrategy", "keras_archive", restores=WHOLE)
def load_model_mirrored(path, custom_objects):
    """A whole Keras model, with a copy on each of two logical CPUs."""
    with mirrored().scope():
        return tf.keras.models.load_model(path, custom_objects=custom_objects)


@under_strategy("load_weights under MirroredStrategy", "weights_h5")
def load_weights_mirrored(path, model):
    """Only the weights, loaded into a model with a copy on each of two logical CPUs."""
    with mirrored().scope():
        twin = made_anew(model)
        twin.load_weights(path)
    return twin


@under_strategy("load_weights without a strategy", "weights_h5")
def load_weights_unmirrored(path, model):
    """Only the weights, loaded into a model that was built without a strategy."""
    twin = made_anew(model)
    twin.load_weights(path)
    return twin


@under_strategy("tf.train.Checkpoint.read under MirroredStrategy", "checkpoint", restores=TRAINING)
def read_checkpoint_mirrored(path, model):
    """Read into a model with a copy on each of two logical CPUs."""
    with mirrored().scope():
        twin = made_anew(model)
        tf.train.Checkpoint(model=twin).read(os.path.join(path, NAME)).assert_existing_objects_matched()
    return twin


@under_strategy("tf.train.Checkpoint.read without a strategy", "checkpoint", restores=TRAINING)
def read_checkpoint_unmirrored(path, model):
    """Read into a model that was built without a strategy."""
    twin = made_anew(model)
    tf.train.Checkpoint(model=twin).read(os.path.join(path, NAME)).assert_existing_objects_matched()
    return twin


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
