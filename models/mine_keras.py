"""The inputs of a user's Keras model, by its own specs, the user's signature or inputs.  [beside TensorFlow]"""

from __future__ import annotations

import dataclasses
from typing import Any, Optional, Sequence

import tensorflow as tf

from ..both_sides.structures import holds_none
from ..both_sides.tensors import Tensor
from .mine_given import cast, check_fits, described, on_wire
from .mine_inputs import declared_batch, declared_inputs, input_names, mapped, plain_tensor, tensor_of
from .mine_signatures import Signatures, check_agree


def signature_of_keras(model: Any, signatures: Signatures, where: str) -> Any:
    """Return what a user says that a Keras model takes, as specs in its structure; None if the model says it itself.

    Raises:
        ValueError: it is not for the one argument of a model, or the model says something else.
    """
    if "call" not in signatures:
        return None
    if len(signatures["call"]) != 1:
        holds = len(signatures["call"])
        raise ValueError(f"{where} has {holds} specs; a model takes one argument: put them into one list or dict")
    (signature,) = signatures["call"]
    declared = declared_inputs(model)
    if declared is None:
        return signature
    check_agree(declared, signature, where)
    return None


def keras_inputs(model: Any, name: str, own_inputs: Optional[Sequence[Any]], signature: Any) -> Any:
    """Return what a Keras model takes as `Tensor`s, in its own structure or in the structure of the user's inputs.

    Shapes and dtypes are those that the model declares. Where it declares none, the user's signature or inputs tell.

    Args:
        signature: specs of a user's; None if there are none, or the model declares its own.

    Raises:
        ValueError: nothing says what it takes, it takes what cannot be drawn, or inputs do not fit the signature.
    """
    structure = declared_inputs(model) if signature is None else signature
    if signature is not None:
        taken = mapped(signature, tensor_of)
        for at, each in enumerate(own_inputs or ()):
            value = cast(mapped(each, on_wire), taken)
            if not holds_none(value):
                check_fits(value, taken, f"{name}_inputs()[{at}]")
    if own_inputs:
        where = f"an input of {name}_inputs()"
        tensors = as_declared(tensors_like(own_inputs, model, where), structure, input_names(model))
        check_known(tensors, where)
        return tensors
    if structure is None:
        raise ValueError(
            f"a model that is no graph of layers does not say what it takes: put a function {name}_inputs() beside "
            f"{name}() that returns a list of inputs, or {name}_signature() that returns a list of tf.TensorSpecs"
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
