"""The inputs that a user gives: which function they are for, what they tell of it, and how they are sent.

[beside TensorFlow]
"""

from __future__ import annotations

import glob
from typing import Any, Dict, List, Mapping, Sequence

import numpy as np
import tensorflow as tf

from ..both_sides.tensors import Tensor
from ..both_sides.wire import Ragged, Sparse, count_rows, dtype_name, elements, with_elements
from .mine_inputs import input_names, mapped


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
        if plain or of_lists:
            return array_of(value)
        return tuple(parts) if isinstance(value, tuple) else parts
    return value


def described(value: Any) -> Tensor:
    """Return a `Tensor` with the shape, dtype and layout of one value."""
    leaf = on_wire(value)
    array = elements(leaf)
    dtype = dtype_name(array)
    if isinstance(leaf, Sparse):
        return Tensor(tuple(leaf.dense_shape.tolist()), dtype, layout="sparse")
    rank, shape = 0, [count_rows(leaf)] if isinstance(leaf, Ragged) else []
    while isinstance(leaf, Ragged):
        rank, shape, leaf = rank + 1, [*shape, None], leaf.values
    return (
        Tensor((*shape, *array.shape[1:]), dtype, layout="ragged", ragged_rank=rank)
        if rank
        else Tensor(array.shape, dtype)
    )


def arrays_of(
    own_inputs: Mapping[str, Sequence[Any]], endpoints: Mapping[str, Any], function: str
) -> Dict[str, List[Any]]:
    """Return the user's inputs as arrays, by endpoint, in the dtypes that the functions take.

    Raises:
        ValueError: some are nothing that can be brought, or are not nested as the function takes them.
    """
    arrays: Dict[str, List[Any]] = {}
    for endpoint, inputs in own_inputs.items():
        for at, each in enumerate(inputs):
            value = cast(mapped(each, on_wire), endpoints[endpoint])
            if function:
                check_fits(value, endpoints[endpoint], f"{function}[{endpoint!r}][{at}]")
            arrays.setdefault(endpoint, []).append(value)
    return arrays


def check_fits(value: Any, taken: Any, where: str) -> None:
    """Check that a given value is nested and laid out as a function with an input signature takes it.

    Raises:
        ValueError: it is not.
    """
    if isinstance(taken, dict):
        if not isinstance(value, dict) or set(value) != set(taken):
            raise ValueError(f"{where} holds {in_words(value)}; the function takes {in_words(taken)}")
        for key, part in value.items():
            check_fits(part, taken[key], f"{where}[{key!r}]")
    elif isinstance(taken, (list, tuple)):
        if not isinstance(value, (list, tuple)) or len(value) != len(taken):
            raise ValueError(f"{where} holds {in_words(value)}; the function takes {in_words(taken)}")
        for at, (part, each) in enumerate(zip(value, taken)):
            check_fits(part, each, f"{where}[{at}]")
    elif value is None or not fits(described(value), taken):
        raise ValueError(f"{where} holds {in_words(value)}; the function takes {in_words(taken)}")


def fits(given: Tensor, taken: Tensor) -> bool:
    """Return whether a function that takes this takes what is given."""
    same_kind = (given.layout, given.dtype) == (taken.layout, taken.dtype)
    return same_kind and tf.TensorShape(given.shape).is_compatible_with(taken.shape)


def in_words(value: Any) -> str:
    """Return what a value, or what a function takes, is called in messages."""
    if isinstance(value, dict):
        return f"a dict of {', '.join(map(str, value)) or 'nothing'}"
    if isinstance(value, (list, tuple)):
        return f"a list of {len(value)}"
    if value is None:
        return "None"
    tensor = value if isinstance(value, Tensor) else described(value)
    shape = ", ".join("None" if side is None else str(side) for side in tensor.shape)
    return f"{'' if tensor.layout == 'dense' else f'{tensor.layout} '}{tensor.dtype} of shape [{shape}]"


def cast(value: Any, taken: Any) -> Any:
    """Return arrays in the dtypes of the `Tensor`s that a function takes, where that changes no number's kind.

    numpy makes 64 bits of what Python has and of what it draws, and most models take 32.
    """
    if isinstance(value, dict) and isinstance(taken, dict):
        return {key: cast(part, taken.get(key)) for key, part in value.items()}
    sequences = isinstance(value, (list, tuple)) and isinstance(taken, (list, tuple))
    if sequences and len(value) == len(taken):
        return type(value)(cast(part, each) for part, each in zip(value, taken))
    nested = value is None or isinstance(value, (dict, list, tuple))
    if nested or not isinstance(taken, Tensor) or taken.dtype in ("string", "bool"):
        return value
    array, kinds = elements(value), "fiu" if taken.kind == "float" else "iu"
    made = array.astype(tf.as_dtype(taken.dtype).as_numpy_dtype) if array.dtype.kind in kinds else array
    return value if array.dtype.kind in "iu" and not np.array_equal(made, array) else with_elements(value, made)


def on_wire(value: Any) -> Any:
    """Return one value in the form that the wire carries; None stays what it is.

    Raises:
        ValueError: it is no tensor, dense, ragged or sparse, of numbers or strings.
    """
    if value is None or isinstance(value, (Ragged, Sparse)):
        return value
    if isinstance(value, tf.RaggedTensor):
        return Ragged(on_wire(value.values), value.row_splits.numpy())
    if isinstance(value, (tf.SparseTensor, tf.compat.v1.SparseTensorValue)):
        return Sparse(*(np.asarray(part) for part in (value.indices, array_of(value.values), value.dense_shape)))
    return array_of(value)


def array_of(value: Any) -> np.ndarray:
    """Return the value as an array for the wire, with strings as objects.

    Raises:
        ValueError: it is no dense array of numbers or strings.
    """
    value = value.numpy() if hasattr(value, "numpy") else value
    array = np.asarray(value)
    if array.dtype.kind in "SU" and not isinstance(value, np.ndarray):
        array = np.array(value, dtype=object)  # numpy cuts off zeros at the end of bytes
    others = [type(each).__name__ for each in array.flat if not isinstance(each, (bytes, str))]
    if array.dtype.kind == "O" and others:
        raise ValueError(f"an input that is given holds {others[0]}, and no numbers or strings")
    if array.dtype.kind not in "OSUbiuf" and "float" not in array.dtype.name and array.dtype.kind != "c":
        raise ValueError(f"an input that is given holds {array.dtype.name}, and no numbers or strings")
    return array.astype(object) if array.dtype.kind in "SU" else array
