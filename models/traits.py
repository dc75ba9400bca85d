"""Traits: what is special about a case, beside its inputs and custom objects.  [beside TensorFlow]

Deviations, savers and loaders refer to them by name.
"""

from __future__ import annotations

from typing import Dict, Iterator, Mapping, Sequence, Tuple

from ..both_sides.declarations import unknown
from ..both_sides.tensors import InputStructure

TRAITS = {
    "holds_keras_model": "the case is a Keras model",
    "holds_module": "the case is a tf.Module that is not a Keras model",
    "sequential": "a Sequential model",
    "functional": "a model of the Functional API",
    "subclassed": "a subclass of keras.Model with its own call()",
    "compiled": "the model has a loss and an optimizer",
    "compiled_with_alias": "the model is compiled with a loss given by a short alias, such as 'mse'",
    "trained": "the model has been fitted, so its optimizer has state",
    "traced": "the model is fitted under tf.function and holds the trace; models without this are fitted eagerly",
    "slots": "the optimizer keeps something for each variable, such as a momentum",
    "layer_without_config": "a custom layer takes arguments and has no get_config()",
    "several_inputs": "a Keras model with more than one input tensor",
    "named_inputs": "a Keras model whose inputs are a dict",
    "string_inputs": "an input tensor holds strings",
    "integer_inputs": "an input tensor holds integers",
    "ragged_inputs": "an input is a ragged tensor",
    "sparse_inputs": "an input is a sparse tensor",
    "only_none_inputs": "every input that a user gives leaves an optional one out, with None",
    "own_signature": "a user says how the Keras model is exported, which does not say so itself",
    "lookup": "the case holds a lookup table",
    "nested": "a model inside a model",
    "recurrent": "a recurrent layer",
    "preprocessing": "a preprocessing layer",
    "adapted": "a preprocessing layer that has learned its state from data",
    "augmentation": "a layer that changes images at random during training",
    "seeded": "a layer with its own seed generator, whose state is a variable",
    "draws": "it draws random numbers when it answers, from a generator whose state is a variable",
    "mixed_precision": "the model computes in a different dtype than its variables have",
    "low_precision": "variables in float16 or bfloat16",
    "quantized": "weights that have been quantized",
    "odd_names": "names of layers or inputs with characters other than ASCII letters, digits and underscores",
    "lambda": "a Lambda layer, or an argument that is a Python lambda",
    "unbuilt": "the model has no variables until it is first called",
    "weightless": "the model has no variables at all",
    "frozen": "a part of the model is not trainable",
    "layers_in_containers": "layers or variables in lists or dicts, nested or not",
    "saves_by_hooks": "a layer that saves its variables or files in hooks of its own",
    "python_function": "Python code in the graph, which no format can save",
    "one_endpoint": "a tf.Module with exactly one function",
    "has_signatures": "a tf.Module whose functions can be signatures",
    "tries_options": "the options of saving and loading are tried on this case",
    "tries_twins": "routes that differ in a single argument are tried on this Keras model",
    "tries_strategies": "loading under a MirroredStrategy and without one is tried on this Keras model",
    "only_trains": "only its training is special; skipped on routes that do not restore training",
    "stateful": "calling the model changes it; inputs are answered in order, each time from the start",
    "unrepeatable": "it answers the same input differently each time, and no variable says why",
    "unreadable": "an artifact that its own pair cannot load, so there is no original to compare with",
    "composite_outputs": "the answers are more than plain tensors, so no signature can return them",
    "composite_op": "a custom op made of TensorFlow ops",
    "compiled_op": "an op from a library that has to be loaded first",
    "quick": "part of `-m quick`",
}
# Traits that exclude each other, and traits that mean nothing without another.
EXCLUSIVE = (
    ("holds_keras_model", "holds_module"),
    ("sequential", "functional", "subclassed"),
    ("weightless", "unbuilt"),
    ("weightless", "low_precision"),
    ("weightless", "quantized"),
    ("weightless", "slots"),
    ("composite_outputs", "has_signatures"),
)
REQUIRES = {
    "sequential": "holds_keras_model",
    "functional": "holds_keras_model",
    "subclassed": "holds_keras_model",
    "compiled": "holds_keras_model",
    "tries_twins": "holds_keras_model",
    "tries_strategies": "holds_keras_model",
    "tries_options": "holds_module",
    "compiled_with_alias": "compiled",
    "trained": "compiled",
    "slots": "compiled",
    "traced": "trained",
    "only_trains": "compiled",
    "adapted": "preprocessing",
    "draws": "stateful",
}


def derived_traits(endpoints: Mapping[str, InputStructure], traits: Sequence[str]) -> Tuple[str, ...]:
    """Return the traits that follow from the inputs, so that no case has to declare them."""
    return tuple(trait for trait, holds in _derived(endpoints, traits).items() if holds)


def trait_problems(endpoints: Mapping[str, InputStructure], traits: Sequence[str]) -> Iterator[str]:
    """Yield what is wrong with a case's declared traits: unknown ones, and contradictions."""
    for trait in traits:
        if trait not in TRAITS:
            yield unknown("the trait", trait, TRAITS)
    for trait, holds in _derived(endpoints, traits).items():
        if trait in traits and not holds:
            yield f"the trait {trait!r} contradicts its inputs or endpoints"
    for group in EXCLUSIVE:
        both = [trait for trait in group if trait in traits]
        if len(both) > 1:
            yield f"the traits {' and '.join(map(repr, both))} exclude each other"
    for trait, required in REQUIRES.items():
        if trait in traits and required not in traits:
            yield f"the trait {trait!r} requires {required!r}"


def _derived(endpoints: Mapping[str, InputStructure], traits: Sequence[str]) -> Dict[str, bool]:
    tensors = [tensor for inputs in endpoints.values() for tensor in inputs.tensors]
    module = "holds_module" in traits
    ragged = any(tensor.layout == "ragged" for tensor in tensors)
    sparse = any(tensor.layout == "sparse" for tensor in tensors)
    flat = not (ragged or sparse or "composite_outputs" in traits)
    return {
        "several_inputs": not module and len(tensors) > 1,
        "named_inputs": not module and endpoints["call"].by_name is not None,
        "string_inputs": any(tensor.kind == "string" for tensor in tensors),
        "integer_inputs": any("int" in tensor.dtype for tensor in tensors),
        "ragged_inputs": ragged,
        "sparse_inputs": sparse,
        "has_signatures": module and flat and bool(endpoints),
        "one_endpoint": module and flat and len(endpoints) == 1,
    }
