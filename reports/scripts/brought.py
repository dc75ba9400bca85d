"""The source by which a script gets a model that a user brought."""

from __future__ import annotations

import glob
from pathlib import Path

from reports.scripts.sources import Source, source_of
from tests.both_sides.artifact_kinds import BY_SIGNATURES, CHECKPOINTS, WEIGHTS_FILES
from tests.both_sides.cases import BroughtSource, CaseInfo

ROOT = Path(__file__).parents[2]
MINE, KINDS = ROOT / "models" / "mine.py", ROOT / "models" / "mine_kinds.py"
PARTS = ROOT / "tests" / "beside_tensorflow" / "checkpoint_parts.py"
# The object that reads a checkpoint of each kind, as source.
READERS = {
    "checkpoint": "tf.train.Checkpoint(model=model)",
    "named_checkpoint": "as_in_checkpoint(prefix, model)",
    "weights_tf": "of_parts(model)",
}
TENSORFLOW = Source(("import tensorflow as tf", "import numpy as np"))


def source_of_brought(case: CaseInfo, source: BroughtSource, needs_all_objects: bool) -> Source:
    """Return the definition of `build_model`, which builds or loads the model, after what it uses.

    The user's module is imported as `brought`, because it may have any name.

    Args:
        needs_all_objects: also define `objects`, with the custom objects that the module or the model registers.
    """
    lines = [f"existing = {source.artifact!r}"] if source.artifact else []
    if source.function:
        module, _, function = source.function.partition(":")
        lines += [f"sys.path[:0] = {list(source.search)}\nimport {module} as brought"]
        if case.given_objects:
            declared = f"brought.{function}_custom_objects"
            lines += [f"given = {declared}() if callable({declared}) else {declared}"]
    further = Source()
    if needs_all_objects:
        given = ", **given" if case.given_objects else ""
        every = f"{{**tf.keras.utils.get_custom_objects(){given}}}"
        further = Source((), (f"build_model()  # which may register more\nobjects = {every}",))
    return TENSORFLOW + Source((), tuple(lines)) + _definition(case, source) + further


def objects_of_brought(case: CaseInfo, needs_all_objects: bool) -> dict[str, str]:
    """Return source for the user's custom objects by name: those beside the function, or all."""
    if needs_all_objects:
        return {name: f"objects[{name!r}]" for name in case.custom_objects}
    return {name: f"given[{name!r}]" for name in case.given_objects}


def _definition(case: CaseInfo, source: BroughtSource) -> Source:
    """Return the definition of `build_model`, after those that it uses."""
    build = f"brought.{(source.function or '').partition(':')[2]}()"
    if case.is_unreadable and not source.function:
        return Source()
    if source.artifact is None or case.is_unreadable:
        return Source((), (f"def build_model():\n    return {build}",))
    used, path = Source(), "existing"
    if glob.escape(source.artifact) != source.artifact and case.exists_as in (*BY_SIGNATURES, *CHECKPOINTS):
        used, path = source_of(KINDS, "plainly_named"), "plainly_named(existing)"
    if case.exists_as in BY_SIGNATURES:
        used += source_of(MINE, "Served")
        lines = [f"return Served(tf.saved_model.load({path}))"]
    elif case.exists_as in CHECKPOINTS:
        used += source_of(KINDS, "checkpoint_prefix")
        path = path.replace("existing", "checkpoint_prefix(existing)")
        reading = f"{READERS[case.exists_as]}.read(prefix)"
        defined = reading.partition("(")[0]
        used += Source() if defined.startswith("tf.") else source_of(PARTS, defined)
        lines = [f"model, prefix = {build}, {path}", reading, "return model"]
    elif case.exists_as in WEIGHTS_FILES:
        lines = [f"model = {build}", f"model.load_weights({path})", "return model"]
    else:
        objects = ", custom_objects=given" if case.given_objects else ""
        lines = [f"return tf.keras.models.load_model({path}{objects})"]
    return used + Source((), ("def build_model():\n    " + "\n    ".join(lines),))


def class_name(custom_object: str) -> str:
    """Return the name of a custom object's class, without the package that it is registered in."""
    return custom_object.rpartition(">")[2]
