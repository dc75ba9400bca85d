"""Requirement: a path is a path."""

from __future__ import annotations

from tests.judging.catalogue import ways_to_save_again
from tests.judging.requirement import Shortfall, requirement
from tests.judging.seen import Seen
from tests.test_saves import only_written

FORMS = ("pathlike", "relative", "trailing_slash", "other_suffix")


def only_quick(case: dict, saver: dict, loader: dict | None) -> str | None:
    """One case of each kind is enough to know."""
    reason = only_written(case, saver, loader)
    if reason is None and not set(FORMS) & set(ways_to_save_again(case, saver)):
        reason = f"{saver['name']} trains the model" if saver["trains"] else "a quick case tells for all"
    return reason


@requirement(over="savers", not_applicable=only_quick)
def arguments(seen: Seen) -> None:
    """Every form of path that is documented is taken, and the same files come of it."""
    files = sorted(seen.saved["files"])
    for form in FORMS:
        if form in ways_to_save_again(seen.case, seen.saver):
            with seen.also():
                written = sorted(seen.saved[f"again_{form}"]["files"])
                expected = [name.replace(".h5", ".hdf5") for name in files] if form == "other_suffix" else files
                if written != expected:
                    raise Shortfall(f"a path that is {form}: other files", expected=expected, seen=written)


def test_arguments(cell):
    cell.judge(arguments)
