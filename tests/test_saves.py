"""Requirement: it can be saved."""

from __future__ import annotations

from tests.requirement import Shortfall, requirement
from tests.seen import Seen


@requirement(over="savers")
def saves(seen: Seen) -> None:
    """The saver writes the model, or refuses where the pair does not offer it."""
    if seen.expects_refusal:
        if "save" in seen.saving:
            raise Shortfall("it is not offered by this pair, and works", expected="a refusal", seen="an artifact")
        error = seen.saving.error("save")
        if error is None:
            seen.saving["save"]  # says how the child was lost
        seen.facts["refused_with"] = f"{error['type']}: {error['message']}"
        return
    seen.saving["build"]
    seen.saving["save"]
    files = seen.saving["files"]
    if not files:
        raise Shortfall("the save reported success and left no file", expected="an artifact", seen="nothing")
    seen.facts["files"] = files
    seen.facts["bytes"] = sum(files.values())


def test_saves(cell):
    cell.judge(saves)
