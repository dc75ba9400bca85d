"""The pipe on which a child sends its response, section by section.  [beside TensorFlow; imports neither]"""

from __future__ import annotations

import contextlib
import os
import time
import traceback
from typing import Any, BinaryIO, Callable, Dict, Tuple

from ..both_sides import wire
from ..both_sides.plain import to_plain
from .hearing import warnings_heard

LONGEST_MESSAGE = 20000
HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
STANDARD_LIBRARY = os.path.dirname(os.path.abspath(os.__file__))
ENGINE = (HERE, os.path.join(ROOT, "tests", "both_sides"), os.path.join(ROOT, "models"))


class Channel:
    """Sends named sections, each with a value or an error, and with the seconds that it took."""

    def __init__(self, pipe: BinaryIO):
        self.pipe = pipe

    def send(self, message: Dict[str, Any]) -> None:
        """Send one message, without delay."""
        self.pipe.write(wire.encode(message))
        self.pipe.flush()

    def send_section(self, section: str, action: Callable[[], Any]) -> None:
        """Run the action, and send its value or its error."""
        self._run(section, action, with_value=True)

    def attempt(self, section: str, action: Callable[[], Any]) -> Tuple[bool, Any]:
        """Run the action, and send only its error.

        Returns:
            whether it succeeded, and its value, which is None if it did not.
        """
        return self._run(section, action, with_value=False)

    def attempt_step(self, step: str, action: Callable[[], Any]) -> Tuple[bool, Any]:
        """Run the action that saves or loads, and send its error and what was warned of meanwhile."""
        return self._run(step, action, with_value=False, hear=True)

    def _run(self, section: str, action: Callable[[], Any], with_value: bool, hear: bool = False) -> Tuple[bool, Any]:
        self.send({"begins": section})
        wall, cpu = time.monotonic(), time.process_time()
        message: Dict[str, Any] = {"section": section}
        value, succeeded = None, False
        with warnings_heard(section) if hear else contextlib.nullcontext([]) as heard:
            try:
                value, succeeded = action(), True
            except Exception as error:
                message["error"] = {**error_facts(error), "ours": is_raised_by_us(error)}
        if heard:
            message["warnings"] = to_plain(heard)
        message.update(wall=time.monotonic() - wall, cpu=time.process_time() - cpu)
        if succeeded:
            message["value"] = value if with_value else None
        self.send(message)
        return succeeded, value


def is_raised_by_us(error: BaseException) -> bool:
    """Return whether the innermost frame of an exception is in the suite's engine: no TensorFlow or user's code.

    Frames of the standard library do not count: whoever calls it gives it what it cannot take. Cases and routes are
    no engine: their functions are the calls that are judged.
    """
    folders = [os.path.dirname(os.path.abspath(each.filename)) for each in traceback.extract_tb(error.__traceback__)]
    counting = [each for each in folders if not is_of_standard_library(each)]
    return bool(counting) and counting[-1] in ENGINE


def is_of_standard_library(folder: str) -> bool:
    """Return whether a folder belongs to Python's standard library, and holds no installed package."""
    return (folder + os.sep).startswith(STANDARD_LIBRARY + os.sep) and "site-packages" not in folder


def error_facts(error: BaseException) -> Dict[str, Any]:
    """Return the type, module, base classes, message and traceback of an exception."""
    return {
        "type": type(error).__name__,
        "module": type(error).__module__,
        "bases": [base.__name__ for base in type(error).__mro__],
        "message": str(error)[:LONGEST_MESSAGE],
        "traceback": "".join(traceback.format_exception(type(error), error, error.__traceback__))[-LONGEST_MESSAGE:],
    }
