"""Reads facts of a live model, its optimizer, its process and its SavedModel.  [beside TensorFlow]"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import json
import os
import random
import re
from typing import Any, Callable, Dict, List

import numpy as np
import tensorflow as tf
from tensorflow.core.protobuf import saved_model_pb2

from ..both_sides.training_data import STEPS_OF_SCHEDULES
from .optimizers import is_built, variables_of_optimizer, variables_once_built
from .replicas import copies_of

LARGEST_SENT = 64 * 2**20
# How TensorFlow marks a variable that no checkpoint has restored.
NOT_RESTORED = -1
_until_this_process_ends = contextlib.ExitStack()
_ADDRESS = re.compile(r"0x[0-9a-f]+")
# TensorFlow numbers the gradient functions that it registers with a trace, whatever the trace is for.
_OF_A_TRACE = re.compile(r"-\d+$")
# The Python id by which Keras marks shared objects.
_IDENTITY = re.compile(r'("shared_object_id": )\d+')


def weights(model: Any) -> List[List[Any]]:
    """Return [path, value] of every variable of a live model, in the model's order.

    Of a variable with a copy on each of several devices, each copy that differs from the first is there too.
    """
    found = []
    for variable in variables_of(model):
        path, (first, *others) = path_of(variable), copies_of(variable)
        found.append([path, array_or_digest(as_array(variable))])
        for at, copy in enumerate(map(as_array, others), 1):
            if copy.tobytes() != as_array(first).tobytes():
                found.append([f"{path}, copy {at}", array_or_digest(copy)])
    return found


def variables_of(model: Any) -> List[Any]:
    """Return the variables of a model, without the vocabulary handlers that Keras 2 lists among them."""
    return [variable for variable in model.variables if hasattr(variable, "name")]


def array_or_digest(array: np.ndarray) -> Any:
    """Return the array, or the dtype, shape and digest of a large one."""
    if array.nbytes <= LARGEST_SENT:
        return array
    content = hashlib.sha256(np.ascontiguousarray(array).data).hexdigest()
    return {"dtype": array.dtype.name, "shape": list(array.shape), "sha256": content}


def restored_weights(root: Any) -> Dict[str, Any]:
    """Return every variable that a restored SavedModel reaches.

    Returns:
        `found`: [path, value] of each, in the order of the object graph; a variable under two names is there twice.
        `listed`: the paths in the order of the root's own `variables`; None if it has none.
    """
    reached = [
        [path_of(item), array_or_digest(as_array(item))]
        for item in tf.train.TrackableView(root).descendants()
        if isinstance(item, tf.Variable)
    ]
    listed = None if getattr(root, "variables", None) is None else variables_of(root)
    return {"found": reached, "listed": None if listed is None else [path_of(variable) for variable in listed]}


def path_of(variable: Any) -> str:
    """Return Keras 3's path of the variable, or its name without the output number."""
    path: str = getattr(variable, "path", None) or variable.name
    return path[:-2] if path.endswith(":0") else path


def as_array(value: Any) -> np.ndarray:
    """Return the value of a variable of Keras 3 or of TensorFlow."""
    return np.asarray(value.numpy() if hasattr(value, "numpy") else value)


def architecture(model: Any) -> Dict[str, Any]:
    """Return the model's class and its bases, its config as canonical JSON text, its layers and what is trainable.

    Classes are given by name. A layer is [name, class, trainable]. A model without a config has the reason in its
    place. `trainable` says of each variable whether training changes it, in the model's order: layers inside of a
    layer are not among the model's.
    """
    try:
        config = canonical(model.get_config())
    except NotImplementedError as error:
        config = f"none: {error}"
    # Some versions and kinds of models list their InputLayers and some do not; they hold nothing.
    trained = {id(variable) for variable in model.trainable_variables}
    layers = [layer for layer in model.layers if type(layer).__name__ != "InputLayer"]
    return {
        "lineage": [each.__name__ for each in type(model).__mro__],
        "config": config,
        "layers": [[layer.name, type(layer).__name__, bool(layer.trainable)] for layer in layers],
        "trainable": [id(variable) in trained for variable in variables_of(model)],
    }


def training(model: Any) -> Dict[str, Any]:
    """Return the compile config as canonical JSON text, and the optimizer with all of its variables.

    One that was not built yet has the variables with which its first step would begin.
    """
    optimizer = getattr(model, "optimizer", None)
    return {
        "compile_config": canonical(model.get_compile_config()),
        "optimizer": None
        if optimizer is None
        else {
            "class": type(optimizer).__name__,
            "config": canonical(optimizer.get_config()),
            "rates": rates(optimizer),
            "built": is_built(optimizer),
            "variables": [
                [path_of(variable), as_array(variable)] for variable in variables_once_built(optimizer, model)
            ],
        },
    }


def rates(optimizer: Any) -> Dict[str, float]:
    """Return the learning rate at some steps by step, if the optimizer has a schedule; nothing otherwise."""
    inner = getattr(optimizer, "inner_optimizer", optimizer)
    schedule = getattr(inner, "_learning_rate", None)
    if not isinstance(schedule, tf.keras.optimizers.schedules.LearningRateSchedule):
        return {}
    found = {}
    for step in STEPS_OF_SCHEDULES:
        with contextlib.suppress(Exception):  # a schedule of a user's may not be made for every step
            found[str(step)] = float(schedule(step))
    return found


