"""Checks that two configs are the same."""

from __future__ import annotations

import json
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
# The size of the batch with which a layer was built: it is built anew, and takes batches of every size.
BATCH_OF_BUILDING = re.compile(r"build_config\.(input_shape|shapes_dict\.\w+)\[0\]$")


def check_same_config(what: str, expected: Any, loaded: Any) -> None:
    """Check that two configs hold the same, apart from the identity of objects.

    Raises:
        Shortfall: they differ; it names the first place by its path.
    """
    differences = list(different_places("", _parsed(expected), _parsed(loaded)))
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
    """Return the name of the function that a config gives as text, or as Keras serializes it; None if it does not."""
    if isinstance(value, dict) and value.get("class_name") == "function" and value.get("module") == "builtins":
        value = value.get("config")
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
