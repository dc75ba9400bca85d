"""Requirement: what was loaded can be differentiated."""

from __future__ import annotations

from tests.judging.catalogue import differentiable, takes_gradients
from tests.judging.inputs import kind_of, tensors
from tests.judging.requirement import EXCEPTION, Shortfall, requirement
from tests.judging.seen import Seen


def only_differentiable(case: dict, saver: dict, loader: dict | None) -> str | None:
    """Gradients are taken in Python, by inputs that are floating-point numbers."""
    if not takes_gradients(loader):
        return f"{loader['name']} is for inference"
    if not any(kind_of(tensor) == "float" for inputs in case["endpoints"].values() for tensor in tensors(inputs)):
        return "the case has no floating-point inputs"
    return None


@requirement(over="routes", not_applicable=only_differentiable)
def gradients(seen: Seen) -> None:
    """The gradients of what was loaded, by its inputs, are those of the original, custom gradients included."""
    asked = differentiable(seen.case, seen.inputs)
    original = seen.original[f"{seen.loader['judged_against']}_gradients"]
    inputs = {given["name"]: given for given in seen.inputs}
    for name, expected, gradient in zip(asked, original, seen.loaded["gradients"], strict=True):
        with seen.also():
            check_same(seen, inputs[name], expected, gradient)


def check_same(seen: Seen, given: dict, expected: dict, gradient: dict) -> None:
    """The same gradient of one input, or none where the original has none."""
    if "raised" in expected and "raised" in gradient:
        return
    if "raised" in gradient:
        told = gradient["raised"]
        raise Shortfall(
            f"{told['type']}: {told['message']}", inputs=[given["name"]], symptom=EXCEPTION, exception=told["type"]
        )
    if "raised" in expected:
        raise Shortfall("a gradient that the original has not", expected=expected["raised"], seen=gradient["value"])
    comparison = seen.compare_answers(given, expected["value"], gradient["value"])
    if not comparison.equal:
        first = comparison.differences[0]
        raise Shortfall(
            f"other gradients: {first.level}", expected=first.expected, seen=first.seen, inputs=[given["name"]]
        )


def test_gradients(cell):
    cell.judge(gradients)
