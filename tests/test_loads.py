"""Requirement: it can be loaded."""

from __future__ import annotations

from tests.judging.checks.left_out import check_nothing_left_out
from tests.judging.checks.refusals import check_not_offered
from tests.judging.requirement import requirement
from tests.judging.seen import Seen


@requirement(over="routes")
def loads(seen: Seen) -> None:
    """The loader reads what the saver wrote, or refuses if the pair does not offer it."""
    if seen.expects_refusal:
        seen.facts["refused_with"] = check_not_offered(seen.loading, "load")
        return
    for section in ("prepare", "load"):
        if section == "load" or section in seen.loading.sections:
            seen.loading[section]
    if seen.loader.opaque:  # nobody can look at its weights
        check_nothing_left_out(seen, "weights")


def test_loads(cell):
    cell.judge(loads)
