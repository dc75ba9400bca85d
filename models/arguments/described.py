"""Values, configs and tensors as data that the wire carries, the same in every process.  [beside TensorFlow]"""

from __future__ import annotations

import inspect
from typing import Any, Dict

import numpy as np

DEEPEST = 12
# What Keras writes into a config that differs in each process, or says where a class is found.
NO_CONTENT = ("shared_object_id", "build_config", "module", "registered_name")


def described(value: Any, depth: int = 0) -> Any:
    """Return a value of an argument, attribute or config as plain data and arrays.

    Lists and tuples are the same, because a file cannot tell them apart, and so are a class of Keras's and its name.
    """
    if depth > DEEPEST:
        return "..."
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    if isinstance(value, np.generic):
        return described(value.item(), depth)
    if isinstance(value, (list, tuple)):
        return [described(each, depth + 1) for each in value]
    if isinstance(value, (set, frozenset)):
        return sorted((described(each, depth + 1) for each in value), key=repr)
    if isinstance(value, dict):
        return _dict(value, depth)
    if isinstance(value, np.ndarray):
        return described(value.tolist(), depth)  # a file may hold a list in its place
    return _object(value, depth)


def _dict(value: Dict[Any, Any], depth: int) -> Any:
    if set(value) >= {"class_name", "config"}:
        name = str(value["class_name"]).rpartition(">")[2]
        if name == "function":
            return f"the function {str(value['config']).rpartition('>')[2]}"
        if name in ("__numpy__", "__tensor__"):
            return described(value["config"]["value"], depth + 1)
        return {"class": name, "config": described(value["config"], depth + 1)}
    return {str(key): described(part, depth + 1) for key, part in value.items() if key not in NO_CONTENT}


def _object(value: Any, depth: int) -> Any:
    if inspect.isroutine(value) or inspect.isclass(value):
        return f"the function {value.__name__}"
    if hasattr(value, "get_config"):
        try:
            config = value.get_config()
        except Exception as error:
            return f"{type(value).__name__} without config: {type(error).__name__}"
        return {"class": type(value).__name__, "config": described(config, depth + 1)}
    if hasattr(value, "numpy") and hasattr(value, "dtype"):  # a tensor or a variable
        return described(np.asarray(value), depth)
    if hasattr(value, "name") and type(value).__name__ == "DType":
        return value.name
    return f"an object of {type(value).__name__}"


def array(value: np.ndarray) -> Any:
    """Return an array in a form that can be sent: text as nested lists."""
    if value.dtype.kind in "OSU":
        return [each.decode(errors="replace") if isinstance(each, bytes) else str(each) for each in value.ravel()]
    return value


def answered(value: Any) -> Any:
    """Return tensors in their structure: dense ones as arrays, ragged and sparse ones by their parts."""
    import tensorflow as tf

    if isinstance(value, dict):
        return {str(key): answered(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [answered(part) for part in value]
    if isinstance(value, tf.RaggedTensor):
        return {"ragged": answered(value.flat_values), "splits": [answered(each) for each in value.nested_row_splits]}
    if isinstance(value, tf.SparseTensor):
        return {"sparse": answered(value.values), "indices": answered(value.indices), "shape": answered(value.shape)}
    if isinstance(value, tf.TensorShape):
        return [None if size is None else int(size) for size in value.as_list()]
    return value if value is None or isinstance(value, (bool, int, float, str)) else array(np.asarray(value))
