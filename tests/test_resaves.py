"""Requirement: what was loaded can be saved again."""

from __future__ import annotations

from tests.judging.catalogue import resaves as can_resave
from tests.judging.comparison import without_messages
from tests.judging.requirement import Shortfall, requirement
from tests.judging.seen import Seen


def only_whole(case: dict, saver: dict, loader: dict | None) -> str | None:
    """Only what brings back a whole model, or the object of a SavedModel, is saved again."""
    if can_resave(case, saver, loader):
        return None
    if saver["is_variant"]:
        return f"{saver['name']} varies what another saver writes, which is saved again"
    if loader["asked"] == "by_function" and not saver["existing"]:
        return "what is restored of Keras models is saved again for a few of them"
    return f"what {loader['name']} returns is not saved again"


@requirement(over="routes", not_applicable=only_whole)
def resaves(seen: Seen) -> None:
    """What was loaded is saved again, and a third process loads that: the same answers, signatures and weights."""
    seen.loaded["resave"]
    again = seen.loading_with(seen.default_custom_objects, resaved=True)
    again["load"]
    with seen.also():
        if "contract" in seen.loaded:
            check_same(seen, "signatures", seen.loaded["contract"], again["contract"])
    with seen.also():
        answers = seen.answers_to_few(seen.loaded), again["answers"]
        check_same(seen, "answers", *map(without_messages, answers))
    with seen.also():
        if "weights" in seen.loaded:
            once, twice = ([value for _, value in said["weights"]] for said in (seen.loaded, again))
            check_same(seen, "weights", once, twice)


def check_same(seen: Seen, what: str, once: object, twice: object) -> None:
    """To the last bit what the first load gave."""
    comparison = seen.compare(once, twice)
    if not comparison.equal:
        first = comparison.differences[0]
        raise Shortfall(f"saved again and loaded, other {what}", expected=str(first.expected), seen=str(first))


def test_resaves(cell):
    cell.judge(resaves)
