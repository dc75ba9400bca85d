"""TensorFlow's checkpoints: variables by object graph, into what its source has built.  [beside TensorFlow]"""

from __future__ import annotations

import os

import tensorflow as tf

from . import loader, saver

TRAINING = ("training",)
NAME = "model"


@saver(writes="checkpoint")
def checkpoint(model, path):
    """tf.train.Checkpoint, written under a name."""
    tf.train.Checkpoint(model=model).write(os.path.join(path, NAME))


@saver(writes="numbered_checkpoint", needs="quick")
def checkpoint_numbered(model, path):
    """tf.train.Checkpoint, saved under a name with a number and noted as the latest."""
    tf.train.Checkpoint(model=model).save(os.path.join(path, NAME))


@saver(writes="managed_checkpoint", needs="quick")
def checkpoint_manager(model, path):
    """The last of three checkpoints of a CheckpointManager that keeps two."""
    manager = tf.train.CheckpointManager(tf.train.Checkpoint(model=model), path, max_to_keep=2)
    for _ in range(3):
        manager.save()


@loader(reads=("checkpoint",), asked="as_original", judged_against="eager", restores=TRAINING)
def read_checkpoint(path, model):
    """Read into a model that is built, with TensorFlow's own word that all of it was matched."""
    tf.train.Checkpoint(model=model).read(os.path.join(path, NAME)).assert_existing_objects_matched()
    return model


@loader(reads=("checkpoint",), asked="as_original", judged_against="eager", needs="subclassed")
def read_checkpoint_unbuilt(path, unbuilt):
    """Read into a model that has no variables yet: they are restored as they come into being."""
    tf.train.Checkpoint(model=unbuilt).read(os.path.join(path, NAME))
    return unbuilt


@loader(reads=("numbered_checkpoint",), asked="as_original", judged_against="eager", restores=TRAINING)
def restore_latest(path, model):
    """Restored from what the folder notes as its latest."""
    latest = tf.train.latest_checkpoint(path)
    tf.train.Checkpoint(model=model).restore(latest).assert_consumed()
    return model


@loader(reads=("managed_checkpoint",), asked="as_original", judged_against="eager", restores=TRAINING)
def restore_or_initialize(path, model):
    """Restored by a new CheckpointManager of the folder."""
    tf.train.CheckpointManager(tf.train.Checkpoint(model=model), path, max_to_keep=2).restore_or_initialize()
    return model


@loader(reads=("saved_model", "keras_saved_model"), asked="as_original", judged_against="eager")
def read_variables(path, model):
    """The checkpoint inside a SavedModel, read into a model that is built."""
    tf.train.Checkpoint(model).read(os.path.join(path, "variables", "variables")).expect_partial()
    return model
