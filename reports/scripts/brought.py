"""The source by which a script gets a model that a user brought."""

from __future__ import annotations

from pathlib import Path

from reports.scripts.sources import Source, source_of
from tests.both_sides.cases import BroughtSource, CaseInfo

MINE = Path(__file__).parents[2] / "models" / "mine.py"
TENSORFLOW = ("import tensorflow as tf", "import numpy as np")


def source_of_brought(case: CaseInfo, brought: BroughtSource) -> Source:
    """Return the imports and definitions that build or load the model, in a function with the case's name."""
    objects: tuple[str, ...] = ()
    imports: tuple[str, ...] = TENSORFLOW
    module = function = ""
    if brought.function:
        module, _, function = brought.function.partition(":")
        imports = (*TENSORFLOW, f"sys.path[:0] = {list(brought.search)}", f"import {module}")
        declared = f"{module}.{function}_custom_objects"
        by_name = f"({declared}() if callable({declared}) else {declared})"
        objects = tuple(f"{class_name(each)} = {by_name}[{each!r}]" for each in case.given_objects)
        if case.exists_as is None or case.is_unreadable:
            return Source(imports, (*objects, f"def {case.name}():\n    return {module}.{function}()"))
    if case.is_unreadable:
        return Source(imports, objects)
    if case.exists_as == "saved_model":
        served = source_of(MINE, "Served").definitions
        definition = f"def {case.name}():\n    return Served(tf.saved_model.load(existing))"
        return Source((*imports, "from typing import Any"), (*served, definition))
    if case.exists_as in ("checkpoint", "weights_h5"):
        prefix = source_of(MINE, "checkpoint_prefix").definitions
        read = {
            "checkpoint": "tf.train.Checkpoint(model=model).read(checkpoint_prefix(existing))",
            "weights_h5": "model.load_weights(existing)",
        }[case.exists_as]
        definition = f"def {case.name}():\n    model = {module}.{function}()\n    {read}\n    return model"
        return Source(("import os", *imports), (*prefix, definition))
    custom = ", ".join(f"{each!r}: {class_name(each)}" for each in case.given_objects)
    load = f"tf.keras.models.load_model(existing, custom_objects={{{custom}}})"
    return Source(imports, (*objects, f"def {case.name}():\n    return {load}"))


def class_name(custom_object: str) -> str:
    """Return the name of a custom object's class, without the package that it is registered in."""
    return custom_object.rpartition(">")[2]
