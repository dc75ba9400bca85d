"""Starts a run: agents first, then the catalogue, then the plan."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

from tests.both_sides.cases import CaseInfo
from tests.both_sides.catalogue import Catalogue
from tests.both_sides.declarations import WrongDeclaration
from tests.both_sides.surroundings import Surroundings
from tests.interpreters.agents import StartedAgents
from tests.interpreters.interpreter import Interpreter, UnusableInterpreter
from tests.interpreters.where import interpreter_at
from tests.judging.deviation_files import UnreadableDeviations
from tests.judging.deviation_names import check_names
from tests.judging.plan import NothingMatches
from tests.judging.requirement import requirements
from tests.run.brought import DescribedCase, UnusableModel
from tests.run.catalogue import BrokenTensorFlow, ask_for_arguments, ask_for_catalogue, kinds_of_agents
from tests.run.control import Control
from tests.run.folder import RunFolder
from tests.run.misplaced import check_places
from tests.run.record import Record, UnusableRecord
from tests.run.request import RunRequest
from tests.run.session import Session, SharedState

# What is wrong with a command line, a declaration or a file, each in one line for a person.
BAD_USAGE = (
    NothingMatches, UnusableInterpreter, UnreadableDeviations, UnusableModel, UnusableRecord, WrongDeclaration,
)  # fmt: skip
KINDS = ("keras", "no-keras", "cpp")


@dataclasses.dataclass(frozen=True)
class StartedRun:
    """A session, and what the process that started it has to give back."""

    session: Session
    agents: StartedAgents
    folder: RunFolder

    def use_control(self) -> None:
        """In a gate, give the run what is remembered of the old pair."""
        session, request = self.session, self.session.request
        if "A" in request.sides:
            origins = self.agents.hellos["A"]["keras"].origins
            assert origins is not None
            session.control = Control(request, session.plan, session.evidence, origins)
            session.control.give()

    def close(self) -> None:
        """End the agents, and give the folder back."""
        self.agents.stop()
        self.folder.give_back()


def start(request: RunRequest) -> StartedRun:
    """Start the agents, ask for the catalogue, and plan the cells.

    Raises:
        UnusableInterpreter: a side has no TensorFlow.
        BrokenTensorFlow: a side's TensorFlow cannot be imported.
        WrongDeclaration: a case, a saver, a loader or a requirement declares something that cannot be meant, or its
            file cannot be imported.
        UnreadableDeviations: a list of deviations cannot be read.
        UnusableModel, UnusableRecord: what a user brings, or has recorded, cannot be used.
        NothingMatches: a glob matches nothing.
    """
    check_places()  # what is wrong with these two shows before anything is started
    requirements()
    deviations = request.deviations()
    recorded = Record.read(request.recorded) if request.recorded else None
    if recorded is not None:
        request = recorded.restrict(request)
    folder = RunFolder.make()
    agents = StartedAgents.none(list(request.sides))
    try:
        # A run that is restricted to some routes starts further kinds when it is known which ones they need.
        start_agents(agents, request, ["keras"] if request.route_globs else KINDS, folder)
        check_importable(agents, request.sides)
        catalogue, brought = complete_catalogue(agents, request, recorded)
        check_names(deviations, catalogue)
        if request.route_globs:
            needed = kinds_of_agents(catalogue, request.selection) - {"keras"}
            start_agents(agents, request, sorted(needed), folder)
            check_importable(agents, request.sides)
        surroundings = surroundings_of(agents)
        if recorded is not None:
            surroundings["A"] = recorded.run.surroundings
            recorded.give_to(folder.path / "evidence", "A")
        session = Session(folder.path, SharedState(request, agents.handles, surroundings, catalogue), deviations)
        for each in brought:
            session.evidence.keep_given(each.case.id, each.given, each.training_data)
        if recorded is not None:
            recorded.check_covers(session.plan, session.evidence)
        session.state.write(folder.path)
    except BaseException:
        agents.stop()
        folder.give_back()
        raise
    return StartedRun(session, agents, folder)


def start_agents(agents: StartedAgents, request: RunRequest, kinds: Sequence[str], folder: RunFolder) -> None:
    """Start agents of these kinds for every side of the run."""
    agents.add(
        request.sides, sorted(kinds), folder.path, steady=request.steady, further_routes=request.further_routes
    )


def check_importable(agents: StartedAgents, sides: Mapping[str, Interpreter]) -> None:
    """Check that every side's TensorFlow can be imported, and the suite's savers and loaders in every agent.

    Raises:
        WrongDeclaration: a file with savers and loaders cannot be imported in an agent.
        BrokenTensorFlow: a TensorFlow cannot be imported.
    """
    for side, by_kind in agents.handles.items():
        python = sides[side].python
        for kind, handle in by_kind.items():
            failure = handle.failure
            if failure and failure["type"] == WrongDeclaration.__name__:
                where = "" if kind == "keras" else f" (in the {kind} agent of {python})"
                raise WrongDeclaration(failure["message"] + where)
            if failure and kind == "keras":
                reason = f"{failure['type']}: {failure['message']}"
                raise BrokenTensorFlow(f"the TensorFlow of {python} cannot be imported: {reason}")


def complete_catalogue(
    agents: StartedAgents, request: RunRequest, recorded: Record | None
) -> tuple[Catalogue, list[DescribedCase]]:
    """Return the catalogue with the cases that were recorded or brought, and what is brought."""
    catalogue = ask_for_catalogue(agents.handles["B"]["keras"], request.steady)
    further: dict[str, CaseInfo] = dict(recorded.run.brought) if recorded else {}
    brought = []
    builder = agents.handles[min(agents.handles)]["keras"]
    for each in request.brought:
        if each.case not in further:
            brought.append(each.described_by(builder))
            further[each.case] = brought[-1].case
    if request.judges_arguments:
        arguments = {side: ask_for_arguments(kinds["keras"]) for side, kinds in sorted(agents.handles.items())}
        catalogue = dataclasses.replace(catalogue, arguments=arguments)
    return catalogue.with_cases(further), brought


def surroundings_of(agents: StartedAgents) -> dict[str, Surroundings]:
    """Return the surroundings of each side, with the seconds that its agents took to get ready."""
    found = {}
    for side, hellos in agents.hellos.items():
        surroundings = hellos["keras"].surroundings
        assert surroundings is not None
        seconds = {kind: hello.seconds for kind, hello in hellos.items() if hello.failure is None}
        found[side] = dataclasses.replace(surroundings, import_seconds=seconds)
    return found


def usable(where: str | None, option: str) -> Interpreter:
    """Return the interpreter that an option names.

    Raises:
        UnusableInterpreter: there is none; the message names the option.
    """
    try:
        return interpreter_at(where)
    except UnusableInterpreter as error:
        raise UnusableInterpreter(f"{option}: {error}") from None
