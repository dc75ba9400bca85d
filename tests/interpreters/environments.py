"""Makes environments for pairs that are named by version or requirements, with uv, in the user's cache.

Requirements are resolved anew each time, because a bare version means what pip would install today. An environment is
kept under the exact versions it was resolved to, so it is made once and used again by every run that resolves to
them.
"""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import platformdirs
from filelock import FileLock
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version
from uv import find_uv_bin

from tests.both_sides.surroundings import TENSORFLOW_DISTRIBUTIONS
from tests.interpreters import package_settings
from tests.interpreters.interpreter import UnusableInterpreter

# The builds without CUDA have distributions of their own, with the same tensorflow at a third of the size.
CPU_BUILDS = {"tensorflow": "tensorflow-cpu", "tf-nightly": "tf-nightly-cpu"}
KERAS_DISTRIBUTIONS = ("keras", "keras-nightly")
TF_KERAS_DISTRIBUTIONS = ("tf-keras", "tf-keras-nightly")
# Distributions that install the same folder; of each group, an environment holds one at most.
SAME_FOLDER = (TENSORFLOW_DISTRIBUTIONS, KERAS_DISTRIBUTIONS, TF_KERAS_DISTRIBUTIONS)
PAIR_DISTRIBUTIONS = tuple(name for group in SAME_FOLDER for name in group)
# The versions of Python that the code beside TensorFlow runs on.
KNOWN_PYTHONS = ("3.9", "3.10", "3.11", "3.12", "3.13", "3.14")
MADE = "requirements.txt"  # written into an environment when it is complete
NO_SOLUTION, OFFLINE = "No solution found", "network was disabled"


def requirements_in(text: str) -> list[str] | None:
    """Return the requirements that a text stands for: a version or several requirements; None if it is neither.

    `2.15.1` is that TensorFlow, `2.15` the newest of its line. TensorFlow is added if no requirement names it.
    """
    words = text.split()
    if len(words) == 1:
        try:
            version = Version(words[0])
        except InvalidVersion:
            pass
        else:
            return [f"tensorflow=={words[0]}{'.*' if len(version.release) < 3 else ''}"]
    try:
        named = {canonicalize_name(Requirement(word).name) for word in words}
    except InvalidRequirement:
        return None
    if not named & set(PAIR_DISTRIBUTIONS):
        return None
    return words if named & set(TENSORFLOW_DISTRIBUTIONS) else [*words, "tensorflow"]


def means_tf_keras(requirements: list[str]) -> bool:
    """Return whether tf_keras is named, which asks for the legacy Keras."""
    return any(canonicalize_name(Requirement(each).name) in TF_KERAS_DISTRIBUTIONS for each in requirements)


@dataclasses.dataclass(frozen=True)
class Resolved:
    """Exact requirements, and the Python that they are resolved for."""

    python: str
    version: str
    pins: str

    @property
    def name(self) -> str:
        """A name for its folder that shows the pair, and differs for every set of pins and every Python."""
        pins = pinned(self.pins)
        pair = [f"{name}-{pins[name]}" for name in PAIR_DISTRIBUTIONS if name in pins]
        digest = hashlib.sha256(f"{self.python} {self.version}\n{self.pins}".encode()).hexdigest()[:12]
        return "-".join([*pair, f"python-{self.version}", digest])


def python_with(requirements: list[str]) -> str:
    """Return the path of a Python in which these requirements are installed, and only what they need.

    Raises:
        UnusableInterpreter: they cannot be resolved or installed; the message says why, in one line.
    """
    cache = platformdirs.user_cache_path("tf-save-conformance")
    resolved = _resolved_or_remembered(requirements, cache / "resolved")
    check_folders(requirements, resolved)
    return str(_made(resolved, cache / "environments"))


def check_folders(requirements: list[str], resolved: Resolved) -> None:
    """Check that no two distributions would be installed over the same folder.

    Raises:
        UnusableInterpreter: two would, and what is then imported depends on which one comes last.
    """
    pins = pinned(resolved.pins)
    for group in SAME_FOLDER:
        clashing = [name for name in group if name in pins]
        if len(clashing) > 1:
            unwanted = next((name for name in clashing if not _names(requirements, name)), clashing[-1])
            wanted = next(name for name in clashing if name != unwanted)
            both = " and ".join(f"{name}=={pins[name]}" for name in clashing)
            raise UnusableInterpreter(
                f"{' '.join(requirements)} installs {both} into one folder: TensorFlow brings {unwanted} itself, so "
                f"leave {wanted} out or name {unwanted}=={pins[unwanted]} instead"
            )


def _names(requirements: list[str], distribution: str) -> bool:
    return any(canonicalize_name(Requirement(each).name) == distribution for each in requirements)


def pinned(pins: str) -> dict[str, str]:
    """Return the exact versions in a list of requirements, by distribution."""
    exact = (line.partition(" ;")[0].partition("==") for line in pins.splitlines() if "==" in line)
    return {name: version for name, _, version in exact}


def _made(resolved: Resolved, folder: Path) -> Path:
    environment = folder / resolved.name
    python = environment / "bin" / "python"
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / f"{resolved.name}.lock"):
        if (environment / MADE).exists() and python.exists():
            return python
        shutil.rmtree(environment, ignore_errors=True)  # of a creation that was interrupted
        print(f"making an environment: {environment}", file=sys.stderr)
        # Children write no bytecode, and would compile what they import each time.
        install = ["pip", "install", "--no-deps", "--compile-bytecode", "--python", str(python), "-r", "-"]
        install += _arguments()
        for step in (["venv", "--no-project", "--python", resolved.python, str(environment)], install):
            ended = _uv(*step, "--quiet", sent=resolved.pins)
            if ended.returncode:
                shutil.rmtree(environment, ignore_errors=True)
                raise UnusableInterpreter(f"{_pair_of(resolved.pins)} cannot be installed: {_reason(ended.stderr)}")
        draft = environment / f".{MADE}"
        draft.write_text(resolved.pins)
        draft.rename(environment / MADE)
    return python


