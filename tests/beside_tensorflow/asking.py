"""Asks a model, a restored object or a signature for answers.  [beside TensorFlow; imports it only where needed]

A signature takes its inputs by name, and a case has them in a structure of its own. Where the names agree, they
decide. Where a saver has lost them, the order decides: the inputs as `tf.nest` flattens them (dicts sorted by key),
and the names in natural order, in which `inputs_2` comes before `inputs_10`.
"""

from __future__ import annotations

import contextlib
from types import MappingProxyType
from typing import Any, Callable, Collection, Dict, Iterator, List, Mapping, Optional, Sequence

import numpy as np

from ..both_sides import wire
from ..both_sides.cases import ModuleFunction
from ..both_sides.questions import LoadQuestion
from ..both_sides.structures import holds_none, in_structure, leaves, natural_order
from ..both_sides.tensors import Input, InputStructure, Tensor
from .channel import error_facts

# Takes the name of an endpoint and inputs in the case's structure, and returns what the model answers.
Ask = Callable[[str, Any], Any]
# How the functions of a module are called, by endpoint; those that are missing take every argument by keyword.
Functions = Mapping[str, ModuleFunction]
BY_KEYWORD: Functions = MappingProxyType({})


def by_name(inputs: Any, wanted: Sequence[str], own_names: Optional[Sequence[str]] = None) -> Dict[str, Any]:
    """Return the inputs by the names that a signature takes.

    Args:
        inputs: in the case's structure.
        wanted: the signature's input names.
        own_names: the model's own names of its inputs, in the order in which they are passed.

    Raises:
        ValueError: there are more or fewer inputs than names.
    """
    flat = leaves(inputs)
    if isinstance(inputs, dict) and set(inputs) == set(wanted):
        # A dict or a list with a single tensor has the name of its argument.
        return {name: leaves(part)[0] if len(leaves(part)) == 1 else part for name, part in inputs.items()}
    if own_names and set(own_names) == set(wanted) and len(flat) == len(wanted):
        return dict(zip(own_names, flat))
    if len(flat) != len(wanted):
        raise ValueError(f"the signature takes {sorted(wanted)}, the case has {len(flat)} inputs")
    return dict(zip(sorted(wanted, key=natural_order), flat))


def answers(ask: Ask, inputs: Sequence[Input]) -> List[Dict[str, Any]]:
    """Return for every input the answer as `{"value": ...}`, or the exception as `{"raised": ...}`."""
    results = []
    for each in inputs:
        try:
            results.append({"value": to_wire(ask(each.endpoint, each.value))})
        except Exception as error:
            facts = error_facts(error)
            results.append({"raised": {"type": facts["type"], "message": facts["message"][:2000]}})
    return results


