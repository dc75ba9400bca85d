"""Checks that variables have their values."""

from __future__ import annotations

import collections
from collections.abc import Sequence
from typing import Any

from tests.both_sides.variable_names import is_seed_state
from tests.judging.checks.places import place_of
from tests.judging.comparison import compare
from tests.judging.requirement import Place, Shortfall
from tests.judging.seen import Seen

# The path of a variable, and its value.
Variable = tuple[str, Any]


def paths(variables: Sequence[Variable]) -> list[str]:
    """Return the paths of variables, in order."""
    return [path for path, _ in variables]


def seed_states(variables: Sequence[Variable]) -> list[Variable]:
    """Return the states of random generators among the variables, in order."""
    return [(path, value) for path, value in variables if is_seed_state(path)]


def without_seed_states(variables: Sequence[Variable]) -> list[Variable]:
    """Return all other variables, in order."""
    return [(path, value) for path, value in variables if not is_seed_state(path)]


def check_value(seen: Seen, path: str, expected: Any, candidates: Sequence[Any], where: str) -> None:
    """Check that every variable with that path has the value.

    Args:
        where: the variable by its number, which is the same with every pair.

    Raises:
        Shortfall: one of them has not.
    """
    for value in candidates:
        comparison = seen.compare(expected, value)
        if not comparison.equal:
            difference = comparison.differences[0]
            raise Shortfall(
                f"{path} differs in its {difference.level}",
                expected=difference.expected,
                seen=difference.seen,
                places=(place_of(where, comparison),),
            )


def check_in_order(
    seen: Seen, name: str, count: str, expected: Sequence[Variable], loaded: Sequence[Variable]
) -> None:
    """Check that there are as many variables, and that each has its value, in order.

    Args:
        name: what a shortfall calls a variable, such as `the optimizer's {}`.
        count: the message of a shortfall if there are more or fewer.

    Raises:
        Shortfall: there are more or fewer. Other shortfalls are collected.
    """
    if len(expected) != len(loaded):
        raise Shortfall(count, expected=paths(expected), seen=paths(loaded))
    for number, ((path, value), (_, loaded_value)) in enumerate(zip(expected, loaded, strict=True)):
        with seen.also():
            check_value(seen, name.format(path), value, [loaded_value], name.format(f"variable {number}"))


def check_restored(seen: Seen, expected: Sequence[Variable], found: Sequence[Variable]) -> None:
    """Check the variables that a restored object reaches, which may be in any order and under several paths.

    Shortfalls are collected: a variable is missing, or has another value.
    """
    expected_by_path, found_by_path = by_path(expected), by_path(found)
    moved = under_other_paths(expected, found)
    for number, (path, value) in enumerate(expected):
        where = f"variable {number}"
        with seen.also():
            if path in found_by_path:
                check_namesakes(seen, path, value, expected_by_path[path], found_by_path[path], where)
            elif path not in moved:
                places = (Place(f"{where}: missing"),)
                raise Shortfall(f"{path} is missing", expected=path, seen=sorted(found_by_path), places=places)


def under_other_paths(expected: Sequence[Variable], found: Sequence[Variable]) -> list[str]:
    """Return the paths of the variables that a restored object reaches under another path alone."""
    known, reached = set(paths(expected)), set(paths(found))
    unknown = [value for path, value in found if path not in known]
    return [
        path
        for path, value in expected
        if path not in reached and any(compare(value, other).equal for other in unknown)
    ]


def by_path(variables: Sequence[Variable]) -> dict[str, list[Any]]:
    """Return the values by path; a tf.Module may give one name to several variables."""
    values = collections.defaultdict(list)
    for path, value in variables:
        values[path].append(value)
    return values


def is_alike(one: Any, other: Any) -> bool:
    """Return whether two values have the same dtype and shape, or are no arrays."""
    return [getattr(one, name, None) for name in ("dtype", "shape")] == [
        getattr(other, name, None) for name in ("dtype", "shape")
    ]


def check_namesakes(
    seen: Seen, path: str, value: Any, expected: Sequence[Any], candidates: Sequence[Any], where: str
) -> None:
    """Check that some variable of that path has the value, and that none has a value that is not expected.

    An object may reach variables of that path that are not the model's: in Keras 2, a metric and an adapted
    Normalization both have a `count`. They have another dtype or shape.
    """
    equal = [other for other in candidates if compare(value, other).equal]
    strange = [other for other in candidates if not any(compare(one, other).equal for one in expected)]
    if equal:
        strange = [other for other in strange if is_alike(value, other)]
    check_value(seen, path, value, [*(equal or candidates), *strange], where)
