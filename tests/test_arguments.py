"""Requirement: every form of path is taken."""

from __future__ import annotations

from tests.judging.checks.applicability import FORMS_OF_PATHS, only_quick
from tests.judging.requirement import Shortfall, requirement
from tests.judging.seen import Seen


@requirement(over="savers", not_applicable=only_quick)
def arguments(seen: Seen) -> None:
    """Every documented form of path is taken, and the same files come of it."""
    files = sorted(seen.saved["files"])
    for form in FORMS_OF_PATHS:
        if form in seen.case.ways_to_save_again(seen.saver):
            with seen.also():
                written = sorted(seen.saved[f"again_{form}"]["files"])
                expected = [name.replace(".h5", ".hdf5") for name in files] if form == "other_suffix" else files
                if written != expected:
                    raise Shortfall(f"a path that is {form}: other files", expected=expected, seen=written)


def test_arguments(cell):
    cell.judge(arguments)
