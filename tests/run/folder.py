"""The folder of a run: made when it starts, locked while it lasts, and given back when it ends or was killed."""

from __future__ import annotations

import contextlib
import dataclasses
import shutil
import tempfile
import time
from pathlib import Path

from filelock import FileLock, Timeout

PREFIX, LOCK = "tfsc-", "held"
# A Unix socket in it must have a path shorter than 108 characters.
FOLDERS = Path(tempfile.gettempdir()) if len(tempfile.gettempdir()) < 64 else Path("/tmp")
SECONDS_TO_TAKE_THE_LOCK = 60
# TensorFlow takes a path for a pattern when it reads a checkpoint, and with these in it the pattern finds nothing.
MEAN_A_PATTERN = "[]\\"


@dataclasses.dataclass(frozen=True)
class RunFolder:
    """A folder, and the lock of the process that made it."""

    path: Path
    lock: FileLock

    @classmethod
    def make(cls) -> RunFolder:
        """Make a new folder, and give back those of runs that were killed."""
        remove_abandoned_folders()
        path = Path(tempfile.mkdtemp(prefix=PREFIX, dir=FOLDERS))
        lock = FileLock(path / LOCK)
        lock.acquire()
        return cls(path, lock)

    def give_back(self) -> None:
        """Remove the folder."""
        self.lock.release()
        shutil.rmtree(self.path, ignore_errors=True)


def warning_about(folder: Path) -> str | None:
    """Return what to say of a run's folder from which TensorFlow cannot load everything; None if it can."""
    found = [character for character in MEAN_A_PATTERN if character in str(folder)]
    if not found:
        return None
    words = (
        f"the run's folder {folder} has {' '.join(found)} in its path, and TensorFlow loads no checkpoint from there"
    )
    return f"{words}, so SavedModels and checkpoints will fail for nothing: set TMPDIR to another folder"


def remove_abandoned_folders() -> None:
    """Remove the folders of runs that were killed: those whose lock is free."""
    for folder in FOLDERS.glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError, Timeout):
            if time.time() - folder.stat().st_mtime > SECONDS_TO_TAKE_THE_LOCK:
                with FileLock(folder / LOCK, timeout=0):
                    shutil.rmtree(folder)
