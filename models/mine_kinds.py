"""The kinds of the artifacts that a user brings, as savers name them.  [beside TensorFlow]"""

from __future__ import annotations

import glob
import json
import os
import tempfile

import tensorflow as tf

from ..beside_tensorflow.checkpoint_parts import object_graph

SUFFIXES = {
    ".weights.h5": "weights_h5",
    ".weights.json": "weights_sharded",
    ".keras": "keras_archive",
    ".h5": "h5",
    ".hdf5": "h5",
}
# What TensorFlow Serving, sessions and the command line load a SavedModel by.
SERVE = {"serve"}
# What the root of the newer layout of weights in HDF5 may hold.
NEWER_LAYOUT = {"_layer_checkpoint_dependencies", "layers", "vars"}


def artifact_kind(path: str) -> str:
    """Return the kind of an artifact, as savers name it.

    Raises:
        ValueError: it is of no known kind.
    """
    if any(os.path.exists(os.path.join(path, name)) for name in ("saved_model.pb", "saved_model.pbtxt")):
        return saved_model_kind(path)
    if is_keras_folder(path):
        return "keras_folder"
    if os.path.exists(f"{path}.index"):
        return checkpoint_kind(path)
    if os.path.isfile(path) and os.path.exists(f"{path}.meta"):
        raise ValueError(f"{path} is in the older format of TensorFlow 1's Saver: save it with tf.train.Checkpoint")
    if os.path.exists(os.path.join(path, "checkpoint")):
        state = tf.train.get_checkpoint_state(path)
        if state is None:
            raise ValueError(f"{path}/checkpoint names no checkpoint: say the path of one, without its .index")
        if not os.path.exists(f"{state.model_checkpoint_path}.index"):
            raise ValueError(
                f"{path}/checkpoint names {state.model_checkpoint_path}, which is not there: say the path of a "
                "checkpoint, without its .index"
            )
        return checkpoint_kind(state.model_checkpoint_path)
    kind = next((kind for suffix, kind in SUFFIXES.items() if path.endswith(suffix)), None)
    if kind is not None:
        return h5_kind(path, kind) if kind in ("h5", "weights_h5") else kind
    foreign = os.path.exists(os.path.join(path, "config.json"))
    why = ": its config.json is not Keras's, and it has no saved_model.pb" if foreign else ""
    raise ValueError(f"{path} is no SavedModel, .keras, .h5 or checkpoint{why}")


def saved_model_kind(path: str) -> str:
    """Return the kind of a SavedModel.

    Raises:
        ValueError: it has several graphs, of which a loader would have to name one.
    """
    from tensorflow.python.saved_model import loader_impl

    try:
        meta_graphs = loader_impl.parse_saved_model(path).meta_graphs
    except (OSError, tf.errors.OpError):  # it cannot be read, and loaders say why
        return "saved_model"
    tags = [set(each.meta_info_def.tags) for each in meta_graphs]
    if len(tags) > 1:
        named = "; ".join(", ".join(sorted(each)) or "no tag" for each in tags)
        raise ValueError(
            f"{path} has {len(tags)} graphs, by their tags: {named}. Bring a SavedModel of one graph, with "
            "the tag serve"
        )
    if os.path.exists(os.path.join(path, "keras_metadata.pb")) and not hasattr(tf.keras, "ops"):
        return "keras_saved_model"
    return "saved_model" if tags == [SERVE] else "other_tags_saved_model"


def checkpoint_kind(prefix: str) -> str:
    """Return the kind of a checkpoint: of `tf.train.Checkpoint(model=...)`, of a model itself, or of several objects.

    Variables that have names and no object graph, as TensorFlow 1 writes them, are read like the first.
    """
    try:
        graph = object_graph(plainly_named(prefix))
    except (tf.errors.OpError, ValueError):  # it cannot be read, and loaders say why
        return "checkpoint"
    children = {} if graph is None else {child.local_name: child.node_id for child in graph.nodes[0].children}
    if graph is None or set(children) <= {"model", "save_counter"}:
        return "checkpoint"
    return "weights_tf" if children.get("root") == 0 else "named_checkpoint"


def h5_kind(path: str, kind: str) -> str:
    """Return the kind of a file in HDF5: a whole model, or weights in Keras 2's older layout or in the newer one.

    A file that cannot be read is of the kind that its name says.

    Raises:
        ValueError: it holds none of these, or Keras takes it for another one because of its name.
    """
    import h5py

    try:
        with h5py.File(path, "r") as file:
            attributes, groups = set(file.attrs), set(file)
    except OSError:
        return kind
    if kind == "h5" and "model_config" in attributes:
        return "h5"
    if "model_weights" in groups or any(name.startswith("layer_names") for name in attributes):
        if kind == "weights_h5":
            raise ValueError(
                f"{path} is in the older layout of .h5 files, which Keras does not read under a name that ends in "
                ".weights.h5: name it .h5"
            )
        return "weights_legacy_h5"
    if kind == "h5" and groups & NEWER_LAYOUT:
        raise ValueError(
            f"{path} holds weights in the layout of .weights.h5 files, which Keras does not read under another name: "
            "name it .weights.h5"
        )
    if kind == "h5":
        raise ValueError(f"{path} holds neither a Keras model nor its weights")
    return kind


def is_keras_folder(path: str) -> bool:
    """Return whether the folder is one of Keras's native format; many other programs write a config.json too."""
    try:
        with open(os.path.join(path, "config.json"), encoding="utf-8") as file:
            config = json.load(file)
    except (OSError, ValueError):
        return False
    return isinstance(config, dict) and "class_name" in config and "config" in config


def checkpoint_prefix(path: str) -> str:
    """Return the prefix of a checkpoint's files: the path itself, or the latest one that its folder records."""
    if os.path.exists(f"{path}.index"):
        return path
    return tf.train.get_checkpoint_state(path).model_checkpoint_path  # latest_checkpoint takes brackets for a pattern


def plainly_named(path: str) -> str:
    """Return a path to the same folder, or to the same checkpoint, without brackets, question marks and stars.

    TensorFlow takes them for a pattern when it looks for a checkpoint's files.
    """
    if glob.escape(path) == path:
        return path
    plain = os.path.join(tempfile.mkdtemp(), "artifact")
    for found in [path] if os.path.isdir(path) else glob.glob(f"{glob.escape(path)}.*"):
        os.symlink(os.path.abspath(found), plain + found[len(path) :])
    return plain
