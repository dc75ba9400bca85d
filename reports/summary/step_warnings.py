"""Warnings of TensorFlow and Keras while saving and loading, in a line."""

from __future__ import annotations

from collections.abc import Sequence

from tests.both_sides.step_warnings import StepWarning
from tests.judging.checks.left_out import is_left_out

STEPS = {"save": "saving", "load": "loading"}


def warned_in_words(warnings: Sequence[StepWarning]) -> str | None:
    """Return the warning that says most about a shortfall, and how many more there are; None if there is none.

    What was not loaded says most; then what was said while loading.
    """
    if not warnings:
        return None
    chosen = max(warnings, key=lambda each: (is_left_out(each), each.step == "load"))
    more = f" (and {len(warnings) - 1} more)" if len(warnings) > 1 else ""
    return f"warned while {STEPS[chosen.step]}{more}: {chosen}"
