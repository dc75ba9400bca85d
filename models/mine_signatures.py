"""How a user says that a model is exported: what NAME_signature() returns.  [beside TensorFlow]"""

from __future__ import annotations

from typing import Any, Dict, List, Mapping, Sequence

import tensorflow as tf

from .mine_inputs import mapped

# The specs of a function's arguments, by endpoint.
Signatures = Mapping[str, Sequence[Any]]


def signatures_given(made: Any, where: str, endpoints: Sequence[str]) -> Dict[str, List[Any]]:
    """Return a user's specs of arguments, by endpoint, as `tf.function(input_signature=...)` takes them.

    Names of specs are left out: arguments keep the names that the function gives them.

    Args:
        made: what the user's function returned.
        where: that function, for messages.
        endpoints: the names that there are.

    Raises:
        ValueError: it is something else.
    """
    names = ", ".join(endpoints) or "none"
    if isinstance(made, (list, tuple)):
        if len(endpoints) != 1:
            raise ValueError(f"{where} has to return a dict by function, and returns a list; there are {names}")
        made = {endpoints[0]: made}
    if not isinstance(made, Mapping):
        raise ValueError(f"{where} has to return a list of tf.TensorSpecs, and returns a {type(made).__name__}")
    unknown = sorted(map(str, set(made) - set(endpoints)))
    if unknown:
        raise ValueError(f"{where} has specs for {', '.join(unknown)}; there is {names}")
    for endpoint, specs in made.items():
        others = [type(leaf).__name__ for leaf in tf.nest.flatten(specs) if not isinstance(leaf, tf.TypeSpec)]
        if others or not isinstance(specs, (list, tuple)):
            holds = f"holds a {others[0]}" if others else f"is a {type(specs).__name__}"
            raise ValueError(f"{where}[{endpoint!r}] {holds}; it has to be a list of tf.TensorSpecs")
    return {endpoint: [mapped(spec, without_name) for spec in specs] for endpoint, specs in made.items()}


def without_name(spec: Any) -> Any:
    """Return the spec of a tensor without its name."""
    return tf.TensorSpec(spec.shape, spec.dtype) if isinstance(spec, tf.TensorSpec) else spec


def check_agree(own: Any, given: Any, where: str) -> None:
    """Check that specs of a user's are compatible with what the model itself declares, which decides.

    Raises:
        ValueError: they are not.
    """
    pairs = list(zip(tf.nest.flatten(own), tf.nest.flatten(given)))
    agree = len(tf.nest.flatten(own)) == len(tf.nest.flatten(given)) and all(
        one.dtype == two.dtype and tf.TensorShape(one.shape).is_compatible_with(two.shape) for one, two in pairs
    )
    if not agree:
        raise ValueError(f"{where} holds {in_words(given)}; the model itself says {in_words(own)}")


def in_words(specs: Any) -> str:
    """Return dtypes and shapes in one line."""
    return ", ".join(f"{tf.as_dtype(each.dtype).name}{tf.TensorShape(each.shape)}" for each in tf.nest.flatten(specs))
