"""The inputs of what a user brings: the user's own, and what the model says it takes.  [beside TensorFlow]"""

from __future__ import annotations

import dataclasses
import glob
from typing import Any, Callable, Dict, List, Mapping, Optional, Sequence

import numpy as np
import tensorflow as tf

from ..both_sides.tensors import Tensor

# The strings to draw for a model that does not say which ones it knows.
WORDS = ("alpha", "beta", "two words", "Ünïcödé", "")
# The largest integer to draw where the user gives no inputs. An embedding may refuse it; the loaded one then has to
# refuse it as well.
LARGEST_INTEGER = 9


def inputs_in_files(path: str, endpoints: Mapping[str, Any], model: Any) -> Dict[str, List[Any]]:
    """Return the inputs in files `model.keras.inputs*.npz` beside `model.keras`, by endpoint.

    Each file holds one input, as arrays by the names of the model's inputs.

    Raises:
        ValueError: a file's names are not those of any function's inputs.
    """
    inputs_by_endpoint: Dict[str, List[Any]] = {}
    for file in sorted(glob.glob(glob.escape(path.rstrip("/")) + ".inputs*.npz")):
        with np.load(file, allow_pickle=False) as arrays:
            named = dict(arrays)
        for endpoint, inputs in endpoints.items():
            names = list(inputs) if isinstance(inputs, dict) else input_names(model)
            if isinstance(inputs, Tensor) and len(named) == 1:
                inputs_by_endpoint.setdefault(endpoint, []).append(next(iter(named.values())))
            elif set(named) == set(names):
                value = named if isinstance(inputs, dict) else [named[name] for name in names]
                inputs_by_endpoint.setdefault(endpoint, []).append(value)
            else:
                continue
            break
        else:
            raise ValueError(f"{file} holds {', '.join(sorted(named))}, which no function takes")
    return inputs_by_endpoint


def input_names(model: Any) -> List[str]:
    """Return a Keras model's names of its inputs, in its own order."""
    return [each.name.partition(":")[0] for each in getattr(model, "inputs", None) or ()]


def check_given(own_inputs: Any, function: str) -> None:
    """Check that these are inputs in a list or a tuple.

    Raises:
        ValueError: they are something else.
    """
    if not isinstance(own_inputs, (list, tuple)):
        raise ValueError(f"{function} has to hold a list of inputs, and holds a {type(own_inputs).__name__}")


def given_by_function(own_inputs: Any, function: str, endpoints: Mapping[str, Any]) -> Dict[str, List[Any]]:
    """Return a user's inputs for the functions of a module, each as a dict of its arguments.

    A list is for the only function that takes an input. The only argument of a function need not be in a dict.

    Args:
        function: the name of the user's function that returns the inputs, for messages.

    Raises:
        ValueError: they are something else.
    """
    taking = [name for name, inputs in endpoints.items() if inputs]
    if isinstance(own_inputs, (list, tuple)) and len(taking) == 1:
        return {
            taking[0]: [
                by_argument(each, f"{function}[{at}]", endpoints[taking[0]]) for at, each in enumerate(own_inputs)
            ]
        }
    if not isinstance(own_inputs, Mapping):
        raise ValueError(f"{function} has to return a dict by function, and returns a {type(own_inputs).__name__}")
    unknown = sorted(set(own_inputs) - set(endpoints))
    if unknown:
        raise ValueError(
            f"{function} gives inputs for {', '.join(unknown)}; there are {', '.join(sorted(endpoints))}"
        )
    by_function = {}
    for endpoint, values in own_inputs.items():
        where = f"{function}[{endpoint!r}]"
        check_given(values, where)
        by_function[endpoint] = [
            by_argument(each, f"{where}[{at}]", endpoints[endpoint]) for at, each in enumerate(values)
        ]
    return by_function


def by_argument(value: Any, where: str, inputs: Mapping[str, Any]) -> Dict[str, Any]:
    """Return one input of a function as a dict of its arguments, in their order.

    Raises:
        ValueError: it has other arguments.
    """
    if isinstance(value, Mapping) and set(value) == set(inputs):
        return {name: value[name] for name in inputs}
    names = ", ".join(inputs) or "nothing"
    if len(inputs) == 1 and (not isinstance(value, Mapping) or isinstance(inputs[names], dict)):
        return {names: value}
    holds = ", ".join(map(str, value)) if isinstance(value, Mapping) else f"a {type(value).__name__}"
    raise ValueError(f"{where} holds {holds or 'nothing'}; the function takes {names}")


