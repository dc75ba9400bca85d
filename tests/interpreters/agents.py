"""Starts agents and has them run steps.  [pytest's side]

An agent belongs to the process that started it: its standard input is the lifeline, and a signal ends it with
its parent. Whoever knows its socket can have steps run, so all workers share one agent per interpreter and kind.
"""

from __future__ import annotations

import contextlib
import ctypes
import dataclasses
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.both_sides import wire
from tests.interpreters import response
from tests.interpreters.interpreter import Interpreter, UnusableInterpreter
from tests.interpreters.response import Response

ROOT = Path(__file__).parents[2]
AGENT = ROOT / "tests" / "beside_tensorflow" / "agent.py"
GIB = 2**30
LOG_TAIL = 4000
OUT_OF_MEMORY_WORDS = (
    "bad_alloc",
    "MemoryError",
    "Cannot allocate memory",
    "out of memory",
    "OOM when allocating",
)


@dataclasses.dataclass(frozen=True)
class Limits:
    """What one child may use: seconds of wall and of CPU, bytes beyond what its agent has, and bytes in one file."""

    wall: float = 180.0
    cpu: int = 120
    memory: int = 8 * GIB
    file: int = 4 * GIB

    def as_request(self) -> dict:
        """As the agent reads them."""
        return dataclasses.asdict(self)


# For models of more than 2 GB, which are there several times over while they are saved.
ROOMY = Limits(wall=900.0, cpu=600, memory=16 * GIB)


class AgentLost(Exception):
    """The agent does not answer: it ended, or could not be reached."""


