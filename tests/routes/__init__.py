"""Savers and loaders: how a model is saved and loaded, and which routes that makes.  [beside TensorFlow]

There is one file per kind of artifact, and a new file is found by itself. Files whose names start with `cpp` import
neither tensorflow nor keras, for the agent that has only TensorFlow's C++ library.

A saver or loader is as short as the TensorFlow call that it stands for, under a decorator that says what it writes
or reads. It is passed those of the following that its function has parameters for:

    path             where the artifact is
    model            for a saver: the model to save; for a loader: a model built from its source, in which every
                     variable holds a wrong value, so that a variable that is not loaded shows
    original         for a loader: the live model, of which a copy in memory is made
    unbuilt          for a loader: a Keras model without variables, from its config; of a user's model, what their
                     function returns
    signatures       for a saver: the tf.functions of a tf.Module to pass as signatures, by key; None for Keras
    input_signature  for a saver: how a user says that a Keras model is exported, for its arguments; None if not
    specifications   for a saver: for each endpoint, the `tf.TensorSpec`s of its inputs in their structure
    existing         for a saver: where a user's artifact lies
    build            for a saver: the function that builds the model, to build it again in a different graph
    keys             for each endpoint that has signatures, their keys
    custom_objects   for a loader: the classes and functions that the case needs, by name; None if it needs none
    data             arguments of `fit`: features, targets, and the size of a batch
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import pkgutil
import sys
from typing import Any, Dict, List, Optional

from ..both_sides.declarations import importing
from ..both_sides.plain import to_plain
from .route_declaration import (
    BY_NAME,
    KERAS_2,
    LIVE_MODEL,
    NEVER,
    OBJECT_GRAPHS,
    SAVED_MODELS,
    SINCE_KERAS_3,
    VARIANTS,
    Loader,
    Saver,
    check_together,
    declared_loaders,
    declared_savers,
    loader,
    saver,
)

__all__ = [
    "BY_NAME", "KERAS_2", "LIVE_MODEL", "NEVER", "OBJECT_GRAPHS", "SAVED_MODELS", "SINCE_KERAS_3", "VARIANTS",
    "Loader", "Saver", "describe", "further_files", "loader", "loaders", "saver", "savers",
]  # fmt: skip


FOLDER = os.path.dirname(os.path.abspath(__file__))
# Files with savers and loaders outside this folder; a child sets those that its agent names.
further_files: List[str] = []


def savers() -> Dict[str, Saver]:
    """Return all savers by name, in sorted order."""
    _import_all()
    return dict(sorted(declared_savers.items()))


def loaders(agent: Optional[str] = None) -> Dict[str, Loader]:
    """Return all loaders by name, in sorted order; for the cpp agent, only those that it can import."""
    _import_all(only_cpp=agent == "cpp")
    return dict(sorted(declared_loaders.items()))


def describe() -> Dict[str, Any]:
    """Return what all savers and loaders declare as plain data.

    Raises:
        WrongDeclaration: a declaration does not fit the others.
    """
    check_together(savers(), loaders())
    return {
        "savers": {name: to_plain(each.info) for name, each in savers().items()},
        "loaders": {name: to_plain(each.info) for name, each in loaders().items()},
    }


def _import_all(only_cpp: bool = False) -> None:
    for file in pkgutil.iter_modules(__path__):
        if file.name.startswith("cpp") or not only_cpp:
            with importing(os.path.join(FOLDER, f"{file.name}.py")):
                importlib.import_module(f"{__name__}.{file.name}")
    for path in further_files:
        _import_file(path)


def _import_file(path: str) -> None:
    """Import the file as a module of this package, once."""
    name = f"{__name__}.{os.path.splitext(os.path.basename(path))[0]}"
    if name in sys.modules:
        return
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    sys.modules[name] = importlib.util.module_from_spec(spec)
    try:
        with importing(path):
            spec.loader.exec_module(sys.modules[name])
    except BaseException:
        del sys.modules[name]  # so that importing it again raises the same error
        raise
