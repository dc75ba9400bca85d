"""Gives a loading child custom objects and libraries of ops, and nothing else.  [beside TensorFlow]

A child gets custom objects by `argument`, by `scope` or by `registration`. With `rival_argument` and `rival_scope`,
they are registered, and subclasses of them under the same names are passed too. With `impostors`, stand-ins that only
have their names are passed. With `as_user`, a child does what the users of a brought model do: it imports the module
of the user's function, and passes what stands beside the function.
"""

from __future__ import annotations

import glob
import importlib
import importlib.abc
import importlib.util
import inspect
import os
import sys
from typing import Any, Callable, Dict, List, Optional, Set

from ..both_sides.cases import BroughtSource
from ..both_sides.questions import LoadQuestion
from . import ROOMS
from .users_modules import UsersModules

# The names for which this process was given rivals, and those whose rival Keras has used.
rivals: Set[str] = set()
rivals_used: Set[str] = set()
# With these ways, Keras has to take what is passed: nothing custom stays registered.
NOTHING_REGISTERED = ("argument", "scope", "impostors")


def known_objects(question: LoadQuestion) -> Optional[Dict[str, Any]]:
    """Load the question's libraries of ops, and return the custom objects to pass; nothing else can be found.

    With `argument` and `scope`, nothing stays registered. With `registration`, importing the module of the objects
    has registered them, and there is nothing to pass. Afterwards `models` cannot be imported, as in any process that
    loads someone else's artifact, and nor can the modules of a user's project, unless the way is `as_user`.
    """
    for source, path in question.op_libraries.items():
        for library in [path] if source.endswith(".cc") else libraries_of(source):
            if question.agent == "cpp":
                importlib.import_module(__package__ + ".cpp_api").load_op_library(library)
            else:
                importlib.import_module("tensorflow").load_op_library(library)
    brought = question.brought and question.brought.brought
    if brought and brought.function:
        return known_objects_of_user(question, brought)
    passed = None
    if question.custom_objects is not None:
        keras = importlib.import_module("tensorflow").keras
        registry = keras.utils.get_custom_objects()
        before = dict(registry)
        case = importlib.import_module(ROOMS + ".models").case_of(question)
        objects = {name: case.custom_objects[name] for name in question.custom_objects.names}
        if question.custom_objects.by in NOTHING_REGISTERED:
            registry.clear()
            registry.update(before)
        passed = pass_in_way(objects, question.custom_objects.by, lambda each: each.__module__.startswith(ROOMS))
    hide([ROOMS + ".models"])
    return passed


def known_objects_of_user(question: LoadQuestion, source: BroughtSource) -> Optional[Dict[str, Any]]:
    """Return the custom objects to pass for a model that a user's function builds.

    What libraries register that the user's module imports stays registered, because it is not the user's.
    """
    modules = UsersModules(source)
    given, passed = question.custom_objects, None
    if given is not None:
        mine = importlib.import_module(ROOMS + ".models.mine")
        registry = importlib.import_module(ROOMS + ".models.mine_objects").Registry(modules)
        if given.by == "as_user":
            passed = dict(mine.custom_objects(source)) or None
        else:
            assert question.brought is not None
            found = mine.objects_by_name(question.brought, given.names, registry)
            objects = {alias: each for name in given.names for alias, each in found.get(name, {}).items()}
            if given.by in NOTHING_REGISTERED:
                registry.forget_users()
            passed = pass_in_way(objects, given.by, lambda each: modules.has_object(each.__name__, each))
    if given is None or given.by != "as_user":
        modules.hide()
    hide([ROOMS + ".models"])
    return passed


def pass_in_way(objects: Dict[str, Any], by: str, is_custom: Callable[[type], bool]) -> Optional[Dict[str, Any]]:
    """Enter a scope with the objects, or return what to pass as an argument.

    Args:
        is_custom: tells whether a class belongs to the case, and not to a library.
    """
    if by in ("rival_argument", "rival_scope"):
        classes = {name: each for name, each in objects.items() if inspect.isclass(each)}
        objects = {name: rival(name, each) for name, each in classes.items() if hasattr(each, "from_config")}
        rivals.update(objects)
    if by == "impostors":
        objects = {name: impostor(each, is_custom) for name, each in objects.items()}
    if by in ("scope", "rival_scope"):
        keras = importlib.import_module("tensorflow").keras
        keras.utils.custom_object_scope(objects).__enter__()  # until this process ends
    return objects if by in ("argument", "rival_argument", "impostors") else None


def libraries_of(package: str) -> List[str]:
    """Return the paths of a package's libraries of ops, without importing it, which may import Keras."""
    spec = importlib.util.find_spec(package)
    assert spec is not None
    assert spec.submodule_search_locations is not None
    (folder,) = spec.submodule_search_locations
    return sorted(glob.glob(os.path.join(folder, "python", "ops", "*.so")))


def hide(hidden: List[str]) -> None:
    """Make these modules, and everything in them, impossible to import, because elsewhere they do not exist."""
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


def impostor(original: Any, is_custom: Callable[[type], bool]) -> Any:
    """Return a stand-in: a class with the right name and no custom behaviour, or a function that does nothing.

    The class has only what its nearest ancestor that is not custom has. The function returns its first argument.
    """
    if not inspect.isclass(original):
        return lambda *args, **kwargs: args[0]
    nearest = next(each for each in original.__mro__ if not is_custom(each))
    return type("Impostor", (nearest,), {})
