"""The folder in which a run keeps its evidence: each response once, under a lock, for all workers."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

from filelock import FileLock

from tests.both_sides.routes import Route
from tests.interpreters.response import Response

T = TypeVar("T")
# The parts of the folder that hold responses of children.
RESPONSES = ("original", "saved", "loaded", "arguments", "loaded_arguments", "compiled")
MOST_REMEMBERED = 32


@dataclasses.dataclass(frozen=True)
class Step:
    """A step that a child takes: the part of the folder for its response, and the case or the source file of ops."""

    part: str
    subject: str
    saver: str = ""
    loader: str = ""

    @classmethod
    def of_key(cls, key: str) -> Step:
        """Return the step whose response is kept under a key."""
        part, _, subject, *route = key.split("/")
        saver, loader = (*route, "", "")[:2]
        return cls(part, subject, saver, loader.partition("-")[0])


@dataclasses.dataclass
class EvidenceFolder:
    """A folder of evidence, private to one run. Keys are paths relative to it."""

    root: Path
    _latest: dict[str, object] = dataclasses.field(default_factory=dict, repr=False)

    def remember(self, key: str, make: Callable[[], bytes], read: Callable[[bytes], T]) -> T:
        """Return what is kept under a key, as `keep` does, without reading the latest keys again."""
        if key not in self._latest:
            if len(self._latest) >= MOST_REMEMBERED:
                self._latest.pop(next(iter(self._latest)))
            self._latest[key] = self.keep(key, make, read)
        return self._latest[key]  # type: ignore[return-value]  # a key is always read in the same way

    def keep(self, key: str, make: Callable[[], bytes], read: Callable[[bytes], T]) -> T:
        """Return what is kept under a key; whoever needs it first makes it."""
        path = self.root / key
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            with FileLock(f"{path}.lock"):
                if not path.exists():
                    draft = path.with_name(f"{path.name}.draft")
                    draft.write_bytes(make())
                    draft.rename(path)
        return read(path.read_bytes())

    def responses(self) -> Iterator[Response]:
        """Return every response that is kept, but for those of compilers."""
        for part in RESPONSES[:-1]:
            for path in (self.root / part).rglob("*"):
                if path.is_file() and path.suffix != ".lock":
                    yield Response.decode(path.read_bytes())

    def under_way(self) -> Iterator[tuple[str, Step, float]]:
        """Yield the key and the step of each response that somebody waits for, and for how many seconds already."""
        for part in RESPONSES:
            for lock in (self.root / part).rglob("*.lock"):
                path = lock.with_suffix("")
                if not path.exists():
                    key = path.relative_to(self.root).as_posix()
                    yield key, Step.of_key(key), time.time() - lock.stat().st_mtime

    def has_original(self, side: str, case: str) -> bool:
        """Return whether the original's response is kept."""
        return (self.root / "original" / side / case).exists()

    def has_saved(self, side: str, case: str, saver: str) -> bool:
        """Return whether the response of the child that saved is kept."""
        return (self.root / "saved" / side / case / saver).exists()

    def has_loaded(self, side: str, case: str, route: Route) -> bool:
        """Return whether the response of a child that loaded within one pair is kept."""
        folder = self.root / "loaded" / (side + side) / case / route.saver
        return any(folder.glob(f"{route.loader}-*"))

    def written(self, side: str, case: str, saver: str) -> Path:
        """Return the folder into which the saver writes."""
        return self.root / "written" / side / case / saver

    def artifacts(self, side: str, case: str, saver: str) -> Path:
        """Return the folder to which what the saver has written is moved before it is loaded."""
        return self.root / "artifacts" / side / case / saver

    def op_library(self, side: str, source: str) -> Path:
        """Return the path of a library of ops that is compiled from a source file."""
        return self.root / "op-libraries" / side / f"{source}.so"