def to_wire(value: Any) -> Any:
    """Return the value with every tensor in the form that the wire carries.

    Raises:
        TypeError: a part is not a tensor, a number, a text or None, or a structure of these.
        wire.WireError: an array has a dtype that the wire does not carry.
    """
    if isinstance(value, dict):
        return {key: to_wire(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        parts = [to_wire(part) for part in value]
        return parts if type(value) is list else tuple(parts)  # a namedtuple or a list of Keras's own is a tuple
    if value is None:
        return None
    if isinstance(value, (bool, int, float, str, bytes)):  # a traced function returns a tensor for it
        import tensorflow as tf

        value = tf.constant(value)
    if isinstance(value, (np.ndarray, np.generic)):
        wire.numpy_dtype(wire.dtype_name(np.asarray(value)))  # raises, so that this is no answer
        return np.asarray(value)
    if hasattr(value, "row_splits"):
        return wire.Ragged(to_wire(value.values), to_wire(value.row_splits))
    if hasattr(value, "dense_shape") and hasattr(value, "indices"):
        return wire.Sparse(to_wire(value.indices), to_wire(value.values), to_wire(value.dense_shape))
    if hasattr(value, "numpy"):
        return np.asarray(value.numpy())
    raise TypeError(f"a {type(value).__name__} is not an answer")


def to_tensors(value: Any) -> Any:
    """Return inputs from the wire as tensors, in the same structure; tensors stay as they are."""
    import tensorflow as tf

    if isinstance(value, dict):
        return {key: to_tensors(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(to_tensors(part) for part in value)
    if value is None or tf.is_tensor(value):
        return value
    if isinstance(value, wire.Ragged):
        return tf.RaggedTensor.from_row_splits(to_tensors(value.values), value.row_splits)
    if isinstance(value, wire.Sparse):
        return tf.SparseTensor(value.indices, to_tensors(value.values), value.dense_shape)
    return tf.constant(value, dtype=tf.dtypes.as_dtype(wire.dtype_name(value)))


def original(
    traits: Collection[str],
    model: Any,
    in_graph: Optional[Mapping[str, InputStructure]] = None,
    functions: Functions = BY_KEYWORD,
) -> Ask:
    """Return a function that asks the model that a case with these traits builds.

    Args:
        in_graph: the inputs of the case's endpoints, to ask under `tf.function`; None to ask eagerly.
    """
    if "holds_keras_model" in traits:

        def call(inputs: Any) -> Any:
            return model(inputs, training=False)

        if in_graph is None:
            return lambda endpoint, inputs: call(to_tensors(inputs))
        return in_traces(call, specifications(in_graph["call"]))

    def ask(endpoint: str, inputs: Any) -> Any:
        with functions_run(eagerly=in_graph is None):
            return called(getattr(model, endpoint), to_tensors(inputs), functions.get(endpoint))

    return ask


def in_traces(call: Callable[[Any], Any], specs: Any) -> Ask:
    """Return a function that asks a model under `tf.function`, with a trace for each choice of inputs left out.

    Args:
        specs: of all inputs, in their structure.
    """
    import tensorflow as tf

    whole = tf.function(call, input_signature=[specs])
    traces: Dict[str, Callable[[Any], Any]] = {}

    def given_of(part: Any, spec: Any) -> Any:
        if isinstance(part, dict):
            return {key: given_of(part[key], spec[key]) for key in part}
        if isinstance(part, (list, tuple)):
            return type(part)(map(given_of, part, spec))
        return None if part is None else spec

    def ask(endpoint: str, inputs: Any) -> Any:
        fed = to_tensors(inputs)
        if not holds_none(inputs):
            return whole(fed)
        given = given_of(inputs, specs)  # a signature takes no None, so the trace puts it in its place
        if repr(given) not in traces:
            traced = tf.function(lambda parts: call(in_structure(given, parts)), input_signature=[leaves(given)])
            traces[repr(given)] = traced
        return traces[repr(given)](leaves(fed))

    return ask


def called(function: Callable[..., Any], inputs: Mapping[str, Any], how: Optional[ModuleFunction]) -> Any:
    """Return what a function of a module answers to these arguments."""
    by_position = how.by_position if how else ()
    by_keyword = {name: value for name, value in inputs.items() if name not in by_position}
    return function(*(inputs[name] for name in by_position), **by_keyword)


@contextlib.contextmanager
def functions_run(eagerly: bool) -> Iterator[None]:
    """Run every tf.function in the block eagerly, or as traced; afterwards they run as traced."""
    import tensorflow as tf

    tf.config.run_functions_eagerly(eagerly)
    try:
        yield
    finally:
        tf.config.run_functions_eagerly(False)


def unoptimized(ask: Ask) -> Ask:
    """Return a function that asks in the same way, while TensorFlow does not optimize graphs.

    The switch holds for the whole process, so it is set back after each answer.
    """
    import tensorflow as tf

    def ask_unoptimized(endpoint: str, inputs: Any) -> Any:
        before = tf.config.optimizer.get_experimental_options().get("disable_meta_optimizer", False)
        tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": True})
        try:
            return ask(endpoint, inputs)
        finally:
            tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": before})

    return ask_unoptimized


def specifications(inputs: InputStructure) -> Any:
    """Return the type specs of an endpoint's inputs, in their structure; dense tensors get a `tf.TensorSpec`."""
    import tensorflow as tf

    def spec(tensor: Tensor) -> Any:
        dtype = tf.dtypes.as_dtype(tensor.dtype)
        if tensor.layout == "ragged":
            return tf.RaggedTensorSpec(tensor.shape, dtype, tensor.ragged_rank)
        return (tf.SparseTensorSpec if tensor.layout == "sparse" else tf.TensorSpec)(tensor.shape, dtype)

    return inputs.map(spec)


def loaded(asked: str, root: Any, question: LoadQuestion) -> Ask:
    """Return a function that asks what a loader returned, in the way that the loader declares."""
    functions = question.brought.functions if question.brought else BY_KEYWORD
    if asked == "as_original":
        return original(question.traits, root, functions=functions)
    if asked == "as_layer":

        def ask_layer(endpoint: str, inputs: Any) -> Any:
            fed = to_tensors(inputs)
            if "holds_module" not in question.traits:
                return root[endpoint](fed)
            first, *others = fed
            return root[endpoint](fed[first], **{name: fed[name] for name in others})

        return ask_layer
    if asked == "by_function":

        def ask_function(endpoint: str, inputs: Any) -> Any:
            if "holds_module" in question.traits:
                return called(getattr(root, endpoint), to_tensors(inputs), functions.get(endpoint))
            # Keras's export attaches a function under the name of its endpoint; a Keras 2 object is itself callable.
            key = next(iter(question.signature_keys.get(endpoint, ())), "")
            return getattr(root, key, root)(to_tensors(inputs))

        return ask_function

    def ask_signature(endpoint: str, inputs: Any) -> Any:
        key = next(iter(root.contract)) if asked == "by_tensor_name" else question.signature_keys[endpoint][0]
        if key not in root.signatures:
            raise KeyError(f"no signature {key!r}; there are {sorted(root.signatures)}")
        function = root.signatures[key]
        wanted = input_names(root, key)
        by_tensorflow = functions[endpoint].signature_inputs if endpoint in functions else ()
        if set(by_tensorflow) == set(wanted):
            fed = dict(zip(by_tensorflow, leaves(inputs)))
        else:
            fed = by_name(inputs, wanted, question.input_names)
        return function(**(fed if hasattr(root, "contract") else to_tensors(fed)))

    return ask_signature


def gradients(ask: Ask, endpoint: str, inputs: Any) -> List[Any]:
    """Return the gradients of the sum of all floating-point answers, one for each floating-point input.

    The gradient is zeros for an input on which no answer depends.
    """
    import tensorflow as tf

    inputs = to_tensors(inputs)
    parts = [leaf for leaf in tf.nest.flatten(inputs, expand_composites=True) if leaf is not None]
    sources = [leaf for leaf in parts if leaf.dtype.is_floating]
    with tf.GradientTape() as tape:
        tape.watch(sources)
        answered = tf.nest.flatten(ask(endpoint, inputs), expand_composites=True)
        total = tf.add_n([tf.reduce_sum(tf.cast(leaf, "float64")) for leaf in answered if leaf.dtype.is_floating])
    return list(tape.gradient(total, sources, unconnected_gradients=tf.UnconnectedGradients.ZERO))


def keep_state(traits: Collection[str], model: Any) -> Callable[[], None]:
    """Return a function that restores the variables of a stateful model, and the states of its layers."""
    if "stateful" not in traits:
        return lambda: None
    changing = state_of(model)
    values = [np.asarray(variable) for variable in changing]

    def restore_state() -> None:
        for variable, value in zip(changing, values):
            variable.assign(value)

    return restore_state


def state_of(model: Any) -> List[Any]:
    """Return all variables that calling a model can change: its own, states of its layers, and any it refers to."""
    import tensorflow as tf

    states = [leaves(getattr(layer, "states", None) or []) for layer in getattr(model, "layers", [])]
    listed = [*model.variables, *(state for of_layer in states for state in of_layer)]
    root = getattr(model, "root", model)  # of a SavedModel without its source
    reached = [each for each in tf.train.TrackableView(root).descendants() if isinstance(each, tf.Variable)]
    return [each for each in [*listed, *reached] if hasattr(each, "assign")]


def input_names(root: Any, key: str) -> List[str]:
    """Return the input names of a signature of a restored object or of a runtime."""
    if hasattr(root, "contract"):
        return list(root.contract[key]["inputs"])
    return list(root.signatures[key].structured_input_signature[1])


def contract(root: Any) -> Dict[str, Any]:
    """Return the signatures by key: inputs and outputs by name as [dtype, shape], and which inputs have defaults.

    Only the SignatureDef lists defaults. Python's restored signatures do not, and have None there.
    """
    if hasattr(root, "contract"):
        return {
            key: {
                "inputs": _in_order(signature["inputs"], lambda tensor: [tensor["dtype"], tensor["shape"]]),
                "outputs": _in_order(signature["outputs"], lambda tensor: [tensor["dtype"], tensor["shape"]]),
                "defaults": signature["defaults"],
            }
            for key, signature in sorted(root.contract.items())
        }

    def dtype_and_shape(spec: Any) -> List[Any]:
        return [spec.dtype.name, None if spec.shape.rank is None else spec.shape.as_list()]

    return {
        key: {
            "inputs": _in_order(function.structured_input_signature[1], dtype_and_shape),
            "outputs": _in_order(function.structured_outputs, dtype_and_shape),
            "defaults": None,
        }
        for key, function in sorted(root.signatures.items())
    }


def _in_order(tensors: Mapping[str, Any], describe: Callable[[Any], List[Any]]) -> Dict[str, List[Any]]:
    return {name: describe(tensors[name]) for name in sorted(tensors)}
