"""Starts agents and has them run steps.

An agent belongs to the process that started it: its standard input is the lifeline, and a signal ends it with its
parent. Any process that knows its socket can have steps run, so all workers share one agent per interpreter and kind.
"""

from __future__ import annotations

import contextlib
import ctypes
import dataclasses
import json
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from tests.both_sides import questions
from tests.both_sides.origins import Origins
from tests.both_sides.plain import from_plain, to_plain
from tests.both_sides.questions import Question
from tests.both_sides.surroundings import Surroundings
from tests.interpreters.child_handle import ChildHandle
from tests.interpreters.interpreter import Interpreter, UnusableInterpreter
from tests.interpreters.limits import Limits
from tests.interpreters.response import Ending, Response

ROOT = Path(__file__).parents[2]
AGENT = ROOT / "tests" / "beside_tensorflow" / "agent.py"
LONGEST_SOCKET_PATH = 107
# The first section of each step, in which an agent that never got ready says why.
FIRST_SECTIONS = ("cases", "build", "load", "save", "compile")


def die_with_parent() -> None:
    """Have the process that is about to become an agent end when its parent ends."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


@dataclasses.dataclass(frozen=True)
class Hello:
    """The first message of an agent: that it is ready, with its surroundings, or why it failed to get ready.

    Args:
        seconds: the `wall` and `cpu` seconds that getting ready took.
        origins: what its code comes from.
        failure: the exception as `{"type", "message"}`; None if it is ready.
        no_tensorflow: True if it failed because there is no TensorFlow.
    """

    seconds: Mapping[str, float] = dataclasses.field(default_factory=dict)
    surroundings: Surroundings | None = None
    origins: Origins | None = None
    failure: Mapping[str, str] | None = None
    no_tensorflow: bool = False


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
        if len(self.socket) > LONGEST_SOCKET_PATH:
            raise ValueError(f"a Unix socket's path must be shorter than 108 characters: {self.socket}")
        routes = [argument for path in further_routes for argument in ("--routes", str(path))]
        self.log = (folder / "log").open("wb")
        self.process = subprocess.Popen(
            [
                *(interpreter.python, str(program), "--kind", kind, "--root", str(ROOT), "--socket", self.socket),
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

    def hello(self) -> Hello:
        """Wait until the agent is ready or has failed, and return what it sends."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        try:
            sent = json.loads(line)
        except ValueError:
            status = self.process.wait()
            log = (self.folder / "log").read_text(errors="replace").strip().splitlines()
            died = f"signal {signal.Signals(-status).name}" if status < 0 else f"exit status {status}"
            message = f"it ended with {died}: {log[-1] if log else 'it printed nothing'}"
            return Hello(failure={"type": "Crash", "message": message})
        if "failed" in sent:
            no_tensorflow = sent["failed"].pop("no_tensorflow")
            return Hello(failure=sent["failed"], no_tensorflow=no_tensorflow)
        ready = sent["ready"]
        surroundings = from_plain(Surroundings, ready["surroundings"])
        return Hello(ready["seconds"], surroundings, from_plain(Origins, ready["origins"]))

    def stop(self) -> None:
        """Close its lifeline, and wait until it has killed its children and ended."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
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
    """An agent that runs steps, whichever process started it.

    `failure` says why it never got ready; every step then fails with that reason.
    """

    kind: str
    socket: str
    failure: Mapping[str, str] | None = None

    def run(
        self, question: Question, *, limits: Limits | None = None, fresh: bool = False, confirm: bool = True
    ) -> Response:
        """Have one child answer a question.

        Args:
            fresh: use a truly new process instead of a fork.
            confirm: repeat a step that hangs in a truly new process, whose response then counts.

        Raises:
            AgentLost: the agent does not answer.
        """
        limits = limits or Limits()
        if self.failure:
            error = {**self.failure, "bases": [self.failure["type"]], "traceback": ""}
            return Response({name: {"error": error} for name in FIRST_SECTIONS})
        response = self._run_once(question, limits, fresh)
        if response.ending is Ending.TIMED_OUT and confirm and not fresh:
            return self._run_once(question, limits, fresh=True)
        return response

    def _run_once(self, question: Question, limits: Limits, fresh: bool) -> Response:
        with self._child(question, limits, fresh, live=False) as child:
            while child.ended is None:
                child.listen()
            return child.response()

    @contextlib.contextmanager
    def live(self, question: Question, *, limits: Limits | None = None) -> Iterator[ChildHandle]:
        """Start a child that stays and answers further inputs; it ends with the block.

        Raises:
            AgentLost: the agent does not answer.
            MissingSection: the child did not get as far as answering.
        """
        with self._child(question, limits or Limits(), False, live=True) as child:
            while child.ended is None and "live" not in child.sections:
                child.listen()
            if "live" not in child.sections:
                child.response()["live"]
            yield child

    @contextlib.contextmanager
    def _child(self, question: Question, limits: Limits, fresh: bool, live: bool) -> Iterator[ChildHandle]:
        folder = Path(tempfile.mkdtemp(dir=Path(self.socket).parent))
        (folder / "work").mkdir()
        (folder / "tmp").mkdir()
        (folder / "question").write_bytes(questions.encode(question))
        request = {"dir": str(folder), "limits": to_plain(limits), "fresh": fresh}
        try:
            with ChildHandle(self.socket, request, folder, live) as child:
                yield child
        finally:
            shutil.rmtree(folder, ignore_errors=True)


@dataclasses.dataclass(frozen=True)
class StartedAgents:
    """Agents of several sides: handles and hellos by side and kind, and the processes to stop."""

    handles: dict[str, dict[str, AgentHandle]]
    hellos: dict[str, dict[str, Hello]]
    processes: list[AgentProcess]

    @classmethod
    def none(cls, sides: Sequence[str]) -> StartedAgents:
        """Return no agents at all, for each side."""
        return cls({side: {} for side in sides}, {side: {} for side in sides}, [])

    def add(
        self,
        interpreters: Mapping[str, Interpreter],
        kinds: Sequence[str],
        folder: Path,
        *,
        steady: bool = True,
        further_routes: tuple[Path, ...] = (),
    ) -> None:
        """Start agents of these kinds for each side, two at a time, and wait until each is ready or has failed.

        Args:
            interpreters: by side.
            folder: where they keep their sockets; a short path.

        Raises:
            UnusableInterpreter: an interpreter has no TensorFlow.
        """
        jobs = [(side, kind, python) for side, python in interpreters.items() for kind in kinds]
        for batch in (jobs[at : at + 2] for at in range(0, len(jobs), 2)):
            started = []
            for side, kind, interpreter in batch:
                home = folder / f"{side}{kind[0]}"
                process = AgentProcess(interpreter, kind, home, steady=steady, further_routes=further_routes)
                started.append(process)
                self.processes.append(process)
            for (side, kind, interpreter), process in zip(batch, started, strict=True):
                hello = self.hellos[side][kind] = process.hello()
                if hello.no_tensorflow and hello.failure:
                    message = hello.failure["message"]
                    raise UnusableInterpreter(f"{interpreter.python} has no TensorFlow: {message}")
                self.handles[side][kind] = AgentHandle(kind, process.socket, hello.failure)

    def stop(self) -> None:
        """End all of them."""
        for process in self.processes:
            with contextlib.suppress(OSError):
                process.stop()
