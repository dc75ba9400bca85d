"""A forked child: it isolates itself, answers one question, and ends.  [beside TensorFlow]

A child has an empty working directory, a folder for temporary files, its own session, no standard input, and limits
on address space, CPU seconds and core dumps. It dies with its agent. It reads its question from a file and sends its
response through a pipe, section by section, so a child that crashes half-way has sent everything up to there.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import resource
import signal
import sys
import tempfile
import time
from typing import Any, Dict, List, NoReturn, Sequence

from .. import routes
from ..both_sides import questions
from .channel import Channel

PR_SET_PDEATHSIG = 1


def isolate_and_run(
    request: Dict[str, Any], ends: List[int], *, kind: str, root: str, further_routes: Sequence[str]
) -> None:
    """Turn the forked process into the child that the request describes, and answer its question.

    Args:
        request: `dir` (its folder, with `question`, `work/`, `tmp/` and `log`), `limits` and `fresh`.
        ends: the write end of its pipe, and for a live child the read end of a second pipe.
    """
    os.setsid()
    parent = os.getppid()
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if parent == 1:
        os._exit(71)
    os.chdir(os.path.join(request["dir"], "work"))
    # TensorFlow leaves a file for each function that it rewrites, and a crash leaves unfinished files.
    os.environ["TMPDIR"] = tempfile.tempdir = os.path.join(request["dir"], "tmp")
    nothing = os.open(os.devnull, os.O_RDONLY)
    log = os.open(os.path.join(request["dir"], "log"), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    os.dup2(nothing, 0)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.close(nothing)
    os.close(log)
    if request["fresh"]:
        become_new_process(request, ends, kind=kind, root=root, further_routes=further_routes)
    run(request, ends, kind=kind, further_routes=further_routes)


def become_new_process(
    request: Dict[str, Any], ends: List[int], *, kind: str, root: str, further_routes: Sequence[str]
) -> NoReturn:
    """Replace this process by a new one that answers the same request."""
    for end in ends:
        os.set_inheritable(end, True)
    agent = os.path.join(os.path.dirname(os.path.abspath(__file__)), "agent.py")
    arguments = ["--kind", kind, "--root", root, "--request", json.dumps(request), "--ends", json.dumps(ends)]
    for path in further_routes:
        arguments += ["--routes", path]
    os.execv(sys.executable, [sys.executable, agent, *arguments])


def limit(limits: Dict[str, int]) -> None:
    """Set the limits: `memory` in bytes and `cpu` in seconds beyond what is used already, and `file` in bytes."""
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
        soft = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (soft, hard))


def run(request: Dict[str, Any], ends: List[int], *, kind: str, further_routes: Sequence[str]) -> None:
    """Answer the question in the child's folder; the limits count from here."""
    limit(request["limits"])
    with open(os.path.join(request["dir"], "question"), "rb") as file:
        question = questions.decode(file.read())
    with os.fdopen(ends[0], "wb") as pipe, contextlib.ExitStack() as stack:
        further = stack.enter_context(os.fdopen(ends[1], "rb")) if len(ends) > 1 else None
        from .steps import STEPS

        if kind != "cpp":
            routes.further_files.extend(further_routes)
        STEPS[question.step](question, Channel(pipe), further)
        Channel(pipe).send({"finished": True})
