"""A process that gets TensorFlow ready once, and then forks a fresh child for every step.  [beside TensorFlow]

Run as a script by the interpreter under test. It is a zygote: it imports and never executes an op, because
after one eager op in the parent every forked child that touches a SavedModel hangs, while children that only
use Keras still pass. Before each fork it therefore checks that TensorFlow's eager context is uninitialised
and that no thread was added since it got ready; if not, it refuses, for good.

Standard input is the lifeline: when it closes, the agent kills its children and ends. Requests come over a
Unix socket, one connection each: a JSON line with the write end of the child's pipe attached. The answer is a
line with the child's pid, and a line with how it ended. Only the agent kills.
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

PACKAGE = "_tf_save_conformance"
REQUEST_BYTES = 65536


def open_rooms(root):
    """Make `models/` and the folders of `tests/` importable as packages below `PACKAGE`.

    They get a package name of our own, by path, so that a `models` or `tests` of the user's is never shadowed,
    and the repository itself stays off `sys.path`: Keras 3.3 imports a custom class by the module name that an
    artifact names, which would hide a missing custom object.
    """
    import types

    beside = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [path for path in sys.path if os.path.abspath(path or os.curdir) not in (beside, root)]
    package = types.ModuleType(PACKAGE)
    package.__path__ = [root, os.path.join(root, "tests")]
    sys.modules[PACKAGE] = package


def get_ready(kind):
    """Import, or open, what an agent of that kind stands for; returns seconds and CPU seconds it took."""
    wall, cpu = time.monotonic(), time.process_time()
    if kind == "no-keras":
        sys.modules["keras"] = sys.modules["tf_keras"] = None
    if kind == "cpp":
        from _tf_save_conformance.beside_tensorflow import cpp_api

        cpp_api.library()
    else:
        import tensorflow as tf

        if kind == "keras":
            tf.keras.Model  # noqa: B018 - Keras is imported lazily, when it is first asked for
        from _tf_save_conformance.routes import loaders

        # What every child would import for itself; the code page is that of a zip file's names.
        for module in ("numpy.random", "encodings.cp437", PACKAGE + ".models"):
            importlib.import_module(module)
        for module in ("steps", "look", "training"):
            importlib.import_module(f"{PACKAGE}.beside_tensorflow.{module}")
        loaders()
        fill_registries()
    return {"wall": time.monotonic() - wall, "cpu": time.process_time() - cpu}


def fill_registries():
    """Have TensorFlow fill the tables of ops and kernels that it fills when first it executes an op.

    Every child would do that for itself: on the first name that is no op, such as that of a function, TensorFlow
    copies the definitions of all ops, on the first kernel it looks for libraries, and on the first function it
    registers XLA's kernels. Nothing is executed here. Where a version has none of this, its children do as before.
    """
    for module, function, *given in (
        ("tensorflow.python.framework.op_def_registry", "get", "NoSuchOp"),
        ("tensorflow.python.framework.kernels", "get_registered_kernels_for_op", "NoOp"),
        ("tensorflow.python.util.pywrap_xla_ops", "get_gpu_kernel_names"),
    ):
        with contextlib.suppress(ImportError, AttributeError):
            getattr(importlib.import_module(module), function)(*given)


def thread_count():
    """How many threads this process has."""
    return len(os.listdir("/proc/self/task"))


def eager_context_is_used():
    """Whether this process has executed a TensorFlow op."""
    context = sys.modules.get("tensorflow.python.eager.context")
    return context is not None and context.context()._initialized


class Child:
    """A forked step, and the connection that asked for it."""

    def __init__(self, pid, connection, wall_limit):
        self.pid, self.connection = pid, connection
        self.started = time.monotonic()
        self.deadline = self.started + wall_limit
        self.killed = None

    def kill(self, why):
        self.killed = self.killed or why
        for send in (os.killpg, os.kill):  # before its setsid a child has no group of its own yet
            with contextlib.suppress(ProcessLookupError, PermissionError):
                send(self.pid, signal.SIGKILL)


class Agent:
    """The loop: fork, reap, report; and kill at a deadline or when the one who asked is gone."""

    def __init__(self, kind, root, routes, listener, seconds_to_get_ready):
        self.kind, self.root, self.routes, self.listener = kind, root, routes, listener
        # What a truly new process may need to get where a forked one starts, on a machine that has become busy.
        self.allowance = 10 + 5 * seconds_to_get_ready
        self.children = {}
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

    def run(self):
        while True:
            now = time.monotonic()
            deadlines = [child.deadline - now for child in self.children.values() if not child.killed]
            for key, _ in self.selector.select(max(0.0, min(deadlines)) if deadlines else None):
                key.data(key.fileobj)
            self.reap()
            for child in self.children.values():
                if not child.killed and time.monotonic() >= child.deadline:
                    child.kill("wall limit")

    def end(self, _):
        if os.read(sys.stdin.fileno(), 1):
            return
        for child in self.children.values():
            child.kill("the run ended")
        os._exit(0)

    def drain_wakes(self, _):
        try:
            while self.wake_reader.recv(4096):
                pass
        except BlockingIOError:
            pass

    def accept(self, _):
        connection, _ = self.listener.accept()
        self.selector.register(connection, selectors.EVENT_READ, self.serve)

    def serve(self, connection):
        """A request, or the end of the one who asked."""
        ends = []
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
        asked_by_this = [child for child in self.children.values() if child.connection is connection]
        if not data:
            for child in asked_by_this:
                child.kill("nobody waits for it any more")
                child.connection = None
            self.close(connection)
        elif not asked_by_this:
            try:
                self.start(connection, json.loads(data), ends)
            except (ValueError, KeyError, TypeError) as error:
                self.say(connection, {"refused": f"not a request: {error!r}"})
        for end in ends:
            os.close(end)

    def start(self, connection, request, ends):
        spoiled = self.spoiled()
        if spoiled:
            self.say(connection, {"refused": spoiled})
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
        self.children[pid] = Child(pid, connection, request["limits"]["wall"] + allowance)
        self.say(connection, {"pid": pid})

    def become_child(self, request, ends):
        """Leave the agent behind and be the step: from here on nothing of the agent's is open or handled."""
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        keep = set(ends)
        for key in list(self.selector.get_map().values()):
            if key.fd not in keep and key.fd > 2:
                os.close(key.fd)
        self.wake_writer.close()
        from _tf_save_conformance.beside_tensorflow import child

        child.step_in(request, ends, kind=self.kind, root=self.root, routes=self.routes)

    def spoiled(self):
        """Why children of this process can no longer be trusted; None while they can."""
        if eager_context_is_used():
            return "the agent has executed a TensorFlow op: children that it forks would hang"
        threads = thread_count()
        if threads > self.threads_when_ready:
            return f"the agent has {threads} threads, {self.threads_when_ready} when it got ready: forking is unsafe"
        return None

    def reap(self):
        while self.children:
            try:
                # Seen, not yet reaped: its process group cannot be anybody else's, so what it left is ours to end.
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
            self.say(
                child.connection,
                {
                    "status": status,
                    "killed": child.killed,
                    "wall": time.monotonic() - child.started,
                    "cpu": usage.ru_utime + usage.ru_stime,
                    "peak_kib": usage.ru_maxrss,
                },
            )

    def say(self, connection, message):
        try:
            connection.sendall(json.dumps(message).encode() + b"\n")
        except OSError as error:
            if error.errno not in (errno.EPIPE, errno.ECONNRESET):
                raise

    def close(self, connection):
        self.selector.unregister(connection)
        connection.close()


