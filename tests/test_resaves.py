"""Requirement: what was loaded can be saved again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tests.both_sides.cases import CaseInfo
from tests.both_sides.routes import LoaderInfo, SaverInfo
from tests.judging.checks.variables import Variable, without_seed_states
from tests.judging.comparison import without_messages
from tests.judging.requirement import Shortfall, requirement
from tests.judging.seen import Seen


def only_whole(case: CaseInfo, saver: SaverInfo, loader: LoaderInfo) -> str | None:
    """Leave out loaders that return neither a whole model nor the object of a SavedModel."""
    if case.can_be_resaved(saver, loader):
        return None
    if saver.is_variant:
        return f"{saver.name} varies what another saver writes, which is saved again"
    if loader.asked == "by_function" and not saver.existing:
        return "what is restored of Keras models is saved again for a few of them"
    return f"what {loader.name} returns is not saved again"


@requirement(over="routes", not_applicable=only_whole)
def resaves(seen: Seen) -> None:
    """The loaded model is saved again, and a third process loads that: the same answers, signatures and weights."""
    seen.loaded["resave"]
    again = seen.loading_with(seen.default_objects, resaved=True)
    again["load"]
    with seen.also():
        if "contract" in seen.loaded:
            contract = seen.loaded["contract"]
            check_same(seen, "signatures", contract, with_unknown_ranks_of(contract, again["contract"]))
    with seen.also():
        answers = without_messages(seen.answers_to_few(seen.loaded))
        check_same(seen, "answers", answers, without_messages(again["answers"]))
    with seen.also():
        if "weights" in seen.loaded:
            check_same_weights(seen, seen.loaded["weights"], again["weights"])


def with_unknown_ranks_of(contract: Mapping[str, Any], again: Mapping[str, Any]) -> dict[str, Any]:
    """Return the signatures of the second load, with unknown shapes where those of the first load are unknown.

    A function is traced again when it is saved again, and may then know the rank of its answers.
    """

    def outputs(key: str, signature: Mapping[str, Any]) -> dict[str, Any]:
        before = contract.get(key, {}).get("outputs", {})
        unknown = {name for name, (_, shape) in before.items() if shape is None}
        return {name: [spec[0], None if name in unknown else spec[1]] for name, spec in signature["outputs"].items()}

    return {key: {**signature, "outputs": outputs(key, signature)} for key, signature in again.items()}


def check_same_weights(seen: Seen, once: Sequence[Variable], twice: Sequence[Variable]) -> None:
    """Check that the second load gave the same variables, bit for bit and in the same order, as the first one.

    The states of random generators do not count: `random_state` says whether loading keeps them.
    """
    values = [[value for _, value in without_seed_states(each)] for each in (once, twice)]
    check_same(seen, "weights", *values)


def check_same(seen: Seen, what: str, once: object, twice: object) -> None:
    """Check that the second load gave bit for bit what the first one gave."""
    comparison = seen.compare(once, twice)
    if not comparison.equal:
        first = comparison.differences[0]
        message = f"saved again and loaded, other {what}"
        raise Shortfall(message, expected=str(first.expected), seen=str(first))


def test_resaves(cell):
    cell.judge(resaves)