def keras_inputs(model: Any, name: str, own_inputs: Optional[Sequence[Any]]) -> Any:
    """Return what a Keras model takes as `Tensor`s, in its own structure or in the structure of the user's inputs.

    Shapes and dtypes are those that the model declares. Where it declares none, the user's inputs tell.

    Raises:
        ValueError: the model does not say what it takes, or takes what cannot be drawn.
    """
    structure = declared_inputs(model)
    if own_inputs:
        return as_declared(tensors_like(own_inputs, model), structure, input_names(model))
    if structure is None:
        raise ValueError(
            f"a model that is no graph of layers does not say what it takes: put a function {name}_inputs() beside "
            f"{name}() that returns a list of inputs"
        )
    return mapped(structure, tensor_of)


def declared_inputs(model: Any) -> Any:
    """Return what a Keras model declares to take, as symbolic tensors in its own structure; None if it does not."""
    functional = getattr(model, "_functional", None) or model
    structure = getattr(functional, "_inputs_struct", None)
    if structure is None:
        structure = getattr(functional, "_nested_inputs", None)
    if structure is None:
        structure = getattr(model, "inputs", None)
    if isinstance(structure, (list, tuple)) and len(structure) == 1 and isinstance(model, tf.keras.Sequential):
        return structure[0]
    return None if isinstance(structure, list) and not structure else structure


def in_order(value: Any, model: Any) -> Any:
    """Return inputs that are given by name in the order of the model's inputs, if the model declares a list of them.

    Keras takes both, and what it exports takes the list.
    """
    names = input_names(model)
    is_list = isinstance(declared_inputs(model), (list, tuple))
    return (
        [value[name] for name in names] if is_list and isinstance(value, dict) and set(value) == set(names) else value
    )


def as_declared(given: Any, structure: Any, names: Sequence[str]) -> Any:
    """Return `Tensor`s in the structure of the given ones, with the shapes and dtypes that the model declares.

    Args:
        structure: what the model declares; None if nothing.
        names: of the model's inputs, in its own order, for inputs that are given by name.
    """
    declared = tf.nest.flatten(structure) if structure is not None else []
    if isinstance(given, dict):
        by_name = dict(zip(names, declared))
        if isinstance(structure, dict):
            by_name.update(zip(sorted(structure), declared))
        return {key: like_declared(each, by_name.get(key)) for key, each in given.items()}
    if isinstance(given, list):
        found = declared if len(declared) == len(given) else [None] * len(given)
        return [like_declared(each, spec) for each, spec in zip(given, found)]
    return like_declared(given, declared[0] if len(declared) == 1 else None)


def like_declared(given: Any, spec: Any) -> Any:
    """Return the given `Tensor` with shape and dtype of what is declared, if that is a tensor of the same rank."""
    if spec is None or not isinstance(given, Tensor):
        return given
    try:
        declared = tensor_of(spec)
    except ValueError:
        return given
    if len(declared.shape) != len(given.shape):
        return given
    return dataclasses.replace(declared, sizes=(None, *given.shape[1:]) if declared.batched else given.shape)


def mapped(structure: Any, make: Callable[[Any], Any]) -> Any:
    """Return the structure with `make(leaf)` in place of each leaf; tuples become lists."""
    if isinstance(structure, dict):
        return {key: mapped(part, make) for key, part in structure.items()}
    if isinstance(structure, (list, tuple)):
        return [mapped(part, make) for part in structure]
    return make(structure)


def tensor_of(spec: Any) -> Tensor:
    """Return a `Tensor` for a TensorSpec or one of Keras's symbolic tensors.

    Raises:
        ValueError: it is ragged or sparse, or has no fixed rank.
    """
    if getattr(spec, "ragged", False) or getattr(spec, "sparse", False) or "Tensor" not in type(spec).__name__:
        raise ValueError(f"inputs for a {type(spec).__name__} cannot be drawn")
    if isinstance(spec, (tf.RaggedTensorSpec, tf.SparseTensorSpec)) or tf.TensorShape(spec.shape).rank is None:
        raise ValueError(f"inputs for {spec} cannot be drawn")
    return plain_tensor(tf.TensorShape(spec.shape).as_list(), tf.as_dtype(spec.dtype).name)


