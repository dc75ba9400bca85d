"""The request for a run: the command line, checked and typed."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Mapping
from pathlib import Path

from tests.interpreters.interpreter import Interpreter
from tests.interpreters.limits import Limits
from tests.judging import deviation_files
from tests.judging.deviations import Deviations
from tests.judging.pairs import CONTROL, NEW_ARTIFACTS, Hop
from tests.judging.plan import Selection
from tests.run.brought import Brought


@dataclasses.dataclass(frozen=True)
class RunRequest:
    """Everything that one run is asked for. Workers read it as the controller has written it.

    Args:
        sides: the interpreter under test as "B", and in a gate the one that artifacts come from as "A".
        case_globs, route_globs, every_route: see `Selection`.
        rollback: judge new artifacts under the old pair too.
        fresh: take every step in a truly new process.
        steady: draw the same inputs every time, and run TensorFlow with one thread and without oneDNN.
        further_routes: files with more savers and loaders.
        deviation_files: a team's own lists, read as of `today`.
        brought: what a user brings.
        recorded: a folder that stands for side A.
        fresh_control: ask the old pair anew, whatever is remembered.
        records: keep the responses of this run's children for a later gate.
    """

    sides: Mapping[str, Interpreter]
    case_globs: tuple[str, ...] = ()
    route_globs: tuple[str, ...] = ()
    every_route: bool = False
    rollback: bool = False
    fresh: bool = False
    steady: bool = True
    further_routes: tuple[Path, ...] = ()
    deviation_files: tuple[Path, ...] = ()
    brought: tuple[Brought, ...] = ()
    recorded: Path | None = None
    records: bool = False
    fresh_control: bool = False
    today: str = dataclasses.field(default_factory=lambda: datetime.date.today().isoformat())
    limits: Limits = dataclasses.field(default_factory=Limits)

    @property
    def selection(self) -> Selection:
        """The cases and routes that the run is restricted to."""
        return Selection(self.case_globs, self.route_globs, self.every_route)

    @property
    def judges_arguments(self) -> bool:
        """True if constructor arguments are judged: the run is restricted to no case and no route.

        A recorded folder holds nothing about them.
        """
        return not (self.case_globs or self.route_globs or self.recorded)

    @property
    def hops(self) -> list[Hop]:
        """The hops over which cells are judged, the control first."""
        if "A" not in self.sides and self.recorded is None:
            return [NEW_ARTIFACTS]
        hops = [CONTROL, Hop("A", "B"), NEW_ARTIFACTS]
        return [*hops, Hop("B", "A")] if self.rollback else hops

    @property
    def over_pairs(self) -> bool:
        """True if answers may be compared with those of another pair, in this run or in a later one."""
        return len(self.hops) > 1 or self.records

    def deviations(self) -> Deviations:
        """Return all rows, ours and the team's own.

        Raises:
            deviation_files.UnreadableDeviations: a list cannot be read.
        """
        return deviation_files.read(self.deviation_files, datetime.date.fromisoformat(self.today))
