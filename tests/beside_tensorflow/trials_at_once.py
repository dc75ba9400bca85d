"""Loads an artifact eight times at once, in processes and in threads.  [beside TensorFlow]"""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING, Any, Dict, List, Optional

from ..both_sides import wire
from ..both_sides.trials import AT_ONCE

if TYPE_CHECKING:
    from .trials import Loads


def in_processes(loads: Loads) -> List[Dict[str, Any]]:
    """Return the results of eight loads in forks of this process, which load when all of them are ready."""
    go, let_go = os.pipe()
    is_ready, say_ready = os.pipe()
    pipes = []
    for number in range(AT_ONCE):
        reading, writing = os.pipe()
        process = os.fork()
        if process == 0:
            status = 1
            try:
                os.close(let_go)
                os.mkdir(f"process-{number}")  # of its own, since it may leave something there
                os.chdir(f"process-{number}")
                load_in_fork(loads, go, say_ready, writing)
                status = 0
            finally:
                os._exit(status)
        os.close(writing)
        pipes.append((process, reading))
    os.close(say_ready)
    while os.read(is_ready, AT_ONCE):  # until every fork has closed it
        pass
    for end in (is_ready, let_go, go):
        os.close(end)
    return [result_of_fork(process, reading) for process, reading in pipes]


def load_in_fork(loads: Loads, go: int, say_ready: int, writing: int) -> None:
    """Prepare, wait for the other forks, load, and send the result."""
    from .trials import result_of

    prepared = result_of(loads.prepare)
    os.close(say_ready)
    os.read(go, 1)  # ends when the parent closes the other end
    result = prepared if "raised" in prepared else loads.result(loads.question.artifact, loads.given)
    with os.fdopen(writing, "wb") as pipe:
        pipe.write(wire.encode(result))


def result_of_fork(process: int, reading: int) -> Dict[str, Any]:
    """Return the result that a fork sent; an exception of our own if the fork ended in another way."""
    with os.fdopen(reading, "rb") as pipe:
        sent = pipe.read()
    _, status = os.waitpid(process, 0)
    if status:
        return {"raised": {"type": "ProcessLost", "message": f"the process ended with status {status}"}}
    result: Dict[str, Any] = wire.decode(sent)
    return result


def in_threads(loads: Loads) -> List[Dict[str, Any]]:
    """Return the results of eight loads in threads, which load when all of them are ready."""
    ready = threading.Barrier(AT_ONCE)
    results: List[Optional[Dict[str, Any]]] = [None] * AT_ONCE

    def load(number: int, given: Dict[str, Any]) -> None:
        ready.wait()
        results[number] = loads.result(loads.question.artifact, given)

    threads = [threading.Thread(target=load, args=(number, loads.prepare())) for number in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [each for each in results if each is not None]
