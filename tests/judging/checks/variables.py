"""Checks that variables have their values."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from tests.judging.checks.places import place_of
from tests.judging.comparison import compare
from tests.judging.consequence import OF_SEEDS
from tests.judging.requirement import Shortfall
from tests.judging.seen import Seen

# The path of a variable, and its value.
Variable = tuple[str, Any]
# What Keras calls the variable of a seed generator, and TensorFlow that of a `tf.random.Generator`.
SEED_STATE = re.compile(r"(^|/)(seed_generator_state|StateVar)$")


def paths(variables: Sequence[Variable]) -> list[str]:
    """Return the paths of variables, in order."""
    return [path for path, _ in variables]


def place_name(path: str, number: int) -> str:
    """Return what places call a variable: its number, the same with every pair, and whether it is a seed state."""
    return f"variable {number}{f' {OF_SEEDS}' if SEED_STATE.search(path) else ''}"


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
            check_value(seen, name.format(path), value, [loaded_value], name.format(place_name(path, number)))


def check_namesakes(
    seen: Seen, path: str, value: Any, expected: Sequence[Any], candidates: Sequence[Any], where: str
) -> None:
    """Check that some variable of that path has the value, and that none has a value that is not expected."""
    equal = [other for other in candidates if compare(value, other).equal]
    strange = [other for other in candidates if not any(compare(one, other).equal for one in expected)]
    check_value(seen, path, value, [*(equal or candidates), *strange], where)