def main():
    """Get ready, say so on standard output, and serve until the lifeline closes; or run one step and end."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--kind", choices=["keras", "no-keras", "cpp"], required=True)
    parser.add_argument("--root", required=True, help="the folder that holds models/ and tests/")
    parser.add_argument("--socket", help="where to listen; shorter than 108 characters")
    parser.add_argument("--routes", action="append", default=[], help="a file with further savers and loaders")
    parser.add_argument("--step", help="a request as JSON: be not an agent but the truly new process of one step")
    parser.add_argument("--ends", help="with --step: the open ends of its pipes, as JSON")
    options = parser.parse_args()
    open_rooms(options.root)
    if options.step:
        from _tf_save_conformance.beside_tensorflow import child

        get_ready(options.kind)
        child.run(json.loads(options.step), json.loads(options.ends), kind=options.kind, routes=options.routes)
        return
    said = sys.stdout
    try:
        seconds = get_ready(options.kind)
        from _tf_save_conformance.both_sides import surroundings

        hello = {"ready": {"seconds": seconds, "surroundings": surroundings.describe()}}
    except BaseException as error:
        missing = isinstance(error, ModuleNotFoundError) and (error.name or "").split(".")[0] == "tensorflow"
        hello = {"failed": {"type": type(error).__name__, "message": str(error), "no_tensorflow": missing}}
    gc.freeze()  # what the imports made is never garbage, and a child's collector need not walk and copy its pages
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(options.socket)
    listener.listen(128)
    said.write(json.dumps(hello) + "\n")
    said.flush()
    if "ready" in hello:
        Agent(options.kind, options.root, options.routes, listener, seconds["wall"]).run()


if __name__ == "__main__":
    main()
