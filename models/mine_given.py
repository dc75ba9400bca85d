"""The inputs that a user gives: which function they are for, what they tell of it, and how they are sent.

[beside TensorFlow]
"""

from __future__ import annotations

import dataclasses
import glob
from typing import Any, Dict, List, Mapping, Optional, Sequence

import numpy as np
import tensorflow as tf

from ..both_sides.tensors import Tensor
from ..both_sides.wire import Ragged, Sparse, count_rows, dtype_name, elements, with_elements
from .mine_inputs import declared_batch, declared_inputs, input_names, mapped, plain_tensor, tensor_of


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


def keras_inputs(model: Any, name: str, own_inputs: Optional[Sequence[Any]]) -> Any:
    """Return what a Keras model takes as `Tensor`s, in its own structure or in the structure of the user's inputs.

    Shapes and dtypes are those that the model declares. Where it declares none, the user's inputs tell.

    Raises:
        ValueError: the model does not say what it takes, or takes what cannot be drawn.
    """
    structure = declared_inputs(model)
    if own_inputs:
        where = f"an input of {name}_inputs()"
        tensors = as_declared(tensors_like(own_inputs, model, where), structure, input_names(model))
        check_known(tensors, where)
        return tensors
    if structure is None:
        raise ValueError(
            f"a model that is no graph of layers does not say what it takes: put a function {name}_inputs() beside "
            f"{name}() that returns a list of inputs"
        )
    return mapped(structure, tensor_of)


def in_order(value: Any, model: Any) -> Any:
    """Return inputs that are given by name in the order of the model's inputs, if the model declares a list of them.

    A list becomes a tuple where the model declares one, and a tuple a list. Keras takes all of these, and what it
    exports takes what the model declares.
    """
    names, structure = input_names(model), declared_inputs(model)
    if isinstance(structure, (list, tuple)) and isinstance(value, dict) and set(value) == set(names):
        value = [value[name] for name in names]
    return in_sequences_of(value, structure)


def in_sequences_of(value: Any, structure: Any) -> Any:
    """Return the value with lists and tuples where the structure has them, as far as both are nested alike."""
    if isinstance(value, dict) and isinstance(structure, dict):
        return {key: in_sequences_of(part, structure.get(key)) for key, part in value.items()}
    sequences = isinstance(value, (list, tuple)) and isinstance(structure, (list, tuple))
    if not sequences or len(value) != len(structure):
        return value
    return (tuple if isinstance(structure, tuple) else list)(map(in_sequences_of, value, structure))


def as_declared(given: Any, structure: Any, names: Sequence[str]) -> Any:
    """Return `Tensor`s in the structure of the given ones, with the shapes and dtypes that the model declares.

    Args:
        structure: what the model declares; None if nothing.
        names: of the model's inputs, in its own order, for inputs that are given by name.
    """
    if isinstance(given, dict) and isinstance(structure, dict) and set(given) == set(structure):
        return {key: as_declared(each, structure[key], ()) for key, each in given.items()}
    sequences = isinstance(given, (list, tuple)) and isinstance(structure, (list, tuple))
    if sequences and len(given) == len(structure):
        return type(given)(as_declared(each, part, ()) for each, part in zip(given, structure))
    declared = tf.nest.flatten(structure) if structure is not None else []
    if isinstance(given, dict):
        by_name = dict(zip(names, declared))
        if isinstance(structure, dict):
            by_name.update(zip(sorted(structure), declared))
        return {key: like_declared(each, by_name.get(key)) for key, each in given.items()}
    if isinstance(given, (list, tuple)):
        found = declared if len(declared) == len(given) else [None] * len(given)
        return type(given)(like_declared(each, spec) for each, spec in zip(given, found))
    return like_declared(given, declared[0] if len(declared) == 1 else None)


def like_declared(given: Any, spec: Any) -> Any:
    """Return the given `Tensor` with shape and dtype of what is declared, if that is a tensor of the same rank.

    What is never given is None, and becomes what is declared.
    """
    if spec is None or not (given is None or isinstance(given, Tensor)):
        return given
    try:
        declared = tensor_of(spec)
    except ValueError:
        return given
    if given is None:
        return declared
    if len(declared.shape) != len(given.shape):
        return given
    sizes = (None, *given.shape[1:]) if declared.batched else given.shape
    return dataclasses.replace(declared, layout=given.layout, ragged_rank=given.ragged_rank, sizes=sizes)


def check_known(tensors: Any, where: str) -> None:
    """Check that there is a `Tensor` in every place.

    Raises:
        ValueError: one is None, since it was given nowhere, and the model does not declare it.
    """
    if tensors is None:
        raise ValueError(f"{where} is None in every input: give one in which it is not, or leave it out of all")
    if isinstance(tensors, dict):
        for key, part in tensors.items():
            check_known(part, f"{where}[{key!r}]")
    elif isinstance(tensors, (list, tuple)):
        for at, part in enumerate(tensors):
            check_known(part, f"{where}[{at}]")


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


def tensors_like(own_inputs: Sequence[Any], model: Any, where: str) -> Any:
    """Return `Tensor`s that describe these inputs of a Keras model. Dimensions that differ among them are free.

    Args:
        where: the expression that leads to them, for messages.

    Returns:
        `Tensor`s nested as the inputs are; None in place of what is None in all of them.

    Raises:
        ValueError: they are not nested alike, or one is nothing that can be brought.
    """
    given = [each for each in own_inputs if each is not None]
    if not given:
        return None
    first = given[0]
    if isinstance(first, dict):
        if not all(isinstance(each, dict) and set(each) == set(first) for each in given):
            raise ValueError(f"{where} is not nested alike in all inputs: name the same keys, and say None for one")
        return {key: tensors_like([each[key] for each in given], model, f"{where}[{key!r}]") for key in first}
    if isinstance(first, (list, tuple)):
        if not all(isinstance(each, (list, tuple)) and len(each) == len(first) for each in given):
            raise ValueError(f"{where} is not nested alike in all inputs: say None for one that is left out")
        parts = [tensors_like([each[at] for each in given], model, f"{where}[{at}]") for at in range(len(first))]
        return tuple(parts) if isinstance(first, tuple) else parts
    tensors = [described(each) for each in given]
    tensor, shapes = tensors[0], [each.shape for each in tensors]
    if any(
        (each.layout, each.ragged_rank, len(each.shape)) != (tensor.layout, tensor.ragged_rank, len(tensor.shape))
        for each in tensors
    ):
        raise ValueError(f"{where} has not the same rank and kind in all inputs")
    shape = [size if len({each[at] for each in shapes}) == 1 else None for at, size in enumerate(tensor.shape)]
    dtype = tensor.dtype
    if dtype == "float64" and getattr(model, "compute_dtype", None) != "float64":
        dtype = "float32"  # Keras casts them when it is called
    plain = plain_tensor([declared_batch(model), *shape[1:]] if shape else shape, dtype)
    return dataclasses.replace(plain, layout=tensor.layout, ragged_rank=tensor.ragged_rank)


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
