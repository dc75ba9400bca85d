"""An agent: a process that imports TensorFlow once and forks a fresh child for every question.  [beside TensorFlow]

The interpreter under test runs this file as a script. An agent imports TensorFlow and never executes an op: after one
eager op in the parent, every forked child that touches a SavedModel hangs, while children that only use Keras still
pass. Before each fork the agent therefore checks that TensorFlow's eager context is uninitialized and that no thread
was added since it got ready. If one of these fails, it refuses all further requests.

Standard input is the lifeline: when it closes, the agent kills its children and ends. Requests arrive over a Unix
socket, one connection each: a JSON line with the write end of the child's pipe attached. The agent answers with a
line that has the child's pid, and a line that says how the child ended. Only the agent kills.
"""

from __future__ import annotations

import argparse
import array
import contextlib
import errno
import gc
import importlib
import json
import os
import selectors
import signal
import socket
import sys
import time
import traceback
import types
from typing import Any, Callable, Dict, List, Optional

PACKAGE = "_tf_save_conformance"
REQUEST_BYTES = 65536


def open_rooms(root: str) -> None:
    """Make `models/` and the folders of `tests/` importable as packages below `PACKAGE`.

    The private package name keeps a `models` or `tests` of the user's from being shadowed. The repository itself
    stays off `sys.path`: Keras 3.3 imports a custom class by the module name that an artifact records, which would
    hide a missing custom object.
    """
    beside = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [path for path in sys.path if os.path.abspath(path or os.curdir) not in (beside, root)]
    package = types.ModuleType(PACKAGE)
    package.__path__ = [root, os.path.join(root, "tests")]
    sys.modules[PACKAGE] = package


def get_ready(kind: str) -> Dict[str, float]:
    """Import or open what this kind of agent needs, and return the `wall` and `cpu` seconds that it took."""
    wall, cpu = time.monotonic(), time.process_time()
    if kind == "no-keras":
        sys.modules["keras"] = sys.modules["tf_keras"] = None  # type: ignore[assignment]
    if kind == "cpp":
        importlib.import_module(f"{PACKAGE}.beside_tensorflow.cpp_api").library()
        every_child_imports = ["child", "steps"]
    else:
        import tensorflow as tf

        if kind == "keras":
            tf.keras.Model  # noqa: B018 - Keras is imported lazily, at its first use
        # The code page is the one of the names in a zip file.
        for module in ("numpy.random", "encodings.cp437", PACKAGE + ".models"):
            importlib.import_module(module)
        every_child_imports = ["child", "steps", "look", "training"]
        importlib.import_module(f"{PACKAGE}.routes").loaders()
        fill_registries()
    for module in every_child_imports:
        importlib.import_module(f"{PACKAGE}.beside_tensorflow.{module}")
    return {"wall": time.monotonic() - wall, "cpu": time.process_time() - cpu}


def fill_registries() -> None:
    """Make TensorFlow fill its tables of ops and kernels, which it would otherwise fill in every child.

    On the first name that is no op, such as the name of a function, TensorFlow copies the definitions of all ops; on
    the first kernel it looks for libraries; and on the first function it registers XLA's kernels. Nothing is executed
    here. Where a version lacks one of these functions, children fill that table themselves.
    """
    calls: List[List[str]] = [
        ["tensorflow.python.framework.op_def_registry", "get", "NoSuchOp"],
        ["tensorflow.python.framework.kernels", "get_registered_kernels_for_op", "NoOp"],
        ["tensorflow.python.util.pywrap_xla_ops", "get_gpu_kernel_names"],
    ]
    for module, function, *arguments in calls:
        with contextlib.suppress(ImportError, AttributeError):
            getattr(importlib.import_module(module), function)(*arguments)


def thread_count() -> int:
    """Return how many threads this process has."""
    return len(os.listdir("/proc/self/task"))


def eager_context_is_used() -> bool:
    """Return whether this process has executed a TensorFlow op."""
    context = sys.modules.get("tensorflow.python.eager.context")
    return context is not None and context.context()._initialized


