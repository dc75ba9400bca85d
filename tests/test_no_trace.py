"""Requirement: saving leaves no trace in what is saved."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.judging.comparison import compare, without_messages
from tests.judging.requirement import Shortfall, requirement
from tests.judging.seen import Seen
from tests.test_architecture import check_same_config
from tests.test_saves import only_written


def only_pure_savers(case: dict, saver: dict, loader: dict | None) -> str | None:
    """A saver that is part of training is there to change the model."""
    return f"{saver['name']} trains the model" if saver["trains"] else only_written(case, saver, loader)


@requirement(over="savers", not_applicable=only_pure_savers)
def no_trace(seen: Seen) -> None:
    """The live model and its process are the same after saving as before, and it still answers the same."""
    before, after = seen.saved["before"], seen.saved["after"]
    pairs = [("weights", before["weights"], after["weights"])]
    configs = [(what, before[what], after[what]) for what in ("random_state", "registries")]
    if "training" in before:
        one, two = before["training"]["optimizer"] or {}, after["training"]["optimizer"] or {}
        pairs.append(("optimizer", one.get("variables", []), two.get("variables", [])))
        configs += [
            ("architecture", before["architecture"], after["architecture"]),
            ("compile config", before["training"]["compile_config"], after["training"]["compile_config"]),
            ("optimizer's config", one.get("config"), two.get("config")),
        ]
    for what, earlier, later in pairs:
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


def check_arrays(what: str, before: list[tuple[str, np.ndarray]], after: list[tuple[str, np.ndarray]]) -> None:
    """The same arrays under the same paths, in the same order."""
    comparison = compare(_as_lists(before), _as_lists(after))
    if not comparison.equal:
        raise Shortfall(f"saving changed the {what}", expected="as before", seen=str(comparison.differences[0]))


def _as_lists(pairs: Any) -> list[list]:
    return [list(pair) for pair in pairs]


def test_no_trace(cell):
    cell.judge(no_trace)
