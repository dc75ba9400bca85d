"""Requirement: it can be loaded."""

from __future__ import annotations

from tests.requirement import Shortfall, requirement
from tests.seen import Seen


@requirement(over="routes")
def loads(seen: Seen) -> None:
    """The loader reads what the saver wrote, or refuses where the pair does not offer it."""
    if seen.expects_refusal:
        if "load" in seen.loading:
            raise Shortfall("it is not offered by this pair, and works", expected="a refusal", seen="a model")
        error = seen.loading.error("load")
        if error is None:
            seen.loading["load"]  # says how the child was lost
        seen.facts["refused_with"] = f"{error['type']}: {error['message']}"
        return
    for section in ("build", "prepare", "load"):
        if section == "load" or section in seen.loading.sections:
            seen.loading[section]


def test_loads(cell):
    cell.judge(loads)
