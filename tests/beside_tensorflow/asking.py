"""How a model, a restored object or a signature is asked.  [beside TensorFlow; imports it only where needed]

What is fed to a signature by name has to be found from inputs in the case's own structure. Names decide where
they agree; where a saver has lost them, order does: the flattened order of the inputs (dicts sorted by key, as
`tf.nest` flattens them) against the names with their numbers read as numbers.
"""

from __future__ import annotations

import contextlib
from typing import Any, Callable, Dict, Iterator, List, Optional

import numpy as np

from ..both_sides import wire
from ..both_sides.structures import leaves, natural_order


def by_name(inputs: Any, wanted: List[str], own_names: Optional[List[str]] = None) -> Dict[str, Any]:
    """The inputs under the names that a signature wants.

    Args:
        inputs: in the case's structure.
        wanted: the signature's input names.
        own_names: what the model calls its inputs, in the order in which they are passed.

    Raises:
        ValueError: there are more or fewer inputs than names.
    """
    flat = leaves(inputs)
    if isinstance(inputs, dict) and set(inputs) == set(wanted):
        return dict(inputs)
    if own_names and set(own_names) == set(wanted) and len(flat) == len(wanted):
        return dict(zip(own_names, flat))
    if len(flat) != len(wanted):
        raise ValueError(f"the signature takes {sorted(wanted)}, the case has {len(flat)} inputs")
    return dict(zip(sorted(wanted, key=natural_order), flat))


def answers(ask: Callable[[str, Any], Any], inputs: List[dict]) -> List[dict]:
    """What comes of every input: `{"value": ...}`, or `{"raised": ...}` where asking raises."""
    from .child import error_facts

    said = []
    for item in inputs:
        try:
            said.append({"value": to_wire(ask(item["endpoint"], item["value"]))})
        except Exception as error:
            facts = error_facts(error)
            said.append({"raised": {"type": facts["type"], "message": facts["message"][:2000]}})
    return said


