"""TensorFlow checkpoints: variables by object graph, read into a model from its source.  [beside TensorFlow]"""

from __future__ import annotations

import collections
import os

import tensorflow as tf
from tensorflow.core.protobuf import trackable_object_graph_pb2

from . import loader, saver

TRAINING = ("training",)
NAME = "model"
OBJECT_GRAPH = "_CHECKPOINTABLE_OBJECT_GRAPH"
# What optimizers call their count of steps, and no model does.
STEP_COUNTS = ("_iterations", "iter")


def object_graph(prefix):
    """Return the object graph of a checkpoint; None if its variables have only names, as in TensorFlow 1."""
    reader = tf.train.load_checkpoint(prefix)
    if not reader.has_tensor(OBJECT_GRAPH):
        return None
    return trackable_object_graph_pb2.TrackableObjectGraph.FromString(reader.get_tensor(OBJECT_GRAPH))


def of_parts(model):
    """Return a `tf.train.Checkpoint` of a Keras model's parts without its optimizer."""
    parts = dict(tf.train.TrackableView.children(model))
    parts.pop("optimizer", None)
    return tf.train.Checkpoint(**parts)


def as_in_checkpoint(prefix, model):
    """Return a `tf.train.Checkpoint` in which the model has the name that it has in a user's checkpoint.

    It is the smallest object there that has most of the shapes of the model's variables, but no optimizer's. It may
    be the whole.

    Raises:
        ValueError: two fit as well, or the model has no variables yet.
    """
    shapes = collections.Counter(str(list(variable.shape)) for variable in model.variables)
    if not shapes:
        raise ValueError("the function has to return a model that has its variables: call the model once in there")
    graph, by_key = object_graph(prefix), tf.train.load_checkpoint(prefix).get_variable_to_shape_map()

    def shapes_below(number, visited):
        node = graph.nodes[number]
        if number in visited or any(child.local_name in STEP_COUNTS for child in node.children):
            return collections.Counter()
        visited.add(number)
        own = [str(by_key[each.checkpoint_key]) for each in node.attributes if each.checkpoint_key in by_key]
        below = (shapes_below(child.node_id, visited) for child in node.children)
        return sum(below, collections.Counter(own))

    def misfit(number):
        found = shapes_below(number, set())
        return sum((shapes - found).values()), sum(found.values())

    children = {child.local_name: child.node_id for child in graph.nodes[0].children}
    misfits = {name: misfit(number) for name, number in children.items()}
    least = min(misfit(0), *misfits.values())
    fitting = sorted(name for name, each in misfits.items() if each == least)
    if not fitting or children.get("root") == 0:
        return tf.train.Checkpoint(model)
    if len(fitting) > 1 and not least[0]:
        raise ValueError(f"{' and '.join(fitting)} fit the model: save one of them as tf.train.Checkpoint(model=...)")
    return tf.train.Checkpoint(**{fitting[0]: model})


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