def forget(model: Any) -> None:
    """Change every variable of a model and of its optimizer, so that a variable that is not loaded shows."""
    optimizer = getattr(model, "optimizer", None)
    for variable in [*variables_of(model), *variables_of_optimizer(optimizer)]:
        variable.assign(changed(as_array(variable)))


@functools.cache  # twice changed, a variable could have its initial value again
def forget_initial_values() -> None:
    """Change every variable that is made from now on, so that one that is not loaded shows.

    A model that is built again may begin with the very values that were saved. What a checkpoint restores while the
    variable is made keeps its value.
    """

    def make(next_creator: Callable[..., Any], **arguments: Any) -> Any:
        variable = next_creator(**arguments)
        if tf.executing_eagerly() and getattr(variable, "_update_uid", NOT_RESTORED) == NOT_RESTORED:
            variable.assign(changed(as_array(variable)))
        return variable

    _until_this_process_ends.enter_context(tf.variable_creator_scope(make))


def changed(value: np.ndarray) -> np.ndarray:
    """Return an array of the same shape and dtype with other values."""
    if value.dtype.kind == "b":
        return ~value
    if value.dtype.kind in "iu":
        return value + np.ones_like(value)
    if value.dtype.kind in "OS":
        return np.full(value.shape, b"forgotten", dtype=object)
    return np.asarray(value * -0.5 + 0.125).astype(value.dtype)


def at_saved_model(path: str) -> Dict[str, Any]:
    """Return what options of a save can change in a SavedModel, beside its graph and weights."""
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


def fingerprint(path: str) -> Dict[str, str]:
    """Return the fingerprint of a SavedModel, its five hashes and its singleprint; empty if it has none."""
    reader = getattr(tf.saved_model.experimental, "read_fingerprint", None)
    if reader is None or not os.path.exists(os.path.join(path, "fingerprint.pb")):
        return {}
    read = reader(path)
    hashes = (
        "saved_model_checksum", "graph_def_program_hash", "signature_def_hash", "saved_object_graph_hash",
        "checkpoint_hash",
    )  # fmt: skip
    texts = {name: str(getattr(read, name)) for name in hashes}
    if hasattr(read, "singleprint"):
        texts["singleprint"] = str(read.singleprint())
    return texts


def random_state() -> Dict[str, Any]:
    """Return a digest of every random state from which a program can continue."""
    from tensorflow.python.eager import context

    keras_seeds = None
    try:
        from keras.src.backend.common import global_state

        generator = global_state.get_global_attribute("global_seed_generator")
        keras_seeds = None if generator is None else as_array(generator.state).tolist()
    except ImportError:
        pass  # Keras 2 uses TensorFlow's own
    operation_seeds = getattr(context.context(), "_rng", None)
    return {
        "python": digest(random.getstate()),
        "numpy": digest([np.asarray(part).tolist() for part in np.random.get_state()]),
        "tensorflow_seed": context.context()._seed,
        "tensorflow_operation_seeds": None if operation_seeds is None else digest(operation_seeds.getstate()),
        "keras_seed_generator": keras_seeds,
    }


def registries() -> Dict[str, Any]:
    """Return the global state of the process that a save must not change."""
    from tensorflow.python.framework import ops

    keras = tf.keras
    return {
        "custom_objects": sorted(keras.utils.get_custom_objects()),
        "gradients": sum(not _OF_A_TRACE.search(name) for name in ops.gradient_registry.list()),
        "floatx": keras.backend.floatx(),
        "image_data_format": keras.backend.image_data_format(),
        "dtype_policy": keras.mixed_precision.global_policy().name
        if hasattr(keras.mixed_precision, "global_policy")
        else keras.mixed_precision.dtype_policy().name,
        "functions_run_eagerly": tf.config.functions_run_eagerly(),
        "working_directory": os.getcwd(),
        "environment": changed_environment(),
    }


def changed_environment() -> Dict[str, Any]:
    """Return the environment variables that have changed since this process was started."""
    with open("/proc/self/environ", "rb") as file:
        first = dict(entry.partition(b"=")[::2] for entry in file.read().split(b"\0") if entry)
    changed = {name for name in {*first, *os.environb} if first.get(name) != os.environb.get(name)}
    return {os.fsdecode(name): os.environ.get(os.fsdecode(name)) for name in sorted(changed)}


def digest(value: Any) -> str:
    """Return a short digest of plain data."""
    return hashlib.sha256(repr(value).encode()).hexdigest()[:16]


def canonical(value: Any) -> str:
    """Return JSON text with sorted keys and without addresses; objects appear as class and config."""
    text = json.dumps(_with_texts_as_keys(value), sort_keys=True)
    return _IDENTITY.sub(r"\g<1>0", _ADDRESS.sub("0x", text))


def _with_texts_as_keys(value: Any) -> Any:
    """Return the value as plain data whose keys are all texts, so that they can be sorted; numbers are as in JSON."""
    if isinstance(value, dict):
        return {_as_key(key): _with_texts_as_keys(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_with_texts_as_keys(part) for part in value]
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    return _with_texts_as_keys(_plain(value))


def _as_key(key: Any) -> str:
    if isinstance(key, str):
        return key
    return json.dumps(key) if key is None or isinstance(key, (bool, int, float)) else repr(key)


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
