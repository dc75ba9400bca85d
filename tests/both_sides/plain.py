"""Dataclasses as plain data, for the wire and for JSON, and back.  [both sides]

Plain data are dicts with text as keys, lists, text, numbers, booleans and None; enums and paths become text. Fields
that are declared as `Any`, such as the value of an input, pass through unchanged.
"""

from __future__ import annotations

import collections.abc
import dataclasses
import enum
import functools
import pathlib
import typing
from typing import Any, Dict, Type, TypeVar

T = TypeVar("T")


def to_plain(value: Any) -> Any:
    """Return the value with every dataclass in it as a dict of its fields, and every sequence as a list."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        if hasattr(value, "to_plain"):
            return value.to_plain()
        types = _field_types(type(value))
        fields = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
        return {name: part if types[name] is Any else to_plain(part) for name, part in fields.items()}
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, pathlib.PurePath):
        return str(value)
    if isinstance(value, collections.abc.Mapping):
        return {key: to_plain(part) for key, part in value.items()}
    if isinstance(value, (set, frozenset)):
        return [to_plain(part) for part in sorted(value)]
    if isinstance(value, (list, tuple)):
        return [to_plain(part) for part in value]
    return value


def from_plain(cls: Type[T], plain: Any) -> T:
    """Return the dataclass that `to_plain` turned into this dict.

    Raises:
        TypeError: a field is missing or unknown.
    """
    types: Dict[str, Any] = _field_types(cls)  # type: ignore[arg-type]
    return cls(**{name: _typed(types.get(name, Any), value) for name, value in plain.items()})


@functools.cache
def _field_types(cls: Any) -> Dict[str, Any]:
    return typing.get_type_hints(cls)


def _typed(wanted: Any, value: Any) -> Any:
    if value is None or wanted is Any:
        return value
    origin, arguments = typing.get_origin(wanted), typing.get_args(wanted)
    if origin is typing.Union:  # only Optional is used
        return _typed(next(each for each in arguments if each is not type(None)), value)
    if origin in (dict, collections.abc.Mapping):
        return {key: _typed(arguments[1], part) for key, part in value.items()}
    if origin is tuple and arguments[-1] is not Ellipsis:
        return tuple(_typed(each, part) for each, part in zip(arguments, value))
    if origin in (list, tuple, frozenset):
        return origin(_typed(arguments[0], part) for part in value)
    if isinstance(wanted, type):
        if dataclasses.is_dataclass(wanted):
            return wanted.from_plain(value) if hasattr(wanted, "from_plain") else from_plain(wanted, value)
        if issubclass(wanted, (enum.Enum, pathlib.PurePath)):
            return wanted(value)
    return value