def die_with_parent() -> None:
    """In a process about to become an agent: end when the process that started it ends."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


class AgentProcess:
    """An agent that this process has started, and ends."""

    def __init__(
        self,
        interpreter: Interpreter,
        kind: str,
        folder: Path,
        *,
        steady: bool = True,
        further_routes: tuple[Path, ...] = (),
        program: Path = AGENT,
    ):
        folder.mkdir(parents=True, exist_ok=True)
        self.kind, self.folder = kind, folder
        self.socket = str(folder / "s")
        if len(self.socket) >= 108:
            raise ValueError(f"a Unix socket's path must be shorter than 108 characters: {self.socket}")
        routes = [argument for path in further_routes for argument in ("--routes", str(path))]
        self.log = (folder / "log").open("wb")
        self.process = subprocess.Popen(
            [
                interpreter.python,
                str(program),
                "--kind",
                kind,
                "--root",
                str(ROOT),
                "--socket",
                self.socket,
                *routes,
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.log,
            cwd=folder,
            env=interpreter.environment(folder, steady),
            start_new_session=True,  # a Ctrl-C in the terminal is for pytest alone
            preexec_fn=die_with_parent,
        )

    def hello(self) -> dict:
        """What it says once it is ready, or that it failed to get ready; waits for that.

        Returns:
            `{"ready": {"seconds", "surroundings"}}` or `{"failed": {"type", "message", "no_tensorflow"}}`.
        """
        line = self.process.stdout.readline()
        try:
            return json.loads(line)
        except ValueError:
            status = self.process.wait()
            tail = (self.folder / "log").read_text(errors="replace").strip().splitlines()
            died = f"signal {signal.Signals(-status).name}" if status < 0 else f"exit status {status}"
            message = f"it ended with {died}: {tail[-1] if tail else 'it said nothing'}"
            return {"failed": {"type": "Crash", "message": message, "no_tensorflow": False}}

    def stop(self) -> None:
        """Close its lifeline and wait until it has killed its children and ended."""
        self.process.stdin.close()
        try:
            self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()
        self.log.close()


@dataclasses.dataclass(frozen=True)
class AgentHandle:
    """An agent to have steps run by, wherever it was started.

    `failure` says why it never got ready, in which case every step is refused with that reason.
    """

    kind: str
    socket: str
    failure: dict | None = None

    def run(
        self,
        step: str,
        question: dict,
        *,
        limits: Limits | None = None,
        fresh: bool = False,
        confirm: bool = True,
    ) -> Response:
        """Have one child take a step.

        Args:
            step: a key of `steps.STEPS`.
            question: what that step reads.
            limits: what the child may use.
            fresh: in a truly new process instead of a fork.
            confirm: have a hang repeated in a truly new process, whose word then counts.
        """
        limits = limits or Limits()
        if self.failure:
            error = {**self.failure, "bases": [self.failure["type"]], "traceback": ""}
            return Response({name: {"error": error} for name in ("cases", "build", "load", "save", "compile")})
        said = self._run_once(step, question, limits, fresh)
        if said.how == response.RAN_ON and confirm and not fresh:
            return self._run_once(step, question, limits, fresh=True)
        return said

    def _run_once(self, step: str, question: dict, limits: Limits, fresh: bool) -> Response:
        with self._child(step, question, limits, fresh, live=False) as child:
            while child.ended is None:
                child.listen()
            return child.testimony()

    @contextlib.contextmanager
    def live(self, step: str, question: dict, *, limits: Limits | None = None) -> Iterator[ChildHandle]:
        """A child that stays and answers further inputs; it ends with the block.

        Raises:
            response.MissingSection: it did not get as far as answering.
        """
        with self._child(step, question, limits or Limits(), False, live=True) as child:
            while child.ended is None and "live" not in child.sections:
                child.listen()
            if "live" not in child.sections:
                child.testimony()["live"]
            yield child

    @contextlib.contextmanager
    def _child(self, step: str, question: dict, limits: Limits, fresh: bool, live: bool) -> Iterator[ChildHandle]:
        folder = Path(tempfile.mkdtemp(dir=Path(self.socket).parent))
        (folder / "work").mkdir()
        (folder / "tmp").mkdir()
        (folder / "question").write_bytes(wire.encode(question))
        request = {"step": step, "dir": str(folder), "limits": limits.as_request(), "fresh": fresh}
        try:
            with ChildHandle(self.socket, request, folder, live) as child:
                yield child
        finally:
            shutil.rmtree(folder, ignore_errors=True)


class ChildHandle:
    """One child as its driver sees it: what it has said so far, and how it ended."""

    def __init__(self, agent_socket: str, request: dict, folder: Path, live: bool):
        self.folder = folder
        self.sections: dict[str, dict] = {}
        self.answered: list[dict] = []
        self.during: str | None = None
        self.finished = False
        self.rubbish = ""
        self.ended: dict | None = None
        self._heard, self._reported = bytearray(), b""
        self._pipe, write_end = os.pipe()
        read_end, self._further = os.pipe() if live else (None, None)
        self._connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            self._connection.connect(agent_socket)
            ends = [write_end] if read_end is None else [write_end, read_end]
            socket.send_fds(self._connection, [json.dumps(request).encode() + b"\n"], ends)
        except OSError as error:
            self.close()
            raise AgentLost(f"the agent at {agent_socket} cannot be reached: {error.strerror}") from error
        finally:
            os.close(write_end)
            if read_end is not None:
                os.close(read_end)
        os.set_blocking(self._pipe, False)

    def __enter__(self) -> ChildHandle:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the child; the agent kills it if it is still there."""
        self._connection.close()
        for end in (self._pipe, self._further):
            if end is not None:
                os.close(end)
        self._pipe = self._further = None

    def listen(self) -> None:
        """Wait until the child or its agent says something, and take it in."""
        watched = [self._connection] if self._pipe is None else [self._connection, self._pipe]
        readable, _, _ = select.select(watched, [], [])
        if self._pipe in readable:
            self._take()
        if self._connection in readable:
            received = self._connection.recv(65536)
            if not received:
                raise AgentLost("the agent ended while its child was at work")
            self._reported += received
            *lines, self._reported = self._reported.split(b"\n")
            for line in lines:
                report = json.loads(line)
                if "status" in report or "refused" in report:
                    while self._pipe is not None and self._take():
                        pass
                    self.ended = report

    def _take(self) -> bool:
        """Take in what is in the pipe; False when there is nothing, for now or for good."""
        try:
            piece = os.read(self._pipe, 2**20)
        except BlockingIOError:
            return False
        if not piece:  # its writing end is closed; only the agent's report is still to come
            os.close(self._pipe)
            self._pipe = None
            return False
        if self.rubbish:
            return True  # read on, so that it is not the full pipe that it hangs on
        self._heard += piece
        try:
            while (taken := wire.take_frame(self._heard)) is not None:
                self._understand(taken[0])
        except (wire.WireError, AttributeError, TypeError) as error:
            self.rubbish = str(error) or repr(error)
        return True

    def _understand(self, message: dict) -> None:
        if "begins" in message:
            self.during = message["begins"]
        elif "section" in message:
            self.sections[message.pop("section")] = message
        elif "answered" in message:
            self.answered.append(message["answered"])
        elif "finished" in message:
            self.finished = True

    def ask(self, inputs: list[dict]) -> dict[str, list[dict]]:
        """What a live child answers, on each side that it can answer for.

        Raises:
            response.MissingSection: it was lost over this.
        """
        before = len(self.answered)
        with contextlib.suppress(BrokenPipeError):
            sent = wire.encode(inputs)
            while sent:
                sent = sent[os.write(self._further, sent) :]
        while self.ended is None and len(self.answered) == before:
            self.listen()
        if len(self.answered) == before:
            self.testimony()["answered"]
        return self.answered[-1]

    def testimony(self) -> Response:
        """All that it said, and how it ended."""
        log = (self.folder / "log").read_text(errors="replace")[-LOG_TAIL:] if (self.folder / "log").exists() else ""
        how, detail = self._how(log)
        ended = self.ended or {}
        return Response(
            self.sections,
            how,
            detail,
            self.during,
            "" if how == response.FINISHED else log,
            ended.get("wall", 0.0),
            ended.get("cpu", 0.0),
            ended.get("peak_kib", 0),
        )

    def _how(self, log: str) -> tuple[str, str]:
        ended = self.ended or {}
        if "refused" in ended:
            return response.REFUSED, f"was refused: {ended['refused']}"
        if ended.get("killed") == "wall limit":
            return response.RAN_ON, "went on beyond its wall limit"
        status = ended.get("status", 0)
        hungry = any(word in log for word in OUT_OF_MEMORY_WORDS)
        if os.WIFSIGNALED(status):
            name = signal.Signals(os.WTERMSIG(status)).name
            if name == "SIGXCPU":
                return response.RAN_ON, "went on beyond its limit of CPU seconds"
            if hungry:
                return response.OUT_OF_MEMORY, f"ran out of the memory it may have ({name})"
            return response.CRASHED, f"was ended by {name}"
        if self.rubbish:
            return response.GARBLED, f"wrote rubbish: {self.rubbish}"
        errors = [said["error"]["type"] for said in self.sections.values() if "error" in said]
        if "MemoryError" in errors:
            return response.OUT_OF_MEMORY, "ran out of the memory it may have (MemoryError)"
        if os.WEXITSTATUS(status):
            if hungry:
                return response.OUT_OF_MEMORY, "ran out of the memory it may have"
            return response.CRASHED, f"exited with status {os.WEXITSTATUS(status)}"
        if not self.finished and self.ended is not None:
            return response.CRASHED, "ended without finishing"
        return response.FINISHED, ""


