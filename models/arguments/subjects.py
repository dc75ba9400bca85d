"""Objects to try: one class, with one argument that has another value than its default.  [beside TensorFlow]"""

from __future__ import annotations

import dataclasses
import inspect
from typing import Any, Dict, Iterator, List, Mapping, Optional, Tuple

from .classes import arguments_of, exported_classes
from .needed import needed
from .values import expressions


@dataclasses.dataclass(frozen=True)
class Subject:
    """One object to try.

    Args:
        of: the class, such as `layers.Dense`.
        argument: the argument that is tried, whose value is the expression `value`; empty if all have their defaults.
        beside: the expressions of all other arguments that it is given.
        instead: the expression that the argument has if it is not tried; None if it has a default.
    """

    of: str
    argument: str
    value: str
    beside: Tuple[Tuple[str, str], ...]
    instead: Optional[str] = None

    @property
    def module(self) -> str:
        """The module of Keras that exports the class, such as `layers`."""
        return self.of.rpartition(".")[0]

    @property
    def by_default(self) -> str:
        """The expression of an object whose argument is not given, or has the value that it needs."""
        given = [*self.beside, *([(self.argument, self.instead)] if self.instead else [])]
        return f"keras.{self.of}({', '.join(f'{name}={value}' for name, value in given)})"

    @property
    def expression(self) -> str:
        """The Python expression that makes it."""
        tried = [(self.argument, self.value)] if self.argument else []
        given = ", ".join(f"{name}={value}" for name, value in [*self.beside, *tried])
        return f"keras.{self.of}({given})"

    def make(self, names: Mapping[str, Any]) -> Any:
        """Return a new object.

        Args:
            names: what expressions may use.
        """
        return self.evaluated(self.expression, names)

    @staticmethod
    def evaluated(expression: str, names: Mapping[str, Any]) -> Any:
        """Return the value of an expression of ours.

        Raises:
            NotLegal: this Keras does not have what it names, or refuses it.
        """
        try:
            return eval(expression, dict(names))
        except Exception as error:
            raise NotLegal(in_short(error)) from error


class NotLegal(Exception):
    """The value is not legal for the argument, as Keras says in the message."""


def in_short(error: Exception) -> str:
    """Return the class and the first line of an exception."""
    return f"{type(error).__name__}: {str(error).strip().partition(chr(10))[0]}"[:300]


def subjects_of(name: str) -> Iterator[Tuple[str, List[Subject]]]:
    """Yield each argument of a class with the objects by which it can be tried."""
    parameters, required = _parameters_of(name)
    for parameter in parameters:
        beside = tuple(needed(name, required, parameter.name).items())
        instead = needed(name, required, "").get(parameter.name)
        values = [value for value in expressions(name, parameter) if value != instead]
        yield parameter.name, [Subject(name, parameter.name, value, beside, instead) for value in values]


def _parameters_of(name: str) -> Tuple[List[inspect.Parameter], Dict[str, bool]]:
    """Return the arguments of a class, and by name whether they have no default."""
    parameters = arguments_of(name, exported_classes()[name])
    return parameters, {each.name: each.default is inspect.Parameter.empty for each in parameters}


def plain_subject(name: str) -> Subject:
    """Return an object of a class that is given no more than it needs."""
    _, required = _parameters_of(name)
    return Subject(name, "", "", tuple(needed(name, required, "").items()))


def kind_of(value: Any) -> str:
    """Return the kind of a value of an argument, of which one is tried."""
    import numpy as np

    if value is None:
        return "None"
    if isinstance(value, bool):
        return "switch"
    if isinstance(value, (int, float)):
        return "number"
    if isinstance(value, np.ndarray):
        return "array"
    if type(value) in (str, tuple, list, dict):
        return {"str": "choice"}.get(type(value).__name__, type(value).__name__)
    if inspect.isfunction(value):
        return "lambda" if value.__name__ == "<lambda>" else "function"
    return type(value).__name__