def plain_tensor(shape: Sequence[Optional[int]], dtype: str) -> Tensor:
    """Return a `Tensor` with the usual range of its dtype."""
    integers = "int" in dtype or dtype == "bool"
    high = (1 if dtype == "bool" else LARGEST_INTEGER) if integers else 0
    words = WORDS if dtype == "string" else ()
    return Tensor(tuple(shape), dtype, high=high, vocabulary=words, batched=bool(shape) and shape[0] is None)


def declared_batch(model: Any) -> Optional[int]:
    """Return the only size of a batch that a Keras model declares to take; None if any will do."""
    shapes = [tf.TensorShape(each.shape) for each in getattr(model, "inputs", None) or ()]
    return next((shape[0] for shape in shapes if shape.rank and shape[0] is not None), None)


def numbers_as_arrays(value: Any) -> Any:
    """Return the input with an array in place of each list, nested or not, of nothing but numbers or texts."""
    if isinstance(value, dict):
        return {key: numbers_as_arrays(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)) and len(value):
        parts = [numbers_as_arrays(part) for part in value]
        plain = all(isinstance(part, (bool, int, float, str, bytes)) for part in value)
        of_lists = all(isinstance(part, (list, tuple)) for part in value) and all(
            isinstance(part, np.ndarray) and part.shape == parts[0].shape for part in parts
        )
        return np.array(value) if plain or of_lists else parts
    return value


def tensors_like(own_inputs: Sequence[Any], model: Any) -> Any:
    """Return `Tensor`s that describe these inputs of a Keras model. Dimensions that differ among them are free."""
    first = own_inputs[0]
    if isinstance(first, dict):
        return {key: tensors_like([each[key] for each in own_inputs], model) for key in first}
    if isinstance(first, (list, tuple)):
        return [tensors_like([each[at] for each in own_inputs], model) for at in range(len(first))]
    arrays = [array_of(each) for each in own_inputs]
    first = arrays[0]
    shape = [size if len({each.shape[at] for each in arrays}) == 1 else None for at, size in enumerate(first.shape)]
    dtype = "string" if first.dtype.kind == "O" else first.dtype.name
    if dtype == "float64" and getattr(model, "compute_dtype", None) != "float64":
        dtype = "float32"  # Keras casts them when it is called
    return plain_tensor([declared_batch(model), *shape[1:]] if shape else shape, dtype)


def arrays_of(own_inputs: Mapping[str, Sequence[Any]], endpoints: Mapping[str, Any]) -> Dict[str, List[Any]]:
    """Return the user's inputs as arrays, by endpoint, in the dtypes that the functions take."""
    return {
        endpoint: [cast(mapped(each, array_of), endpoints[endpoint]) for each in inputs]
        for endpoint, inputs in own_inputs.items()
    }


def cast(value: Any, taken: Any) -> Any:
    """Return arrays in the dtypes of the `Tensor`s that a function takes, where that changes no number's kind.

    numpy makes 64 bits of what Python has and of what it draws, and most models take 32.
    """
    if isinstance(value, dict) and isinstance(taken, dict):
        return {key: cast(part, taken.get(key)) for key, part in value.items()}
    if isinstance(value, list) and isinstance(taken, list) and len(value) == len(taken):
        return [cast(part, each) for part, each in zip(value, taken)]
    if not isinstance(taken, Tensor) or taken.dtype in ("string", "bool") or isinstance(value, (dict, list)):
        return value
    kinds = "fiu" if taken.kind == "float" else "iu"
    made = value.astype(tf.as_dtype(taken.dtype).as_numpy_dtype) if value.dtype.kind in kinds else value
    return value if value.dtype.kind in "iu" and not np.array_equal(made, value) else made


def array_of(value: Any) -> np.ndarray:
    """Return the value as an array for the wire, with strings as objects.

    Raises:
        ValueError: it is no dense array of numbers or strings.
    """
    if value is None:
        raise ValueError("an input that is given is None: an argument that is left out cannot be brought")
    if isinstance(value, (tf.RaggedTensor, tf.SparseTensor)):
        raise ValueError(f"an input that is given is a {type(value).__name__}: only dense arrays can be brought")
    array = np.asarray(value.numpy() if hasattr(value, "numpy") else value)
    if array.dtype.kind == "O" and not all(isinstance(each, (bytes, str)) for each in array.flat):
        raise ValueError(f"an input that is given holds {type(array.flat[0]).__name__}, and no numbers or strings")
    return array.astype(object) if array.dtype.kind in "SU" else array
