"""Executes the scripts of unexpected findings, and says which of them reproduce what they are about.

What a script says changes no verdict: it tells a reader which of the scripts can be handed on as they are.
"""

from __future__ import annotations

import collections
import contextlib
import dataclasses
import os
import re
import resource
import signal
import subprocess
import tempfile
import threading
from collections.abc import Iterable
from pathlib import Path

from reports.document.contents import Document
from reports.document.rows import Row
from tests.interpreters.agents import die_with_parent
from tests.interpreters.interpreter import Interpreter
from tests.interpreters.limits import GIB
from tests.judging.cells import Cell
from tests.judging.pairs import Hop
from tests.run.request import RunRequest

MOST_SCRIPTS = 20
CPU_SECONDS = 120
CPU_SECONDS_OF_ONE = 60
WALL_SECONDS_OF_ONE = 150
FEWEST_CPU_SECONDS = 5
# TensorFlow reserves more addresses than it uses.
ADDRESS_SPACE = 8 * GIB


@dataclasses.dataclass(frozen=True)
class Ended:
    """One step of a script that has ended: its exit status, its last line, and the CPU seconds that it took."""

    status: int
    last_line: str
    cpu: float

    @property
    def verdict(self) -> bool | None:
        """True if the step has reproduced, False if it says that it has not; None if it says neither."""
        if self.status == 1 and self.last_line.startswith("reproduced"):
            return True
        return False if self.status == 0 and self.last_line.startswith("not reproduced") else None


def chosen(rows: Iterable[Row]) -> list[Row]:
    """Return the rows of unexpected findings whose scripts are executed, the gravest first.

    Of rows with the same message on the same route, one comes before the second of any.
    """
    unexpected = sorted((row for row in rows if row.is_bad and row.repro is not None), key=lambda row: row.gravity)
    alike: collections.Counter[tuple[str, ...]] = collections.Counter()
    order: list[tuple[bool, tuple[int, int], int, int, Row]] = []
    for row in unexpected:
        kind = (str(row.route), row.requirement, str(row.hop), re.sub(r"\d+|'[^']*'", "", row.message)[:80])
        order.append((alike[kind] > 0, row.gravity, alike[kind], len(order), row))
        alike[kind] += 1
    return [row for *_, row in sorted(order, key=lambda each: each[:-1])][:MOST_SCRIPTS]


def run_all(folder: Path, document: Document, request: RunRequest) -> Document:
    """Execute the scripts of unexpected findings, as far as the CPU seconds last.

    Args:
        folder: the report folder, with the scripts that rows name.

    Returns:
        the same document, in which the rows of executed scripts say whether they have reproduced.
    """
    left = float(CPU_SECONDS)
    verdicts: dict[tuple[Cell, Hop], bool] = {}
    with contextlib.suppress(KeyboardInterrupt, OSError):  # the reports come first
        for row in chosen(document.cells):
            if left < FEWEST_CPU_SECONDS:
                break
            sides = request.sides
            if row.hop.saved not in sides or row.hop.loaded not in sides:
                continue  # it was recorded, and its interpreter is elsewhere
            steps = [("save", sides[row.hop.saved]), ("load", sides[row.hop.loaded])]
            verdict, spent = executed(folder / str(row.repro), steps, min(left, CPU_SECONDS_OF_ONE), request.steady)
            left -= spent
            if verdict is not None:
                verdicts[row.cell, row.hop] = verdict
    cells = tuple(dataclasses.replace(row, reproduced=verdicts.get((row.cell, row.hop))) for row in document.cells)
    return dataclasses.replace(document, cells=cells)


def executed(
    script: Path, steps: Iterable[tuple[str, Interpreter]], cpu_seconds: float, steady: bool = True
) -> tuple[bool | None, float]:
    """Execute the steps of a script, until one of them has a verdict.

    Args:
        steps: `save` and `load`, each with the interpreter that takes it.
        cpu_seconds: how many all steps may take together.

    Returns:
        whether it has reproduced, or None if it was ended by a limit, and the CPU seconds that were taken.
    """
    spent = 0.0
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as scratch:
        for name in ("artifact", "work", "tmp", "keras"):
            (Path(scratch) / name).mkdir()
        for mode, interpreter in steps:
            command = [interpreter.python, str(script.absolute()), mode, str(Path(scratch) / "artifact")]
            environment = interpreter.environment(Path(scratch) / "keras", steady)
            ended = run_limited(command, environment, Path(scratch), cpu_seconds - spent)
            spent += ended.cpu
            if ended.verdict is not None:
                return ended.verdict, spent
            if ended.status:
                return (False if ended.status > 0 else None), spent
    return False, spent


def run_limited(command: list[str], environment: dict[str, str], scratch: Path, cpu_seconds: float) -> Ended:
    """Run a command in a folder of its own, with limits on CPU, memory, file sizes and time.

    Args:
        scratch: a folder with `work` and `tmp`.
    """
    printed = scratch / "printed"
    with printed.open("wb") as output:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.DEVNULL,
            cwd=scratch / "work",
            env={**environment, "TMPDIR": str(scratch / "tmp")},
            start_new_session=True,
            preexec_fn=die_with_parent,
        )
    timer = threading.Timer(WALL_SECONDS_OF_ONE, _kill, [process.pid])
    timer.start()
    try:
        for kind, most in (
            (resource.RLIMIT_CPU, max(1, int(cpu_seconds))),
            (resource.RLIMIT_AS, ADDRESS_SPACE + 8 * GIB),
            (resource.RLIMIT_FSIZE, 4 * GIB),
            (resource.RLIMIT_CORE, 0),
        ):
            with contextlib.suppress(OSError, ValueError):  # it has ended, or has a stricter limit
                resource.prlimit(process.pid, kind, (most, most))
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    finally:
        timer.cancel()
        _kill(process.pid)  # with everything that it has left
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    lines = printed.read_text(errors="replace").strip().splitlines()
    return Ended(process.returncode, lines[-1] if lines else "", usage.ru_utime + usage.ru_stime)


def _kill(pid: int) -> None:
    """Kill a process that has not been waited for, and its group."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
