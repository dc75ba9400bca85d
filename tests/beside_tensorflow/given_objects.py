"""What a child that loads is given: custom objects and libraries of ops, and nothing else.  [beside TensorFlow]

Custom objects come `by` `argument`, `scope` or `registration`. Beside their registration, `rival_argument` and
`rival_scope` give others under the same names, which are subclasses of theirs; `impostors` gives objects that
only have their names.
"""

from __future__ import annotations

import glob
import importlib
import importlib.abc
import importlib.util
import inspect
import os
import sys
from typing import Any, List, Mapping, Optional

ROOMS = __package__.rpartition(".")[0]
# The names under which this process was given rivals, and those that Keras has taken.
rivals: set = set()
rivals_used: set = set()


def known_objects(question: Mapping[str, Any]) -> Optional[dict]:
    """Load the libraries of ops that the question names, and return the custom objects; nothing else can be found.

    Given by `argument` or by `scope`, nothing stays registered; given by `registration`, importing their module
    has registered them, and nothing is left to pass. Afterwards the models room cannot be imported, as it could
    not where an artifact is loaded for real.
    """
    for source, path in question["op_libraries"].items():
        for library in [path] if source.endswith(".cc") else libraries_of(source):
            if question["agent"] == "cpp":
                importlib.import_module(__package__ + ".cpp_api").load_op_library(library)
            else:
                importlib.import_module("tensorflow").load_op_library(library)
    given = None
    if question["custom_objects"] is not None:
        keras = importlib.import_module("tensorflow").keras
        registry = keras.utils.get_custom_objects()
        before = dict(registry)
        case = importlib.import_module(ROOMS + ".models").case_of(question)
        by = question["custom_objects"]["by"]
        objects = {name: case.custom_objects[name] for name in question["custom_objects"]["names"]}
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
            given = objects
    hide(question)
    return given


def libraries_of(package: str) -> List[str]:
    """The libraries of ops that a package brings; importing it would bring more, such as Keras."""
    (folder,) = importlib.util.find_spec(package).submodule_search_locations
    return sorted(glob.glob(os.path.join(folder, "python", "ops", "*.so")))


def hide(question: Mapping[str, Any]) -> None:
    """Let nobody import the models room, nor the module of whoever brought a model: elsewhere they are not there."""
    hidden = [ROOMS + ".models"]
    if question["brought"] and question["brought"]["brought"]["function"]:
        hidden.append(question["brought"]["brought"]["function"].partition(":")[0])
    below = tuple(f"{name}." for name in hidden)
    for name in [name for name in sys.modules if name in hidden or name.startswith(below)]:
        del sys.modules[name]
    sys.meta_path.insert(0, NotThere(hidden))


class NotThere(importlib.abc.MetaPathFinder):
    """Finds that these modules, and what is in them, do not exist."""

    def __init__(self, names: List[str]):
        self.names = names

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> None:
        if any(name == each or name.startswith(each + ".") for each in self.names):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


def rival(name: str, one: type) -> type:
    """A subclass that does the same, and notes that it was taken for the one of that name."""

    class Rival(one):
        @classmethod
        def from_config(cls, *given, **named):
            rivals_used.add(name)
            return super().from_config(*given, **named)

    return Rival


def impostor(one: Any) -> Any:
    """Of a class, one with nothing but what its nearest ancestor outside of our rooms has; of a function, another."""
    if not inspect.isclass(one):
        return lambda *given, **named: given[0]
    nearest = next(each for each in one.__mro__ if not each.__module__.startswith(ROOMS))
    return type("Impostor", (nearest,), {})
