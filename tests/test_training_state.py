"""Requirement: training can go on where it stopped."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Mapping

from tests.judging.checks.applicability import only_compiled
from tests.judging.checks.configs import ROUNDING_OF_TEXT, check_same_config, check_same_numbers
from tests.judging.checks.left_out import nothing_left_out
from tests.judging.checks.variables import check_in_order
from tests.judging.requirement import Shortfall, requirement
from tests.judging.seen import Seen


@requirement(over="routes", not_applicable=only_compiled)
def training_state(seen: Seen) -> None:
    """The loaded model has the same compile config, and an optimizer of the same class, config and variables.

    Every version of Keras writes configs in its own way, so over two pairs only the numbers of arguments that both
    versions name are compared. The rates of a schedule are compared at some steps.
    """
    before, loaded = seen.saved["before"]["training"], seen.loaded["training"]
    check = check_same_config if seen.hop.within_one_pair else check_same_numbers
    with seen.also():
        check("compile config", before["compile_config"], loaded["compile_config"])
    expected, optimizer = before["optimizer"], loaded["optimizer"]
    if optimizer is None or optimizer["class"] != expected["class"]:
        seen_class = None if optimizer is None else optimizer["class"]
        raise Shortfall("another optimizer", expected=expected["class"], seen=seen_class)
    with seen.also():
        check("optimizer's config", expected["config"], optimizer["config"])
    with seen.also():
        check_same_rates(expected["rates"], optimizer["rates"])
    count = "the optimizer has more or fewer variables"
    # An optimizer that was not built has nothing to lose, but loaders warn that they build it.
    watched = nothing_left_out(seen, "the training state") if expected["built"] else contextlib.nullcontext()
    with watched:
        check_in_order(seen, "the optimizer's {}", count, expected["variables"], optimizer["variables"])


def check_same_rates(expected: Mapping[str, float], loaded: Mapping[str, float]) -> None:
    """Check that the schedule of the learning rate, if there is one, gives the same rate at each step."""
    for step, rate in expected.items():
        if not math.isclose(rate, loaded.get(step, math.nan), rel_tol=ROUNDING_OF_TEXT):
            raise Shortfall("the schedule gives other learning rates", expected=expected, seen=loaded)


def test_training_state(cell):
    cell.judge(training_state)