class ForkedChild:
    """A child of this agent, and the connection that asked for it."""

    def __init__(self, pid: int, connection: socket.socket, wall_limit: float):
        self.pid = pid
        self.connection: Optional[socket.socket] = connection
        self.started = time.monotonic()
        self.deadline = self.started + wall_limit
        self.killed: Optional[str] = None

    def kill(self, reason: str) -> None:
        """Kill the child and its process group, and keep the first reason."""
        self.killed = self.killed or reason
        kills: List[Callable[[int, int], None]] = [os.killpg, os.kill]  # before its setsid a child has no group
        for send in kills:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                send(self.pid, signal.SIGKILL)


class Agent:
    """The main loop: fork, reap and report; kill at a deadline, or when the connection closes."""

    def __init__(
        self, kind: str, root: str, further_routes: List[str], listener: socket.socket, seconds_to_get_ready: float
    ):
        self.kind, self.root, self.further_routes, self.listener = kind, root, further_routes, listener
        # The time that a new process may need, on a busy machine, to get where a forked one starts.
        self.allowance = 10 + 5 * seconds_to_get_ready
        self.children: Dict[int, ForkedChild] = {}
        self.selector = selectors.DefaultSelector()
        self.threads_when_ready = thread_count()
        self.wake_reader, self.wake_writer = socket.socketpair()
        for end in (self.wake_reader, self.wake_writer):
            end.setblocking(False)
        signal.set_wakeup_fd(self.wake_writer.fileno(), warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        self.selector.register(sys.stdin.fileno(), selectors.EVENT_READ, self.end)
        self.selector.register(self.wake_reader, selectors.EVENT_READ, self.drain_wakes)
        self.selector.register(listener, selectors.EVENT_READ, self.accept)

    def run(self) -> None:
        """Serve until the lifeline closes."""
        while True:
            now = time.monotonic()
            deadlines = [child.deadline - now for child in self.children.values() if not child.killed]
            for key, _ in self.selector.select(max(0.0, min(deadlines)) if deadlines else None):
                key.data(key.fileobj)
            self.reap()
            for child in self.children.values():
                if not child.killed and time.monotonic() >= child.deadline:
                    child.kill("wall limit")

    def end(self, _: Any) -> None:
        """Kill all children and end, if the lifeline is closed."""
        if os.read(sys.stdin.fileno(), 1):
            return
        for child in self.children.values():
            child.kill("the run ended")
        os._exit(0)

    def drain_wakes(self, _: Any) -> None:
        """Read what signals have written."""
        try:
            while self.wake_reader.recv(4096):
                pass
        except BlockingIOError:
            pass

    def accept(self, _: Any) -> None:
        """Take a new connection."""
        connection, _ = self.listener.accept()
        self.selector.register(connection, selectors.EVENT_READ, self.serve)

    def serve(self, connection: socket.socket) -> None:
        """Start the child that a connection requests, or kill its child if the connection is closed."""
        ends: List[int] = []
        try:
            data, ancillary, _, _ = connection.recvmsg(
                REQUEST_BYTES, socket.CMSG_SPACE(2 * array.array("i").itemsize)
            )
            for level, kind, content in ancillary:
                if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
                    received = array.array("i")
                    received.frombytes(content[: len(content) - len(content) % received.itemsize])
                    ends += list(received)
        except OSError:
            data = b""
        its_children = [child for child in self.children.values() if child.connection is connection]
        if not data:
            for child in its_children:
                child.kill("nobody waits for it any more")
                child.connection = None
            self.close(connection)
        elif not its_children:
            try:
                self.start(connection, json.loads(data), ends)
            except (ValueError, KeyError, TypeError) as error:
                self.send(connection, {"refused": f"not a request: {error!r}"})
        for end in ends:
            os.close(end)

    def start(self, connection: socket.socket, request: Dict[str, Any], ends: List[int]) -> None:
        """Fork the child that a request asks for, or refuse."""
        refusal = self.reason_to_refuse()
        if refusal:
            self.send(connection, {"refused": refusal})
            return
        pid = os.fork()
        if pid == 0:
            status = 70
            try:
                self.become_child(request, ends)
                status = 0
            except BaseException:
                traceback.print_exc()
            finally:
                sys.stderr.flush()
                os._exit(status)
        allowance = self.allowance if request["fresh"] else 0
        self.children[pid] = ForkedChild(pid, connection, request["limits"]["wall"] + allowance)
        self.send(connection, {"pid": pid})

    def become_child(self, request: Dict[str, Any], ends: List[int]) -> None:
        """Turn a forked process into a child: drop the agent's handlers, close its files, and run."""
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        keep = set(ends)
        for key in list(self.selector.get_map().values()):
            if key.fd not in keep and key.fd > 2:
                os.close(key.fd)
        self.wake_writer.close()
        child = importlib.import_module(f"{PACKAGE}.beside_tensorflow.child")
        child.isolate_and_run(request, ends, kind=self.kind, root=self.root, further_routes=self.further_routes)

    def reason_to_refuse(self) -> Optional[str]:
        """Return why children of this process can no longer be trusted; None while they can."""
        if eager_context_is_used():
            return "the agent has executed a TensorFlow op: children that it forks would hang"
        threads = thread_count()
        if threads > self.threads_when_ready:
            return f"the agent has {threads} threads, {self.threads_when_ready} when it got ready: forking is unsafe"
        return None

    def reap(self) -> None:
        """Report all children that have ended."""
        while self.children:
            try:
                # Not reaped yet: until then its process group cannot be reused, and what it left can be killed.
                ended = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
            except ChildProcessError:
                return
            if ended is None:
                return
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(ended.si_pid, signal.SIGKILL)
            pid, status, usage = os.wait4(ended.si_pid, 0)
            child = self.children.pop(pid, None)
            if child is None or child.connection is None:
                continue
            self.send(
                child.connection,
                {
                    "status": status,
                    "killed": child.killed,
                    "wall": time.monotonic() - child.started,
                    "cpu": usage.ru_utime + usage.ru_stime,
                    "peak_kib": usage.ru_maxrss,
                },
            )

    def send(self, connection: socket.socket, message: Dict[str, Any]) -> None:
        """Send one line, unless nobody reads it any more."""
        try:
            connection.sendall(json.dumps(message).encode() + b"\n")
        except OSError as error:
            if error.errno not in (errno.EPIPE, errno.ECONNRESET):
                raise

    def close(self, connection: socket.socket) -> None:
        """Forget a connection."""
        self.selector.unregister(connection)
        connection.close()


def main() -> None:
    """Get ready, print a hello, and serve until the lifeline closes; or answer one request and end."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--kind", choices=["keras", "no-keras", "cpp"], required=True)
    parser.add_argument("--root", required=True, help="the folder that holds models/ and tests/")
    parser.add_argument("--socket", help="where to listen; shorter than 108 characters")
    parser.add_argument("--routes", action="append", default=[], help="a file with further savers and loaders")
    parser.add_argument("--request", help="as JSON: be the new process of one child, and no agent")
    parser.add_argument("--ends", help="with --request: the open ends of its pipes, as JSON")
    options = parser.parse_args()
    open_rooms(options.root)
    if options.request:
        child = importlib.import_module(f"{PACKAGE}.beside_tensorflow.child")
        get_ready(options.kind)
        request, ends = json.loads(options.request), json.loads(options.ends)
        child.run(request, ends, kind=options.kind, further_routes=options.routes)
        return
    output = sys.stdout
    seconds = {}
    try:
        seconds = get_ready(options.kind)
        describe = importlib.import_module(f"{PACKAGE}.both_sides.surroundings").describe
        to_plain = importlib.import_module(f"{PACKAGE}.both_sides.plain").to_plain
        origins = importlib.import_module(f"{PACKAGE}.both_sides.origins").origins
        ready = {"seconds": seconds, "surroundings": to_plain(describe()), "origins": to_plain(origins())}
        hello: Dict[str, Any] = {"ready": ready}
    except BaseException as error:
        missing = isinstance(error, ModuleNotFoundError) and (error.name or "").split(".")[0] == "tensorflow"
        hello = {"failed": {"type": type(error).__name__, "message": str(error), "no_tensorflow": missing}}
    gc.freeze()  # imported objects are never garbage, and children need not scan and copy their pages
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(options.socket)
    listener.listen(128)
    output.write(json.dumps(hello) + "\n")
    output.flush()
    if "ready" in hello:
        Agent(options.kind, options.root, options.routes, listener, seconds["wall"]).run()


if __name__ == "__main__":
    main()
