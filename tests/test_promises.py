"""Requirement: an option of a save shows in the artifact."""

from __future__ import annotations

from tests.both_sides.cases import CaseInfo
from tests.both_sides.routes import LoaderInfo, SaverInfo
from tests.judging.requirement import Shortfall, requirement
from tests.judging.seen import Seen

# The saver that asks for no option.
PLAIN = "saved_model"


def only_promises(case: CaseInfo, saver: SaverInfo, loader: LoaderInfo | None) -> str | None:
    """Leave out savers that promise nothing."""
    if "custom_gradients" in saver.promises and "composite_op" not in case.traits:
        return "the case has no custom gradient"
    return None if saver.promises else f"{saver.name} promises nothing beside the model"


@requirement(over="savers", not_applicable=only_promises)
def promises(seen: Seen) -> None:
    """A SavedModel shows what its saver promises, and one that is saved without asking for it does not."""
    found = seen.saved["found"]
    plain = seen.evidence.saved(seen.hop.saved, seen.case_id, PLAIN)["found"]
    for name, promised in seen.saver.promises.items():
        if found[name] != promised:
            raise Shortfall(f"the artifact has another {name}", expected=promised, seen=found[name])
        if plain[name] == promised:
            raise Shortfall(f"{name} is there without being asked for", expected=f"not {promised}", seen=plain[name])


def test_promises(cell):
    cell.judge(promises)
