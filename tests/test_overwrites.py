"""Requirement: saving over something leaves nothing of it."""

from __future__ import annotations

from tests.both_sides.cases import CaseInfo
from tests.both_sides.routes import LoaderInfo, SaverInfo
from tests.judging.checks.applicability import only_quick
from tests.judging.requirement import Place, Shortfall, requirement
from tests.judging.seen import Seen


def only_folders(case: CaseInfo, saver: SaverInfo, loader: LoaderInfo | None) -> str | None:
    """Leave out files, which are replaced as a whole; a folder may keep what was in it."""
    reason = only_quick(case, saver, loader)
    if reason is None and "over_another" not in case.ways_to_save_again(saver):
        reason = f"{saver.name} writes no SavedModel"
    return reason


@requirement(over="savers", not_applicable=only_folders)
def overwrites(seen: Seen) -> None:
    """Saving over an existing SavedModel leaves the files of a fresh save and no others."""
    written = sorted(seen.saved["again_over_another"]["files"])
    if written != sorted(seen.saved["files"]):
        stale = sorted(set(written) - set(seen.saved["files"]))
        raise Shortfall(
            f"{len(stale)} stale files",
            expected=sorted(seen.saved["files"]),
            seen=written,
            places=(Place("stale files"),),
        )


def test_overwrites(cell):
    cell.judge(overwrites)