def to_wire(value: Any) -> Any:
    """The value with tensors of every kind as the wire knows them.

    Raises:
        TypeError: a part is nothing that a model should answer.
        wire.WireError: an array is of a dtype that no model has.
    """
    if isinstance(value, dict):
        return {key: to_wire(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return (
            type(value)([to_wire(part) for part in value])
            if type(value) in (list, tuple)
            else tuple(to_wire(part) for part in value)
        )
    if isinstance(value, (np.ndarray, np.generic)):
        wire.numpy_dtype(wire.dtype_name(np.asarray(value)))  # what cannot be told is no answer
        return np.asarray(value)
    if hasattr(value, "row_splits"):
        return wire.Ragged(to_wire(value.values), to_wire(value.row_splits))
    if hasattr(value, "dense_shape") and hasattr(value, "indices"):
        return wire.Sparse(to_wire(value.indices), to_wire(value.values), to_wire(value.dense_shape))
    if hasattr(value, "numpy"):
        return np.asarray(value.numpy())
    raise TypeError(f"a {type(value).__name__} is not an answer")


def to_tensors(value: Any) -> Any:
    """Inputs from the wire as tensors, in the same structure; what is a tensor stays."""
    import tensorflow as tf

    if isinstance(value, dict):
        return {key: to_tensors(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(to_tensors(part) for part in value)
    if tf.is_tensor(value):
        return value
    if isinstance(value, wire.Ragged):
        return tf.RaggedTensor.from_row_splits(to_tensors(value.values), value.row_splits)
    if isinstance(value, wire.Sparse):
        return tf.SparseTensor(value.indices, to_tensors(value.values), value.dense_shape)
    return tf.constant(value, dtype=tf.dtypes.as_dtype(wire.dtype_name(value)))


def original(traits: Any, model: Any, in_graph: Any = None) -> Callable[[str, Any], Any]:
    """Asks the model that a case with these traits has built.

    Args:
        in_graph: None to ask eagerly; to ask under `tf.function`, the inputs of the case's endpoints.
    """
    import tensorflow as tf

    if "holds_keras_model" in traits:

        def call(inputs):
            return model(inputs, training=False)

        if in_graph is not None:
            call = tf.function(call, input_signature=[specifications(in_graph["call"])])
        return lambda endpoint, inputs: call(to_tensors(inputs))

    def ask(endpoint: str, inputs: Any) -> Any:
        with functions_run(eagerly=in_graph is None):
            return getattr(model, endpoint)(**to_tensors(inputs))

    return ask


@contextlib.contextmanager
def functions_run(eagerly: bool) -> Iterator[None]:
    """A block in which each tf.function runs eagerly, or under its trace, as it does after it in any case."""
    import tensorflow as tf

    tf.config.run_functions_eagerly(eagerly)
    try:
        yield
    finally:
        tf.config.run_functions_eagerly(False)


def specifications(inputs: Any) -> Any:
    """The type specs of a case's inputs, in their structure; those of plain tensors are `tf.TensorSpec`s."""
    import tensorflow as tf

    if isinstance(inputs, dict):
        return {name: specifications(part) for name, part in inputs.items()}
    if isinstance(inputs, (list, tuple)):
        return [specifications(part) for part in inputs]
    kinds = {"dense": tf.TensorSpec, "ragged": tf.RaggedTensorSpec, "sparse": tf.SparseTensorSpec}
    return kinds[inputs.layout](inputs.shape, tf.dtypes.as_dtype(inputs.dtype))


def loaded(how: str, root: Any, question: dict) -> Callable[[str, Any], Any]:
    """Asks what a loader returned, in the way that the loader declares."""
    if how == "as_original":
        return original(question["traits"], root)
    if how == "as_layer":

        def ask_layer(endpoint: str, inputs: Any) -> Any:
            fed = to_tensors(inputs)
            if "holds_module" not in question["traits"]:
                return root[endpoint](fed)
            first, *others = fed
            return root[endpoint](fed[first], **{name: fed[name] for name in others})

        return ask_layer
    if how == "by_function":

        def ask_function(endpoint: str, inputs: Any) -> Any:
            if "holds_module" in question["traits"]:
                return getattr(root, endpoint)(**to_tensors(inputs))
            # What Keras's export attaches under the name of its endpoint; a Keras 2 object is callable itself.
            key = next(iter(question["signature_keys"][endpoint]), "")
            return getattr(root, key, root)(to_tensors(inputs))

        return ask_function

    def ask_signature(endpoint: str, inputs: Any) -> Any:
        key = next(iter(root.contract)) if how == "by_tensor_name" else question["signature_keys"][endpoint][0]
        if key not in root.signatures:
            raise KeyError(f"no signature {key!r}; there are {sorted(root.signatures)}")
        function = root.signatures[key]
        fed = by_name(inputs, input_names(root, key), question["input_names"])
        return function(**(fed if hasattr(root, "contract") else to_tensors(fed)))

    return ask_signature


def gradients(ask: Callable[[str, Any], Any], endpoint: str, inputs: Any) -> List[Any]:
    """The gradients of the sum of all floating-point answers, by each floating-point input in turn.

    An input on which no answer depends has zeros.
    """
    import tensorflow as tf

    inputs = to_tensors(inputs)
    sources = [leaf for leaf in tf.nest.flatten(inputs, expand_composites=True) if leaf.dtype.is_floating]
    with tf.GradientTape() as tape:
        tape.watch(sources)
        answered = tf.nest.flatten(ask(endpoint, inputs), expand_composites=True)
        total = tf.add_n([tf.reduce_sum(tf.cast(leaf, "float64")) for leaf in answered if leaf.dtype.is_floating])
    return tape.gradient(total, sources, unconnected_gradients=tf.UnconnectedGradients.ZERO)


def keep_state(traits: Any, model: Any) -> Callable[[], None]:
    """What puts the variables of a stateful model, and states of its layers, back to where they are now."""
    if "stateful" not in traits:
        return lambda: None
    states = [leaves(getattr(layer, "states", None) or []) for layer in getattr(model, "layers", [])]
    changing = [*model.variables, *(state for of_layer in states for state in of_layer if hasattr(state, "assign"))]
    kept = [np.asarray(variable) for variable in changing]

    def put_back() -> None:
        for variable, value in zip(changing, kept):
            variable.assign(value)

    return put_back


def input_names(root: Any, key: str) -> List[str]:
    """The names that a signature takes, of a restored object or of a C++ bundle."""
    if hasattr(root, "contract"):
        return list(root.contract[key]["inputs"])
    return list(root.signatures[key].structured_input_signature[1])


def contract(root: Any) -> dict:
    """The signatures: for each key, inputs and outputs by name as [dtype, shape], and what has a default.

    Defaults are in the SignatureDef; Python's restored signatures do not tell them, and say None.
    """

    def told(tensors: dict, tell: Callable) -> dict:
        return {name: tell(tensors[name]) for name in sorted(tensors)}

    if hasattr(root, "contract"):
        return {
            key: {
                "inputs": told(signature["inputs"], lambda tensor: [tensor["dtype"], tensor["shape"]]),
                "outputs": told(signature["outputs"], lambda tensor: [tensor["dtype"], tensor["shape"]]),
                "defaults": signature["defaults"],
            }
            for key, signature in sorted(root.contract.items())
        }

    def of_spec(spec: Any) -> list:
        return [spec.dtype.name, None if spec.shape.rank is None else spec.shape.as_list()]

    return {
        key: {
            "inputs": told(function.structured_input_signature[1], of_spec),
            "outputs": told(function.structured_outputs, of_spec),
            "defaults": None,
        }
        for key, function in sorted(root.signatures.items())
    }
