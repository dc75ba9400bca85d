"""The modules of a user's project: which they are, and how to hide them.  [beside TensorFlow; imports neither]"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import importlib.util
import os
import sys
import sysconfig
import types
from typing import Any, Dict, Optional, Sequence

from ..both_sides.cases import BroughtSource

INSTALLED = ("site-packages", "dist-packages")


class UsersModules(importlib.abc.MetaPathFinder):
    """The modules in the user's search folders, and those in the package of the user's function.

    The standard library, installed packages, and packages that were imported before the user's code are not the
    user's. They may lie in a search folder too, such as a virtual environment inside the project. So make one of
    these before any code of the user's is imported.
    """

    def __init__(self, source: BroughtSource):
        self.folders = [place for folder in source.search for place in places(folder)]
        self.package = (source.function or "").partition(":")[0].partition(".")[0]
        imported = [(name, sys.modules[name]) for name in sys.modules if "." not in name]
        # Others may add to a namespace package, and it has no file.
        self.others = {name for name, module in imported if not hasattr(module, "__path__") or file_of(module)}
        self.hidden: Dict[str, types.ModuleType] = {}

    def has_module(self, name: str, paths: Sequence[str]) -> bool:
        """Return whether a module is the user's.

        Args:
            paths: its file, or the folders of a namespace package.
        """
        package = name.partition(".")[0]
        if package in self.others:
            return False
        return package == self.package or (bool(paths) and all(map(self.has_file, paths)))

    def has_file(self, path: str) -> bool:
        """Return whether a file lies in the user's search folders, and not in an interpreter's folders in them."""
        if any(folder in place.split(os.sep) for place in places(path) for folder in INSTALLED):
            return False
        library = [place for name in ("stdlib", "platstdlib") for place in places(sysconfig.get_path(name))]
        return is_below(path, self.folders) and not is_below(path, library)

    def has_object(self, name: str, value: Any) -> bool:
        """Return whether a custom object that was registered under that name is the user's, and not a library's.

        What a library defines is the user's if its name there is not its own: someone else has registered it so.
        """
        if getattr(value, "__name__", None) != name.rpartition(">")[2]:
            return True
        module = sys.modules.get(value.__module__)
        return module is None or self.has_module(value.__module__, paths_of(module))

    def hide(self) -> None:
        """Make the user's modules impossible to import, but for the user's own code, which may import them late."""
        for name, module in list(sys.modules.items()):
            if name.partition(".")[0] not in self.others and self.has_module(name, paths_of(module)):
                self.hidden[name] = sys.modules.pop(name)
        sys.meta_path.insert(0, self)

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Optional[importlib.machinery.ModuleSpec]:
        """Return what the other finders find.

        Raises:
            ModuleNotFoundError: it is a module of the user's, and other code asks for it.
        """
        others = [finder for finder in sys.meta_path if finder is not self and hasattr(finder, "find_spec")]
        found = (finder.find_spec(name, path, target) for finder in others)
        spec = next((each for each in found if each is not None), None)
        if spec is None or not self.has_module(name, paths_of_spec(spec)):
            return spec
        if not self.is_importing():
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return importlib.util.spec_from_loader(name, Again(self.hidden[name])) if name in self.hidden else spec

    def is_importing(self) -> bool:
        """Return whether the code that imports something now is the user's."""
        frame: Any = sys._getframe(1)
        while frame is not None:
            name = frame.f_globals.get("__name__", "")
            if name != __name__ and name.partition(".")[0] not in ("importlib", "_frozen_importlib"):
                return name in self.hidden or self.has_module(name, [frame.f_code.co_filename])
            frame = frame.f_back
        return False


class Again(importlib.abc.Loader):
    """Brings back a module that was imported before, without running it again."""

    def __init__(self, module: types.ModuleType):
        self.module = module

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        """Return the module as it is."""
        return self.module

    def exec_module(self, module: types.ModuleType) -> None:
        """Do nothing."""


def file_of(module: Any) -> Optional[str]:
    """Return the file of a module, without waking a lazy one; None if it has none."""
    file = vars(module).get("__file__") if isinstance(module, types.ModuleType) else None
    return file if isinstance(file, str) else None


def paths_of(module: Any) -> Sequence[str]:
    """Return a module's file, or the folders of a namespace package."""
    file = file_of(module)
    return [file] if file else list(getattr(module, "__path__", ()))


def paths_of_spec(spec: importlib.machinery.ModuleSpec) -> Sequence[str]:
    """Return the file of a module that could be imported, or the folders of a namespace package."""
    return [spec.origin] if spec.has_location and spec.origin else list(spec.submodule_search_locations or ())


def places(path: str) -> Sequence[str]:
    """Return the absolute path as it is written, and with all symbolic links resolved."""
    return [os.path.abspath(path), os.path.realpath(path)]


def is_below(path: str, folders: Sequence[str]) -> bool:
    """Return whether a path lies in one of these folders."""
    return any(place.startswith(folder.rstrip(os.sep) + os.sep) for place in places(path) for folder in folders)
