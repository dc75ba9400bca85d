"""Agents: what they guard against, and that nothing outlives them."""

from __future__ import annotations

import dataclasses
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import textwrap
import time
from pathlib import Path

import pytest

from tests.both_sides.questions import CatalogueQuestion, CompileQuestion
from tests.interpreters.agents import AGENT, ROOT, AgentHandle, AgentProcess
from tests.interpreters.child_handle import AgentLost
from tests.interpreters.interpreter import Interpreter
from tests.interpreters.limits import Limits
from tests.interpreters.response import Ending, MissingSection, Response
from tests.interpreters.where import interpreter_at
from tests.judging.comparison import compare
from tests.run.catalogue import BrokenTensorFlow
from tests.run.request import RunRequest
from tests.run.start import start
from tests.selftest.made_interpreters import python_with_tensorflow


@pytest.fixture
def agents(session):
    return session.evidence.agents["B"]


def children_of(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def wait_until(condition, seconds: float = 60.0) -> None:
    """Wait for what has to happen sooner or later; how long it takes says nothing."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.02)


def test_the_cpp_agent_has_opened_the_library_and_imported_nothing(bare_agent):
    maps = Path(f"/proc/{bare_agent.process.pid}/maps").read_text()
    assert "libtensorflow_cc" in maps
    assert "_pywrap_tensorflow" not in maps
    assert "h5py" not in maps


def test_where_keras_is_missing_a_keras_model_cannot_be_built(agents, session):
    question = session.evidence.question_to_save("B", "standard.dense_classifier", "h5")
    response = agents["no-keras"].run(question)
    assert "keras" in response.error("build")["message"].lower()


SPOILED = {
    "an op": ("no-keras", "import tensorflow as tf; tf.constant(1) + 1", "has executed a TensorFlow op"),
    "a thread": ("cpp", "import threading, time; threading.Thread(target=time.sleep, args=[600]).start()", "threads"),
}


@pytest.mark.parametrize(("kind", "spoil", "reason"), SPOILED.values(), ids=SPOILED)
def test_an_agent_that_is_no_longer_safe_to_fork_refuses(tmp_path, kind, spoil, reason):
    wrong = tmp_path / "agent.py"
    wrong.write_text(
        textwrap.dedent(f"""
        import importlib.util
        spec = importlib.util.spec_from_file_location("agent", {str(AGENT)!r})
        agent = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(agent)

        class Spoiled(agent.Agent):
            def run(self):
                {spoil}
                super().run()

        agent.Agent = Spoiled
        agent.main()
        """)
    )
    with short_folder() as folder:
        process = AgentProcess(interpreter_at(None), kind, Path(folder), program=wrong)
        try:
            assert process.hello().failure is None
            response = AgentHandle(kind, process.socket).run(CatalogueQuestion())
            assert response.ending is Ending.REFUSED
            assert reason in response.detail
            with pytest.raises(MissingSection, match="was refused: the agent has"):
                response["cases"]
        finally:
            process.stop()


def short_folder():
    return tempfile.TemporaryDirectory(prefix="tfst-", dir="/tmp")


@pytest.fixture
def bare_agent():
    """A cpp agent of one's own, to be treated badly; it is ready in a second."""
    with short_folder() as folder:
        process = AgentProcess(interpreter_at(None), "cpp", Path(folder))
        assert process.hello().failure is None
        yield process
        process.stop()


SLEEPER = CompileQuestion("/bin/sleep", "600", "0")


def sleeping_child(process: AgentProcess):
    """A child that runs a program which sleeps for ten minutes; its pid and the connection."""
    agent = AgentHandle("cpp", process.socket)
    script = Path(process.folder) / "sleep.sh"
    script.write_text("#!/bin/sh\nexec sleep 600\n")
    script.chmod(0o755)
    return agent._child(dataclasses.replace(SLEEPER, compiler=str(script)), Limits(), False, live=False)


def test_no_child_outlives_the_one_who_asked(bare_agent):
    with sleeping_child(bare_agent):
        wait_until(lambda: children_of(bare_agent.process.pid))
        (child,) = children_of(bare_agent.process.pid)
        wait_until(lambda: children_of(child))
        (grandchild,) = children_of(child)
    wait_until(lambda: not os.path.exists(f"/proc/{child}") and not os.path.exists(f"/proc/{grandchild}"))
    assert children_of(bare_agent.process.pid) == []


def hear_out(child) -> None:
    while child.ended is None:
        child.listen()


@pytest.mark.parametrize("end", ["lifeline", "kill -9"])
def test_no_child_outlives_the_agent(bare_agent, end):
    child = sleeping_child(bare_agent)
    with child as driven:
        wait_until(lambda: children_of(bare_agent.process.pid))
        (pid,) = children_of(bare_agent.process.pid)
        if end == "lifeline":
            bare_agent.process.stdin.close()
        else:
            bare_agent.process.send_signal(signal.SIGKILL)
        with pytest.raises(AgentLost):
            hear_out(driven)
        wait_until(lambda: not os.path.exists(f"/proc/{pid}"))
    if end == "lifeline":
        bare_agent.process.stdin = open(os.devnull, "wb")  # noqa: SIM115 - for stop() to close
    with pytest.raises(AgentLost, match="cannot be reached"):
        AgentHandle("cpp", bare_agent.socket)._run_once(SLEEPER, Limits(), False)


def test_an_agent_dies_with_the_process_that_started_it():
    program = textwrap.dedent("""
        import sys, time
        from pathlib import Path
        from tests.interpreters.agents import AgentProcess
        from tests.interpreters.where import interpreter_at
        process = AgentProcess(interpreter_at(None), "cpp", Path(sys.argv[1]))
        process.hello()
        print(process.process.pid, flush=True)
        time.sleep(600)
    """)
    with short_folder() as folder:
        starter = subprocess.Popen([sys.executable, "-c", program, folder], cwd=ROOT, stdout=subprocess.PIPE)
        pid = int(starter.stdout.readline())
        starter.kill()
        starter.wait()
        starter.stdout.close()
        wait_until(lambda: not os.path.exists(f"/proc/{pid}"))


def test_a_request_that_makes_no_sense_is_refused(bare_agent):
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(bare_agent.socket)
        connection.sendall(b"nonsense\n")
        assert "not a request" in json.loads(connection.recv(4096))["refused"]


def test_a_child_has_an_empty_folder_and_no_repository(agents, session):
    response = agents["keras"].run(session.evidence.question_to_save("B", "standard.dense_classifier", "h5"))
    before = response["before"]["registries"]
    assert not before["working_directory"].startswith(str(ROOT))
    assert not os.path.exists(before["working_directory"])  # and it is gone afterwards
    temporary = before["environment"]["TMPDIR"]
    assert os.path.dirname(temporary) == os.path.dirname(before["working_directory"])
    assert "build" not in response or response["before"]["weights"]


def test_a_truly_new_process_says_the_same(agents, session, tmp_path):
    question = session.evidence.question_to_save("B", "standard.dense_classifier", "h5")
    question = dataclasses.replace(question, artifact=str(tmp_path / "model.h5"))
    forked, new = (agents["keras"].run(question, fresh=fresh) for fresh in (False, True))
    assert forked.ending is new.ending is Ending.FINISHED
    for section in ("once", "names"):
        assert compare(forked[section], new[section]).equal
    assert compare(forked["before"]["weights"], new["before"]["weights"]).equal


def test_a_hang_counts_when_it_repeats_in_a_new_process(agents, session, monkeypatch):
    asked = []

    def run_once(self, question, limits, fresh):
        asked.append(fresh)
        return Response({}, Ending.FINISHED if fresh else Ending.TIMED_OUT)

    monkeypatch.setattr(AgentHandle, "_run_once", run_once)
    assert agents["keras"].run(CatalogueQuestion()).ending is Ending.FINISHED
    assert asked == [False, True]


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("raise ImportError('planted: no libcuda')", "cannot be imported: ImportError: planted: no libcuda"),
        ("import os; os.abort()", "cannot be imported: Crash: it ended with signal SIGABRT"),
    ],
)
def test_a_tensorflow_that_cannot_be_imported_is_one_clear_failure(tmp_path, source, reason):
    python = python_with_tensorflow(tmp_path, source)
    with pytest.raises(BrokenTensorFlow, match=reason):
        start(RunRequest({"B": Interpreter(str(python))}, route_globs=("h5:*",)))
