"""The command line, as a user meets it: whole runs of pytest in processes of their own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from tests.interpreters.agents import ROOT
from tests.interpreters.where import interpreter_at
from tests.run.declared_names import DeclaredNames
from tests.selftest.made_interpreters import python_with_tensorflow
from tests.selftest.whole_runs import PRINTED, command, report, run, variables

CASES = DeclaredNames.read().cases or ()
ONE_CELL = ["--case=standard.dense_classifier", "--route=weights_h5:load_weights"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--to=/nowhere/python"], "--to: '/nowhere/python' is neither the path of a Python, nor a version"),
        (["--from=/nowhere/python"], "--from: '/nowhere/python' is neither the path of a Python, nor a version"),
        (["--from", "nonsense"], "--from: 'nonsense' is neither the path of a Python, nor a version"),
        (["--rollback"], "--rollback is for a gate: it needs --from"),
        (["--rollback", f"--from={ROOT}"], "--rollback is for a gate: it needs --from, and there a Python"),
        (["--fresh-control"], "--fresh-control is for a gate: it needs --from"),
        (["--fresh-control", f"--from={ROOT}"], "--fresh-control is for a gate: it needs --from, and there a Python"),
        ([f"--from={ROOT}"], "is no recorded folder: it has no manifest.json"),
        ([f"--record={ROOT}"], "exists and is no recorded folder, so nothing is written there"),
        (
            ["--record=kept", "-k", "outputs"],
            "--record keeps the whole evidence about one pair: not with --from, -k or -m",
        ),
        (["--model=shop"], "--model: 'shop' is not MODULE:FUNCTION"),
        (["--artifact=nowhere"], "--artifact: there is nothing at 'nowhere'"),
        (["--deviations=/nowhere.toml"], "/nowhere.toml: No such file or directory"),
        (
            ["--case=nothing.*", "--route=weights_h5:*"],
            f"no case matches 'nothing.*'; there are {len(CASES)}: docs/catalogue.md lists them",
        ),
        (["--route=h5:signature"], "no route matches 'h5:signature'; did you mean "),
        (["--from=9.9.9", "--case=standrad.*"], "no case matches 'standrad.*'; did you mean standard.*"),
        (["--to=9.9.9", "--route=h5:loadmodel"], "no route matches 'h5:loadmodel'; did you mean h5:load_model"),
        (["--to", sys.executable], f"pytest takes a path after a space for a test file: write --to={sys.executable}"),
        (["--to=2.15.1", "--artifact", "/"], "pytest takes a path after a space for a test file: write --artifact=/"),
        (["--isolation=none"], "invalid choice: 'none'"),
    ],
)
def test_bad_usage_is_one_clear_line_and_exit_code_4(tmp_path, arguments, message):
    ended = run(tmp_path, *arguments)
    assert ended.returncode == 4, ended.stdout
    assert message in ended.stdout
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


def test_environmentmay_stand_before_a_python_as_in_a_shell(tmp_path):
    interpreter = interpreter_at(f"TF_USE_LEGACY_KERAS=1 A=b {sys.executable}")
    assert interpreter.python == sys.executable
    environment = interpreter.environment(tmp_path)
    assert (environment["TF_USE_LEGACY_KERAS"], environment["A"]) == ("1", "b")
    assert "TF_USE_LEGACY_KERAS" not in interpreter_at(sys.executable).environment(tmp_path)


def test_nothing_selected_is_exit_code_5(tmp_path):
    ended = run(tmp_path, *ONE_CELL, "-k", "no_such_test")
    assert ended.returncode == 5, ended.stdout
    assert "nothing in this selection applies" not in ended.stdout


@pytest.mark.parametrize("how", [["-k", "custom_objects", "-n0"], ["tests/test_custom_objects.py", "-n2"]])
def test_a_selection_in_which_nothing_applies_says_why(tmp_path, how):
    ended = run(tmp_path, *ONE_CELL, *how)
    assert ended.returncode == 5, ended.stdout
    assert "nothing in this selection applies:\n  1 cell: the case has no custom objects\n" in ended.stdout


def test_collecting_alone_judges_nothing_and_leaves_reports_alone(tmp_path):
    ended = run(tmp_path, *ONE_CELL, "--collect-only")
    assert ended.returncode == 0, ended.stdout
    assert "--collect-only: 12 cells would be judged; none was, and no report is written" in ended.stdout
    assert "INCOMPLETE" not in ended.stdout
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("route", ["export:cpp", "export:v1_session"])
def test_a_route_alone_has_all_that_it_is_held_against(tmp_path, route):
    ran = run(tmp_path, "--case=standard.dense_classifier", f"--route={route}", "-k", "signatures")
    assert (ran.returncode, "1 passed" in ran.stdout) == (0, True), ran.stdout


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
    written = report(tmp_path)
    judged = [(row["case"], row["route"], row["requirement"]) for row in written["cells"] if row["outcome"] != "n/a"]
    of_route = ("gradients", "leaves_nothing", "loads", "outputs", "places", "renamed", "together", "weights")
    # That the model has no random generator is seen when `random_state`, the twelfth cell, is judged.
    assert sorted(judged) == [
        *(("standard.dense_classifier", "weights_h5", name) for name in ("arguments", "no_trace", "saves")),
        *(("standard.dense_classifier", "weights_h5:load_weights", name) for name in of_route),
    ]
    assert written["footer"]["outcomes"]["conforms"] == 11
    assert (tmp_path / "out" / "junit.xml").exists()
    assert (tmp_path / "out" / "summary.md").read_text().startswith("# CONFORMS: ")


def test_truly_new_processes_give_the_same_verdicts(tmp_path):
    cells = ["--case=custom_op.module_two_signatures", "--route=saved_model:signature", "--route=saved_model:cpp"]
    reports = []
    for isolation in ("fork", "fresh"):
        ended = run(tmp_path / isolation, *cells, f"--isolation={isolation}")
        assert ended.returncode == 0, ended.stdout
        reports.append(
            [
                (row["case"], row["route"], row["requirement"], row["outcome"], row.get("contract"))
                for row in report(tmp_path / isolation)["cells"]
            ]
        )
    assert reports[0] == reports[1]


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
    shown = subprocess.run([sys.executable, str(script)], cwd=tmp_path, env=variables({}), **PRINTED)
    assert shown.returncode == 1, shown.stdout
    assert shown.stdout.splitlines()[-1].startswith("reproduced: "), shown.stdout


def test_a_gate_from_a_pair_to_itself_finds_nothing(tmp_path):
    ended = run(tmp_path, *ONE_CELL, f"--from={sys.executable}", "--rollback")
    assert ended.returncode == 0, ended.stdout
    assert "SAFE: from TensorFlow" in ended.stdout
    hops = {row["hop"] for row in report(tmp_path)["cells"] if row["outcome"] == "conforms"}
    assert hops == {"A>A", "A>B", "B>B", "B>A"}


REVERSED = """
    import pytest

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(items):
        items.reverse()
