"""Failures to write reports: each is one line, and none of them keeps the other reports from being written."""

from __future__ import annotations

import contextlib
import dataclasses
import traceback
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
LONGEST_REASON = 300
# The exit code of a run that has no verdict because of a fault of this suite; pytest's own for such faults.
NO_VERDICT = 3


@dataclasses.dataclass
class Failures:
    """The failures so far.

    Args:
        lines: each failure in one line.
        incomplete: True if one of them is of the disk.
        crashed: True if one of them is a fault of this suite, so that the run is no verdict.
    """

    lines: list[str] = dataclasses.field(default_factory=list)
    incomplete: bool = False
    crashed: bool = False

    @contextlib.contextmanager
    def of(self, what: str) -> Iterator[None]:
        """Keep a failure of the block, which writes a report of that name, and go on."""
        try:
            yield
        except OSError as error:
            self.incomplete = True
            self.lines.append(f"the reports are incomplete: {what}: {error}")
        except Exception as error:
            self.crashed = True
            self.mention(what, error)

    def mention(self, what: str, error: Exception) -> None:
        """Keep a fault of this suite that concerns the file of that name only, and no verdict."""
        self.lines.append(f"{what} cannot be written, by a fault of this suite: {_in_one_line(error)}")


def _in_one_line(error: Exception) -> str:
    """Return what was raised, and at which line of this suite."""
    ours = [frame for frame in traceback.extract_tb(error.__traceback__) if Path(frame.filename).is_relative_to(ROOT)]
    where = f", in {Path(ours[-1].filename).relative_to(ROOT)}:{ours[-1].lineno}" if ours else ""
    return f"{type(error).__name__}: {' '.join(str(error).split())[:LONGEST_REASON]}{where}"
