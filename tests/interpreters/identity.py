"""Identifies an environment by the contents of its files, and not by versions.

A version says too little: a nightly build or a company's own is made again under the same one, and an installed file
can be changed.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from tests.both_sides.origins import Origins

PROCESSORS = Path("/proc/cpuinfo")
# What identifies a processor there, on x86 and on ARM; the rest changes from second to second.
ABOUT_PROCESSORS = (
    "vendor_id", "cpu family", "model", "model name", "stepping", "microcode", "flags",
    "CPU implementer", "CPU architecture", "CPU variant", "CPU part", "CPU revision", "Features",
)  # fmt: skip
# Variables of shells, terminals and CI that differ from run to run, and that nothing under test reads.
OF_THE_MOMENT = (
    "_", "SHLVL", "PWD", "OLDPWD", "TERM", "COLUMNS", "LINES", "WINDOWID", "TMUX", "TMUX_PANE", "STY",
    "INVOCATION_ID", "JOURNAL_STREAM", "DBUS_SESSION_BUS_ADDRESS", "XDG_SESSION_ID", "TMPDIR", "KERAS_HOME",
)  # fmt: skip
FAMILIES_OF_THE_MOMENT = ("PYTEST_", "SSH_", "GITHUB_", "RUNNER_", "ACTIONS_", "CI_", "GITLAB_", "BUILD_")
BYTECODE = "__pycache__"  # follows from the sources
EDITABLE = "__editable__"  # how such files begin that make Python look for modules in further folders


class NoIdentity(Exception):
    """The environment cannot be identified; the message says why, in words that follow "because"."""


def identity(origins: Origins) -> dict[str, str]:
    """Return a digest, or the text itself, of each thing that the answers depend on, by its name.

    Raises:
        NoIdentity: the process takes code from somewhere that does not belong to its environment.
    """
    roots = list(_roots(origins))
    outside = [Path(each) for each in origins.libraries if not any(Path(each).is_relative_to(root) for root in roots)]
    return {
        "python": origins.python,
        "system": origins.system,
        "variables": _digest(f"{name}={value}" for name, value in sorted(_variables(origins.variables))),
        "processor": _digest(_processor()),
        "path": json.dumps(origins.path),
        "code": _digest(line for root in roots for line in _contents(root, roots)),
        "libraries": _digest(_line(path) for path in outside),
    }


def _variables(variables: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for name, value in variables.items():
        if name not in OF_THE_MOMENT and not name.startswith(FAMILIES_OF_THE_MOMENT):
            yield name, value


def _processor() -> list[str]:
    """Return what identifies this machine's processors, and how many of them this process may use."""
    lines = [line.partition(":") for line in PROCESSORS.read_text().splitlines()]
    found = {f"{name.strip()}: {value.strip()}" for name, _, value in lines if name.strip() in ABOUT_PROCESSORS}
    return [*sorted(found), str(len(os.sched_getaffinity(0)))]


def _roots(origins: Origins) -> Iterator[Path]:
    """Return the folders and files that modules are found in, and none that lies in another."""
    prefixes = [Path(each).resolve() for each in origins.prefixes]
    found = {Path(each).resolve() for each in origins.path if Path(each).exists()}
    for path in sorted(found):
        if not any(path.is_relative_to(prefix) for prefix in prefixes):
            raise NoIdentity(f"its Python finds modules in {path}, which is not a part of it")
        if not any(path != other and path.is_relative_to(other) for other in found):
            yield path


def _contents(root: Path, roots: list[Path]) -> Iterator[str]:
    """Return a line for each file in a folder, with the digest of its contents."""
    if root.is_file():
        yield _line(root)
        return
    for folder, below, names in os.walk(root):
        below[:] = sorted(name for name in below if name != BYTECODE)
        for link in (Path(folder, name) for name in below if Path(folder, name).is_symlink()):
            if not any(link.resolve().is_relative_to(each) for each in roots):
                raise NoIdentity(f"{link} leads to a folder that is not a part of its Python")
            yield f"{link} -> {os.readlink(link)}"
        for name in sorted(names):
            path = Path(folder, name)
            if name.startswith(EDITABLE) or (name == "direct_url.json" and _is_editable(path)):
                raise NoIdentity(f"{path} says that a package is installed from a folder that can be edited")
            yield _line(path)


def _is_editable(installed_from: Path) -> bool:
    try:
        return bool(json.loads(installed_from.read_text()).get("dir_info", {}).get("editable"))
    except (OSError, ValueError, AttributeError):
        return True  # better to ask once more than to believe it


def _line(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return f"{path} {hashlib.file_digest(file, 'sha256').hexdigest()}"
    except OSError:  # a socket, a link that leads nowhere, or a mapped file that is gone
        return f"{path} cannot be read"


def _digest(lines: Iterable[str]) -> str:
    digest = hashlib.sha256()
    for line in lines:
        digest.update(line.encode(errors="surrogateescape") + b"\0")
    return digest.hexdigest()
