"""The command line, as a user meets it: whole runs of pytest in processes of their own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from reports import document
from tests.interpreters.driver import ROOT
from tests.interpreters.where import interpreter_at
from tests.selftest.test_agents import python_with_tensorflow

ONE_CELL = ["--case=standard.dense_classifier", "--route=weights_h5:load_weights"]


def run(tmp_path: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess:
    """A run of the suite with a report folder of its own."""
    return subprocess.run(command(tmp_path, *arguments), cwd=ROOT, env=variables(environment), **SAID)


SAID = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True, "check": False}


def command(tmp_path: Path, *arguments: str) -> list[str]:
    return [sys.executable, "-m", "pytest", f"--report-dir={tmp_path / 'out'}", *arguments]


def variables(further: dict[str, str]) -> dict[str, str]:
    return {**{name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}, **further}


def report(tmp_path: Path) -> dict:
    return document.read(tmp_path / "out" / "conformance.json")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--to=/nowhere/python"], "--to: '/nowhere/python' is not the path of a Python"),
        (["--from=/nowhere/python"], "--from: '/nowhere/python' is not the path of a Python"),
        (["--rollback"], "--rollback is for a gate: it needs --from"),
        (["--case=nothing.*", "--route=weights_h5:*"], "no case matches 'nothing.*'; there are: custom_layer.affine"),
        (["--route=h5:signature"], "no route matches 'h5:signature'; there are: backup_and_restore, "),
        (["--isolation=none"], "invalid choice: 'none'"),
    ],
)
def test_bad_usage_is_one_clear_line_and_exit_code_4(tmp_path, arguments, told):
    ended = run(tmp_path, *arguments)
    assert ended.returncode == 4, ended.stdout
    assert told in ended.stdout
    assert "Traceback" not in ended.stdout
    assert not (tmp_path / "out" / "conformance.json").exists()


def test_a_python_without_tensorflow_is_bad_usage(tmp_path):
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\nexec {sys.executable} -S "$@"\n')
    python.chmod(0o755)
    ended = run(tmp_path, f"--to={python}")
    assert ended.returncode == 4, ended.stdout
    assert f"{python} has no TensorFlow: No module named 'tensorflow'" in ended.stdout


def test_a_tensorflow_that_cannot_be_imported_fails_with_its_reason(tmp_path):
    python = python_with_tensorflow(tmp_path, "raise ImportError('planted: no libcuda')")
    ended = run(tmp_path, f"--to={python}")
    assert ended.returncode == 1, ended.stdout
    assert f"the TensorFlow of {python} cannot be imported: ImportError: planted: no libcuda" in ended.stdout
    assert "Traceback" not in ended.stdout


def test_variables_may_stand_before_a_python_as_in_a_shell(tmp_path):
    interpreter = interpreter_at(f"TF_USE_LEGACY_KERAS=1 A=b {sys.executable}")
    assert interpreter.python == sys.executable
    told = interpreter.environment(tmp_path)
    assert (told["TF_USE_LEGACY_KERAS"], told["A"]) == ("1", "b")
    assert "TF_USE_LEGACY_KERAS" not in interpreter_at(sys.executable).environment(tmp_path)


def test_nothing_selected_is_exit_code_5(tmp_path):
    ended = run(tmp_path, *ONE_CELL, "-k", "no_such_test")
    assert ended.returncode == 5, ended.stdout


def test_a_run_of_two_workers_keeps_the_wall_and_judges_what_it_collected(tmp_path):
    watch = tmp_path / "sitecustomize.py"
    watch.write_text(
        "import atexit, os, sys\n"
        "def tell():\n"
        "    seen = sorted({'tensorflow', 'keras', 'pytest'} & set(sys.modules))\n"
        "    with open(os.environ['WATCHED'], 'a') as file: file.write(f'{seen}\\n')\n"
        "atexit.register(tell)\n"
    )
    ended = run(tmp_path, *ONE_CELL, "-n2", PYTHONPATH=str(tmp_path), WATCHED=str(tmp_path / "watched"))
    assert ended.returncode == 0, ended.stdout
    assert "CONFORMS: TensorFlow" in ended.stdout
    # The controller and its workers; children of agents end without running anything at exit.
    pytests = [line for line in (tmp_path / "watched").read_text().splitlines() if "pytest" in line]
    assert len(pytests) >= 2
    assert set(pytests) == {"['pytest']"}
    told = report(tmp_path)
    judged = [(row["case"], row["route"], row["requirement"]) for row in told["cells"] if row["outcome"] != "n/a"]
    assert sorted(judged) == [
        ("standard.dense_classifier", "weights_h5", "arguments"),
        ("standard.dense_classifier", "weights_h5", "no_trace"),
        ("standard.dense_classifier", "weights_h5", "saves"),
        ("standard.dense_classifier", "weights_h5:load_weights", "gradients"),
        ("standard.dense_classifier", "weights_h5:load_weights", "loads"),
        ("standard.dense_classifier", "weights_h5:load_weights", "outputs"),
        ("standard.dense_classifier", "weights_h5:load_weights", "weights"),
    ]
    assert told["footer"]["outcomes"]["conforms"] == 7
    assert (tmp_path / "out" / "junit.xml").exists()
    assert (tmp_path / "out" / "summary.md").read_text().startswith("# CONFORMS: ")


def test_truly_new_processes_give_the_same_verdicts(tmp_path):
    cells = ["--case=custom_op.module_two_signatures", "--route=saved_model:signature", "--route=saved_model:cpp"]
    told = []
    for isolation in ("fork", "fresh"):
        ended = run(tmp_path / isolation, *cells, f"--isolation={isolation}")
        assert ended.returncode == 0, ended.stdout
        told.append(
            [
                (row["case"], row["route"], row["requirement"], row["outcome"], row.get("contract"))
                for row in report(tmp_path / isolation)["cells"]
            ]
        )
    assert told[0] == told[1]


def test_a_known_deviation_is_an_xfail_and_runxfail_makes_it_fail(tmp_path):
    cells = ["--case=standard.batch_norm_trained", "--route=h5", "-k", "no_trace"]
    ended = run(tmp_path, *cells)
    assert (ended.returncode, "1 xfailed" in ended.stdout) == (0, True), ended.stdout
    (row,) = (row for row in report(tmp_path)["cells"] if row["outcome"] != "n/a")
    assert (row["outcome"], row["deviations"]) == ("deviates", ["h5-save-empties-compile-config"])
    ended = run(tmp_path, *cells, "--runxfail")
    assert (ended.returncode, "1 failed" in ended.stdout) == (1, True), ended.stdout
    assert "h5-save-empties-compile-config" in ended.stdout


def test_the_script_of_a_failing_cell_shows_it_with_tensorflow_alone(tmp_path):
    run(tmp_path, "--case=standard.batch_norm_trained", "--route=h5", "-k", "no_trace")
    (row,) = (row for row in report(tmp_path)["cells"] if row["outcome"] == "deviates")
    script = tmp_path / "out" / row["repro"]
    for ours in ("tests", "models", "reports", "conformance"):
        assert f"import {ours}" not in script.read_text()
        assert f"from {ours}" not in script.read_text()
    shown = subprocess.run([sys.executable, str(script)], cwd=tmp_path, env=variables({}), **SAID)
    assert "saving changed the compile config" in shown.stdout, shown.stdout


def test_a_gate_from_a_pair_to_itself_finds_nothing(tmp_path):
    ended = run(tmp_path, *ONE_CELL, f"--from={sys.executable}", "--rollback")
    assert ended.returncode == 0, ended.stdout
    assert "SAFE: from TensorFlow" in ended.stdout
    hops = {row["hop"] for row in report(tmp_path)["cells"] if row["outcome"] == "conforms"}
    assert hops == {"A>A", "A>B", "B>B", "B>A"}


def running_agents(mark: str) -> list[int]:
    """The processes that have the mark in their environment."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if mark.encode() in (folder / "environ").read_bytes():
                found.append(int(folder.name))
        except OSError:
            continue
    return found


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGKILL])
def test_a_run_that_is_cut_off_leaves_no_process_and_no_footer(tmp_path, end):
    mark = f"CUT_OFF={tmp_path}"
    started = subprocess.Popen(
        command(tmp_path, "-n2", "--case=standard.*"),
        cwd=ROOT,
        env=variables({"CUT_OFF": str(tmp_path)}),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    log = tmp_path / "out" / "conformance.json"
    deadline = time.monotonic() + 240
    while not log.exists():  # written when the agents are ready and the cells are planned
        assert started.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.1)
    time.sleep(5)  # well into the run
    if end == signal.SIGINT:
        os.killpg(started.pid, end)  # as a terminal does it: pytest and its workers, not the agents
    else:
        started.kill()
    started.wait()
    while running_agents(mark):
        assert time.monotonic() < deadline, running_agents(mark)
        time.sleep(0.1)
    told = json.loads(log.read_text())
    assert "footer" not in told
    if end == signal.SIGINT:
        assert started.returncode == 2
