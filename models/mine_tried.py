"""Tries what a user's model answers: values it knows, and inputs made from the given ones.  [beside TensorFlow]"""

from __future__ import annotations

import dataclasses
from typing import Any, Dict, Iterator, List, Mapping, Optional, Sequence, Tuple

import numpy as np
import tensorflow as tf

from ..beside_tensorflow import asking
from ..both_sides.cases import CaseInfo
from ..both_sides.plain import to_plain
from ..both_sides.structures import holds_none, leaves
from ..both_sides.tensors import InputStructure, Path, Tensor
from ..both_sides.wire import Ragged, Sparse
from .batches import batch_size, given_names, inputs_made_from
from .known_values import Known, known_by_graph, known_by_parts, most_rows, tensor_with
from .mine_state import lively, traits_of_state

# The size of a free dimension while the model is tried.
FREE = 3
# The magnitudes of numbers with which the model is asked twice: it may only draw, or only count, what is large.
SCALES = (1.0, 100.0)
# How many of the given inputs are asked twice.
MOST_EXAMPLES = 2


def with_inputs_tried(info: CaseInfo, model: Any, given: Optional[Mapping[str, Sequence[Any]]]) -> Dict[str, Any]:
    """Try what a user's model takes, and return it as `describe` does.

    The model is of no further use, because asking it may have changed it.

    Args:
        given: the user's inputs as arrays, by endpoint.

    Returns:
        `case`: a plain `CaseInfo` with what is known of its inputs; `given`: the user's inputs, and those made from
        them on which the model answers, by endpoint and name.
    """
    ask = asking.original(info.traits, model, functions=info.functions)
    endpoints: Dict[str, InputStructure] = {}
    notes: List[str] = []
    for endpoint in info.endpoints:
        endpoints[endpoint], found = with_known_values(info, model, endpoint, ask, by_parts=not given)
        several = len(info.endpoints) > 1
        notes += [named_path(endpoint, path, several) + text for path, text in found.items() if text]
    examples = {
        endpoint: (given or {}).get(endpoint, [])[:MOST_EXAMPLES]
        or [lively_inputs(inputs, scale) for scale in SCALES]
        for endpoint, inputs in endpoints.items()
    }
    state = traits_of_state(model, ask, examples)
    if info.is_keras_model and answers_with_composites(ask, examples["call"]):
        state.append("composite_outputs")
    inputs_by_name: Dict[str, Dict[str, Any]] = {}
    dropped: List[str] = []
    left_out = 0
    for endpoint, values in (given or {}).items():
        made = inputs_made_from(values, endpoints[endpoint])
        shapes = [tensor.shape for tensor in endpoints[endpoint].tensors]
        batch = next((shape[0] for shape in shapes if shape), None)
        taken = {name: value for name, value in made.items() if batch is None or batch_size(value) == batch}
        answered = {name: value for name, value in taken.items() if answers(ask, endpoint, value)}
        named = {**given_names(values), **answered}
        # A stateful model answers in order, and signatures are asked only those without None.
        inputs_by_name[endpoint] = dict(sorted(named.items(), key=lambda item: holds_none(item[1])))
        with_none = [name for name, value in inputs_by_name[endpoint].items() if holds_none(value)]
        left_out += len(with_none)
        state += ["only_none_inputs"] if len(with_none) == len(inputs_by_name[endpoint]) else []
        dropped += [f"{endpoint}/{name}" if len(given or {}) > 1 else name for name in made if name not in answered]
    if given:
        of_the_user = sum(map(len, given.values()))
        notes = [f"{of_the_user} given, {sum(map(len, inputs_by_name.values())) - of_the_user} made from them"]
        notes += [f"{left_out} of them with None, which no signature is asked"] if left_out else []
        notes += [f"{len(dropped)} more dropped, which the model does not take"] if dropped else []
    doc = f"{info.doc}. Inputs: {'; '.join(notes)}" if notes else info.doc
    traits = info.traits.union(state)
    described = dataclasses.replace(info, endpoints=endpoints, doc=doc, traits=traits, inputs_dropped=tuple(dropped))
    return {"case": to_plain(described), "given": inputs_by_name if given else None}


def lively_inputs(inputs: InputStructure, scale: float) -> Any:
    """Return `lively` arrays of that magnitude for an endpoint."""
    return inputs.map(lambda each: laid_out(lively(each, shape_of(each), scale), each))


def answers(ask: asking.Ask, endpoint: str, value: Any) -> bool:
    """Return whether the model answers, and does not raise."""
    try:
        asking.to_wire(ask(endpoint, value))
    except Exception:
        return False
    return True


def answers_with_composites(ask: asking.Ask, examples: Sequence[Any]) -> bool:
    """Return whether a Keras model answers with a ragged or a sparse tensor, of which no signature is made."""
    for value in examples:
        try:
            answer = asking.to_wire(ask("call", value))
        except Exception:  # the model does not take it
            continue
        return any(isinstance(leaf, (Ragged, Sparse)) for leaf in leaves(answer))
    return False


# What the model knows


