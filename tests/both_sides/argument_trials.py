"""The trials of constructor arguments: what a child tries, and what it finds.  [both sides]

A trial is one object: a class with one argument that has another value than its default. It comes back in several
*ways*: `config` (serialized as JSON, and deserialized), `keras` and `h5` (a model that holds it, in a file), and
`clone` (`clone_model` of that model, in the process that saves).
"""

from __future__ import annotations

import dataclasses
from typing import Any, Mapping, Optional, Tuple

CONFIG, KERAS, H5, CLONE = WAYS = ("config", "keras", "h5", "clone")
# How people call what was done.
WAYS_IN_WORDS = {
    CONFIG: "serialize_keras_object",
    KERAS: "model.save(.keras)",
    H5: "model.save(.h5)",
    CLONE: "clone_model",
}


@dataclasses.dataclass(frozen=True)
class Trial:
    """One object that was built.

    Args:
        of: its class, such as `layers.Dense`.
        argument, value: the argument that is tried, and the Python expression of its value.
        expression: the Python expression of the whole object.
        kind: what kind of value it is, such as `number` or `function`.
        folder: the name of the folder that holds its files.
        acts: whether it is observed how the object acts. Otherwise only attribute and config are looked at.
        inputs: of the model that holds it, as plain data; None if no model does.
        written: the ways that wrote a file, or made a clone.
    """

    of: str
    argument: str
    value: str
    expression: str
    kind: str
    folder: str
    acts: bool
    inputs: Optional[Any] = None
    written: Tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class Tried:
    """The findings of the saving child about one trial.

    Args:
        original: the observation of the original: what is observed by its name.
        clone: the observation of the clone; None without one.
        failed: the exceptions that saving raised, by way, as `{"type", "message"}`.
    """

    trial: Trial
    original: Any
    clone: Optional[Any] = None
    failed: Mapping[str, Mapping[str, str]] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class TriedArgument:
    """The trials of one argument, and why other values were not tried, by their expressions."""

    trials: Tuple[Tried, ...] = ()
    refused: Mapping[str, str] = dataclasses.field(default_factory=dict)
