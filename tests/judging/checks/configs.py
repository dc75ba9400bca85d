"""Checks that two configs are the same."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tests.judging.requirement import Place, Shortfall

# Python object ids, with which Keras marks shared objects in configs, mean nothing in another process.
MEANINGLESS = {"shared_object_id"}


def check_same_config(what: str, expected: Any, loaded: Any) -> None:
    """Check that two configs hold the same, apart from the identity of objects.

    Raises:
        Shortfall: they differ; it names the first place by its path.
    """
    differences = list(different_places("", _parsed(expected), _parsed(loaded)))
    if differences:
        where, one, two = differences[0]
        more = f" and in {len(differences) - 1} more places" if len(differences) > 1 else ""
        places = tuple(Place(f"{what}: {path}") for path, _, _ in differences)
        raise Shortfall(f"the {what} differs at {where or 'its root'}{more}", expected=one, seen=two, places=places)


def _parsed(value: Any) -> Any:
    if isinstance(value, str) and value[:1] in "{[":
        return json.loads(value)
    if isinstance(value, dict):
        return {key: _parsed(part) for key, part in value.items()}
    return value


def different_places(where: str, expected: Any, loaded: Any) -> Iterator[tuple[str, Any, Any]]:
    """Return the path, the expected and the loaded value of every place in which two structures differ."""
    if isinstance(expected, dict) and isinstance(loaded, dict):
        for key in sorted((expected.keys() | loaded.keys()) - MEANINGLESS, key=str):
            one, two = expected.get(key, "nothing"), loaded.get(key, "nothing")
            yield from different_places(f"{where}.{key}".lstrip("."), one, two)
    elif isinstance(expected, list) and isinstance(loaded, list) and len(expected) == len(loaded):
        for i, (one, two) in enumerate(zip(expected, loaded, strict=True)):
            yield from different_places(f"{where}[{i}]", one, two)
    elif expected != loaded and not (expected != expected and loaded != loaded):  # NaN is the same as NaN
        yield where, expected, loaded
