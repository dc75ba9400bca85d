"""One run: its agents, evidence and plan. The controller starts it, and workers join it."""

from __future__ import annotations

import collections
import dataclasses
import functools
import json
from collections.abc import Collection, Mapping
from pathlib import Path

from tests.both_sides.catalogue import Catalogue
from tests.both_sides.plain import from_plain, to_plain
from tests.both_sides.surroundings import Surroundings
from tests.interpreters.agents import AgentHandle
from tests.judging.arguments.bench import ArgumentBench
from tests.judging.arguments.evidence import ArgumentEvidence
from tests.judging.bench import Bench
from tests.judging.cells import Cell, PlannedCell
from tests.judging.deviations import Deviations
from tests.judging.evidence import Evidence
from tests.judging.evidence_folder import EvidenceFolder
from tests.judging.pairs import Pair
from tests.judging.plan import Planner, Selection
from tests.judging.requirement import requirements
from tests.run import record
from tests.run.control import Control
from tests.run.record import RecordedRun
from tests.run.request import RunRequest

STATE = "session.json"


@dataclasses.dataclass(frozen=True)
class SharedState:
    """The state that the controller hands to its workers; it is written and read here alone.

    Args:
        agents: by side and kind.
        surroundings: of each side's interpreter.
    """

    request: RunRequest
    agents: Mapping[str, Mapping[str, AgentHandle]]
    surroundings: Mapping[str, Surroundings]
    catalogue: Catalogue

    def write(self, folder: Path) -> None:
        """Write it into the run's folder."""
        (folder / STATE).write_text(json.dumps(to_plain(self)))

    @classmethod
    def read(cls, folder: Path) -> SharedState:
        """Return what was written into the run's folder."""
        return from_plain(cls, json.loads((folder / STATE).read_text()))


@dataclasses.dataclass
class Session:
    """A run that is under way, as the controller and its workers see it.

    Args:
        control: what is remembered of the old pair; in the controller of a gate alone.
    """

    folder: Path
    state: SharedState
    deviations: Deviations
    control: Control | None = None

    @classmethod
    def join(cls, folder: Path) -> Session:
        """Join the run that was started in that folder."""
        state = SharedState.read(folder)
        return cls(folder, state, state.request.deviations())

    @property
    def request(self) -> RunRequest:
        """The request that started the run."""
        return self.state.request

    @property
    def catalogue(self) -> Catalogue:
        """All cases, savers and loaders."""
        return self.state.catalogue

    @property
    def surroundings(self) -> Mapping[str, Surroundings]:
        """The interpreter of each side."""
        return self.state.surroundings

    @functools.cached_property
    def pairs(self) -> dict[str, Pair]:
        """The pair of each side."""
        return {side: Pair.of(surroundings) for side, surroundings in self.surroundings.items()}

    @functools.cached_property
    def planner(self) -> Planner:
        """The planner of cells between the run's pairs."""
        return Planner(self.catalogue, requirements(), self.pairs, self.request.hops)

    @functools.cached_property
    def plan(self) -> list[PlannedCell]:
        """All cells that the run is asked for, applicable or not, in sorted order.

        Raises:
            NothingMatches: a glob matches nothing.
        """
        return self.planner.plan(self.request.selection)

    @functools.cached_property
    def evidence(self) -> Evidence:
        """The responses of the run's children."""
        return Evidence(
            EvidenceFolder(self.folder / "evidence"),
            self.catalogue,
            self.state.agents,
            frozenset(planned.cell.route for planned in self.plan if planned.applies),
            self.request.fresh,
            self.request.limits,
            self.request.over_pairs,
        )

    @functools.cached_property
    def bench(self) -> Bench:
        """The bench that judges the run's cells."""
        planned = {planned.cell: planned for planned in self.plan}
        return Bench(self.evidence, planned, requirements(), self.deviations, self.pairs)

    @functools.cached_property
    def argument_bench(self) -> ArgumentBench:
        """The bench that judges constructor arguments."""
        evidence = ArgumentEvidence(self.evidence, self.catalogue.arguments, whole=not self.request.steady)
        return ArgumentBench(evidence, self.deviations, self.pairs, tuple(self.request.hops))

    @property
    def argument_cells(self) -> list[Cell]:
        """The cells about constructor arguments and whole classes, in sorted order; none if the run judges none."""
        return sorted(
            {
                Cell.of_argument(of, argument)
                for classes in self.catalogue.arguments.values()
                for of, arguments in classes.items()
                for argument in ("", *arguments)
            }
        )

    def try_only(self, classes: Collection[str]) -> None:
        """Try the constructor arguments of these classes alone. All workers have to say the same."""
        evidence = self.argument_bench.evidence
        evidence.classes = {
            side: {name: arguments for name, arguments in of_side.items() if name in classes}
            for side, of_side in evidence.classes.items()
        }

    @property
    def exported_classes(self) -> list[str]:
        """The classes of Keras, of either side, whose constructor arguments are judged, in sorted order."""
        return sorted({name for classes in self.catalogue.arguments.values() for name in classes})

    def applicable(self, requirement: str) -> list[Cell]:
        """Return the cells of a requirement that are judged in some hop, in sorted order."""
        return [planned.cell for planned in self.plan if planned.cell.requirement == requirement and planned.applies]

    def plan_of(self, selection: Selection) -> list[PlannedCell]:
        """Return all cells of a selection between the run's pairs; often the run's own plan."""
        return self.plan if selection == self.request.selection else self.planner.plan(selection)

    @functools.cached_property
    def plan_of_all_cases(self) -> list[PlannedCell]:
        """All cells of a run of all cases on these routes, in sorted order."""
        return self.plan_of(dataclasses.replace(self.request.selection, cases=()))

    @functools.cached_property
    def rows_by_case(self) -> dict[str, int]:
        """How many rows of the report each case has in a run of all cases on these routes."""
        counts: collections.Counter[str] = collections.Counter()
        for planned in self.plan_of_all_cases:
            counts[planned.cell.case] += len(planned.hops) if planned.applies else 0
        return {case: count for case, count in counts.items() if count}

    @property
    def cases_asked_for(self) -> tuple[str, ...]:
        """The cases that a user brings, or names one by one with `--case`, in sorted order."""
        selected = {planned.cell.case for planned in self.plan}
        named = set(self.request.case_globs) | {name for name, case in self.catalogue.cases.items() if case.brought}
        return tuple(sorted(selected & named))

    def record(self, folder: Path) -> None:
        """Keep the responses about the pair under test in a folder, for a gate that starts from it."""
        request = self.request
        brought = {name: case for name, case in self.catalogue.cases.items() if case.brought}
        surroundings = dataclasses.replace(self.surroundings["B"], import_seconds={})
        run = RecordedRun(
            surroundings, brought, request.steady, request.case_globs, request.route_globs, request.every_route
        )
        record.write(folder, self.evidence.folder.root, run)
