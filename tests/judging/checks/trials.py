"""Checks of the results of loading an artifact in surroundings of every kind."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import repeat
from typing import Any

from tests.both_sides.trials import LARGEST_TRIED, SLOWEST_TRIED
from tests.interpreters.response import Response
from tests.judging.checks.answers import answers_of_the_original, difference
from tests.judging.comparison import compare
from tests.judging.requirement import Blocked, NothingToJudge, Place, Shortfall, Symptom
from tests.judging.seen import Seen


def trial_of(seen: Seen) -> Response:
    """Return the response of the child that loaded in surroundings of every kind.

    Raises:
        NothingToJudge: the artifact is too large, or to load it takes too long.
        Blocked: saving or loading failed.
    """
    seconds = seen.loaded.seconds()
    if seconds.get("prepare", 0.0) + seconds.get("load", 0.0) > SLOWEST_TRIED:
        raise NothingToJudge("it takes too long to load it thirty times")
    if sum(seen.saved["files"].values()) > LARGEST_TRIED:
        raise NothingToJudge(f"it is judged on artifacts of up to {LARGEST_TRIED >> 20} MiB")
    return seen.trial


def plain_load(seen: Seen) -> Mapping[str, Any]:
    """Return the result of a plain load, with which other loads are compared.

    Raises:
        Blocked: it does not answer as the original does. A runtime that reads a variable which nobody has set answers
            with whatever lies in memory, so that no two loads need be the same.
    """
    originals, answers = answers_of_the_original(seen), seen.loaded["answers"]
    if seen.loader.converted and any(map(difference, repeat(seen), seen.asked, originals, answers)):
        raise Blocked("outputs", "it does not answer as the original does, and need not do so twice in the same way")
    plain: Mapping[str, Any] = trial_of(seen)["plain"]
    return plain


def check_same_load(where: str, plain: Mapping[str, Any], result: Mapping[str, Any]) -> None:
    """Check that a load gave the same answers as a plain load."""
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
