"""The functions of a user's tf.Module: what they take and answer, and their signatures.  [beside TensorFlow]"""

from __future__ import annotations

import dataclasses
import inspect
from typing import Any, Dict, Iterator, List, Mapping, Sequence, Tuple

import tensorflow as tf

from ..both_sides.cases import ModuleFunction
from ..both_sides.tensors import InputStructure, Tensor
from .mine_inputs import mapped, tensor_of
from .mine_signatures import Signatures, check_agree

# The attribute names that are not private, although they begin with an underscore.
PUBLIC = ("__call__",)


@dataclasses.dataclass(frozen=True)
class Argument:
    """One argument of a function that an input signature describes: `inputs` are its tensors in their structure."""

    name: str
    inputs: Any
    is_by_position: bool


def names_of_functions(model: Any) -> List[str]:
    """Return the names of a module's tf.functions that are not private, with and without an input signature."""
    public = [name for name in dir(model) if not name.startswith("_") or name in PUBLIC]
    return [
        name
        for name in public
        if not is_property(model, name) and hasattr(getattr(model, name, None), "get_concrete_function")
    ]


def functions_of_module(
    model: Any, given: Signatures, where: str
) -> Tuple[Dict[str, Any], Dict[str, ModuleFunction]]:
    """Return the inputs of each function of a tf.Module with an input signature, by argument, and how it is called.

    Args:
        given: the input signatures that a user gives to functions without one.
        where: the user's function that returns these, for messages.

    Those that have a signature and take an input come first. So a stateful module that is asked only these answers
    as one that is asked the others afterwards.

    Raises:
        ValueError: a user's signature does not fit its function.
    """
    endpoints, functions = {}, {}
    default = name_of_default(model)
    for name in names_of_functions(model):
        function = getattr(model, name)
        own = getattr(function, "input_signature", None)
        if own is None and name not in given:
            continue
        if own is not None and name in given:
            check_agree(list(own), given[name], f"{where}[{name!r}]")
        arguments = list(arguments_of(function, given[name] if own is None else own))
        concrete = function.get_concrete_function() if own is not None else traced(function, given[name], where, name)
        by_position = [at for at, argument in enumerate(arguments) if argument.is_by_position]
        endpoints[name] = {argument.name: argument.inputs for argument in arguments}
        functions[name] = ModuleFunction(
            by_position=tuple(argument.name for argument in arguments[: max(by_position, default=-1) + 1]),
            signature_inputs=names_in_signature(concrete, arguments),
            has_signature=is_flat(concrete.structured_outputs) and are_dense(endpoints[name]),
            is_default=name == default,
            is_signed_by_user=own is None,
        )
    order = sorted(endpoints, key=lambda name: (not functions[name].has_signature, not endpoints[name]))
    return {name: endpoints[name] for name in order}, functions


def signatures_of_artifact(signatures: Mapping[str, Any]) -> Dict[str, Any]:
    """Return the inputs of each signature of a SavedModel without its source, by name."""
    return {
        name: mapped(dict(sorted(function.structured_input_signature[1].items())), tensor_of)
        for name, function in signatures.items()
    }


def is_property(model: Any, name: str) -> bool:
    """Return whether an attribute is a property. It is no function, and its code may raise."""
    return isinstance(inspect.getattr_static(model, name, None), property)


def is_declared(function: Any) -> bool:
    """Return whether this is a tf.function with an input signature."""
    return getattr(function, "input_signature", None) is not None and hasattr(function, "get_concrete_function")


def traced(function: Any, specs: Sequence[Any], where: str, name: str) -> Any:
    """Return a function without a signature as a concrete one.

    Raises:
        ValueError: it does not take these specs.
    """
    try:
        return function.get_concrete_function(*specs)
    except Exception as error:  # it may be the user's own code that raises
        reason = " ".join(f"{type(error).__name__}: {error}".split())
        raise ValueError(f"{where}[{name!r}] does not fit the function: {reason}") from None


def arguments_of(function: Any, signature: Sequence[Any]) -> Iterator[Argument]:
    """Yield the arguments that an input signature describes. Those of `*xs` are x_0, x_1, as TensorFlow says."""
    specs: List[Any] = list(signature)
    parameters = inspect.signature(function.python_function).parameters.values()
    for parameter in [each for each in parameters if each.name != "self"]:
        if parameter.kind is inspect.Parameter.VAR_POSITIONAL:
            for number, spec in enumerate(specs):
                yield Argument(f"{parameter.name}_{number}", mapped(spec, tensor_of), True)
            return
        if not specs:
            return
        inputs = mapped(specs.pop(0), tensor_of)
        if isinstance(inputs, Tensor) and isinstance(parameter.default, tf.Tensor):
            default = parameter.default.numpy()
            plain = str(default) if inputs.kind == "string" else default.tolist()
            inputs = dataclasses.replace(inputs, default=plain)
        yield Argument(parameter.name, inputs, parameter.kind is inspect.Parameter.POSITIONAL_ONLY)


def names_in_signature(concrete: Any, arguments: Sequence[Argument]) -> Tuple[str, ...]:
    """Return TensorFlow's names of the inputs in a signature, with the arguments sorted by name.

    The result is empty if these are the names of the arguments. Others come from a TensorSpec that has a name, and
    from an argument of several tensors, which are numbered.
    """
    names = iter(getattr(concrete, "_arg_keywords", None) or ())
    by_argument = {
        argument.name: [next(names, "") for _ in InputStructure.of(argument.inputs).tensors] for argument in arguments
    }
    in_order = tuple(name for argument in sorted(by_argument) for name in by_argument[argument])
    return () if in_order == tuple(sorted(by_argument)) or "" in in_order else in_order


def are_dense(inputs: Any) -> bool:
    """Return whether no input is ragged or sparse. Of such ones, a signature takes the parts under other names."""
    return all(tensor.layout == "dense" for tensor in InputStructure.of(inputs).tensors)


def is_flat(outputs: Any) -> bool:
    """Return whether a signature can return these: plain tensors, in at most one dict, list or tuple."""
    return all(isinstance(part, (tf.Tensor, tf.TensorSpec)) for part in parts_of(outputs))


def name_of_default(model: Any) -> str:
    """Return the name of the function that TensorFlow serves where no signature is passed; empty if it serves none.

    It is the only one that can be a signature. Private ones count, and so do traces.
    """
    able = []
    for name in dir(model):
        try:
            function = getattr(model, name)
            concrete = function.get_concrete_function() if is_declared(function) else function
            outputs = parts_of(concrete.structured_outputs)
        except Exception:  # it is no function, or the user's own code raises, which shows when the module is saved
            continue
        if outputs and all(isinstance(part, (tf.Tensor, tf.__internal__.CompositeTensor)) for part in outputs):
            able.append(name)
    return able[0] if len(able) == 1 else ""


def parts_of(outputs: Any) -> List[Any]:
    """Return what a signature would answer with; a part that has no name is no tensor.

    Args:
        outputs: the structured outputs of a concrete function.
    """
    if isinstance(outputs, Mapping):
        return [part if isinstance(name, str) else None for name, part in outputs.items()]
    return list(outputs) if isinstance(outputs, (list, tuple)) else [outputs]
