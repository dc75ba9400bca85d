"""One run: its interpreters, agents, catalogue and plan; set up by the controller, joined by its workers."""

from __future__ import annotations

import collections
import contextlib
import dataclasses
import datetime
import functools
import json
import shutil
import tempfile
import time
from pathlib import Path

from filelock import FileLock, Timeout

from tests.interpreters.agents import AgentHandle, AgentProcess, Limits, start_agents
from tests.interpreters.interpreter import Interpreter, UnusableInterpreter
from tests.interpreters.where import interpreter_at
from tests.judging import deviations, requirement
from tests.judging.catalogue import all_routes, signatures_told_by, tells_signatures
from tests.judging.cells import Cell, Pair, PlannedCell, plan, select
from tests.judging.deviations import Deviations
from tests.judging.evidence import Evidence
from tests.judging.seen import Hop
from tests.judging.verdict import Bench
from tests.run import record
from tests.run.brought import Brought
from tests.run.record import Record

KINDS = ("keras", "no-keras", "cpp")
SESSION_FILE = "session.json"
PREFIX, LOCK = "tfsc-", "held"
# A Unix socket below it must have a path shorter than 108 characters.
FOLDERS = Path(tempfile.gettempdir()) if len(tempfile.gettempdir()) < 64 else Path("/tmp")
SECONDS_TO_TAKE_THE_LOCK = 60
ONLY_NIGHTLY = "it is so large that only --hypothesis-profile=nightly judges it"


class BrokenTensorFlow(Exception):
    """There is a TensorFlow, and it cannot be imported; the message says why, in one line."""


@dataclasses.dataclass(frozen=True)
class RunRequest:
    """What a run was asked for.

    `sides` maps "B", the pair under test, and in a gate "A", the pair that artifacts come from, to interpreters.
    `deviation_files` are the team's own lists, read as of `today`; `recorded` is a folder that stands for side A;
    `records` says that what this run's children say is kept for later ones.
    """

    sides: dict[str, Interpreter]
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
    today: str = dataclasses.field(default_factory=lambda: datetime.date.today().isoformat())
    limits: Limits = dataclasses.field(default_factory=Limits)

    def deviations(self) -> Deviations:
        """All rows, ours and the team's own.

        Raises:
            deviations.UnreadableDeviations: a list cannot be read.
        """
        return deviations.read(self.deviation_files, datetime.date.fromisoformat(self.today))

    @property
    def hops(self) -> list[Hop]:
        """The hops over which cells are judged."""
        if "A" not in self.sides and self.recorded is None:
            return [Hop("B", "B")]
        hops = [Hop("A", "A"), Hop("A", "B"), Hop("B", "B")]
        return [*hops, Hop("B", "A")] if self.rollback else hops


