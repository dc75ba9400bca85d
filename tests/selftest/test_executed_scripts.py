"""A run executes the scripts of unexpected findings in limited children, and says which reproduced."""

from __future__ import annotations

import dataclasses
import sys

import pytest

from reports.scripts import running, scripts
from reports.summary.executed_scripts import executed_scripts
from tests.interpreters.interpreter import Interpreter
from tests.judging.requirement import Shortfall, Symptom
from tests.run.request import RunRequest
from tests.selftest.made_documents import document, row, small

THIS = Interpreter(sys.executable)
STEPS = [("save", THIS), ("load", THIS)]
# Scripts, and what becomes of them.
WAYS_TO_END = {
    "if sys.argv[1] == 'load': print('reproduced: x'); sys.exit(1)": True,
    "print('reproduced: x'); sys.exit(1)": True,
    "if sys.argv[1] == 'load': print('not reproduced'); sys.exit(0)": False,
    "print('reproduced: x')": False,
    "raise ValueError('a mistake in the script')": False,
    "if sys.argv[1] == 'load': 1 / 0": False,
    "while True: pass": None,
    "print('reproduced: x', flush=True); os.abort()": None,
}


@pytest.mark.parametrize(("text", "verdict"), WAYS_TO_END.items())
def test_how_a_script_ends_says_whether_it_has_reproduced(tmp_path, text, verdict):
    script = tmp_path / "script.py"
    script.write_text(f"import os, sys\n{text}\n")
    assert running.executed(script, STEPS, cpu_seconds=2)[0] is verdict


def test_a_script_has_limits_and_folders_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    script = tmp_path / "script.py"
    script.write_text(
        "import os, resource, sys, tempfile\n"
        "kinds = (resource.RLIMIT_AS, resource.RLIMIT_CPU, resource.RLIMIT_FSIZE)\n"
        "limited = all(resource.getrlimit(kind)[0] != resource.RLIM_INFINITY for kind in kinds)\n"
        "open('left', 'w').close()\n"
        f"apart = {str(tmp_path)!r} not in (os.getcwd(), tempfile.gettempdir())\n"
        "print('reproduced' if limited and apart else 'not reproduced')\n"
        "sys.exit(limited and apart)\n"
    )
    # A limit is set when the child has begun, so the script takes its time.
    script.write_text("import time\ntime.sleep(0.5)\n" + script.read_text())
    assert running.executed(script, STEPS, cpu_seconds=5)[0] is True
    assert sorted(path.name for path in tmp_path.iterdir()) == ["script.py"]


def test_a_step_gets_the_python_and_the_variables_of_its_side(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(
        "import os, sys\nif sys.argv[1] == 'load': print('reproduced'); sys.exit(os.environ['SIDE'] == 'B')"
    )
    old, new = (Interpreter(sys.executable, (("SIDE", side),)) for side in "AB")
    assert running.executed(script, [("save", old), ("load", new)], 5)[0] is True
    assert running.executed(script, [("save", new), ("load", old)], 5)[0] is False


def finding(number: int, requirement: str = "outputs", symptom: Symptom = Symptom.MISMATCH, message: str = "wrong"):
    """A row of an unexpected finding, which has a script."""
    found = (Shortfall(message, symptom=symptom),)
    fields = {"message": message, "shortfalls": found, "repro": f"repro/{number}.py"}
    return row(f"standard.case_{number}", "h5:load_model", requirement, "fails", **fields)


def test_the_gravest_come_first_and_no_more_than_twenty():
    rows = [
        finding(1, "renamed", message="the variables have other paths"),
        finding(2, "fingerprint"),
        finding(3, "loads", Symptom.EXCEPTION),
        finding(4, "outputs", Symptom.CRASH),
        finding(5, "weights"),
    ]
    assert [each.repro for each in running.chosen(rows)] == [f"repro/{number}.py" for number in (5, 4, 3, 1, 2)]
    assert len(running.chosen(map(finding, range(30)))) == 20
    expected = dataclasses.replace(finding(6), outcome=row("standard.a", "h5", "saves", "deviates").outcome)
    assert running.chosen([expected, dataclasses.replace(finding(7), repro=None)]) == []


def test_one_of_each_kind_comes_before_a_second_of_any():
    rows = [finding(1), finding(2), finding(3, "loads", Symptom.EXCEPTION, "OSError: x")]
    assert [each.repro for each in running.chosen(rows)] == [f"repro/{number}.py" for number in (1, 3, 2)]


def test_no_more_are_executed_when_the_cpu_seconds_are_spent(tmp_path, monkeypatch):
    monkeypatch.setattr(running, "executed", lambda *_: (True, 50.0))
    done = running.run_all(tmp_path, small(*map(finding, range(6))), RunRequest({"B": THIS}))
    assert [each.repro for each in done.cells if each.reproduced] == ["repro/0.py", "repro/1.py", "repro/2.py"]
    assert executed_scripts(done) == "scripts: 3 executed (of 6 unexpected findings that have one), 3 reproduced"


def test_the_run_says_which_have_not_reproduced():
    rows = [dataclasses.replace(finding(number), reproduced=number == 1) for number in (1, 2)]
    assert executed_scripts(small(*rows)) == "scripts: 2 executed, 1 reproduced; not reproduced: repro/2.py"
    assert executed_scripts(small()) == ""


def test_every_hop_has_a_script_of_its_own():
    cell = ("standard.a", "h5:load_model", "outputs", "fails")
    named = scripts.named(document([row(*cell, hop=hop) for hop in ("A>B", "B>B", "B>A", "A>A")]))
    assert len({each.repro for each in named.cells}) == 4
