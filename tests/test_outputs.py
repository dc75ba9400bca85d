"""Requirement: what was loaded answers as the original did."""

from __future__ import annotations

from typing import Any

from tests.both_sides.structures import leaves, natural_order
from tests.judging.requirement import Shortfall, requirement
from tests.judging.seen import Seen


def aligned(expected: Any, answered: dict, own_names: list[str] | None) -> tuple[Any, Any]:
    """The original's answer and a signature's, brought into one structure so that leaf meets leaf.

    A signature answers with a dict of tensors by name. Where the original's is a dict of the same names, names
    decide; else the model's own output names, where the signature uses them; else order, with `output_2` before
    `output_10`.
    """
    if isinstance(expected, dict) and set(expected) == set(answered):
        return expected, answered
    flat = leaves(expected)
    named = own_names and not isinstance(expected, dict) and set(own_names) == set(answered)
    names = own_names if named else sorted(answered, key=natural_order)
    if len(flat) != len(names):
        return expected, answered
    return flat, [answered[name] for name in names]


def difference(seen: Seen, given: dict, answers: dict[str, dict], answer: dict) -> tuple[str, str] | None:
    """(expected, seen) in words where one answer is not what the original's was; None where it is.

    Args:
        answers: the original's answers to this input, by `eager` and `graph`.
    """
    against = seen.loader["judged_against"]
    expected, other = answers[against], answers.get("eager" if against == "graph" else "graph", {})
    if "raised" in expected:
        # Over two pairs, an answer where the original had none is no loss.
        return None if "raised" in answer or not seen.hop.within_one_pair else (told(expected), "an answer")
    if "raised" in answer:
        return "an answer", told(answer)
    one, two, third = expected["value"], answer["value"], other.get("value")
    if seen.loader["asked"] not in ("as_original", "by_function"):
        own_names = seen.evidence.own_names(seen.hop.saved, seen.case_id, seen.saver_name)["outputs"]
        answered = two if isinstance(two, dict) else {}
        third = None if third is None else aligned(third, answered, own_names)[0]
        one, two = aligned(one, two, own_names) if isinstance(two, dict) else (leaves(one), leaves(two))
    comparison = seen.compare_answers(given, one, two, third)
    if comparison.equal:
        return None
    first, more = comparison.differences[0], len(comparison.differences) - 1
    place = f" at {first.where}" * bool(first.where)
    return f"{first.level}{place}: {first.expected}", first.seen + f" (and {more} more differences)" * bool(more)


def only_with_functions(case: dict, saver: dict, loader: dict | None) -> str | None:
    """A module without functions has nothing that could be asked."""
    return None if case["endpoints"] else "it has no functions to ask"


@requirement(over="routes", not_applicable=only_with_functions)
def outputs(seen: Seen) -> None:
    """What was loaded answers every input as the original did, and within one pair raises where it raises."""
    against = seen.loader["judged_against"]
    said = seen.original
    said[against]
    # Where its other answers count for nothing, the original was not asked for them.
    sides = {side: said[side] for side in ("eager", "graph") if side in said}
    asked = {given["name"] for given in seen.asked}
    originals = [
        dict(zip(sides, told, strict=True))
        for given, *told in zip(seen.inputs, *sides.values(), strict=True)
        if given["name"] in asked
    ]
    answers = seen.loaded["answers"]
    if len(answers) != len(originals):
        raise Shortfall("not every input was answered", expected=len(originals), seen=len(answers))
    wrong = {}
    for given, original, answer in zip(seen.asked, originals, answers, strict=True):
        found = difference(seen, given, original, answer)
        if found is not None:
            wrong[given["name"]] = (*found, answer)
    raise_on = [given["name"] for given, told in zip(seen.asked, originals, strict=True) if "raised" in told[against]]
    seen.facts["inputs"], seen.facts["inputs_that_raise"] = len(answers), raise_on
    if not wrong:
        return
    expected, was, _ = next(iter(wrong.values()))
    raised = [answer["raised"] for *_, answer in wrong.values() if "raised" in answer]
    if raised and len(raised) == len(answers) - len(raise_on):
        raise Shortfall(
            f"raises on every input: {raised[0]['type']}: {raised[0]['message']}",
            inputs=list(wrong),
            symptom="exception",
            exception=raised[0]["type"],
        )
    message = f"other answers on {len(wrong)} of {len(answers)} inputs, first on {next(iter(wrong))!r}"
    raise Shortfall(message, expected=expected, seen=was, inputs=list(wrong))


def told(answer: dict) -> str:
    """An answer that is an exception, in words."""
    return f"{answer['raised']['type']}: {answer['raised']['message']}"


def test_outputs(cell):
    cell.judge(outputs)
