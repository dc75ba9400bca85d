"""Makes the input of a failing cell small, by asking live children of both sides.

Hypothesis shrinks what its own draws find. Here the failing input is known, and is often one of the battery, and
every question costs a round trip to two processes. So it is cut down greedily: to one element of the batch, and then
by setting ever smaller pieces of each tensor to zero, as long as it still fails.
"""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from tests.both_sides.structures import in_structure, leaves
from tests.both_sides.tensors import Tensor
from tests.both_sides.wire import count_rows, elements, take, with_elements
from tests.interpreters.child_handle import AgentLost
from tests.interpreters.response import MissingSection
from tests.judging.checks.answers import difference
from tests.judging.load_request import LoadRequest
from tests.judging.seen import Seen

MOST_QUESTIONS = 80
# A batch of more rows is halved first.
MANY_ROWS = 16


def shrink(seen: Seen, name: str) -> Any:
    """Return the smallest value found that still fails on the input's endpoint; None if there is none to be had.

    Args:
        seen: the evidence on a cell on which `outputs` fails.
        name: the input on which it fails.
    """
    failing = next(each for each in seen.inputs if each.name == name)
    tensors = seen.case.endpoints[failing.endpoint].given_in(failing.value)
    save = seen.evidence.question_to_save(seen.hop.saved, seen.case_id, seen.route.saver)
    load = seen.evidence.question_to_load(LoadRequest(seen.hop, seen.case_id, seen.route, seen.default_objects))
    agents, limits = seen.evidence.agents, seen.evidence.limits
    if not agents.get(seen.hop.saved):
        return None  # it was recorded on another machine, and cannot be asked
    with contextlib.suppress(MissingSection, AgentLost), contextlib.ExitStack() as stack:
        original = stack.enter_context(agents[seen.hop.saved]["keras"].live(save, limits=limits))
        loaded = stack.enter_context(agents[seen.hop.loaded][seen.loader.agent].live(load, limits=limits))

        def fails(value: Any) -> bool:
            asked = dataclasses.replace(failing, value=value)
            answers = {side: answered[0] for side, answered in original.ask([asked]).items()}
            answer = loaded.ask([asked])[seen.loader.judged_against][0]
            return difference(seen, asked, answers, answer) is not None

        if fails(failing.value):
            return smallest(failing.value, tensors, fails)
    return None


def smallest(value: Any, tensors: Sequence[Tensor], fails: Callable[[Any], bool]) -> Any:
    """Return the smallest value that greedy cuts reach within MOST_QUESTIONS questions.

    Args:
        value: a structure of arrays, on which it fails.
        tensors: those of its leaves, in the order in which the structure is flattened.
        fails: whether it still fails on a value.
    """
    questions = 0
    progress = True
    while progress and questions < MOST_QUESTIONS:
        progress = False
        for candidate in smaller(value, tensors):
            questions += 1
            if fails(candidate):
                value, progress = candidate, True
                break
            if questions >= MOST_QUESTIONS:
                break
    return value


def smaller(value: Any, tensors: Sequence[Tensor]) -> Iterator[Any]:
    """Return values that are one step simpler, the boldest steps first."""
    flat = leaves(value)
    batch = next((count_rows(leaf) for leaf, tensor in zip(flat, tensors, strict=True) if tensor.batched), None) or 0
    half = batch // 2
    parts = [range(half), range(half, batch)] if batch > MANY_ROWS else [[row] for row in range(batch)]
    for part in parts if batch > 1 else []:
        rows = [take(leaf, part) if tensor.batched else leaf for leaf, tensor in zip(flat, tensors, strict=True)]
        yield in_structure(value, rows)
    for at, (leaf, tensor) in enumerate(zip(flat, tensors, strict=True)):
        array = elements(leaf)
        zero = b"" if tensor.kind == "string" else array.dtype.type(0)
        if tensor.kind == "integer" and not tensor.low <= 0 <= tensor.high:
            continue
        plain = array.reshape(-1)
        rest = [i for i in range(plain.size) if not is_zero(plain[i], zero)]
        size = len(rest)
        while size:
            for start in range(0, len(rest), size):
                simpler = plain.copy()
                simpler[rest[start : start + size]] = zero
                cut = simpler.reshape(array.shape)
                yield in_structure(value, [*flat[:at], with_elements(leaf, cut), *flat[at + 1 :]])
            size //= 2


def is_zero(element: Any, zero: Any) -> bool:
    """Return whether the element is already as simple as it gets; -0.0 is not."""
    return bool(element == zero) and not (isinstance(element, np.floating) and np.signbit(element))
