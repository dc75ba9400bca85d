"""Requirement: it can be saved."""

from __future__ import annotations

from tests.judging.checks.applicability import only_written
from tests.judging.checks.refusals import check_not_offered
from tests.judging.requirement import Shortfall, requirement
from tests.judging.seen import Seen


@requirement(over="savers", not_applicable=only_written)
def saves(seen: Seen) -> None:
    """The saver writes the model, or refuses if the pair does not offer it."""
    if seen.expects_refusal:
        seen.facts["refused_with"] = check_not_offered(seen.saving, "save")
        return
    seen.saving["build"]
    seen.saving["save"]
    files = seen.saving["files"]
    seen.facts.update(seen.saving.get("found", {}))
    if not files:
        raise Shortfall("the save reported success and left no file", expected="an artifact", seen="nothing")
    seen.facts["files"] = files
    seen.facts["bytes"] = sum(files.values())


def test_saves(cell):
    cell.judge(saves)
