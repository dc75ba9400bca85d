"""Requirement: training can go on where it stopped."""

from __future__ import annotations

from tests.judging.catalogue import resumes
from tests.judging.requirement import Shortfall, requirement
from tests.judging.seen import Seen
from tests.test_architecture import check_same_config
from tests.test_weights import check_value


def only_compiled(case: dict, saver: dict, loader: dict | None) -> str | None:
    """A model that was never compiled has no training state, and not every route promises to carry it."""
    if not resumes(loader):
        return f"{loader['name']} brings back no training state"
    return None if "compiled" in case["traits"] else "the case is not compiled"


@requirement(over="routes", not_applicable=only_compiled)
def training_state(seen: Seen) -> None:
    """The loaded model has the same compile config, and an optimizer of the same class, config and variables.

    How a config is written is every Keras version's own affair: over two pairs the optimizer is what is compared.
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
    if len(expected["variables"]) != len(optimizer["variables"]):
        raise Shortfall(
            "the optimizer has more or fewer variables",
            expected=[path for path, _ in expected["variables"]],
            seen=[path for path, _ in optimizer["variables"]],
        )
    for (path, value), (_, was) in zip(expected["variables"], optimizer["variables"], strict=True):
        with seen.also():
            check_value(seen, f"the optimizer's {path}", value, [was])


def test_training_state(cell):
    cell.judge(training_state)
