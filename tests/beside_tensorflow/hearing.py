"""Hears what TensorFlow and Keras warn of during a step, at every level.  [beside TensorFlow; imports neither]

Python's warnings and the records of loggers are taken before they are printed. All else, such as the lines of C++
code, is read from the child's log, in which its standard output and error end up.
"""

from __future__ import annotations

import contextlib
import ctypes
import logging
import os
import sys
import warnings
from typing import Any, Iterator, List, Tuple

from ..both_sides.step_warnings import OTHER_CODE, StepWarning, printed_warnings, step_warnings

LOGGERS = ("tensorflow", "absl", "keras")
LIBRARIES = (*LOGGERS, "tf_keras")
# Savers and loaders warn in TensorFlow's stead.
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
LONGEST_LOG = 2**18


@contextlib.contextmanager
def warnings_heard(step: str) -> Iterator[List[StepWarning]]:
    """Yield a list that has all warnings of the block once the block has ended, even by an exception."""
    heard: List[StepWarning] = []
    recorded: List[Tuple[str, str]] = []
    log = _Log()
    show, filters = warnings.showwarning, warnings.filters[:]
    loggers = [logging.getLogger(name) for name in LOGGERS]
    settings = [(logger.handlers, logger.propagate) for logger in loggers]

    def hear(source: str, text: str) -> None:
        recorded.append((source, text))
        log.write(f"{source}: {text}\n")

    def hear_warning(message: Any, category: Any, *_: Any, **__: Any) -> None:
        hear(f"{category.__name__}{of_other_code(sys._getframe(1))}", str(message))

    # Not only at its first time in a process; what filters ignore stays ignored.
    warnings.simplefilter("always", append=True)
    warnings.showwarning = hear_warning
    for logger in loggers:
        logger.handlers, logger.propagate = [_Handler(hear)], False
    try:
        yield heard
    finally:
        warnings.showwarning, warnings.filters[:] = show, filters
        for logger, (handlers, propagate) in zip(loggers, settings):
            logger.handlers, logger.propagate = handlers, propagate
        heard += step_warnings(step, [*recorded, *printed_warnings(log.written_by_others())])


def of_other_code(frame: Any) -> str:
    """Return what the source of a Python warning ends with if neither TensorFlow nor Keras warns, but a user's code.

    Args:
        frame: the innermost one; those of Python's own `warnings` are left out.
    """
    while frame is not None and frame.f_code.co_filename == warnings.__file__:
        frame = frame.f_back
    if frame is None or frame.f_globals.get("__name__", "").partition(".")[0] in LIBRARIES:
        return ""
    path = frame.f_code.co_filename
    return "" if path.startswith(ROOT + os.sep) else f"{OTHER_CODE}{os.path.basename(path)}"


class _Handler(logging.Handler):
    """Passes warnings and errors on, with the name of the library whose logger it is."""

    def __init__(self, hear: Any):
        super().__init__(logging.WARNING)
        self._hear = hear

    def emit(self, record: logging.LogRecord) -> None:
        self._hear(record.name.partition(".")[0], record.getMessage())


class _Log:
    """The child's log from here on, without what is written through this object."""

    def __init__(self) -> None:
        _flush()
        self._start = os.fstat(2).st_size
        self._own: List[Tuple[int, int]] = []

    def write(self, text: str) -> None:
        """Write to the log, so that the log of a lost child has it."""
        _flush()
        written = os.write(2, text.encode(errors="replace"))
        end = os.lseek(2, 0, os.SEEK_CUR)
        self._own.append((end - written, end))

    def written_by_others(self) -> str:
        """Return what has been written since, by others."""
        _flush()
        with open("/proc/self/fd/2", "rb") as file:
            file.seek(self._start)
            content = file.read(LONGEST_LOG)
        for start, end in reversed(self._own):
            content = content[: start - self._start] + content[end - self._start :]
        return content.decode(errors="replace")


def _flush() -> None:
    """Write out what Python and C have kept back."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(Exception):  # a model's code may have put anything there
            stream.flush()
    ctypes.CDLL(None).fflush(None)
