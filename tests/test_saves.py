"""Requirement: it can be saved."""

from __future__ import annotations

from tests.interpreters.response import Response
from tests.judging.requirement import Shortfall, requirement
from tests.judging.seen import Seen


def only_written(case: dict, saver: dict, loader: dict | None) -> str | None:
    """A copy in memory is not saved."""
    return None if saver["has_artifact"] else "nothing is written"


@requirement(over="savers", not_applicable=only_written)
def saves(seen: Seen) -> None:
    """The saver writes the model, or refuses where the pair does not offer it."""
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


def check_not_offered(said: Response, section: str) -> str:
    """The child was refused there, as it has to be where a pair does not offer something; returns with what."""
    error = said.error(section)
    if error is None:
        said[section]  # says how the child was lost, if it was
        raise Shortfall("it is not offered by this pair, and works", expected="a refusal")
    return f"{error['type']}: {error['message']}"


def test_saves(cell):
    cell.judge(saves)
