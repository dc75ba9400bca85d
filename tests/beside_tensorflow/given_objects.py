"""Gives a loading child custom objects and libraries of ops, and nothing else.  [beside TensorFlow]

A child gets custom objects by `argument`, by `scope` or by `registration`. With `rival_argument` and `rival_scope`,
they are registered, and subclasses of them under the same names are passed too. With `impostors`, stand-ins that only
have their names are passed.
"""

from __future__ import annotations

import glob
import importlib
import importlib.abc
import importlib.util
import inspect
import os
import sys
from typing import Any, Dict, List, Optional, Set

from ..both_sides.questions import LoadQuestion
from . import ROOMS

# The names for which this process was given rivals, and those whose rival Keras has used.
rivals: Set[str] = set()
rivals_used: Set[str] = set()


def known_objects(question: LoadQuestion) -> Optional[Dict[str, Any]]:
    """Load the question's libraries of ops, and return the custom objects to pass; nothing else can be found.

    With `argument` and `scope`, nothing stays registered. With `registration`, importing the module of the objects
    has registered them, and there is nothing to pass. Afterwards `models` cannot be imported, as in any process that
    loads someone else's artifact.
    """
    for source, path in question.op_libraries.items():
        for library in [path] if source.endswith(".cc") else libraries_of(source):
            if question.agent == "cpp":
                importlib.import_module(__package__ + ".cpp_api").load_op_library(library)
            else:
                importlib.import_module("tensorflow").load_op_library(library)
    passed = None
    if question.custom_objects is not None:
        keras = importlib.import_module("tensorflow").keras
        registry = keras.utils.get_custom_objects()
        before = dict(registry)
        case = importlib.import_module(ROOMS + ".models").case_of(question)
        by = question.custom_objects.by
        objects = {name: case.custom_objects[name] for name in question.custom_objects.names}
        if by in ("argument", "scope", "impostors"):
            registry.clear()
            registry.update(before)
        if by in ("rival_argument", "rival_scope"):
            objects = {name: rival(name, each) for name, each in objects.items() if hasattr(each, "from_config")}
            rivals.update(objects)
        if by == "impostors":
            objects = {name: impostor(each) for name, each in objects.items()}
        if by in ("scope", "rival_scope"):
            keras.utils.custom_object_scope(objects).__enter__()  # until this process ends
        elif by != "registration":
            passed = objects
    hide(question)
    return passed


def libraries_of(package: str) -> List[str]:
    """Return the paths of a package's libraries of ops, without importing it, which may import Keras."""
    spec = importlib.util.find_spec(package)
    assert spec is not None
    assert spec.submodule_search_locations is not None
    (folder,) = spec.submodule_search_locations
    return sorted(glob.glob(os.path.join(folder, "python", "ops", "*.so")))


def hide(question: LoadQuestion) -> None:
    """Make `models`, and the module of a user's model, impossible to import, because elsewhere they do not exist."""
    hidden = [ROOMS + ".models"]
    source = question.brought and question.brought.brought
    if source and source.function:
        hidden.append(source.function.partition(":")[0])
    below = tuple(f"{name}." for name in hidden)
    for name in [name for name in sys.modules if name in hidden or name.startswith(below)]:
        del sys.modules[name]
    sys.meta_path.insert(0, HiddenModules(hidden))


class HiddenModules(importlib.abc.MetaPathFinder):
    """Pretends that these modules, and everything in them, do not exist."""

    def __init__(self, names: List[str]):
        self.names = names

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> None:
        """Raise `ModuleNotFoundError` for a hidden module."""
        if any(name == each or name.startswith(each + ".") for each in self.names):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


def rival(name: str, original: type) -> type:
    """Return a subclass that behaves the same, and records when it is used under that name."""

    class Rival(original):  # type: ignore[misc]
        @classmethod
        def from_config(cls, *args: Any, **kwargs: Any) -> Any:
            rivals_used.add(name)
            return super().from_config(*args, **kwargs)

    return Rival


def impostor(original: Any) -> Any:
    """Return a stand-in: a class with the right name and no custom behaviour, or a function that does nothing.

    The class has only what its nearest ancestor outside this project has. The function returns its first argument.
    """
    if not inspect.isclass(original):
        return lambda *args, **kwargs: args[0]
    nearest = next(each for each in original.__mro__ if not each.__module__.startswith(ROOMS))
    return type("Impostor", (nearest,), {})
