"""Requirement: what was loaded answers as the original did."""

from __future__ import annotations

import collections
from collections.abc import Collection, Sequence

import numpy as np

from tests.both_sides.cases import CaseInfo
from tests.both_sides.routes import LoaderInfo, SaverInfo
from tests.both_sides.structures import leaves
from tests.both_sides.wire import elements
from tests.judging.checks.answers import Answer, answers_of_the_original, difference
from tests.judging.checks.draws import check_draws
from tests.judging.requirement import MOST_INPUTS, Place, Shortfall, Size, Symptom, requirement
from tests.judging.seen import Seen


def only_with_functions(case: CaseInfo, saver: SaverInfo, loader: LoaderInfo) -> str | None:
    """Leave out modules without functions, which cannot be asked anything, and inputs that no signature takes."""
    if "only_none_inputs" in case.traits and loader.asked != "as_original":
        return "every input that is given holds None, which no signature takes"
    return None if case.endpoints else "it has no functions to ask"


@requirement(over="routes", not_applicable=only_with_functions)
def outputs(seen: Seen) -> None:
    """The loaded model answers every input as the original did, and within one pair raises where it raises."""
    against = seen.loader.judged_against
    originals = answers_of_the_original(seen)
    answers: list[Answer] = seen.loaded["answers"]
    if len(answers) != len(originals):
        raise Shortfall("not every input was answered", expected=len(originals), seen=len(answers))
    raise_on = [
        asked.name for asked, original in zip(seen.asked, originals, strict=True) if "raised" in original[against]
    ]
    seen.facts["inputs"], seen.facts["inputs_that_raise"] = len(answers), raise_on
    seen.facts["finite_answers"] = sum(has_finite_values(original[against]) for original in originals)
    not_asked = [each.name for each in seen.inputs if not each.is_whole and seen.loader.asked != "as_original"]
    if not_asked:
        seen.facts["inputs_with_none_not_asked"] = not_asked
    if seen.case.inputs_dropped:
        seen.facts["inputs_dropped"] = list(seen.case.inputs_dropped)
    if "unrepeatable" in seen.case.traits:
        check_draws(seen, seen.asked, [each[against] for each in originals], answers)
        return
    wrong = {}
    for asked, original, answer in zip(seen.asked, originals, answers, strict=True):
        differs = difference(seen, asked, original, answer)
        if differs is not None:
            wrong[asked.name] = (differs, answer)
    if not wrong:
        return
    raised = [answer["raised"] for _, answer in wrong.values() if "raised" in answer]
    if raised and len(raised) == len(answers) - len(raise_on):
        raise Shortfall(
            f"raises on every input: {raised[0]['type']}: {raised[0]['message']}",
            inputs=list(wrong),
            symptom=Symptom.EXCEPTION,
            exception=raised[0]["type"],
            places=tuple(Place(name) for name in wrong),
        )
    first, (differs, _) = next(iter(wrong.items()))
    message = f"other answers on {len(wrong)} of {len(answers)} inputs, first on {first!r}"
    places = tuple(place for differs, _ in wrong.values() for place in differs.places)
    if seen.loader.converted:
        places = broken_outputs(places, [asked.name for asked in seen.asked if not asked.special])
    raise Shortfall(message, expected=differs.expected, seen=differs.seen, inputs=list(wrong), places=places)


def broken_outputs(places: Sequence[Place], ordinary: Collection[str]) -> tuple[Place, ...]:
    """Return the places, with one in place of all those of an output that is wrong on most ordinary inputs.

    A runtime that reads a variable which nobody has set answers with whatever lies in memory, and may then be right
    on one input by chance.

    Args:
        ordinary: the names of the ordinary inputs.
    """
    wrong = collections.Counter(place.on(MOST_INPUTS) for place in places if is_wrong_on(place, ordinary))
    broken = {place for place, count in wrong.items() if 2 * count > len(ordinary)}
    return (*sorted(broken, key=str), *(place for place in places if place.on(MOST_INPUTS) not in broken))


def is_wrong_on(place: Place, names: Collection[str]) -> bool:
    """Return whether values are wrong there by more than rounding, on one of these inputs."""
    return place.size is Size.WRONG and place.where.partition(": ")[0] in names


def has_finite_values(answer: Answer) -> bool:
    """Return whether an answer is a value that holds anything but NaN and infinities.

    Integers beside numbers that are all NaN are what was made of NaN, such as the place of the largest.
    """
    if "value" not in answer:
        return False
    arrays = [array for leaf in leaves(answer["value"]) if (array := elements(leaf)).size]
    inexact = [array for array in arrays if array.dtype.kind in "fc" or "float" in array.dtype.name]
    if not inexact:
        return bool(arrays)
    return any(np.isfinite(array.astype("complex128")).any() for array in inexact)


def test_outputs(cell):
    cell.judge(outputs)
