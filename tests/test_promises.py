"""Requirement: an option of a save shows in the artifact."""

from __future__ import annotations

from tests.judging.requirement import Shortfall, requirement
from tests.judging.seen import Seen

PLAIN = "saved_model"


def only_promises(case: dict, saver: dict, loader: dict | None) -> str | None:
    """Only a saver that promises something has to keep it."""
    if "custom_gradients" in saver["promises"] and "composite_op" not in case["traits"]:
        return "the case has no custom gradient"
    return None if saver["promises"] else f"{saver['name']} promises nothing beside the model"


@requirement(over="savers", not_applicable=only_promises)
def promises(seen: Seen) -> None:
    """What a saver promises is in its SavedModel, and is not in the one that is saved without asking for it."""
    found = seen.saved["found"]
    plain = seen.evidence.saved(seen.hop.saved, seen.case_id, PLAIN)["found"]
    for name, promised in seen.saver["promises"].items():
        if found[name] != promised:
            raise Shortfall(f"the artifact has another {name}", expected=promised, seen=found[name])
        if plain[name] == promised:
            raise Shortfall(f"{name} is there without being asked for", expected=f"not {promised}", seen=plain[name])


def test_promises(cell):
    cell.judge(promises)
