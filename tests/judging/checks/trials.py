"""Checks of what came of loading an artifact in surroundings of every kind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.both_sides.trials import LARGEST_TRIED
from tests.interpreters.response import Response
from tests.judging.comparison import compare
from tests.judging.requirement import NothingToJudge, Place, Shortfall, Symptom
from tests.judging.seen import Seen


def trial_of(seen: Seen) -> Response:
    """Return the response of the child that loaded in surroundings of every kind.

    Raises:
        NothingToJudge: the artifact is too large.
        Blocked: saving or loading failed.
    """
    if sum(seen.saved["files"].values()) > LARGEST_TRIED:
        raise NothingToJudge(f"it is judged on artifacts of up to {LARGEST_TRIED >> 20} MiB")
    return seen.trial


def check_same_load(where: str, plain: Mapping[str, Any], result: Mapping[str, Any]) -> None:
    """Check that a load somewhere gave the answers of a plain load."""
    if "raised" in result:
        raised = result["raised"]
        message = f"{where}: {raised['type']}: {raised['message']}"
        raise Shortfall(message, symptom=Symptom.EXCEPTION, exception=raised["type"], places=(Place(where),))
    comparison = compare(plain["value"], result["value"])
    if not comparison.equal:
        raise Shortfall(
            f"{where}: other answers",
            expected="those of a plain load",
            seen=str(comparison.differences[0]),
            places=(Place(where),),
        )
