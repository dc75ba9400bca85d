"""Requirement: saving over something leaves nothing of it."""

from __future__ import annotations

from tests.judging.catalogue import ways_to_save_again
from tests.judging.requirement import Shortfall, requirement
from tests.judging.seen import Seen
from tests.test_arguments import only_quick


def only_folders(case: dict, saver: dict, loader: dict | None) -> str | None:
    """A file is replaced as a whole; a folder may keep what was in it."""
    reason = only_quick(case, saver, loader)
    if reason is None and "over_another" not in ways_to_save_again(case, saver):
        reason = f"{saver['name']} writes no SavedModel"
    return reason


@requirement(over="savers", not_applicable=only_folders)
def overwrites(seen: Seen) -> None:
    """Saved where another SavedModel was, there are the files of a fresh save and no others."""
    written = sorted(seen.saved["again_over_another"]["files"])
    if written != sorted(seen.saved["files"]):
        stale = sorted(set(written) - set(seen.saved["files"]))
        raise Shortfall(f"{len(stale)} stale files", expected=sorted(seen.saved["files"]), seen=written)


def test_overwrites(cell):
    cell.judge(overwrites)
