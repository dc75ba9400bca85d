"""What a forked child does: shut itself in, answer one question, and be gone.  [beside TensorFlow]

A child has an empty working directory, another for temporary files, its own session, no standard input, and limits
on address space, CPU seconds and core dumps; it dies with its agent. It reads its question from a file and speaks
into a pipe, section by section, so that a child which crashes half-way has still said how far it came.
"""

from __future__ import annotations

import contextlib
import ctypes
import importlib
import importlib.util
import json
import os
import resource
import signal
import sys
import tempfile
import time
import traceback

from ..both_sides import wire

PR_SET_PDEATHSIG = 1
LONGEST_MESSAGE = 20000


class Voice:
    """Speaks into the pipe: named sections, each with its value or its error and what it cost."""

    def __init__(self, pipe):
        self.pipe = pipe

    def say(self, message: dict) -> None:
        self.pipe.write(wire.encode(message))
        self.pipe.flush()

    def tell(self, section: str, action):
        """Do it, and say what came of it under that name.

        Returns:
            What the action returned; None where it raised, which is said and not passed on.
        """
        return self.attempt(section, action)[1]

    def attempt(self, section: str, action, silent: bool = False):
        """Like `tell`, but returns (whether it went well, value); `silent` keeps the value to ourselves."""
        self.say({"begins": section})
        wall, cpu = time.monotonic(), time.process_time()
        said = {"section": section}
        value, well = None, False
        try:
            value, well = action(), True
        except Exception as error:
            said["error"] = error_facts(error)
        said.update(wall=time.monotonic() - wall, cpu=time.process_time() - cpu)
        if well:
            said["value"] = None if silent else value
        self.say(said)
        return well, value


def error_facts(error: BaseException) -> dict:
    """What can be said of an exception: type, module, bases, message and traceback."""
    return {
        "type": type(error).__name__,
        "module": type(error).__module__,
        "bases": [base.__name__ for base in type(error).__mro__],
        "message": str(error)[:LONGEST_MESSAGE],
        "traceback": "".join(traceback.format_exception(type(error), error, error.__traceback__))[-LONGEST_MESSAGE:],
    }


def step_in(request: dict, ends: list, *, kind: str, root: str, routes: list) -> None:
    """Become the child that the request describes, and run its step.

    Args:
        request: `step`, `dir` (its folder: `question`, `work/`, `tmp/`, `log`), `limits` and `fresh`.
        ends: the write end of its pipe, and for a live step the read end of another.
    """
    os.setsid()
    parent = os.getppid()
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if parent == 1:
        os._exit(71)
    os.chdir(os.path.join(request["dir"], "work"))
    # TensorFlow leaves a file for each function that it rewrites, and whoever crashes leaves what it was at.
    os.environ["TMPDIR"] = tempfile.tempdir = os.path.join(request["dir"], "tmp")
    nothing = os.open(os.devnull, os.O_RDONLY)
    log = os.open(os.path.join(request["dir"], "log"), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    os.dup2(nothing, 0)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.close(nothing)
    os.close(log)
    if request["fresh"]:
        for end in ends:
            os.set_inheritable(end, True)
        agent = os.path.join(os.path.dirname(os.path.abspath(__file__)), "agent.py")
        arguments = [
            "--kind",
            kind,
            "--root",
            root,
            "--step",
            json.dumps(request),
            "--ends",
            json.dumps(ends),
        ]
        for path in routes:
            arguments += ["--routes", path]
        os.execv(sys.executable, [sys.executable, agent, *arguments])
    run(request, ends, kind=kind, routes=routes)


def limit(limits: dict) -> None:
    """Put the limits in force: `memory` in bytes and `cpu` in seconds beyond what it has; `file` in bytes."""
    used = int(time.process_time())
    with open("/proc/self/statm") as statm:
        address_space = int(statm.read().split()[0]) * resource.getpagesize()
    for kind, value in (
        (resource.RLIMIT_AS, address_space + limits["memory"]),
        (resource.RLIMIT_CPU, used + limits["cpu"]),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, limits["file"]),
    ):
        _, hard = resource.getrlimit(kind)
        if hard != resource.RLIM_INFINITY:
            value = min(value, hard)
        resource.setrlimit(kind, (value, hard))


def run(request: dict, ends: list, *, kind: str, routes: list) -> None:
    """Answer the question in the child's folder, within the limits, which count from here."""
    limit(request["limits"])
    with open(os.path.join(request["dir"], "question"), "rb") as file:
        question = wire.decode(file.read())
    with os.fdopen(ends[0], "wb") as pipe, contextlib.ExitStack() as stack:
        further = stack.enter_context(os.fdopen(ends[1], "rb")) if len(ends) > 1 else None
        steps = importlib.import_module(__package__ + ".steps")
        if kind != "cpp":
            open_further_routes(routes)
        steps.STEPS[request["step"]](question, Voice(pipe), further)
        Voice(pipe).say({"finished": True})


def open_further_routes(paths: list) -> None:
    """Load files with savers and loaders beside our own, as modules of the routes package."""
    package = importlib.import_module(__package__.rpartition(".")[0] + ".routes")
    for path in paths:
        name = package.__name__ + "." + os.path.splitext(os.path.basename(path))[0]
        spec = importlib.util.spec_from_file_location(name, path)
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
