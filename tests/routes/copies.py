"""Copies in memory, which never touch a disk.  [beside TensorFlow]"""

from __future__ import annotations

import copy

import tensorflow as tf

from . import LIVE_MODEL, loader, saver


@saver(writes=LIVE_MODEL, title="the live model", needs="holds_keras_model")
def live_model(model):
    """Nothing is written; loaders copy the live model itself."""


@loader(
    reads=(LIVE_MODEL,),
    title="copy.deepcopy",
    asked="as_original",
    judged_against="eager",
    restores=("architecture", "training"),
)
def deepcopy(original):
    """Python's deep copy."""
    return copy.deepcopy(original)


@loader(
    reads=(LIVE_MODEL,),
    title="clone_model",
    asked="as_original",
    judged_against="eager",
    restores=("architecture",),
)
def clone_model(original, custom_objects):
    """Keras's clone, which has the architecture; its weights are set afterwards."""
    with tf.keras.utils.custom_object_scope(custom_objects):
        clone = tf.keras.models.clone_model(original)
    clone.set_weights(original.get_weights())
    return clone
