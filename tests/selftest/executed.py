"""Executes scripts as a run does, but in forks of a process that has imported TensorFlow already."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.interpreters.where import interpreter_at

BESIDE_TENSORFLOW = Path(__file__).parent / "beside_tensorflow"
FORKING = BESIDE_TENSORFLOW / "forked_scripts.py"


@dataclasses.dataclass(frozen=True)
class Shown:
    """The end of a script: its last exit status, and all that it printed."""

    status: int
    printed: str

    @property
    def last_line(self) -> str:
        """The last line that it printed."""
        return (self.printed.strip().splitlines() or [""])[-1]

    @property
    def verdict(self) -> bool | None:
        """True if it has reproduced, False if it says that it has not; None if it says neither."""
        words = {1: "reproduced", 0: "not reproduced"}.get(self.status)
        return bool(self.status) if words is not None and self.last_line.startswith(words) else None


class Forks:
    """The process that scripts are forked from."""

    def __init__(self, process: subprocess.Popen[str]):
        self.process = process

    def execute(self, script: str, folder: Path) -> Shown:
        """Run the script's steps `save` and `load`, until one of them has a verdict, in a new folder."""
        folder.mkdir()
        (folder / "work").mkdir()
        (folder / "artifact").mkdir()
        (folder / "script.py").write_text(script)
        for mode in ("save", "load"):
            arguments = [str(folder / "script.py"), mode, str(folder / "artifact")]
            status = self._run([str(folder / "printed"), str(folder / "work"), arguments])
            shown = Shown(status, (folder / "printed").read_text(errors="replace"))
            if status or shown.verdict is not None:
                break
        return shown

    def _run(self, question: list[object]) -> int:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps(question) + "\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())


@contextlib.contextmanager
def forks(folder: Path) -> Iterator[Forks]:
    """Start the process, and end it."""
    process = subprocess.Popen(
        [sys.executable, str(FORKING)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=interpreter_at(None).environment(folder),
    )
    with process:
        assert process.stdin
        assert process.stdout
        while process.stdout.readline().strip() != "ready":
            assert process.poll() is None
        yield Forks(process)
        process.stdin.close()
