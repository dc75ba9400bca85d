"""Compares the answer of a loaded model to one input with the original's."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from tests.both_sides.questions import SIDES
from tests.both_sides.structures import in_structure, leaves, natural_order
from tests.both_sides.tensors import Input
from tests.judging.checks.places import places_of
from tests.judging.requirement import Place
from tests.judging.seen import Seen

# An answer as a child sends it: `{"value": ...}`, or `{"raised": {"type", "message"}}`.
Answer = Mapping[str, Any]


def aligned(expected: Any, answered: Mapping[str, Any], own_names: list[str] | None) -> tuple[Any, Any]:
    """Return the original's answer and a signature's in one structure, so that leaf meets leaf.

    A signature answers with a dict of tensors by name. If the original's answer is a dict of the same names, names
    decide. Otherwise the model's own output names decide, if the signature uses them, and else the order, with
    `output_2` before `output_10`.
    """
    if isinstance(expected, dict) and set(expected) == set(answered):
        return expected, answered
    flat = leaves(expected)
    uses_own_names = own_names and not isinstance(expected, dict) and set(own_names) == set(answered)
    names = own_names if own_names and uses_own_names else sorted(answered, key=natural_order)
    if len(flat) != len(names):
        return expected, answered
    return flat, [answered[name] for name in names]


def matched(seen: Seen, expected: Any, answered: Any) -> tuple[Any, Any]:
    """Return the original's answer and that of what was loaded in one structure."""
    if seen.loader.asked in ("as_original", "by_function"):
        return expected, answered
    if not isinstance(answered, dict):
        return leaves(expected), leaves(answered)
    own_names = seen.evidence.own_names(seen.hop.saved, seen.case_id, seen.route.saver)["outputs"]
    return aligned(expected, answered, own_names)


@dataclasses.dataclass(frozen=True)
class WrongAnswer:
    """An answer that differs from the original's: what was expected and seen, in words, and where it is wrong."""

    expected: str
    seen: str
    places: tuple[Place, ...]


def difference(seen: Seen, asked: Input, original: Mapping[str, Answer], answer: Answer) -> WrongAnswer | None:
    """Return how an answer differs from the original's; None if it does not.

    Args:
        original: the original's answers to this input, by `SIDES`.
    """
    against = seen.loader.judged_against
    expected = original[against]
    if "raised" in expected:
        # Over two pairs, an answer where the original had none is no loss.
        if "raised" in answer or not seen.hop.within_one_pair:
            return None
        return WrongAnswer(in_words(expected), "an answer", (Place(f"{asked.name}: answered"),))
    if "raised" in answer:
        return WrongAnswer("an answer", in_words(answer), (Place(f"{asked.name}: {answer['raised']['type']}"),))
    one, two = expected["value"], answer["value"]
    others = [original[side]["value"] for side in SIDES if side != against and "value" in original.get(side, {})]
    others = [matched(seen, each, two)[0] for each in others]
    one, two = matched(seen, one, two)
    noise = seen.noise_allowed(asked)
    allowed = in_structure(one, noise) if len(noise) == len(leaves(one)) else 0.0
    comparison = seen.compare_answers(asked, one, two, seen.largest_answers, others, allowed)
    if comparison.equal:
        return None
    first, more = comparison.differences[0], len(comparison.differences) - 1
    place = f" at {first.where}" if first.where else ""
    rest = f" (and {more} more differences)" if more else ""
    expected_text = f"{first.level}{place}: {first.expected}"
    return WrongAnswer(expected_text, first.seen + rest, places_of(asked.name, comparison))


def answers_of_the_original(seen: Seen) -> list[dict[str, Answer]]:
    """Return the original's answers to the inputs that the loaded model was asked, by `SIDES`.

    A side that does not count for any route of the run was not asked, and is missing.
    """
    response = seen.original
    response[seen.loader.judged_against]
    sides = {side: response[side] for side in SIDES if side in response}
    asked = {each.name for each in seen.asked}
    return [
        dict(zip(sides, answers, strict=True))
        for each, *answers in zip(seen.inputs, *sides.values(), strict=True)
        if each.name in asked
    ]


def in_words(answer: Answer) -> str:
    """Return an answer that is an exception, in words."""
    return f"{answer['raised']['type']}: {answer['raised']['message']}"
