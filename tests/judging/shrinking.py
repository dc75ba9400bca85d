"""Makes the input of a failing cell small, by asking live children of both sides.

Hypothesis shrinks what its own draws find; here the failing input is known, often one of the battery, and every
question costs a round trip to two processes. So it is cut down greedily: to one element of the batch, then by
zeroing ever smaller pieces of each tensor, keeping whatever still fails.
"""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from tests.both_sides.structures import leaves
from tests.interpreters.agents import AgentLost
from tests.interpreters.response import MissingSection
from tests.judging.inputs import elements, kind_of, tensors
from tests.judging.seen import Seen
from tests.test_outputs import difference

MOST_QUESTIONS = 80


def shrink(seen: Seen, name: str) -> Any:
    """The smallest value found that still fails on the input's endpoint; None if it cannot be had.

    Args:
        seen: of a cell on which `outputs` fails.
        name: the input that it fails on.
    """
    given = next(given for given in seen.inputs if given["name"] == name)
    described = tensors(seen.case["endpoints"][given["endpoint"]])
    save = seen.evidence.question_to_save(seen.hop.saved, seen.case_id, seen.saver_name)
    load = seen.evidence.question_to_load(
        seen.hop.saved,
        seen.hop.loaded,
        seen.case_id,
        seen.saver_name,
        seen.loader_name,
        seen.default_custom_objects,
    )
    agents, limits = seen.evidence.agents, seen.evidence.limits
    if not agents.get(seen.hop.saved):
        return None  # what it said was recorded elsewhere, and it cannot be asked
    with contextlib.suppress(MissingSection, AgentLost), contextlib.ExitStack() as stack:
        original = stack.enter_context(agents[seen.hop.saved]["keras"].live("save", save, limits=limits))
        loaded = stack.enter_context(agents[seen.hop.loaded][seen.loader["agent"]].live("load", load, limits=limits))

        def fails(value: Any) -> bool:
            asked = {**given, "value": value}
            answers = {side: said[0] for side, said in original.ask([asked]).items()}
            answer = loaded.ask([asked])[seen.loader["judged_against"]][0]
            return difference(seen, asked, answers, answer) is not None

        if fails(given["value"]):
            return smallest(given["value"], described, fails)
    return None


def smallest(value: Any, described: list[dict], fails: Callable[[Any], bool]) -> Any:
    """The smallest value that greedy cuts reach within MOST_QUESTIONS questions.

    Args:
        value: a structure of arrays, on which it fails.
        described: its tensors as the catalogue has them, in the order in which the structure is flattened.
        fails: whether it still fails on a value.
    """
    questions = 0
    progress = True
    while progress and questions < MOST_QUESTIONS:
        progress = False
        for candidate in smaller(value, described):
            questions += 1
            if fails(candidate):
                value, progress = candidate, True
                break
            if questions >= MOST_QUESTIONS:
                break
    return value


def smaller(value: Any, described: list[dict]) -> Iterator[Any]:
    """Values that are one step simpler, the boldest steps first."""
    flat = leaves(value)
    batches = [rows_of(leaf) for leaf, tensor in zip(flat, described, strict=True) if tensor["batched"]]
    if batches and batches[0] > 1:
        for row in range(batches[0]):
            yield rebuilt(
                value,
                [
                    one_row(leaf, row) if tensor["batched"] else leaf
                    for leaf, tensor in zip(flat, described, strict=True)
                ],
            )
    for at, (leaf, tensor) in enumerate(zip(flat, described, strict=True)):
        array = elements(leaf)
        zero = b"" if kind_of(tensor) == "string" else array.dtype.type(0)
        if kind_of(tensor) == "integer" and not tensor["low"] <= 0 <= tensor["high"]:
            continue
        plain = array.reshape(-1)
        rest = [i for i in range(plain.size) if not is_zero(plain[i], zero)]
        size = len(rest)
        while size:
            for start in range(0, len(rest), size):
                simpler = plain.copy()
                simpler[rest[start : start + size]] = zero
                cut = simpler.reshape(array.shape)
                made = cut if leaf is array else dataclasses.replace(leaf, values=cut)
                yield rebuilt(value, [*flat[:at], made, *flat[at + 1 :]])
            size //= 2


def rows_of(leaf: Any) -> int:
    """How many rows an array, a ragged or a sparse tensor has."""
    return len(leaf) if isinstance(leaf, np.ndarray) else leaf.rows


def one_row(leaf: Any, row: int) -> Any:
    """One row of it, as a batch of one."""
    return leaf[row : row + 1] if isinstance(leaf, np.ndarray) else leaf.row(row)


def is_zero(element: Any, zero: Any) -> bool:
    """Whether the element is already as simple as it gets; -0.0 is not."""
    return bool(element == zero) and not (isinstance(element, np.floating) and np.signbit(element))


def rebuilt(value: Any, flat: list[np.ndarray]) -> Any:
    """The structure of the value, with these leaves in flattened order."""
    remaining = iter(flat)

    def build(part: Any) -> Any:
        if isinstance(part, dict):
            made = {key: build(part[key]) for key in sorted(part)}
            return {key: made[key] for key in part}
        if isinstance(part, (list, tuple)):
            return type(part)(build(item) for item in part)
        return next(remaining)

    return build(value)
