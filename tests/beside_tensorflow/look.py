"""What can be seen of a live object, its optimizer and its process.  [beside TensorFlow]"""

from __future__ import annotations

import hashlib
import json
import os
import random
import re
from typing import Any, List

import numpy as np
import tensorflow as tf
from tensorflow.core.protobuf import saved_model_pb2

LARGEST_TOLD = 64 * 2**20
_ADDRESS = re.compile(r"0x[0-9a-f]+")
# Python's id of an object, by which Keras marks what is shared.
_IDENTITY = re.compile(r'("shared_object_id": )\d+')


def weights(model: Any) -> List[list]:
    """Every variable of a model that is alive, in its own order: [path, value]."""
    return [[path_of(variable), told(as_array(variable))] for variable in variables_of(model)]


def variables_of(model: Any) -> list:
    """The variables of a model; among them Keras 2 lists the handlers of vocabularies, which are none."""
    return [variable for variable in model.variables if hasattr(variable, "name")]


def told(array: np.ndarray) -> Any:
    """The array, or of one that is large, what tells it from any other."""
    if array.nbytes <= LARGEST_TOLD:
        return array
    content = hashlib.sha256(np.ascontiguousarray(array).data).hexdigest()
    return {"dtype": array.dtype.name, "shape": list(array.shape), "sha256": content}


def restored_weights(root: Any) -> dict:
    """Every variable that a restored SavedModel reaches.

    Returns:
        `found`: [path, value] for each, in the order in which the object graph is walked, where one variable
        that is reached under two names is there twice; `listed`: the paths in the order of the root's own
        `variables`, None where it has none.
    """
    found = [
        [path_of(item), told(as_array(item))]
        for item in tf.train.TrackableView(root).descendants()
        if isinstance(item, tf.Variable)
    ]
    listed = None if getattr(root, "variables", None) is None else variables_of(root)
    return {"found": found, "listed": None if listed is None else [path_of(variable) for variable in listed]}


def path_of(variable: Any) -> str:
    """Keras 3's path of the variable, or its name without the output number."""
    path = getattr(variable, "path", None) or variable.name
    return path[:-2] if path.endswith(":0") else path


def as_array(value: Any) -> np.ndarray:
    """A variable's value; Keras 3's variables and TensorFlow's alike."""
    return np.asarray(value.numpy() if hasattr(value, "numpy") else value)


def architecture(model: Any) -> dict:
    """The model's classes, its config as canonical JSON text, or why it has none, and its layers.

    Of a class the name is told, its own first; of a layer its name, its class and whether it is trainable.
    """
    try:
        config = canonical(model.get_config())
    except NotImplementedError as error:
        config = f"none: {error}"
    # Whether a model lists its InputLayers differs by version and kind of model, and they hold nothing.
    layers = [layer for layer in model.layers if type(layer).__name__ != "InputLayer"]
    return {
        "lineage": [each.__name__ for each in type(model).__mro__],
        "config": config,
        "layers": [[layer.name, type(layer).__name__, bool(layer.trainable)] for layer in layers],
    }


def training(model: Any) -> dict:
    """The compile config as canonical JSON text, and the optimizer with every variable of its own."""
    optimizer = getattr(model, "optimizer", None)
    return {
        "compile_config": canonical(model.get_compile_config()),
        "optimizer": None
        if optimizer is None
        else {
            "class": type(optimizer).__name__,
            "config": canonical(optimizer.get_config()),
            "variables": [[path_of(variable), as_array(variable)] for variable in optimizer.variables],
        },
    }


def forget(model: Any) -> None:
    """Give every variable of a model and of its optimizer another value, so that what is not loaded shows."""
    optimizer = getattr(model, "optimizer", None)
    for variable in [*variables_of(model), *(optimizer.variables if optimizer is not None else ())]:
        value = as_array(variable)
        if value.dtype.kind == "b":
            variable.assign(~value)
        elif value.dtype.kind in "iu":
            variable.assign(value + np.ones_like(value))
        elif value.dtype.kind in "OS":
            variable.assign(np.full(value.shape, b"forgotten", dtype=object))
        else:
            variable.assign((value * -0.5 + 0.125).astype(value.dtype))


