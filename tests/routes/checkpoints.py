"""TensorFlow checkpoints: variables by object graph, read into a model from its source.  [beside TensorFlow]"""

from __future__ import annotations

import os

import tensorflow as tf

from ..beside_tensorflow.checkpoint_parts import as_in_checkpoint, of_parts
from . import loader, saver

TRAINING = ("training",)
NAME = "model"


@saver(writes="checkpoint", title="tf.train.Checkpoint.write")
def checkpoint(model, path):
    """tf.train.Checkpoint writes under a given name."""
    tf.train.Checkpoint(model=model).write(os.path.join(path, NAME))


@saver(writes="numbered_checkpoint", title="tf.train.Checkpoint.save", needs="quick")
def checkpoint_numbered(model, path):
    """tf.train.Checkpoint saves under a numbered name and records it as the latest."""
    tf.train.Checkpoint(model=model).save(os.path.join(path, NAME))


@saver(writes="managed_checkpoint", title="tf.train.CheckpointManager.save", needs="quick")
def checkpoint_manager(model, path):
    """A CheckpointManager that keeps two checkpoints saves three; the last one counts."""
    manager = tf.train.CheckpointManager(tf.train.Checkpoint(model=model), path, max_to_keep=2)
    for _ in range(3):
        manager.save()


@loader(
    reads=("checkpoint",),
    title="tf.train.Checkpoint.read",
    by_default=("checkpoint",),
    asked="as_original",
    judged_against="eager",
    restores=TRAINING,
)
def read_checkpoint(path, model):
    """Read into a built model; TensorFlow itself asserts that every object was matched."""
    tf.train.Checkpoint(model=model).read(os.path.join(path, NAME)).assert_existing_objects_matched()
    return model


@loader(
    reads=("weights_tf",),
    title="tf.train.Checkpoint.read of a model's parts",
    asked="as_original",
    judged_against="eager",
    needs="tries_twins",
)
def read_weights_tf(path, model):
    """Read a checkpoint of a model itself into a built model; an optimizer may be in it or not."""
    of_parts(model).read(os.path.join(path, "weights")).assert_existing_objects_matched().expect_partial()
    return model


@loader(
    reads=("named_checkpoint",),
    title="tf.train.Checkpoint.read of an object in it",
    asked="as_original",
    judged_against="eager",
    restores=TRAINING,
)
def read_named_checkpoint(path, model):
    """Read one object of a checkpoint into a built model; what else is in it is left out."""
    prefix = os.path.join(path, NAME)
    as_in_checkpoint(prefix, model).read(prefix).assert_existing_objects_matched().expect_partial()
    return model


@loader(
    reads=("checkpoint",),
    title="tf.train.Checkpoint.read before the model is built",
    asked="as_original",
    judged_against="eager",
    needs="subclassed",
)
def read_checkpoint_unbuilt(path, unbuilt):
    """Read into a model that has no variables yet; each is restored when it is created."""
    tf.train.Checkpoint(model=unbuilt).read(os.path.join(path, NAME))
    return unbuilt


@loader(
    reads=("numbered_checkpoint",),
    title="tf.train.Checkpoint.restore",
    asked="as_original",
    judged_against="eager",
    restores=TRAINING,
)
def restore_latest(path, model):
    """Restore the checkpoint that the folder records as its latest."""
    latest = tf.train.latest_checkpoint(path)
    tf.train.Checkpoint(model=model).restore(latest).assert_consumed()
    return model


@loader(
    reads=("managed_checkpoint",),
    title="tf.train.CheckpointManager.restore_or_initialize",
    asked="as_original",
    judged_against="eager",
    restores=TRAINING,
)
def restore_or_initialize(path, model):
    """A new CheckpointManager of the same folder restores the model."""
    tf.train.CheckpointManager(tf.train.Checkpoint(model=model), path, max_to_keep=2).restore_or_initialize()
    return model


@loader(
    reads=("saved_model", "keras_saved_model"),
    title="tf.train.Checkpoint.read of its variables",
    asked="as_original",
    judged_against="eager",
)
def read_variables(path, model):
    """Read the checkpoint inside a SavedModel into a built model."""
    tf.train.Checkpoint(model).read(os.path.join(path, "variables", "variables")).expect_partial()
    return model
