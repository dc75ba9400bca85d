"""Lines on the terminal that say what is being done, while a child takes long."""

from __future__ import annotations

import threading
from collections.abc import Generator, Iterator

import pytest

from tests.judging.evidence_folder import EvidenceFolder, Step

# Seconds after which a child has its first line; the next ones come after twice and four times as many, and so on.
PATIENCE = 30.0


class UnderWay:
    """A plugin of pytest's controller, which looks at what all workers wait for."""

    def __init__(self, folder: EvidenceFolder, patience: float = PATIENCE):
        self.folder, self.patience = folder, patience
        self._told: dict[str, float] = {}

    @pytest.hookimpl(wrapper=True)
    def pytest_runtestloop(self, session: pytest.Session) -> Generator[None, object, object]:
        reporter = session.config.pluginmanager.get_plugin("terminalreporter")
        ended = threading.Event()

        def look_and_tell() -> None:
            assert reporter is not None
            while not ended.wait(self.patience / 6):
                for line in self.lines():
                    write_line_alone(reporter, line)

        looking = threading.Thread(target=look_and_tell, name="under way", daemon=True)
        if reporter is not None and not session.config.option.collectonly:
            looking.start()
        try:
            return (yield)
        finally:
            ended.set()

    def lines(self) -> Iterator[str]:
        """Yield a line for each step that takes long, and a further one each time that its time has doubled."""
        for key, step, seconds in self.folder.under_way():
            if seconds >= 2 * self._told.get(key, self.patience / 2):
                self._told[key] = seconds
                yield f"{in_words(step)} has taken {seconds:.0f} seconds so far"


def in_words(step: Step) -> str:
    """Return what a child does, such as `saving mine.tower with export`."""
    if step.part == "original":
        return f"asking the original of {step.subject}"
    if step.part == "saved":
        return f"saving {step.subject} with {step.saver}"
    if step.part == "loaded":
        return f"loading {step.subject} by {step.saver}:{step.loader}"
    if "arguments" in step.part:
        return f"trying the constructor arguments of {step.saver or step.subject}"
    return f"compiling {step.subject}"


def write_line_alone(reporter: pytest.TerminalReporter, line: str) -> None:
    """Write a line that begins where a line begins: pytest's own `ensure_newline` does not know of xdist's dots."""
    if reporter._tw.width_of_current_line:
        reporter._tw.line()
    reporter.write_line(line)