def at_saved_model(path: str) -> dict:
    """What stands in a SavedModel beside program and weights, as options of a save may have asked for it."""
    saved_model = saved_model_pb2.SavedModel()
    with open(os.path.join(path, "saved_model.pb"), "rb") as file:
        saved_model.ParseFromString(file.read())
    meta_graph = saved_model.meta_graphs[0]
    nodes = list(meta_graph.graph_def.node)
    functions = list(meta_graph.graph_def.library.function)
    nodes += [node for function in functions for node in function.node_def]
    aliases = meta_graph.meta_info_def.function_aliases
    return {
        "tags": sorted(meta_graph.meta_info_def.tags),
        "aliases": sorted(set(aliases.values())),
        "debug_info": os.path.exists(os.path.join(path, "debug", "saved_model_debug_info.pb")),
        "variable_devices": any(node.op == "VarHandleOp" and node.device for node in nodes),
        "custom_gradients": bool(meta_graph.graph_def.library.registered_gradients),
        "saver": meta_graph.HasField("saver_def"),
        "shards": len([name for name in os.listdir(os.path.join(path, "variables")) if ".data-" in name]) > 1,
        "keras_metadata": os.path.exists(os.path.join(path, "keras_metadata.pb")),
        "signatures": sorted(meta_graph.signature_def),
    }


def fingerprint(path: str) -> dict:
    """The fingerprint of a SavedModel: its five hashes, as text, and its singleprint; empty where there is none."""
    reader = getattr(tf.saved_model.experimental, "read_fingerprint", None)
    if reader is None or not os.path.exists(os.path.join(path, "fingerprint.pb")):
        return {}
    read = reader(path)
    hashes = (
        "saved_model_checksum", "graph_def_program_hash", "signature_def_hash", "saved_object_graph_hash",
        "checkpoint_hash",
    )  # fmt: skip
    told = {name: str(getattr(read, name)) for name in hashes}
    if hasattr(read, "singleprint"):
        told["singleprint"] = str(read.singleprint())
    return told


def random_state() -> dict:
    """A digest of every random state that a program can continue from."""
    from tensorflow.python.eager import context

    keras_seeds = None
    try:
        from keras.src.backend.common import global_state

        generator = global_state.get_global_attribute("global_seed_generator")
        keras_seeds = None if generator is None else as_array(generator.state).tolist()
    except ImportError:
        pass  # Keras 2 draws from TensorFlow's own
    operation_seeds = getattr(context.context(), "_rng", None)
    return {
        "python": digest(random.getstate()),
        "numpy": digest([np.asarray(part).tolist() for part in np.random.get_state()]),
        "tensorflow_seed": context.context()._seed,
        "tensorflow_operation_seeds": None if operation_seeds is None else digest(operation_seeds.getstate()),
        "keras_seed_generator": keras_seeds,
    }


def registries() -> dict:
    """What is global to the process, and a save has no business to change."""
    from tensorflow.python.framework import ops

    keras = tf.keras
    return {
        "custom_objects": sorted(keras.utils.get_custom_objects()),
        "gradients": len(ops.gradient_registry.list()),
        "floatx": keras.backend.floatx(),
        "image_data_format": keras.backend.image_data_format(),
        "dtype_policy": keras.mixed_precision.global_policy().name
        if hasattr(keras.mixed_precision, "global_policy")
        else keras.mixed_precision.dtype_policy().name,
        "functions_run_eagerly": tf.config.functions_run_eagerly(),
        "working_directory": os.getcwd(),
        "environment": changed_environment(),
    }


def changed_environment() -> dict:
    """The environment variables that are not what this process was started with."""
    with open("/proc/self/environ", "rb") as file:
        first = dict(entry.partition(b"=")[::2] for entry in file.read().split(b"\0") if entry)
    changed = {name for name in {*first, *os.environb} if first.get(name) != os.environb.get(name)}
    return {os.fsdecode(name): os.environ.get(os.fsdecode(name)) for name in sorted(changed)}


def digest(value: Any) -> str:
    """A short fingerprint of plain data."""
    return hashlib.sha256(repr(value).encode()).hexdigest()[:16]


def canonical(value: Any) -> str:
    """JSON text with sorted keys, in which objects are told by class and config, and no address appears."""
    return _IDENTITY.sub(r"\g<1>0", _ADDRESS.sub("0x", json.dumps(value, sort_keys=True, default=_plain)))


def _plain(value: Any) -> Any:
    if isinstance(value, (np.ndarray, np.generic)):
        return value.tolist()
    if isinstance(value, tf.TensorShape):
        return value.as_list()
    if isinstance(value, tf.DType):
        return value.name
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    if isinstance(value, bytes):
        return value.hex()
    if hasattr(value, "get_config"):
        return {"class_name": type(value).__name__, "config": value.get_config()}
    if callable(value):
        return {"function": getattr(value, "__name__", type(value).__name__)}
    try:
        return dict(value)
    except (TypeError, ValueError):
        return repr(value)
