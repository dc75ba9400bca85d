"""Requirement: what was loaded can be differentiated."""

from __future__ import annotations

from collections.abc import Mapping

from tests.both_sides.cases import CaseInfo
from tests.both_sides.routes import LoaderInfo, SaverInfo
from tests.both_sides.tensors import Input
from tests.judging.checks.answers import Answer
from tests.judging.checks.places import places_of
from tests.judging.requirement import NothingToJudge, Place, Shortfall, Symptom, requirement
from tests.judging.seen import Seen
from tests.judging.tolerance import largest_numbers


def only_differentiable(case: CaseInfo, saver: SaverInfo, loader: LoaderInfo) -> str | None:
    """Leave out loaders whose models have no gradients in Python, and cases without floating-point inputs."""
    if not loader.has_gradients:
        return f"{loader.name} is for inference"
    if not any(tensor.kind == "float" for inputs in case.endpoints.values() for tensor in inputs.tensors):
        return "the case has no floating-point inputs"
    if "only_none_inputs" in case.traits and loader.asked != "as_original":
        return "every input that is given holds None, which no signature takes"
    return None


@requirement(over="routes", not_applicable=only_differentiable)
def gradients(seen: Seen) -> None:
    """The gradients of what was loaded, by its inputs, are those of the original, custom gradients included."""
    asked = seen.case.differentiable_inputs(seen.inputs)
    original = seen.original[f"{seen.loader.judged_against}_gradients"]
    by_name = {each.name: each for each in seen.inputs}
    inputs = [by_name[name] for name in asked]
    if seen.case.brought and all("raised" in each for each in original):
        raise NothingToJudge(f"no gradient of the original can be taken: it raises on {asked[0]!r}")
    largest = largest_numbers(inputs, original)
    for each, expected, gradient in zip(inputs, original, seen.loaded["gradients"], strict=True):
        with seen.also():
            check_same(seen, each, expected, gradient, largest)


def check_same(
    seen: Seen, asked: Input, expected: Answer, gradient: Answer, largest: Mapping[str, list[float]]
) -> None:
    """Check that the gradient of one input is the same, or raises if the original's does.

    Args:
        largest: the largest numbers among the original's gradients by all inputs.
    """
    if "raised" in expected and "raised" in gradient:
        return
    if "raised" in gradient:
        error = gradient["raised"]
        message = f"{error['type']}: {error['message']}"
        raise Shortfall(
            message,
            inputs=[asked.name],
            symptom=Symptom.EXCEPTION,
            exception=error["type"],
            places=(Place(asked.name),),
        )
    if "raised" in expected:
        message = "a gradient that the original has not"
        places = (Place(f"{asked.name}: answered"),)
        raise Shortfall(message, expected=expected["raised"], seen=gradient["value"], places=places)
    comparison = seen.compare_answers(asked, expected["value"], gradient["value"], largest)
    if not comparison.equal:
        first = comparison.differences[0]
        raise Shortfall(
            f"other gradients: {first.level}",
            expected=first.expected,
            seen=first.seen,
            inputs=[asked.name],
            places=places_of(asked.name, comparison),
        )


def test_gradients(cell):
    cell.judge(gradients)
