"""Looks by requirement: the code with which a script sees a shortfall.

All of it is source. A look defines a function and says how to use it on the original (`model`) and on what was loaded
(`loaded`). Both give a dict of texts by place, and the shortfall shows if the two dicts differ.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from reports.scripts import looks_at_saving as saving
from reports.scripts import looks_at_values as values
from reports.scripts.look import Look, NoLook
from reports.scripts.looks_at_signatures import signatures
from reports.scripts.looks_at_surroundings import leaves_nothing, no_script, places
from reports.scripts.subject import Subject


def nothing(subject: Subject) -> Look:
    """Look at nothing beside whether it can be saved and loaded."""
    return Look("", "{}", "{}")


LOOKS: Mapping[str, Callable[[Subject], Look]] = {
    "architecture": values.architecture,
    "arguments": saving.arguments,
    "custom_objects": values.custom_objects,
    "cycles": no_script,
    "fingerprint": saving.fingerprint,
    "gradients": values.gradients,
    "leaves_nothing": leaves_nothing,
    "loads": nothing,
    "no_trace": saving.no_trace,
    "outputs": values.outputs,
    "overwrites": saving.overwrites,
    "places": places,
    "promises": saving.promises,
    "random_state": values.random_state,
    "renamed": values.renamed,
    "resaves": values.resaves,
    "resumed_training": values.resumed_training,
    "saves": nothing,
    "signatures": signatures,
    "together": no_script,
    "training_state": values.training_state,
    "weights": values.weights,
}


def look_of(subject: Subject) -> Look:
    """Return what the script about this row looks at.

    Raises:
        NoLook: the shortfall is of a kind that no script shows.
    """
    if subject.row.requirement not in LOOKS:
        raise NoLook(f"nothing is known about how to show {subject.row.requirement}")
    return LOOKS[subject.row.requirement](subject)
