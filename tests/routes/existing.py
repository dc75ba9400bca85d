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


@existing_artifact("other_tags_saved_model", "an existing SavedModel with other tags")
def existing_other_tags_saved_model(existing, path):
    """A SavedModel that a user brings, whose graph has other tags than `serve`."""
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


@existing_artifact("weights_legacy_h5", "existing weights in an .h5 file", "weights.h5")
def existing_weights_legacy_h5(existing, path):
    """Weights in Keras 2's older HDF5 layout that a user brings with the source of the model."""
    shutil.copy(existing, path)


@existing_artifact("weights_sharded", "an existing .weights.json file with its shards", "model.weights.json")
def existing_weights_sharded(existing, path):
    """Weights in shards that a user brings with the source of the model."""
    shutil.copy(existing, path)
    for shard in glob.glob(os.path.join(glob.escape(os.path.dirname(existing)), "*.weights.h5")):
        shutil.copy(shard, os.path.dirname(path))


@existing_artifact("checkpoint", "an existing checkpoint")
def existing_checkpoint(existing, path):
    """A checkpoint that a user brings, written from `tf.train.Checkpoint(model=...)`, or by name in TensorFlow 1."""
    copy_checkpoint(existing, path, "model")


@existing_artifact("named_checkpoint", "an existing checkpoint of several objects")
def existing_named_checkpoint(existing, path):
    """A checkpoint that a user brings, which holds more than a model, or a model under another name."""
    copy_checkpoint(existing, path, "model")


@existing_artifact("weights_tf", "existing weights in a checkpoint")
def existing_weights_tf(existing, path):
    """A checkpoint of a model itself that a user brings, as Keras 2's save_weights writes it."""
    copy_checkpoint(existing, path, "weights")


def copy_checkpoint(existing, path, name):
    """Copy the files of a checkpoint, or those of the latest one in a folder, under another name."""
    prefix = existing
    if not os.path.exists(f"{existing}.index"):  # latest_checkpoint takes brackets in a path for a pattern
        prefix = tf.train.get_checkpoint_state(existing).model_checkpoint_path
    os.makedirs(path)
    for part in glob.glob(f"{glob.escape(prefix)}.*"):
        shutil.copy(part, os.path.join(path, name + part[len(prefix) :]))