def _resolved_or_remembered(requirements: list[str], folder: Path) -> Resolved:
    """Return what the requirements resolve to today, or if the index cannot be reached, what they did last time."""
    folder.mkdir(parents=True, exist_ok=True)
    asked = " ".join([*requirements, sys.version.split()[0], *_arguments()])
    remembered = folder / f"{hashlib.sha256(asked.encode()).hexdigest()[:24]}.txt"
    try:
        resolved = _resolve(requirements)
    except _OutOfReach as error:
        if not remembered.exists():
            raise UnusableInterpreter(f"{' '.join(requirements)} cannot be looked up: {error}") from None
        print(f"{error}; {' '.join(requirements)} as it was resolved before", file=sys.stderr)
        python, version, pins = remembered.read_text().split("\n", 2)
        return Resolved(python, version, pins)
    draft = remembered.with_suffix(f".{os.getpid()}-{threading.get_ident()}")
    draft.write_text("\n".join([resolved.python, resolved.version, resolved.pins]))
    draft.rename(remembered)
    return resolved


class _OutOfReach(Exception):
    """The index did not answer, which says nothing about the requirements."""


def _resolve(requirements: list[str]) -> Resolved:
    """Return the solution for the first of this machine's Pythons that has one; the one that runs pytest comes first.

    Raises:
        UnusableInterpreter: there is none; the message says whether another Python would do.
        _OutOfReach: the index does not answer.
    """
    reasons: dict[str, str] = {}
    for version, path in _pythons():
        pins, reasons[version] = _solution(requirements, ["--python", path])
        if pins is not None:
            return Resolved(path, version, pins)
        if "Python" not in reasons[version]:
            break  # no such version, or two that exclude each other: no Python helps
    else:
        others = [version for version in KNOWN_PYTHONS if version not in reasons]
        able = [each for each in others if _solution(requirements, ["--python-version", each])[0] is not None]
        if able:
            raise UnusableInterpreter(
                f"{' '.join(requirements)} needs Python {' or '.join(able)}; this machine has {', '.join(reasons)}"
            )
    raise UnusableInterpreter(f"{' '.join(requirements)} cannot be had: {next(iter(reasons.values()))}")


def _solution(requirements: list[str], python: list[str]) -> tuple[str | None, str]:
    """Return the pins, or None and why there are none. The build without CUDA is used if nothing needs the other."""
    slim = [_renamed(each) for each in requirements]
    for attempt in (slim, requirements) if slim != requirements else (requirements,):
        ended = _uv(
            "pip", "compile", "--quiet", "--no-header", "--no-annotate", *python, *_arguments(), "-",
            sent="\n".join(attempt),
        )  # fmt: skip
        if ended.returncode == 0:
            names = {line.partition("==")[0] for line in ended.stdout.splitlines()}
            if not any({build, cpu} <= names for build, cpu in CPU_BUILDS.items()):
                return ended.stdout, ""
        elif NO_SOLUTION not in ended.stderr or OFFLINE in ended.stderr:
            raise _OutOfReach(_reason(ended.stderr))
    return None, _reason(ended.stderr)


def _renamed(requirement: str) -> str:
    name = Requirement(requirement).name
    rest = requirement[len(name) :]
    return requirement if "@" in rest else CPU_BUILDS.get(canonicalize_name(name), name) + rest


def _pythons() -> Iterator[tuple[str, str]]:
    """Return version (`3.11`) and path of this machine's Pythons: first the one that runs pytest, then the newest."""
    own = f"{sys.version_info.major}.{sys.version_info.minor}"
    yield own, sys.executable
    for version in reversed(KNOWN_PYTHONS):
        ended = _uv("python", "find", "--no-project", "--system", "--no-python-downloads", version)
        if version != own and ended.returncode == 0:
            yield version, ended.stdout.strip()


@functools.cache
def _arguments() -> list[str]:
    return package_settings.as_arguments(package_settings.of_pip())


def _uv(*arguments: str, sent: str | None = None) -> subprocess.CompletedProcess[str]:
    """Run uv outside of any project, where it finds pyenv's Pythons too."""
    root = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    path = os.pathsep.join([*map(str, sorted(root.glob("versions/*/bin"))), os.environ.get("PATH", "")])
    environment = {**os.environ, "PATH": path, **package_settings.certificates(package_settings.of_pip())}
    environment.pop("VIRTUAL_ENV", None)
    return subprocess.run(
        [find_uv_bin(), *arguments],
        input=sent,
        capture_output=True,
        text=True,
        check=False,
        env=environment,
        cwd=tempfile.gettempdir(),
    )


def _pair_of(pins: str) -> str:
    return " ".join(line for line in pins.splitlines() if line.partition("==")[0] in PAIR_DISTRIBUTIONS)


def _reason(printed: str) -> str:
    """Return the innermost cause of what uv printed, on one line."""
    causes = [line.strip() for line in printed.splitlines() if line.strip()]
    because = [line.partition(":")[2].strip() for line in causes if line.lower().startswith(("cause:", "caused by:"))]
    innermost = (because or [line.removeprefix("error:").strip() for line in causes] or ["uv printed nothing"])[-1]
    return innermost.replace(", we can conclude that your requirements are unsatisfiable", "")
