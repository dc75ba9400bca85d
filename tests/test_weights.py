"""Requirement: every weight is there, to the last bit."""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from tests.judging.comparison import compare
from tests.judging.requirement import Shortfall, requirement
from tests.judging.seen import Seen


def only_with_variables(case: dict, saver: dict, loader: dict | None) -> str | None:
    """Sessions, layers and other runtimes answer, and give nothing away."""
    if loader["opaque"]:
        return f"{loader['name']} gives no variables"
    return None


@requirement(over="routes", not_applicable=only_with_variables)
def weights(seen: Seen) -> None:
    """Every variable of the model is in the loaded one: the same path, the same order, the same bits.

    What a path looks like is every Keras version's own affair, so over two pairs paths are recorded, not judged.
    """
    expected = seen.saved["before"]["weights"]
    seen.facts["variables"] = len(expected)
    if seen.loader["asked"] == "as_original":
        loaded = seen.loaded["weights"]
        if len(expected) != len(loaded):
            raise Shortfall(
                "more or fewer variables",
                expected=[path for path, _ in expected],
                seen=[path for path, _ in loaded],
            )
        for (path, value), (_, was) in zip(expected, loaded, strict=True):
            with seen.also():
                check_value(seen, path, value, [was])
        check_paths(seen, [path for path, _ in expected], [path for path, _ in loaded])
        return
    restored = seen.loaded["restored_weights"]
    by_path = defaultdict(list)
    for path, value in restored["found"]:
        by_path[path].append(value)
    nameless = [value for path, value in restored["found"] if path not in dict(expected)]
    moved = []
    namesakes = defaultdict(list)  # a tf.Module may give one name to several variables
    for path, value in expected:
        namesakes[path].append(value)
    for path, value in expected:
        with seen.also():
            if path in by_path:
                check_namesakes(seen, path, value, namesakes[path], by_path[path])
            elif any(compare(value, other).equal for other in nameless):
                moved.append(path)
            else:
                raise Shortfall(f"{path} is missing", expected=path, seen=sorted(by_path))
    if moved:
        check_paths(seen, moved, sorted(by_path))
    elif restored["listed"] is not None and "holds_keras_model" in seen.case["traits"]:
        check_paths(seen, [path for path, _ in expected], restored["listed"])


def check_paths(seen: Seen, expected: list[str], listed: list[str]) -> None:
    """The same paths in the same order."""
    if sorted(expected) == sorted(listed) and expected != listed:
        raise Shortfall("the variables are in another order", expected=expected, seen=listed)
    if expected != listed and seen.hop.within_one_pair:
        raise Shortfall("the variables have other paths", expected=expected, seen=listed)
    if expected != listed:
        seen.facts["paths"] = listed


def check_namesakes(
    seen: Seen, path: str, value: np.ndarray, expected: list[np.ndarray], candidates: list[np.ndarray]
) -> None:
    """A variable of the path has the value, and none has one that is not among those expected."""
    equal = [other for other in candidates if compare(value, other).equal]
    strange = [other for other in candidates if not any(compare(one, other).equal for one in expected)]
    check_value(seen, path, value, [*(equal or candidates), *strange])


def check_value(seen: Seen, path: str, expected: np.ndarray, candidates: list[np.ndarray]) -> None:
    """Every variable that goes by the path has the value."""
    for value in candidates:
        comparison = seen.compare(expected, value)
        if not comparison.equal:
            difference = comparison.differences[0]
            raise Shortfall(
                f"{path} differs in its {difference.level}",
                expected=difference.expected,
                seen=difference.seen,
            )


def test_weights(cell):
    cell.judge(weights)