def start_agents(
    wanted: dict[str, tuple[Interpreter, list[str]]],
    folder: Path,
    *,
    steady: bool = True,
    further_routes: tuple[Path, ...] = (),
) -> tuple[dict[str, dict[str, AgentHandle]], dict[str, dict[str, dict]], list[AgentProcess]]:
    """Start agents for several sides, two at a time, and wait until each is ready or has failed.

    Args:
        wanted: for each side its interpreter and the kinds of agents.
        folder: where they keep their sockets; a short path.

    Returns:
        agents by side and kind, their hellos by side and kind, and the processes to stop.

    Raises:
        UnusableInterpreter: an interpreter has no TensorFlow.
    """
    agents: dict[str, dict[str, AgentHandle]] = {side: {} for side in wanted}
    hellos: dict[str, dict[str, dict]] = {side: {} for side in wanted}
    processes: list[AgentProcess] = []
    jobs = [(side, kind, python) for side, (python, kinds) in wanted.items() for kind in kinds]
    try:
        for batch in (jobs[at : at + 2] for at in range(0, len(jobs), 2)):
            started = []
            for side, kind, interpreter in batch:
                home = folder / f"{side}{kind[0]}"
                started.append(AgentProcess(interpreter, kind, home, steady=steady, further_routes=further_routes))
                processes.append(started[-1])
            for (side, kind, interpreter), process in zip(batch, started, strict=True):
                hello = hellos[side][kind] = process.hello()
                failure = hello.get("failed")
                if failure and failure["no_tensorflow"]:
                    raise UnusableInterpreter(f"{interpreter.python} has no TensorFlow: {failure['message']}")
                agents[side][kind] = AgentHandle(kind, process.socket, failure)
    except BaseException:
        for process in processes:
            process.stop()
        raise
    return agents, hellos, processes
