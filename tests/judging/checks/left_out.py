"""Checks that the loader did not say that it left something out."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator

from tests.both_sides.step_warnings import StepWarning
from tests.judging.requirement import Place, Shortfall
from tests.judging.seen import Seen

# What Keras and TensorFlow say when they leave something out, and go on.
LEFT_OUT = re.compile(
    r"(?i)\b(could not|cannot|can't|unable to|failed to) (be )?(re)?(load|restor)"
    r"|\b(was|were|is|are|has been|have been|being) \*?not\*? (re)?(loaded|restored)"
    r"|\bskip(ping|ped) (the )?(loading|restoring|variable loading|restoration|nested container)"
    r"|\bloading (is|was) skipped|\bnot found when restoring|\bnot be lifted out of a loaded function"
    r"|\b(value in checkpoint|object) could not be found in the|\bunrestored (value|object)"
    r"|\bno training configuration found|\b(freshly|newly) initialized optimizer"
    r"|\berror (in|when) (loading|restoring|creating the weights of)"
)
# Keras 2 warns of a module that is not imported, in words like these.
OF_A_MODULE = re.compile(r"is not loaded, but a Lambda layer uses it")
# Most of it is about weights. This is about training.
OF_TRAINING = re.compile(
    r"(?i)optimizer|\bcompile|training config|_tf_keras_metric|keras_api\b|\bmetric|\bloss\b|save_counter"
)


# What the places of such shortfalls begin with.
WARNING = "warning: "


def is_left_out(warning: StepWarning) -> bool:
    """Return whether TensorFlow or Keras warns that it has not loaded something."""
    return (
        warning.step == "load"
        and warning.is_of_library
        and LEFT_OUT.search(warning.text) is not None
        and OF_A_MODULE.search(warning.text) is None
    )


@contextlib.contextmanager
def nothing_left_out(seen: Seen, what: str) -> Iterator[None]:
    """Run checks of what was loaded; if nothing falls short in them, check that no warning says that it does.

    Otherwise the warning has the same reason, and only stands with the shortfall.
    """
    before = len(seen.shortfalls)
    yield
    if len(seen.shortfalls) == before:
        with seen.also():
            check_nothing_left_out(seen, what)


def check_nothing_left_out(seen: Seen, what: str) -> None:
    """Check that the loader did not warn that it left something out: comparing may not show it.

    Args:
        what: `weights`, or `the training state`.
    """
    for warning in seen.warnings:
        concerns = "the training state" if OF_TRAINING.search(warning.text) else "weights"
        if is_left_out(warning) and concerns == what:
            raise Shortfall(
                f"the loader warns that it left out {what}",
                expected="everything is loaded, and no warning says otherwise",
                seen=str(warning),
                places=(Place(f"{WARNING}{what}"),),
            )