def with_known_values(
    info: CaseInfo, model: Any, endpoint: str, ask: asking.Ask, *, by_parts: bool
) -> Tuple[InputStructure, Dict[Path, str]]:
    """Return the inputs of an endpoint with the values that the model tells apart, and what they are, in words.

    Args:
        by_parts: where the graph says nothing of words and integers, take those that some part of the model knows.
    """
    inputs = info.endpoints[endpoint]
    tensors = dict(in_graph_order(inputs, is_module=info.is_module))
    function = concrete_function(info, model, endpoint)
    if function is not None and takes(function, list(tensors.values())):
        by_position, weights = known_by_graph(function, len(tensors))
        known = dict(zip(tensors, by_position))
        answered = sum(elements_of_a_row(each.shape.as_list()) for each in function.outputs if each.shape.rank)
    else:
        weights = sum(int(np.prod(each.shape)) for each in model.variables)
        known, answered = {path: Known() for path in tensors}, 0
    rows = most_rows(weights, sum(elements_of_a_row(each.shape) for each in tensors.values()), answered)
    texts: Dict[Path, str] = {}
    for path, tensor in tensors.items():

        def holds(low: int, high: int, path: Path = path) -> bool:
            return answers(ask, endpoint, inputs.map_with_path(lambda at, each: example(each, at == path, low, high)))

        tensors[path], texts[path] = tensor_with(tensor, known[path], holds)
        if by_parts and not texts[path] and tensor.kind != "float" and tensor.dtype != "bool":
            tensors[path], text = tensor_with(tensor, known_by_parts(model), holds)
            where = "found in the model, not followed to this input"
            texts[path] = f"{text} ({where})" if text else "nothing was found that the model knows"
        if tensors[path].known:
            tensors[path] = dataclasses.replace(tensors[path], known_rows=rows)
    return InputStructure.of(inputs.map_with_path(lambda path, _: tensors[path])), texts


def concrete_function(info: CaseInfo, model: Any, endpoint: str) -> Any:
    """Return the endpoint as a concrete function; None if it cannot be traced."""
    try:
        if info.is_keras_model:
            signature = [asking.specifications(info.endpoints[endpoint])]
            call = tf.function(lambda value: model(value, training=False), input_signature=signature)
            return call.get_concrete_function()
        function = getattr(model, endpoint)
        return function if hasattr(function, "captured_inputs") else function.get_concrete_function()
    except Exception:  # the user's own code runs here, and what it raises shows when the model is asked
        return None


def takes(function: Any, tensors: Sequence[Tensor]) -> bool:
    """Return whether these are the inputs of a concrete function, in its order."""
    own = function.inputs[: len(function.inputs) - len(function.captured_inputs)]
    return [each.dtype.name for each in own] == [each.dtype for each in tensors]


def in_graph_order(inputs: InputStructure, *, is_module: bool, path: Path = ()) -> Iterator[Tuple[Path, Tensor]]:
    """Return each tensor with its path, in the order of a graph: that of `tf.nest`, after that of the arguments."""
    if inputs.tensor is not None:
        yield path, inputs.tensor
    elif inputs.by_name is not None:
        for name in inputs.by_name if is_module and not path else sorted(inputs.by_name):
            yield from in_graph_order(inputs.by_name[name], is_module=is_module, path=(*path, name))
    for at, part in enumerate(inputs.in_order or ()):
        yield from in_graph_order(part, is_module=is_module, path=(*path, at))


def example(tensor: Tensor, is_tried: bool, low: int, high: int) -> Any:
    """Return two rows for a tensor: these two numbers in turn if it is tried, and else what is harmless."""
    shape = shape_of(tensor)
    if tensor.kind == "string":
        return laid_out(np.full(shape, tensor.vocabulary[0].encode(), dtype=object), tensor)
    values = np.array([low, high] if is_tried else [max(tensor.low, 0)], dtype=tensor.dtype)
    return laid_out(np.resize(values, shape), tensor)


def laid_out(array: np.ndarray, tensor: Tensor) -> Any:
    """Return an array in the layout of a tensor: all of it, in rows of one length if they may have others."""
    if tensor.layout == "sparse":
        places = np.argwhere(np.ones(array.shape, bool)).astype("int64")
        return Sparse(places, array.reshape(-1), np.array(array.shape, "int64"))
    if tensor.layout == "ragged":
        values = array.reshape(-1, *array.shape[2:])
        inner = laid_out(values, dataclasses.replace(tensor, ragged_rank=tensor.ragged_rank - 1))
        return Ragged(inner if tensor.ragged_rank > 1 else values, np.arange(len(array) + 1) * array.shape[1])
    return array


def shape_of(tensor: Tensor) -> Tuple[int, ...]:
    """Return the shape of two rows."""
    return tensor.shape_with(2, FREE)


def elements_of_a_row(shape: Sequence[Optional[int]]) -> int:
    """Return how many elements a row of an array has."""
    return int(np.prod([FREE if side is None else side for side in shape[1:]], dtype=np.int64))


def named_path(endpoint: str, path: Path, several: bool) -> str:
    """Return the name of an input for people, with a colon; empty if there is only one."""
    parts = [*([endpoint] if several else []), *(str(each + 1 if isinstance(each, int) else each) for each in path)]
    return f"{'.'.join(parts)}: " if parts else ""