@dataclasses.dataclass
class Session:
    """A run that is under way.

    `processes` are the agents of whoever set it up, empty for workers; `surroundings` is what each side's agent
    said of its interpreter, with the seconds that getting ready took by kind.
    """

    folder: Path
    wanted: RunRequest
    surroundings: dict[str, dict]
    evidence: Evidence
    plan: list[PlannedCell]
    deviations: Deviations
    processes: list[AgentProcess] = dataclasses.field(default_factory=list)
    lock: FileLock | None = None

    @classmethod
    def start(cls, wanted: RunRequest) -> Session:
        """Start the agents, ask one for the catalogue, and plan the cells.

        Raises:
            UnusableInterpreter: a side has no TensorFlow.
            BrokenTensorFlow: a side's TensorFlow cannot be imported.
            deviations.UnreadableDeviations: our own list cannot be read.
            cells.NothingMatches: a glob matches nothing.
        """
        rows = wanted.deviations()
        recorded = Record.read(wanted.recorded) if wanted.recorded else None
        if recorded is not None:
            wanted = recorded.restrict(wanted)
        remove_abandoned_folders()
        folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=FOLDERS))
        lock = FileLock(folder / LOCK)
        lock.acquire()
        processes: list[AgentProcess] = []
        try:
            agents: dict[str, dict[str, AgentHandle]] = {side: {} for side in wanted.sides}
            hellos: dict[str, dict[str, dict]] = {side: {} for side in wanted.sides}

            def get_ready(kinds: set[str]) -> None:
                jobs = {side: (python, sorted(kinds)) for side, python in wanted.sides.items()}
                started, said, running = start_agents(
                    jobs, folder, steady=wanted.steady, further_routes=wanted.further_routes
                )
                processes.extend(running)
                for side in wanted.sides:
                    agents[side].update(started[side])
                    hellos[side].update(said[side])

            # A run that is restricted to some routes starts the other kinds when it knows which they need.
            get_ready({"keras"} if wanted.route_globs else set(KINDS))
            for side, by_kind in agents.items():
                failure = by_kind["keras"].failure
                if failure:
                    python = wanted.sides[side].python
                    raise BrokenTensorFlow(
                        f"the TensorFlow of {python} cannot be imported: {failure['type']}: {failure['message']}"
                    )
            catalogue = ask_for_catalogue(agents["B"]["keras"], wanted.steady)
            if recorded is not None:
                catalogue["cases"].update(recorded.manifest["brought"])
                catalogue["cases"] = dict(sorted(catalogue["cases"].items()))
            given = {}
            for each in wanted.brought:
                if each.case not in catalogue["cases"]:
                    told = each.described_by(agents[min(agents)]["keras"])
                    catalogue["cases"][each.case], given[each.case] = told["case"], told["given"]
            if wanted.route_globs:
                get_ready(_kinds_needed(catalogue, wanted) - {"keras"})
            surroundings = {
                side: {
                    **by_kind["keras"]["ready"]["surroundings"],
                    "import_seconds": {
                        kind: hello["ready"]["seconds"] for kind, hello in by_kind.items() if "ready" in hello
                    },
                }
                for side, by_kind in hellos.items()
            }
            if recorded is not None:
                surroundings["A"] = recorded.manifest["surroundings"]
                recorded.give_to(folder / "evidence", "A")
            session = cls._assemble(folder, wanted, surroundings, agents, catalogue, rows)
            session.evidence.keep_given(given)
            if recorded is not None:
                recorded.check_covers(session.plan, session.evidence)
            session.processes, session.lock = processes, lock
            session._write()
        except BaseException:
            for process in processes:
                process.stop()
            lock.release()
            shutil.rmtree(folder, ignore_errors=True)
            raise
        return session

    @classmethod
    def join(cls, folder: Path) -> Session:
        """Join the run that was set up in that folder."""
        told = json.loads((folder / SESSION_FILE).read_text())
        wanted = RunRequest(
            sides={
                side: Interpreter(where["python"], tuple(map(tuple, where["variables"])))
                for side, where in told["sides"].items()
            },
            case_globs=tuple(told["case_globs"]),
            route_globs=tuple(told["route_globs"]),
            every_route=told["every_route"],
            rollback=told["rollback"],
            recorded=Path(told["recorded"]) if told["recorded"] else None,
            fresh=told["fresh"],
            records=told["records"],
            deviation_files=tuple(map(Path, told["deviation_files"])),
            today=told["today"],
            limits=Limits(**told["limits"]),
        )
        agents = {
            side: {kind: AgentHandle(**agent) for kind, agent in by_kind.items()}
            for side, by_kind in told["agents"].items()
        }
        return cls._assemble(folder, wanted, told["surroundings"], agents, told["catalogue"], wanted.deviations())

    @classmethod
    def _assemble(
        cls,
        folder: Path,
        wanted: RunRequest,
        surroundings: dict[str, dict],
        agents: dict[str, dict[str, AgentHandle]],
        catalogue: dict,
        rows: Deviations,
    ) -> Session:
        pairs = {side: Pair.of(said) for side, said in surroundings.items()}
        cells = plan(
            catalogue,
            requirement.requirements(),
            pairs,
            wanted.hops,
            list(wanted.case_globs),
            list(wanted.route_globs),
            wanted.every_route,
        )
        over_pairs = len(wanted.hops) > 1 or wanted.records
        routes = frozenset(planned.cell.route for planned in cells if planned.applies)
        evidence = Evidence(folder / "evidence", catalogue, agents, routes, wanted.fresh, wanted.limits, over_pairs)
        return cls(folder, wanted, surroundings, evidence, cells, rows)

    def _write(self) -> None:
        told = {
            "sides": {
                side: {"python": interpreter.python, "variables": interpreter.variables}
                for side, interpreter in self.wanted.sides.items()
            },
            "case_globs": self.wanted.case_globs,
            "route_globs": self.wanted.route_globs,
            "every_route": self.wanted.every_route,
            "rollback": self.wanted.rollback,
            "recorded": str(self.wanted.recorded or ""),
            "fresh": self.wanted.fresh,
            "records": self.wanted.records,
            "deviation_files": [str(path.absolute()) for path in self.wanted.deviation_files],
            "today": self.wanted.today,
            "limits": self.wanted.limits.as_request(),
            "agents": {
                side: {kind: dataclasses.asdict(agent) for kind, agent in by_kind.items()}
                for side, by_kind in self.evidence.agents.items()
            },
            "surroundings": self.surroundings,
            "catalogue": self.evidence.catalogue,
        }
        (self.folder / SESSION_FILE).write_text(json.dumps(told))

    @property
    def pairs(self) -> dict[str, Pair]:
        """The pair of each side."""
        return {side: Pair.of(said) for side, said in self.surroundings.items()}

    @functools.cached_property
    def bench(self) -> Bench:
        """All that judging a cell takes; made once, since every test asks for it."""
        return Bench(
            self.evidence,
            {planned.cell: planned for planned in self.plan},
            requirement.requirements(),
            self.deviations,
            self.pairs,
        )

    def applicable(self, requirement_name: str) -> list[Cell]:
        """The cells of a requirement that are judged in some hop, in sorted order."""
        return [
            planned.cell for planned in self.plan if planned.cell.requirement == requirement_name and planned.applies
        ]

    def plan_of(
        self, case_globs: tuple[str, ...], route_globs: tuple[str, ...], every_route: bool
    ) -> list[PlannedCell]:
        """All cells that a run between these pairs would select with these globs; often this run's own."""
        wanted = self.wanted
        if (case_globs, route_globs, every_route) == (wanted.case_globs, wanted.route_globs, wanted.every_route):
            return self.plan
        return plan(
            self.evidence.catalogue,
            requirement.requirements(),
            self.pairs,
            wanted.hops,
            list(case_globs),
            list(route_globs),
            every_route,
        )

    @functools.cached_property
    def rows_by_case(self) -> dict[str, int]:
        """How many rows each case has in a run of all cases on these routes, whatever part of it this one is."""
        counts: collections.Counter = collections.Counter()
        for planned in self.plan_of((), self.wanted.route_globs, self.wanted.every_route):
            counts[planned.cell.case] += len(planned.hops) if planned.applies else 0
        return {case: count for case, count in counts.items() if count}

    def record(self, folder: Path) -> None:
        """Keep in a folder what the pair under test has said, for a gate that starts from it."""
        brought = {name: case for name, case in self.evidence.catalogue["cases"].items() if case["brought"]}
        about = {
            "surroundings": {**self.surroundings["B"], "import_seconds": {}},
            "brought": brought,
            "steady": self.wanted.steady,
            "case_globs": self.wanted.case_globs,
            "route_globs": self.wanted.route_globs,
            "every_route": self.wanted.every_route,
        }
        record.write(folder, self.evidence.folder, about)

    def close(self) -> None:
        """End the agents that this process has started, and give the folder back."""
        for process in self.processes:
            with contextlib.suppress(OSError):
                process.stop()
        if self.lock is not None:
            self.lock.release()
        shutil.rmtree(self.folder, ignore_errors=True)


