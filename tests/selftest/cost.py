"""Measures what the suite costs beside its children: `python -m tests.selftest.cost`.

Runs the suite with no test, with the tests of savers, and with all tests, in one worker each, and takes the CPU
seconds of all processes; then has the same children run without the suite. The differences between the runs leave out
what is paid once: importing TensorFlow, and collecting tests.
"""

from __future__ import annotations

import argparse
import collections
import dataclasses
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.both_sides import questions, wire
from tests.both_sides.questions import LoadQuestion, OriginalQuestion, SaveQuestion
from tests.both_sides.routes import GivenObjects
from tests.interpreters.agents import ROOT
from tests.interpreters.where import interpreter_at
from tests.judging.cells import Cell
from tests.judging.load_request import LoadRequest
from tests.run.request import RunRequest
from tests.run.session import Session
from tests.run.start import start

CHOICES = {"nothing": "no_such_test", "savers": "test_saves or test_no_trace", "everything": ""}


def cpu_seconds_of_a_run(folder: Path, keyword: str) -> float:
    """Return the CPU seconds of a run of the suite in one worker, with all the processes that it starts."""
    arguments = ["-m", "pytest", "-n0", "-q", f"--report-dir={folder}", *(["-k", keyword] if keyword else [])]
    process = subprocess.Popen([sys.executable, *arguments], cwd=ROOT, stdout=subprocess.DEVNULL)
    _, _, usage = os.wait4(process.pid, 0)
    return usage.ru_utime + usage.ru_stime


def bare_cpu_seconds(session: Session, folder: Path) -> tuple[dict[str, float], collections.Counter[str]]:
    """Return the CPU seconds of the same children without the suite, and how many there are, by step."""
    asked = list(questions_of(session))
    for question in asked:
        if isinstance(question, SaveQuestion):
            Path(question.artifact).parent.mkdir(parents=True, exist_ok=True)
    (folder / "questions").write_bytes(wire.encode([questions.encode(question) for question in asked]))
    bare = Path(__file__).parent / "beside_tensorflow" / "bare.py"
    measured = subprocess.run(
        [sys.executable, str(bare), str(folder), str(ROOT)],
        env=interpreter_at(None).environment(folder),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        check=True,
    )
    return json.loads(measured.stdout), collections.Counter(question.step for question in asked)


def questions_of(session: Session) -> Iterator[SaveQuestion | OriginalQuestion | LoadQuestion]:
    """Return the questions that a run asks, but for those to children of the cpp agent, which import nothing."""
    evidence = session.evidence
    for cell in session.applicable("saves"):
        question = evidence.question_to_save("B", cell.case, cell.route.saver)
        artifact = str(evidence.artifact("B", cell.case, cell.route.saver))
        yield dataclasses.replace(question, artifact=artifact)
    judged = session.applicable("outputs")
    answering = {
        cell.case
        for cell in judged
        if evidence.case(cell.case).answers_in_its_own_child(evidence.saver(cell.route.saver))
    }
    yield from (evidence.question_to_answer("B", case) for case in sorted(answering))
    for cell in (*session.applicable("loads"), *session.applicable("custom_objects")):
        if evidence.loader_of(cell.route).agent != "cpp":
            yield from (evidence.question_to_load(request) for request in load_requests(session, cell))


def load_requests(session: Session, cell: Cell) -> list[LoadRequest]:
    """Return what is loaded for a cell of `loads`, and for one of `custom_objects` beside that."""
    case, loader = session.evidence.case(cell.case), session.evidence.loader_of(cell.route)
    plain = LoadRequest(session.request.hops[0], cell.case, cell.route)
    if cell.requirement == "loads":
        return [dataclasses.replace(plain, custom_objects=case.default_objects(loader))]
    if case.op_library:
        return [dataclasses.replace(plain, with_op_library=False)]
    if not loader.takes_custom_objects:
        return []
    registered = GivenObjects("registration", case.custom_objects)
    is_registered = all(">" in name for name in case.custom_objects)
    return [plain, *([dataclasses.replace(plain, custom_objects=registered)] if is_registered else [])]


def main(arguments: list[str] | None = None) -> None:
    """Measure, and print a table."""
    description, _, details = __doc__.partition(": `python -m tests.selftest.cost`.")
    parser = argparse.ArgumentParser(
        prog="python -m tests.selftest.cost", description=f"{description}.", epilog=details
    )
    parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        runs = {name: cpu_seconds_of_a_run(Path(folder) / name, keyword) for name, keyword in CHOICES.items()}
        started = start(RunRequest({"B": interpreter_at(None)}))
        try:
            for cell in started.session.applicable("saves"):
                started.session.evidence.saved("B", cell.case, cell.route.saver)
            by_step, steps = bare_cpu_seconds(started.session, Path(folder))
        finally:
            started.close()
    bare = {"save": by_step["save"], "load": by_step["original"] + by_step["load"]}
    counts = {"save": steps["save"], "load": steps["original"] + steps["load"]}
    suite = {"save": runs["savers"] - runs["nothing"], "load": runs["everything"] - runs["savers"]}
    table = Table("", "children", "suite, s each", "bare, s each", "ratio")
    for step, unit in (("save", "case x saver"), ("load", "case, and case x route")):
        count = counts[step]
        each, alone = suite[step] / count, bare[step] / count
        table.add_row(unit, str(count), f"{each:.3f}", f"{alone:.3f}", f"{each / alone:.2f}")
    ratio = sum(suite.values()) / sum(bare.values())
    table.add_row("together", str(sum(counts.values())), "", "", f"{ratio:.2f}")
    Console().print(table)
    Console().print(f"paid once, importing and collecting: {runs['nothing']:.1f} CPU seconds")


if __name__ == "__main__":
    main()
