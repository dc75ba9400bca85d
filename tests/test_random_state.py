"""Requirement: random generators go on where they stopped."""

from __future__ import annotations

from tests.judging.checks.applicability import only_with_variables
from tests.judging.checks.variables import check_in_order, check_restored, seed_states
from tests.judging.requirement import NothingToJudge, requirement
from tests.judging.seen import Seen

# What a shortfall adds if the state that is lost is part of what the model answers.
MATTERS = ", and the model draws from it when it answers"


@requirement(over="routes", not_applicable=only_with_variables)
def random_state(seen: Seen) -> None:
    """Every random generator of the loaded model is in the state in which it was saved.

    Layers such as Dropout draw in training alone: what they draw next is then different, and nothing that a model
    answers. If it draws when it answers, the state matters.
    """
    expected = seed_states(seen.saved["before"]["weights"])
    if not expected:
        raise NothingToJudge("the model has no variable that is the state of a random generator")
    seen.facts["random_states"] = len(expected)
    if seen.loader.asked == "as_original":
        loaded = seed_states(seen.loaded["weights"])
        with seen.also():
            check_in_order(seen, "{}", "more or fewer states of random generators", expected, loaded)
    else:
        check_restored(seen, expected, seen.loaded["restored_weights"]["found"])
    if "draws" in seen.case.traits:
        for shortfall in seen.shortfalls:
            shortfall.message += MATTERS


def test_random_state(cell):
    cell.judge(random_state)
