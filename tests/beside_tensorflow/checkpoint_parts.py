"""The objects in a checkpoint, and the one among them that is a model.  [beside TensorFlow]"""

from __future__ import annotations

import collections

import tensorflow as tf
from tensorflow.core.protobuf import trackable_object_graph_pb2

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
