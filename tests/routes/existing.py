"""Artifacts that exist already: a user has brought them, and nothing is saved anew.  [beside TensorFlow]

Each is called a saver, since it puts an artifact where loaders find it; what `existing` names is only copied.
"""

from __future__ import annotations

import glob
import os
import shutil

import tensorflow as tf

from . import saver

AS_IT_IS = {"*": ("{endpoint}",), "call": ("serving_default",)}


def brought(writes, file_name="model", keys=AS_IT_IS):
    """A saver of what a user has brought."""
    return saver(writes=writes, file_name=file_name, keys=keys, existing=True)


@brought("saved_model")
def existing_saved_model(existing, path):
    """A SavedModel that exists."""
    shutil.copytree(existing, path)


@brought("keras_saved_model")
def existing_keras_saved_model(existing, path):
    """A SavedModel that Keras 2's model.save has written."""
    shutil.copytree(existing, path)


@brought("keras_archive", "model.keras")
def existing_keras_archive(existing, path):
    """A .keras file that exists."""
    shutil.copy(existing, path)


@brought("keras_folder")
def existing_keras_folder(existing, path):
    """A folder in Keras's native format that exists."""
    shutil.copytree(existing, path)


@brought("h5", "model.h5")
def existing_h5(existing, path):
    """A whole model in HDF5 that exists."""
    shutil.copy(existing, path)


@brought("weights_h5", "model.weights.h5")
def existing_weights_h5(existing, path):
    """Weights in HDF5 that exist, for a model whose source is at hand."""
    shutil.copy(existing, path)


@brought("checkpoint")
def existing_checkpoint(existing, path):
    """A checkpoint that exists, written of `tf.train.Checkpoint(model=...)`."""
    prefix = existing if os.path.exists(f"{existing}.index") else tf.train.latest_checkpoint(existing)
    os.makedirs(path)
    for part in glob.glob(f"{glob.escape(prefix)}.*"):
        shutil.copy(part, os.path.join(path, "model" + part[len(prefix) :]))
