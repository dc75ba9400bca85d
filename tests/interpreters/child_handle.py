"""A child as pytest's side sees it: its pipe, its agent's reports, and the response that comes of them."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import socket
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.both_sides import wire
from tests.both_sides.plain import to_plain
from tests.both_sides.tensors import Input
from tests.interpreters.response import Ending, Response

LOG_TAIL = 4000
OUT_OF_MEMORY_WORDS = (
    "bad_alloc",
    "MemoryError",
    "Cannot allocate memory",
    "out of memory",
    "OOM when allocating",
)


class AgentLost(Exception):
    """The agent does not answer: it ended, or could not be reached."""


class ChildHandle:
    """One child: what it has sent so far, and how it ended."""

    def __init__(self, agent_socket: str, request: dict[str, Any], folder: Path, live: bool):
        self.folder = folder
        self.sections: dict[str, dict[str, Any]] = {}
        self.answered: list[dict[str, list[Any]]] = []
        self.during: str | None = None
        self.finished = False
        self.rubbish = ""
        self.ended: dict[str, Any] | None = None
        self._received, self._reported = bytearray(), b""
        self._pipe: int | None
        self._further: int | None = None
        self._pipe, write_end = os.pipe()
        ends = [write_end]
        if live:
            read_end, self._further = os.pipe()
            ends.append(read_end)
        self._connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            self._connection.connect(agent_socket)
            socket.send_fds(self._connection, [json.dumps(request).encode() + b"\n"], ends)
        except OSError as error:
            self.close()
            raise AgentLost(f"the agent at {agent_socket} cannot be reached: {error.strerror}") from error
        finally:
            for end in ends:
                os.close(end)
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
        """Wait until the child or its agent sends something, and take it in.

        Raises:
            AgentLost: the agent ended.
        """
        watched: list[Any] = [self._connection] if self._pipe is None else [self._connection, self._pipe]
        readable, _, _ = select.select(watched, [], [])
        if self._pipe in readable:
            self._read_pipe()
        if self._connection in readable:
            received = self._connection.recv(65536)
            if not received:
                raise AgentLost("the agent ended while its child was at work")
            self._reported += received
            *lines, self._reported = self._reported.split(b"\n")
            for line in lines:
                report = json.loads(line)
                if "status" in report or "refused" in report:
                    while self._pipe is not None and self._read_pipe():
                        pass
                    self.ended = report

    def _read_pipe(self) -> bool:
        """Take in what is in the pipe. Return False when it is empty, for now or for good."""
        assert self._pipe is not None
        try:
            piece = os.read(self._pipe, 2**20)
        except BlockingIOError:
            return False
        if not piece:  # its writing end is closed; only the agent's report is still to come
            os.close(self._pipe)
            self._pipe = None
            return False
        if self.rubbish:
            return True  # read on, so that the child does not hang on a full pipe
        self._received += piece
        try:
            while (frame := wire.take_frame(self._received)) is not None:
                self._understand(frame[0])
        except (wire.WireError, AttributeError, TypeError) as error:
            self.rubbish = str(error) or repr(error)
        return True

    def _understand(self, message: dict[str, Any]) -> None:
        if "begins" in message:
            self.during = message["begins"]
        elif "section" in message:
            self.sections[message.pop("section")] = message
        elif "answered" in message:
            self.answered.append(message["answered"])
        elif "finished" in message:
            self.finished = True

    def ask(self, inputs: Sequence[Input]) -> dict[str, list[Any]]:
        """Return a live child's answers to these inputs, by each side that it can answer for.

        Raises:
            MissingSection: the child was lost.
        """
        assert self._further is not None
        before = len(self.answered)
        with contextlib.suppress(BrokenPipeError):
            unsent = wire.encode(to_plain(list(inputs)))
            while unsent:
                unsent = unsent[os.write(self._further, unsent) :]
        while self.ended is None and len(self.answered) == before:
            self.listen()
        if len(self.answered) == before:
            self.response()["answered"]
        return self.answered[-1]

    def response(self) -> Response:
        """Return all that it sent, and how it ended."""
        log_file = self.folder / "log"
        log = log_file.read_text(errors="replace")[-LOG_TAIL:] if log_file.exists() else ""
        ending, detail = self._ending(log)
        usage = self.ended or {}
        return Response(
            self.sections,
            ending,
            detail,
            self.during,
            "" if ending is Ending.FINISHED else log,
            usage.get("wall", 0.0),
            usage.get("cpu", 0.0),
            usage.get("peak_kib", 0),
        )

    def _ending(self, log: str) -> tuple[Ending, str]:
        report = self.ended or {}
        if "refused" in report:
            return Ending.REFUSED, f"was refused: {report['refused']}"
        if report.get("killed") == "wall limit":
            return Ending.TIMED_OUT, "went on beyond its wall limit"
        status = report.get("status", 0)
        hungry = any(word in log for word in OUT_OF_MEMORY_WORDS)
        if os.WIFSIGNALED(status):
            name = signal.Signals(os.WTERMSIG(status)).name
            if name == "SIGXCPU":
                return Ending.TIMED_OUT, "went on beyond its limit of CPU seconds"
            if hungry:
                return Ending.OUT_OF_MEMORY, f"ran out of the memory it may have ({name})"
            return Ending.CRASHED, f"was ended by {name}"
        if self.rubbish:
            return Ending.GARBLED, f"wrote rubbish: {self.rubbish}"
        errors = [sent["error"]["type"] for sent in self.sections.values() if "error" in sent]
        if "MemoryError" in errors:
            return Ending.OUT_OF_MEMORY, "ran out of the memory it may have (MemoryError)"
        if os.WEXITSTATUS(status):
            if hungry:
                return Ending.OUT_OF_MEMORY, "ran out of the memory it may have"
            return Ending.CRASHED, f"exited with status {os.WEXITSTATUS(status)}"
        if not self.finished and self.ended is not None:
            return Ending.CRASHED, "ended without finishing"
        return Ending.FINISHED, ""
