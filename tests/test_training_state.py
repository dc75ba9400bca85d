"""Requirement: training can go on where it stopped."""

from __future__ import annotations

import contextlib

from tests.judging.checks.applicability import only_compiled
from tests.judging.checks.configs import check_same_config
from tests.judging.checks.left_out import nothing_left_out
from tests.judging.checks.variables import check_in_order
from tests.judging.requirement import Shortfall, requirement
from tests.judging.seen import Seen


@requirement(over="routes", not_applicable=only_compiled)
def training_state(seen: Seen) -> None:
    """The loaded model has the same compile config, and an optimizer of the same class, config and variables.

    Every version of Keras writes configs in its own way, so over two pairs configs are not compared.
    """
    before, loaded = seen.saved["before"]["training"], seen.loaded["training"]
    if seen.hop.within_one_pair:
        with seen.also():
            check_same_config("compile config", before["compile_config"], loaded["compile_config"])
    expected, optimizer = before["optimizer"], loaded["optimizer"]
    if optimizer is None or optimizer["class"] != expected["class"]:
        seen_class = None if optimizer is None else optimizer["class"]
        raise Shortfall("another optimizer", expected=expected["class"], seen=seen_class)
    if seen.hop.within_one_pair:
        with seen.also():
            check_same_config("optimizer's config", expected["config"], optimizer["config"])
    count = "the optimizer has more or fewer variables"
    # An optimizer that was not built has nothing to lose, but loaders warn that they build it.
    watched = nothing_left_out(seen, "the training state") if expected["built"] else contextlib.nullcontext()
    with watched:
        check_in_order(seen, "the optimizer's {}", count, expected["variables"], optimizer["variables"])


def test_training_state(cell):
    cell.judge(training_state)
