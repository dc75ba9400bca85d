"""Checks that two configs are the same."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from typing import Any

from tests.judging.requirement import Place, Shortfall, Size

# Python object ids, with which Keras marks shared objects in configs, mean nothing in another process.
MEANINGLESS = {"shared_object_id"}
# Short names of Keras's losses and metrics, and the names of their functions.
SHORT_NAMES = {
    "bce": "binary_crossentropy",
    "kld": "kl_divergence",
    "mae": "mean_absolute_error",
    "mape": "mean_absolute_percentage_error",
    "mse": "mean_squared_error",
    "msle": "mean_squared_logarithmic_error",
}
# Parts of configs that say how a version of Keras builds, connects and runs a model, and not what it computes.
OF_A_VERSION = {"build_config", "inbound_nodes", "input_layers", "output_layers", "jit_compile", "version"}
# What a number may lose where one version of Keras writes it in 32 bits and another in 64, relatively.
ROUNDING_OF_TEXT = 1e-6
# The size of the batch with which a layer was built: it is built anew, and takes batches of every size.
BATCH_OF_BUILDING = re.compile(r"build_config\.(input_shape|shapes_dict\.\w+)\[0\]$")


def check_same_config(what: str, expected: Any, loaded: Any) -> None:
    """Check that two configs hold the same, apart from the identity of objects.

    Raises:
        Shortfall: they differ; it names the first place by its path.
    """
    check_no_difference(what, list(different_places("", _parsed(expected), _parsed(loaded))))


def check_same_numbers(what: str, expected: Any, loaded: Any) -> None:
    """Check that two configs, written by two versions of Keras, hold the same numbers.

    Versions write configs in their own ways, so only arguments that both of them name, and to which both give a
    number, or true or false, are compared.

    Raises:
        Shortfall: they differ; it names the first place by its path.
    """
    check_no_difference(what, list(different_numbers("", _parsed(expected), _parsed(loaded))))


def check_no_difference(what: str, differences: list[tuple[str, Any, Any]]) -> None:
    """Check that there is no place at which two configs differ."""
    if differences:
        where, one, two = differences[0]
        more = f" and in {len(differences) - 1} more places" if len(differences) > 1 else ""
        places = tuple(
            Place(f"{what}: {path}", Size.FORM if means_the_same(path, one, two) else None)
            for path, one, two in differences
        )
        raise Shortfall(f"the {what} differs at {where or 'its root'}{more}", expected=one, seen=two, places=places)


def means_the_same(path: str, expected: Any, loaded: Any) -> bool:
    """Return whether the values of two configs at that path are two ways to write the same."""
    if BATCH_OF_BUILDING.search(path):
        return True
    names = [function_name(value) for value in (expected, loaded)]
    return None not in names and names[0] == names[1]


def function_name(value: Any) -> str | None:
    """Return the name of the function that a config gives as text, or as Keras serializes it; None if it does not.

    A metric of Keras that has no arguments but its name and its dtype means the function of that name.
    """
    if isinstance(value, dict) and value.get("class_name") == "function" and value.get("module") == "builtins":
        value = value.get("config")
    elif isinstance(value, dict) and value.get("module") == "keras.metrics":
        config = value.get("config", {})
        value = config.get("name") if config.keys() <= {"name", "dtype"} else None
    return SHORT_NAMES.get(value.lower(), value) if isinstance(value, str) else None


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


def different_numbers(where: str, expected: Any, loaded: Any) -> Iterator[tuple[str, Any, Any]]:
    """Yield the path, the expected and the loaded number of every argument that both configs name, if they differ."""
    if isinstance(expected, dict) and isinstance(loaded, dict):
        for key in sorted((expected.keys() & loaded.keys()) - MEANINGLESS - OF_A_VERSION, key=str):
            yield from different_numbers(f"{where}.{key}".lstrip("."), expected[key], loaded[key])
    elif isinstance(expected, list) and isinstance(loaded, list):
        for i, (one, two) in enumerate(zip(expected, _in_order_of(expected, loaded), strict=False)):
            yield from different_numbers(f"{where}[{i}]", one, two)
    elif isinstance(expected, (int, float)) and isinstance(loaded, (int, float)):
        same_kind = isinstance(expected, bool) == isinstance(loaded, bool)
        if same_kind and not math.isclose(expected, loaded, rel_tol=ROUNDING_OF_TEXT) and expected == expected:
            yield where, expected, loaded


def _in_order_of(expected: list[Any], loaded: list[Any]) -> list[Any]:
    """Return the parts of a loaded list in the order of the expected ones: by their names, if all have one."""
    names, by_name = [_name_of(each) for each in expected], {_name_of(each): each for each in loaded}
    if None in names or None in by_name:
        return loaded if len(loaded) == len(expected) else []
    return [by_name.get(name) for name in names]


def _name_of(part: Any) -> str | None:
    config = part.get("config") if isinstance(part, dict) else None
    name = config.get("name") if isinstance(config, dict) else None
    return name if isinstance(name, str) else None
