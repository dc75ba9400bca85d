"""Requirement: a SavedModel can be identified by its fingerprint."""

from __future__ import annotations

from tests.both_sides.cases import CaseInfo
from tests.both_sides.routes import LoaderInfo, SaverInfo
from tests.judging.checks.applicability import only_without_training
from tests.judging.requirement import Shortfall, requirement
from tests.judging.seen import Seen

# The hashes that are the same for two saves of one object. The checksum covers bytes whose order is not fixed. The
# hash of the object graph, and with it the singleprint, covers names of functions in sorted order; each name ends
# with a counter of the process, so the order depends on how many digits the counter has.
STEADY = ("graph_def_program_hash", "signature_def_hash", "checkpoint_hash")


def only_saved_models(case: CaseInfo, saver: SaverInfo, loader: LoaderInfo | None) -> str | None:
    """Leave out everything but SavedModels, which alone have a fingerprint."""
    return only_without_training(case, saver, loader) or (
        None if saver.is_saved_model else f"{saver.name} writes no SavedModel"
    )


@requirement(over="savers", not_applicable=only_saved_models)
def fingerprint(seen: Seen) -> None:
    """A SavedModel has a fingerprint, and a second save gives the same hashes, apart from those that may differ.

    Modules and quick cases are saved twice.
    """
    first = seen.saved["fingerprint"]
    seen.facts["fingerprint"] = first
    if not first:
        raise Shortfall("there is no fingerprint", expected="fingerprint.pb", seen=sorted(seen.saved["files"]))
    if "elsewhere" not in seen.case.ways_to_save_again(seen.saver):
        return
    second = seen.saved["again_elsewhere"]["fingerprint"]
    seen.facts["same_when_saved_twice"] = sorted(name for name in first if first[name] == second.get(name))
    moved = [name for name in STEADY if first[name] != second.get(name)]
    if moved:
        raise Shortfall(
            f"saved twice, other {', '.join(moved)}",
            expected={name: first[name] for name in moved},
            seen={name: second.get(name) for name in moved},
        )


def test_fingerprint(cell):
    cell.judge(fingerprint)
