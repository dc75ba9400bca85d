"""Compares a model that draws random numbers when it answers, of which no variable keeps the state.

One input is asked many times. What the original repeats is compared as ever. What it does not repeat is compared by
structure, dtype and shape, and by the mean and the spread of its numbers.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tests.both_sides.structures import leaves
from tests.both_sides.tensors import Input
from tests.both_sides.wire import elements
from tests.judging.checks.answers import Answer, matched
from tests.judging.comparison import compare
from tests.judging.requirement import Place, Shortfall, Size
from tests.judging.seen import Seen

# How many standard errors the means and the variances of the draws of two equal models may be apart: by chance it
# happens less than once in a hundred billion comparisons. With 200 draws, a mean that moves by 0.7 of the spread is
# found, and a spread that doubles.
MOST_STANDARD_ERRORS = 7.0
# With fewer draws, such as those of a loader that is slow, numbers say nothing.
FEWEST_DRAWS = 50


def check_draws(seen: Seen, asked: Sequence[Input], expected: Sequence[Answer], answered: Sequence[Answer]) -> None:
    """Check the answers to many repetitions of one input of each endpoint. Shortfalls are collected.

    Args:
        expected, answered: the answers of the original and of the loaded model, one for each of `asked`.
    """
    by_endpoint: dict[str, list[int]] = {}
    for number, each in enumerate(asked):
        by_endpoint.setdefault(each.endpoint, []).append(number)
    seen.facts["draws"] = min(map(len, by_endpoint.values()), default=0)
    for endpoint, numbers in by_endpoint.items():
        with seen.also():
            _check_endpoint(seen, endpoint, [expected[at] for at in numbers], [answered[at] for at in numbers])


def _check_endpoint(seen: Seen, endpoint: str, expected: Sequence[Answer], answered: Sequence[Answer]) -> None:
    raised = [answer["raised"] for answer in answered if "raised" in answer]
    if any("raised" in answer for answer in expected):
        return  # whether it raises may be drawn too
    if raised:
        message = f"{raised[0]['type']}: {raised[0]['message']}"
        raise Shortfall(f"raises in {len(raised)} of {len(answered)} draws: {message}", places=(Place(endpoint),))
    pairs = [matched(seen, one["value"], two["value"]) for one, two in zip(expected, answered, strict=True)]
    one, two = ([leaves(pair[side]) for pair in pairs] for side in (0, 1))
    shape = compare(*([_like(leaf) for leaf in answers[0]] for answers in (one, two)))
    if not shape.equal:
        found = shape.differences[0]
        place = Place(f"{endpoint}: {found.level}")
        raise Shortfall(f"other answers: {found.level}", expected=found.expected, seen=found.seen, places=(place,))
    for leaf in range(len(one[0])):
        with seen.also():
            _check_leaf(endpoint, leaf, [each[leaf] for each in one], [each[leaf] for each in two])


def _like(leaf: object) -> np.ndarray:
    """Return zeros of the dtype and shape of a leaf."""
    array = elements(leaf)
    return np.zeros(array.shape, "U1" if array.dtype.kind == "O" else array.dtype)


def _check_leaf(endpoint: str, leaf: int, expected: Sequence[object], answered: Sequence[object]) -> None:
    """Check one output over all draws.

    Raises:
        Shortfall: it differs.
    """
    name = f"output {leaf}"
    if len(expected) < FEWEST_DRAWS or elements(expected[0]).dtype.kind == "O":
        return
    one, two = (np.stack([elements(each).astype("float64") for each in values]) for values in (expected, answered))
    if one.shape != two.shape or not np.isfinite(one).all():
        return  # a ragged or sparse answer may have another number of elements in each draw
    if not np.isfinite(two).all():
        raise Shortfall(f"{name} of some draws is not finite", places=(Place(f"{endpoint}: {name}", Size.WRONG),))
    means, apart = one.mean(axis=0), _standard_errors(one, two)
    if apart.size and apart.max() > MOST_STANDARD_ERRORS:
        at = np.unravel_index(int(apart.argmax()), apart.shape)
        raise Shortfall(
            f"{name} has another mean over {len(one)} draws, {apart.max():.3g} standard errors away",
            expected=f"{means[at]:.6g} at index {[int(each) for each in at]}",
            seen=f"{two.mean(axis=0)[at]:.6g}",
            places=(Place(f"{endpoint}: mean of {name}", Size.WRONG),),
        )
    spreads = [((each - each.mean(axis=0)) ** 2).reshape(len(each), -1).mean(axis=1) for each in (one, two)]
    wider = float(_standard_errors(*spreads))
    if wider > MOST_STANDARD_ERRORS:
        raise Shortfall(
            f"{name} has another spread over {len(one)} draws, {wider:.3g} standard errors away",
            expected=f"a standard deviation of {np.sqrt(spreads[0].mean()):.6g}",
            seen=f"{np.sqrt(spreads[1].mean()):.6g}",
            places=(Place(f"{endpoint}: spread of {name}", Size.WRONG),),
        )


def _standard_errors(one: np.ndarray, two: np.ndarray) -> np.ndarray:
    """Return by how many standard errors the means over the first axis are apart, element by element.

    Rounding is no distance: an element that is the same in all draws may differ by a few units in the last place.
    """
    distance = np.abs(one.mean(axis=0) - two.mean(axis=0))
    error = np.sqrt(one.var(axis=0, ddof=1) / len(one) + two.var(axis=0, ddof=1) / len(two))
    rounding = 1e-6 * np.maximum(np.abs(one).max(axis=0), np.abs(two).max(axis=0))
    return np.asarray(
        np.maximum(distance - rounding, 0.0) / np.maximum(error, rounding / MOST_STANDARD_ERRORS + 1e-300)
    )
