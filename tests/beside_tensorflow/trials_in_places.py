"""Loads an artifact from paths with odd characters, relative paths and read-only folders.  [beside TensorFlow]"""

from __future__ import annotations

import ctypes
import os
import shutil
import stat
from typing import TYPE_CHECKING, Any, Dict, List

from ..both_sides.trials import ODD_NAMES, ODDEST_NAME, READ_ONLY, RELATIVE, TOGETHER

if TYPE_CHECKING:
    from .trials import Loads

_VERSION_3, _DAC_OVERRIDE = 0x20080522, 1


def obey_permissions() -> None:
    """Have this process obey the permissions of files, even if it runs as root: give up the capability not to.

    Threads that exist already keep theirs, so this comes before TensorFlow starts any.
    """
    head = (ctypes.c_uint32 * 2)(_VERSION_3, 0)
    sets = (ctypes.c_uint32 * 6)()  # effective, permitted and inheritable, in two halves
    libc = ctypes.CDLL(None)
    if libc.capget(head, sets) == 0:
        sets[0] &= ~(1 << _DAC_OVERRIDE)
        libc.capset(head, sets)


def in_places(loads: Loads, plain: Dict[str, Any]) -> Dict[str, Any]:
    """Return the result of loading from each place, by place.

    One place that has everything comes first. Only if it shows something is each of its features tried alone.
    """
    from .trials import is_same

    at_once = from_place(loads, TOGETHER, ODDEST_NAME, relative=True, read_only=True)
    if is_same(at_once, plain):
        return {TOGETHER: at_once}
    places = {
        **{f"a folder with {what}": from_place(loads, what, name) for what, name in ODD_NAMES.items()},
        RELATIVE: from_place(loads, RELATIVE, "model", relative=True),
        READ_ONLY: from_place(loads, READ_ONLY, "model", read_only=True),
    }
    alone = any(not is_same(result, plain) for result in places.values())
    return places if alone else {**places, TOGETHER: at_once}


def from_place(
    loads: Loads, what: str, name: str, *, relative: bool = False, read_only: bool = False
) -> Dict[str, Any]:
    """Copy the artifact to a folder of that name, load it from there, and return the result."""
    home, question = os.getcwd(), loads.question
    parent = os.path.join(home, f"place {sorted([*ODD_NAMES, RELATIVE, READ_ONLY, TOGETHER]).index(what)}")
    folder = os.path.join(parent, name)
    shutil.copytree(question.artifact[: -len(question.file_name)], folder)
    path = os.path.join(folder, question.file_name)
    if relative:
        os.chdir(parent)
        path = os.path.relpath(path)
    try:
        if read_only:
            set_writable(folder, False)
        return loads.result(path)
    finally:
        os.chdir(home)
        set_writable(folder, True)  # so that whoever removes it can


def set_writable(folder: str, writable: bool) -> None:
    """Let everything in the folder be written, or nothing."""
    paths: List[str] = [folder]
    for parent, folders, names in os.walk(folder):
        paths += [os.path.join(parent, each) for each in (*folders, *names)]
    for path in paths:
        mode = stat.S_IMODE(os.stat(path).st_mode)
        os.chmod(path, mode | stat.S_IWUSR if writable else mode & ~0o222)
