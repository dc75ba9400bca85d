"""Requirement: a SavedModel can be told by its fingerprint."""

from __future__ import annotations

from tests.judging.catalogue import ways_to_save_again
from tests.judging.requirement import Shortfall, requirement
from tests.judging.seen import Seen
from tests.test_no_trace import only_pure_savers

# What is the same for two saves of one object. The checksum is over bytes whose order nobody fixes; the hash of the
# object graph, and so the singleprint, is over names of functions sorted with the number that ends them, which
# counts up in a process: seen equal and seen different, by how many digits that number had.
STEADY = ("graph_def_program_hash", "signature_def_hash", "checkpoint_hash")


def only_saved_models(case: dict, saver: dict, loader: dict | None) -> str | None:
    """Only a SavedModel has one."""
    return only_pure_savers(case, saver, loader) or (
        None if saver["is_saved_model"] else f"{saver['name']} writes no SavedModel"
    )


@requirement(over="savers", not_applicable=only_saved_models)
def fingerprint(seen: Seen) -> None:
    """A SavedModel has a fingerprint, and where it is saved twice, it has the same one but for what nobody fixes.

    Modules and quick cases are saved twice.
    """
    first = seen.saved["fingerprint"]
    seen.facts["fingerprint"] = first
    if not first:
        raise Shortfall("there is no fingerprint", expected="fingerprint.pb", seen=sorted(seen.saved["files"]))
    if "elsewhere" not in ways_to_save_again(seen.case, seen.saver):
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