def remove_abandoned_folders() -> None:
    """Give back what runs have left that were killed: folders whose lock nobody holds any more."""
    for folder in FOLDERS.glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError, Timeout):
            if time.time() - folder.stat().st_mtime > SECONDS_TO_TAKE_THE_LOCK:
                with FileLock(folder / LOCK, timeout=0):
                    shutil.rmtree(folder)


def _kinds_needed(catalogue: dict, wanted: RunRequest) -> set[str]:
    cases = select(list(wanted.case_globs), sorted(catalogue["cases"]), "case")
    routes = all_routes(catalogue)
    savers = {route.partition(":")[0] for route in routes}
    chosen = select(list(wanted.route_globs), sorted([*routes, *savers]), "route")
    loaders = catalogue["routes"]["loaders"]
    kinds = set()
    for saver, loader in (route.split(":") for route in chosen if ":" in route):
        kinds.add(loaders[loader]["agent"])
        if catalogue["routes"]["savers"][saver]["is_saved_model"] and tells_signatures(loaders[loader]):
            kinds.add(loaders[signatures_told_by(catalogue, saver)]["agent"])
    if any((catalogue["cases"][case]["op_library"] or "").endswith(".cc") for case in cases):
        kinds.add("cpp")  # it compiles the op libraries
    return kinds


def ask_for_catalogue(agent: AgentHandle, steady: bool) -> dict:
    """Every case, saver and loader, as a child of the agent tells them; what is too large for a steady run says so.

    Raises:
        BrokenTensorFlow: the child could not tell.
    """
    said = agent.run("catalogue", {})
    for section in ("cases", "routes"):
        if section not in said:
            error = said.error(section)
            why = f"{error['type']}: {error['message']}" if error else f"the child {said.detail}"
            raise BrokenTensorFlow(f"the catalogue cannot be read: {why}")
    for case in said["cases"].values():
        if case["nightly"] and steady:
            case["unavailable"] = ONLY_NIGHTLY
    return {"cases": said["cases"], "routes": said["routes"]}


def usable(where: str | None, option: str) -> Interpreter:
    """The interpreter that an option names.

    Raises:
        UnusableInterpreter: there is none; the message names the option.
    """
    try:
        return interpreter_at(where)
    except UnusableInterpreter as error:
        raise UnusableInterpreter(f"{option}: {error}") from None
