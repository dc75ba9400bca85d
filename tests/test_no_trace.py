"""Requirement: saving leaves no trace in what is saved."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tests.judging.checks.applicability import only_without_training
from tests.judging.checks.configs import check_same_config
from tests.judging.comparison import compare, without_messages
from tests.judging.requirement import Shortfall, requirement
from tests.judging.seen import Seen


@requirement(over="savers", not_applicable=only_without_training)
def no_trace(seen: Seen) -> None:
    """The live model and its process are the same after saving as before, and it still answers the same."""
    before, after = seen.saved["before"], seen.saved["after"]
    variables = [("weights", before["weights"], after["weights"])]
    configs = [(what, before[what], after[what]) for what in ("random_state", "registries")]
    if "training" in before:
        one, two = before["training"]["optimizer"] or {}, after["training"]["optimizer"] or {}
        variables.append(("optimizer", one.get("variables", []), two.get("variables", [])))
        configs += [
            ("architecture", before["architecture"], after["architecture"]),
            ("compile config", before["training"]["compile_config"], after["training"]["compile_config"]),
            ("optimizer's config", one.get("config"), two.get("config")),
        ]
    for what, earlier, later in variables:
        with seen.also():
            check_arrays(what, earlier, later)
    for what, earlier, later in configs:
        with seen.also():
            check_same_config(f"live {what}", earlier, later)
    again = compare(without_messages(seen.saved["once"]), without_messages(seen.saved["again"]))
    if not again.equal:
        raise Shortfall(
            "the live model answers otherwise after saving", expected="the same", seen=again.differences[0]
        )


def check_arrays(what: str, before: Sequence[Any], after: Sequence[Any]) -> None:
    """Check that there are the same arrays under the same paths, in the same order.

    Args:
        before, after: (path, array) pairs.
    """
    comparison = compare([list(pair) for pair in before], [list(pair) for pair in after])
    if not comparison.equal:
        raise Shortfall(f"saving changed the {what}", expected="as before", seen=str(comparison.differences[0]))


def test_no_trace(cell):
    cell.judge(no_trace)
