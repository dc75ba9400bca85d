"""Compares what was loaded with what was saved, for the objects that try one constructor argument."""

from __future__ import annotations

import collections
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from tests.both_sides.argument_trials import CLONE, WAYS, WAYS_IN_WORDS, Tried
from tests.judging.arguments.evidence import LoadedTrial
from tests.judging.comparison import compare
from tests.judging.requirement import Place, Shortfall, Symptom

# Parts of an observation that versions write in their own way, or that are drawn in another way.
ONLY_WITHIN_ONE_PAIR = ("config", "initial values", "training", "draws")
DRAWN = "initial values"
# Over two pairs the same program may round differently.
ULP = {"float32": 64.0, "float64": 64.0, "float16": 8.0, "bfloat16": 8.0}
# Drawn values have about the same spread if the same initializer draws them.
FEWEST_DRAWN, LARGEST_RATIO = 12, 2.5
# How Keras says that it refuses code in a file.
SAFE_MODE = "safe_mode"
FIRST_IN_MESSAGES = ("values", "results", "steps", "rates", "draws", "inference", "training")


def shortfalls_of(
    tried: Tried, loaded: LoadedTrial, within_one_pair: bool, of_class: Collection[Place] = ()
) -> list[Shortfall]:
    """Return every way in which what comes back is not the original: one shortfall for each symptom.

    Args:
        loaded: what loading gave, by way.
        within_one_pair: whether one pair saved and loaded.
        of_class: the places at which the class falls short whatever its arguments are. Nothing is judged there.
    """
    found = [each for each in _failures(tried, loaded) if not set(each.places) <= set(of_class)]
    different: dict[str, list[tuple[str, str]]] = collections.defaultdict(list)
    came_back = {way: each["value"] for way, each in loaded.items() if "value" in each}
    if tried.clone is not None and within_one_pair:
        came_back[CLONE] = tried.clone
    for way, observation in came_back.items():
        for part, difference in differences(tried, observation, within_one_pair):
            if Place(f"{part}, {way}") not in of_class:
                different[part].append((way, difference))
    if different:
        found.append(_mismatch(tried, different))
    return found


def _failures(tried: Tried, loaded: LoadedTrial) -> Iterator[Shortfall]:
    yield from _failed_to_save(tried)
    yield from _failed_to_load(tried, loaded)


def _failed_to_save(tried: Tried) -> Iterator[Shortfall]:
    for way, error in tried.failed.items():
        yield Shortfall(
            f"{tried.trial.expression} cannot be saved by {WAYS_IN_WORDS[way]}: {error['type']}: {error['message']}",
            symptom=Symptom.EXCEPTION,
            exception=error["type"],
            places=(Place(f"saving, {way}"),),
        )


def _failed_to_load(tried: Tried, loaded: LoadedTrial) -> Iterator[Shortfall]:
    for way, each in loaded.items():
        if "raised" not in each:
            if tried.trial.kind == "lambda":
                yield Shortfall(
                    f"{tried.trial.expression} is loaded after {WAYS_IN_WORDS[way]}, although it holds a lambda",
                    places=(Place(f"loading, {way}"),),
                    lost_refusal=True,
                )
            continue
        error = each["raised"]
        if tried.trial.kind == "lambda" and SAFE_MODE in error["message"]:
            continue  # as it should be
        yield Shortfall(
            f"{tried.trial.expression} cannot be loaded after {WAYS_IN_WORDS[way]}: "
            f"{error['type']}: {error['message']}",
            symptom=Symptom.EXCEPTION,
            exception=error["type"],
            places=(Place(f"loading, {way}"),),
        )


def _mismatch(tried: Tried, different: Mapping[str, Sequence[tuple[str, str]]]) -> Shortfall:
    """Return one shortfall for all parts that differ: they are one loss."""
    parts = sorted(different, key=lambda part: (part not in FIRST_IN_MESSAGES, part))
    ways = [way for way in WAYS if any(way == each for part in parts for each, _ in different[part])]
    first = different[parts[0]][0][1]
    expected, _, seen = first.partition(", seen ")
    return Shortfall(
        f"{tried.trial.expression} is another object after {', '.join(WAYS_IN_WORDS[way] for way in ways)}: "
        f"other {', '.join(parts)}",
        expected=expected.partition("expected ")[2],
        seen=seen,
        places=tuple(sorted({Place(f"{part}, {way}") for part in parts for way, _ in different[part]}, key=str)),
    )


def differences(tried: Tried, loaded: Any, within_one_pair: bool) -> Iterator[tuple[str, str]]:
    """Yield the name of each part that differs, and how."""
    for part, expected in tried.original.items():
        if not within_one_pair and (part in ONLY_WITHIN_ONE_PAIR or not _is_plain(part, expected)):
            continue
        if part not in loaded:
            yield part, f"expected {expected}, seen nothing of this name"
            continue
        if part == DRAWN and "seed" not in tried.trial.expression and are_drawn_alike(expected, loaded[part]):
            continue
        comparison = compare(expected, loaded[part], ulp={} if within_one_pair else ULP)
        if not comparison.equal:
            yield part, str(comparison.differences[0])


def _is_plain(part: str, value: Any) -> bool:
    """Return whether a part means the same to all versions: an attribute only if it is a number or a text."""
    return part != "attribute" or isinstance(value, (bool, int, float, str, type(None)))


def are_drawn_alike(expected: Sequence[np.ndarray], seen: Sequence[np.ndarray]) -> bool:
    """Return whether variables begin with the same values, or with values that were drawn in the same way.

    A seed that nobody gave is another one for each object.
    """
    return len(expected) == len(seen) and all(map(_is_drawn_alike, expected, seen))


def _is_drawn_alike(one: np.ndarray, two: np.ndarray) -> bool:
    if one.shape != two.shape or one.dtype != two.dtype:
        return False
    if np.array_equal(one, two):
        return True
    if one.dtype.kind in "ui":  # the state of a seed
        return True
    spreads = [float(np.std(each.astype("float64"))) for each in (one, two)]
    if min(spreads) == 0:  # not drawn
        return False
    return one.size < FEWEST_DRAWN or max(spreads) <= LARGEST_RATIO * min(spreads)