"""


def test_a_gate_says_the_same_in_any_order_with_any_number_of_workers(tmp_path):
    (tmp_path / "in_reverse.py").write_text(textwrap.dedent(REVERSED))
    cells = [
        "--case=custom_op.module_two_signatures",
        "--case=standard.batch_norm_trained",
        "--route=h5:*",
        "--route=saved_model:*",
    ]
    reports = []
    for name, *how in (("one", "-n1"), ("two", "-n2"), ("reversed", "-n2", "-p", "in_reverse")):
        ended = run(tmp_path / name, *cells, *how, f"--from={sys.executable}", PYTHONPATH=str(tmp_path))
        assert ended.returncode == 0, ended.stdout
        document_ = report(tmp_path / name)
        assert document_["footer"]["outcomes"]["broken-before"]
        # Not the message: which of several missing variables TensorFlow names is chance.
        kept = ("case", "route", "requirement", "hop", "outcome", "blocked_by", "contract", "deviations")
        reports.append([{field: row.get(field) for field in kept} for row in document_["cells"]])
    assert reports[0] == reports[1] == reports[2]


ACCEPTED = """
    [[deviation]]
    id = "we-do-without"
    case = ["mine.*"]
    route = ["h5:load_model"]
    requirement = ["loads"]
    kind = "by-design"
    outcome = "exception"
    exception = "ValueError"
    message = "Could not deserialize 'keras.metrics.mse'"
    reason = "we load the weights alone"
"""
MINE = """
    import tensorflow as tf

    def regression():
        model = tf.keras.Sequential([tf.keras.Input((3,)), tf.keras.layers.Dense(1)])
        model.compile("sgd", "mse")
        return model
