"""Requirement: the model that is rebuilt has the config of the one that was saved."""

from __future__ import annotations

import json
from typing import Any

from tests.judging.requirement import Shortfall, requirement
from tests.judging.seen import Seen


def only_rebuilt(case: dict, saver: dict, loader: dict | None) -> str | None:
    """Only a loader that rebuilds a Keras model from its config has to get it right."""
    return None if "architecture" in loader["restores"] else f"{loader['name']} rebuilds nothing from a config"


@requirement(over="routes", not_applicable=only_rebuilt)
def architecture(seen: Seen) -> None:
    """The loaded model has the same config: layers, their arguments, names, dtypes and connections.

    How a config is written is every Keras version's own affair, so over two pairs the layers are compared.
    """
    expected, loaded = seen.saved["before"]["architecture"], seen.loaded["architecture"]
    if seen.hop.within_one_pair:
        check_same_config("config", expected["config"], loaded["config"])
    check_same_config("list of layers", expected["layers"], loaded["layers"])


# Python object ids, which Keras writes into configs to mark what is shared, mean nothing in another process.
MEANINGLESS = {"shared_object_id"}


def check_same_config(what: str, expected: Any, loaded: Any) -> None:
    """Both hold the same, but for what is told of an object's identity.

    Raises:
        Shortfall: the first place, by path, where they differ.
    """
    differences = list(different_places("", _parsed(expected), _parsed(loaded)))
    if differences:
        where, one, two = differences[0]
        more = f" and in {len(differences) - 1} more places" * (len(differences) > 1)
        raise Shortfall(f"the {what} differs at {where or 'its root'}{more}", expected=one, seen=two)


def _parsed(value: Any) -> Any:
    if isinstance(value, str) and value[:1] in "{[":
        return json.loads(value)
    if isinstance(value, dict):
        return {key: _parsed(part) for key, part in value.items()}
    return value


def different_places(where: str, expected: Any, loaded: Any) -> Any:
    """(path, expected, loaded) for every place in which two structures of plain data differ."""
    if isinstance(expected, dict) and isinstance(loaded, dict):
        for key in sorted((expected.keys() | loaded.keys()) - MEANINGLESS, key=str):
            one, two = expected.get(key, "nothing"), loaded.get(key, "nothing")
            yield from different_places(f"{where}.{key}".lstrip("."), one, two)
    elif isinstance(expected, list) and isinstance(loaded, list) and len(expected) == len(loaded):
        for i, (one, two) in enumerate(zip(expected, loaded, strict=True)):
            yield from different_places(f"{where}[{i}]", one, two)
    elif expected != loaded:
        yield where, expected, loaded


def test_architecture(cell):
    cell.judge(architecture)
