"""What the suite costs beside the children that it has: `python -m tests.selftest.cost`.

Runs the suite for nothing, for its savers, and for everything, in one process each, and takes the CPU seconds of
the whole tree of processes; then has the same children run bare. Differences between the runs leave out what is
paid once: importing TensorFlow, and collecting.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.both_sides import wire
from tests.interpreters.agents import ROOT
from tests.interpreters.where import interpreter_at
from tests.judging.catalogue import asked_alone
from tests.run.session import RunRequest, Session

CHOICES = {"nothing": "no_such_test", "savers": "test_saves or test_no_trace", "everything": ""}


def cpu_seconds_of_a_run(folder: Path, keyword: str) -> float:
    """CPU seconds of a run of the suite in one worker, with all the processes that it started."""
    arguments = ["-m", "pytest", "-n0", "-q", f"--report-dir={folder}", *(["-k", keyword] if keyword else [])]
    process = subprocess.Popen([sys.executable, *arguments], cwd=ROOT, stdout=subprocess.DEVNULL)
    _, _, usage = os.wait4(process.pid, 0)
    return usage.ru_utime + usage.ru_stime


def bare_cpu_seconds(session: Session, folder: Path) -> tuple[dict[str, float], dict[str, int]]:
    """CPU seconds of the same children without the suite, and how many there are, by what they do."""
    evidence, lines = session.evidence, []
    for cell in session.applicable("saves"):
        lines.append(("save", evidence.question_to_save("B", cell.case, cell.saver)))
    judged = session.applicable("outputs")
    alone = {cell.case for cell in judged if asked_alone(evidence.case(cell.case), evidence.saver(cell.saver))}
    lines += [("answer", evidence.question_to_answer("B", case)) for case in sorted(alone)]
    for planned in session.plan:
        cell = planned.cell
        if not planned.applies or cell.requirement not in ("loads", "custom_objects"):
            continue
        seen = session.bench.seen(cell, session.wanted.hops[0])
        if seen.loader["agent"] == "cpp":
            continue  # its children import nothing, and cost a tenth
        for given in supplies(seen, cell.requirement):
            names = ("B", "B", cell.case, cell.saver, cell.loader)
            lines.append(("load", evidence.question_to_load(*names, *given)))
    for step, line in lines:
        if step == "save":
            line["artifact"] = line["artifact"].replace("/written/", "/artifacts/")
            Path(line["artifact"]).parent.mkdir(parents=True, exist_ok=True)
    (folder / "lines").write_bytes(wire.encode(lines))
    bare = Path(__file__).parent / "beside_tensorflow" / "bare.py"
    environment = interpreter_at(None).environment(folder)
    told = subprocess.run(
        [sys.executable, str(bare), str(folder), str(ROOT)],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        check=True,
    )
    counts = {step: sum(each == step for each, _ in lines) for step in ("save", "answer", "load")}
    return json.loads(told.stdout), counts


def supplies(seen, requirement: str) -> list[tuple]:
    """What a route's children are given, beside the one that the requirement loads names."""
    if requirement == "loads":
        return [(seen.default_custom_objects,)]
    if seen.case["op_library"]:
        return [(None, False)]
    if "custom_objects" not in seen.loader["takes"]:
        return []
    names = seen.case["custom_objects"]
    registered = [({"by": "registration", "names": names},)] if all(">" in name for name in names) else []
    return [(None,), *registered]


def main() -> None:
    """Measure, and print a table."""
    with tempfile.TemporaryDirectory() as folder:
        runs = {name: cpu_seconds_of_a_run(Path(folder) / name, keyword) for name, keyword in CHOICES.items()}
        session = Session.start(RunRequest({"B": interpreter_at(None)}))
        try:
            for cell in session.applicable("saves"):
                session.evidence.saved("B", cell.case, cell.saver)
            bare, counts = bare_cpu_seconds(session, Path(folder))
        finally:
            session.close()
    bare = {"save": bare["save"], "load": bare["answer"] + bare["load"]}
    counts = {"save": counts["save"], "load": counts["answer"] + counts["load"]}
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