"""


@pytest.mark.parametrize(("expires", "status"), [("", 0), ("expires = 2020-01-01", 1)])
def test_a_shortfall_that_a_team_accepts_passes_until_it_expires(tmp_path, expires, status):
    (tmp_path / "accepted.toml").write_text(textwrap.dedent(ACCEPTED) + expires)
    (tmp_path / "my_models.py").write_text(textwrap.dedent(MINE))
    cells = ["--model=my_models:regression", "--case=mine.*", "--route=h5:load_model", "-k", "loads"]
    ended = run(tmp_path, *cells, f"--deviations={tmp_path / 'accepted.toml'}", PYTHONPATH=str(tmp_path))
    assert ended.returncode == status, ended.stdout
    if status:
        assert "we-do-without expired on 2020-01-01" in ended.stdout


def wait_for_report(folder: Path, started: subprocess.Popen) -> Path:
    """The report that a run leaves when its agents are ready and its cells are planned."""
    deadline = time.monotonic() + 240
    while not (folder / "out" / "conformance.json").exists():
        assert started.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.1)
    return folder / "out" / "conformance.json"


def test_a_run_whose_agent_is_killed_is_incomplete_and_blames_no_pair(tmp_path):
    """Neither as crashed under the new pair, nor, of the old one, as broken before, which would hide what breaks."""
    started = subprocess.Popen(
        command(tmp_path, "--case=standard.*", "--route=weights_h5:*", "-n2", f"--from={sys.executable}"),
        cwd=ROOT,
        env=variables({"KILLED_AGENT": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path)}),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    wait_for_report(tmp_path, started)
    (agent,) = (pid for pid in running_agents(f"KILLED_AGENT={tmp_path}") if is_agent_of(pid, "A", "keras"))
    os.kill(agent, signal.SIGKILL)
    printed, _ = started.communicate(timeout=300)
    assert started.returncode == 1, printed
    assert "INCOMPLETE:" in printed
    assert "cannot be judged: the agent" in printed
    written = report(tmp_path)
    assert "footer" not in written
    assert {row["outcome"] for row in written["cells"]} <= {"conforms", "n/a"}
    assert running_agents(f"KILLED_AGENT={tmp_path}") == []


def is_agent_of(pid: int, side: str, kind: str) -> bool:
    """Return whether the process is the agent of that side and kind, and not one of its children."""
    arguments = Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")
    socket = next((argument for argument in arguments if argument.endswith(f"/{side}{kind[0]}/s")), None)
    parent = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    return socket is not None and "agent.py" not in Path(f"/proc/{parent}/cmdline").read_text()


def test_a_full_disk_ends_in_no_green_run_and_the_next_run_works(tmp_path):
    """With a real one: a small file system for what a run keeps, in a mount namespace of its own."""
    for folder in ("out", "small"):
        (tmp_path / folder).mkdir()
    arguments = [*ONE_CELL, "--route=saved_model:signature", "--report-dir=/mnt/out"]
    pytest_ = " ".join([sys.executable, "-m", "pytest", "-n2", *arguments])
    small = f"mount --bind {tmp_path} /mnt && mount -t tmpfs -o size=1200k none /mnt/small && TMPDIR=/mnt/small"
    inside = f"{small} {pytest_}"
    user = [] if os.geteuid() == 0 else ["-r"]
    ended = subprocess.run(["unshare", "-m", *user, "sh", "-c", inside], cwd=ROOT, env=variables({}), **PRINTED)
    assert ended.returncode in (1, 4), ended.stdout
    assert "No space left on device" in ended.stdout
    assert "CONFORMS" not in ended.stdout
    left = tmp_path / "out" / "conformance.json"
    assert not left.exists() or "footer" not in json.loads(left.read_text())
    assert run(tmp_path, *ONE_CELL).returncode == 0


CRASHING = """
    from reports.{module} import {name} as broken

    def crash(*arguments, **options):
        raise KeyError("planted in\\n{name}")

    broken.{function} = crash
"""
WRITERS = [
    ("scripts", "scripts", "write_all", "repro/"),
    ("scripts", "scripts", "named", "repro/"),
    ("drafts", "drafts", "write", "deviations-draft.toml"),
    ("summary", "summary", "write", "summary.md"),
    ("summary", "terminal", "show", "the end of this output"),
    ("page", "page", "write", "matrix.html"),
]


@pytest.mark.parametrize(("module", "name", "function", "what"), WRITERS)
def test_a_crash_of_a_writer_is_no_verdict_and_the_others_write_on(tmp_path, module, name, function, what):
    planted = textwrap.dedent(CRASHING).format(module=module, name=name, function=function)
    (tmp_path / "crashing.py").write_text(planted)
    ended = run(tmp_path, *ONE_CELL, "-n0", "-k", "loads", "-p", "crashing", PYTHONPATH=str(tmp_path))
    assert ended.returncode == 3, ended.stdout
    (line,) = (line for line in ended.stdout.splitlines() if "KeyError" in line)
    assert line.startswith(f"{what} cannot be written, by a fault of this suite: KeyError: 'planted in")
    assert "in reports/" in line
    assert "Traceback" not in ended.stdout
    assert f"no verdict on the pair; what was judged is in {tmp_path}/out/conformance.json" in ended.stdout
    assert report(tmp_path)["footer"]["conforms"]
    others = {"summary.md", "matrix.html"} - {what}
    assert others <= {path.name for path in (tmp_path / "out").iterdir()}


def test_a_document_that_cannot_be_made_is_no_verdict(tmp_path):
    planted = textwrap.dedent(CRASHING).format(module="document", name="making", function="cpu_seconds_and_memory")
    (tmp_path / "crashing.py").write_text(planted)
    ended = run(tmp_path, *ONE_CELL, "-n0", "-k", "loads", "-p", "crashing", PYTHONPATH=str(tmp_path))
    assert ended.returncode == 3, ended.stdout
    assert "conformance.json cannot be written, by a fault of this suite: KeyError" in ended.stdout
    assert "CONFORMS" not in ended.stdout
    assert "footer" not in report(tmp_path)


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
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # a shell's background jobs ignore it
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
    written = json.loads(log.read_text())
    assert "footer" not in written
    if end == signal.SIGINT:
        assert started.returncode == 2
