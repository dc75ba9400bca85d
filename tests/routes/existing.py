"""Artifacts that a user brings; nothing is saved.  [beside TensorFlow]

Each is declared as a saver, because it puts an artifact where loaders find it. It only copies what `existing` names.
"""

from __future__ import annotations

import glob
import os
import shutil

import tensorflow as tf

from . import saver


def existing_artifact(writes, title, file_name="model"):
    """Return the decorator of a saver that copies a user's artifact of one kind."""
    return saver(writes=writes, title=title, file_name=file_name, existing=True)


@existing_artifact("saved_model", "an existing SavedModel")
def existing_saved_model(existing, path):
    """A SavedModel that a user brings."""
    shutil.copytree(existing, path)


@existing_artifact("keras_saved_model", "an existing SavedModel of Keras 2")
def existing_keras_saved_model(existing, path):
    """A SavedModel that a user brings and Keras 2's model.save has written."""
    shutil.copytree(existing, path)


@existing_artifact("keras_archive", "an existing .keras file", "model.keras")
def existing_keras_archive(existing, path):
    """A .keras file that a user brings."""
    shutil.copy(existing, path)


@existing_artifact("keras_folder", "an existing folder of Keras's native format")
def existing_keras_folder(existing, path):
    """A folder in Keras's native format that a user brings."""
    shutil.copytree(existing, path)


@existing_artifact("h5", "an existing .h5 file", "model.h5")
def existing_h5(existing, path):
    """A whole model in HDF5 that a user brings."""
    shutil.copy(existing, path)


@existing_artifact("weights_h5", "an existing .weights.h5 file", "model.weights.h5")
def existing_weights_h5(existing, path):
    """Weights in HDF5 that a user brings with the source of the model."""
    shutil.copy(existing, path)


@existing_artifact("checkpoint", "an existing checkpoint")
def existing_checkpoint(existing, path):
    """A checkpoint that a user brings, written from `tf.train.Checkpoint(model=...)`."""
    prefix = existing
    if not os.path.exists(f"{existing}.index"):  # latest_checkpoint takes brackets in a path for a pattern
        prefix = tf.train.get_checkpoint_state(existing).model_checkpoint_path
    os.makedirs(path)
    for part in glob.glob(f"{glob.escape(prefix)}.*"):
        shutil.copy(part, os.path.join(path, "model" + part[len(prefix) :]))
