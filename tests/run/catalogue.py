"""Asks a child for the catalogue, and what follows from it before a plan is made."""

from __future__ import annotations

import dataclasses
import tempfile
from pathlib import Path

from tests.both_sides.cases import CaseInfo
from tests.both_sides.catalogue import Catalogue
from tests.both_sides.declarations import WrongDeclaration
from tests.both_sides.plain import from_plain
from tests.both_sides.questions import CatalogueQuestion, ExportedQuestion
from tests.both_sides.routes import LoaderInfo, SaverInfo
from tests.interpreters.agents import AgentHandle, StartedAgents
from tests.interpreters.where import interpreter_at
from tests.judging.plan import Selection, select, selected_routes

ONLY_NIGHTLY = "it is so large that only --hypothesis-profile=nightly judges it"


class BrokenTensorFlow(Exception):
    """There is a TensorFlow, and it cannot be imported; the message says why, in one line."""


def ask_for_catalogue(agent: AgentHandle, steady: bool) -> Catalogue:
    """Return every case, saver and loader, as a child of the agent describes them.

    Args:
        steady: mark the cases that are too large for a steady run as unavailable.

    Raises:
        WrongDeclaration: a case, a saver or a loader declares something that cannot be meant.
        BrokenTensorFlow: the child could not answer.
    """
    response = agent.run(CatalogueQuestion())
    for section in ("cases", "routes"):
        if section not in response:
            error = response.error(section)
            if error and error["type"] == WrongDeclaration.__name__:
                raise WrongDeclaration(error["message"])
            why = f"{error['type']}: {error['message']}" if error else f"the child {response.detail}"
            raise BrokenTensorFlow(f"the catalogue cannot be read: {why}")
    cases = {name: from_plain(CaseInfo, case) for name, case in response["cases"].items()}
    if steady:
        cases = {
            name: dataclasses.replace(case, unavailable=ONLY_NIGHTLY) if case.nightly else case
            for name, case in cases.items()
        }
    return Catalogue(
        cases,
        {name: from_plain(SaverInfo, saver) for name, saver in response["routes"]["savers"].items()},
        {name: from_plain(LoaderInfo, loader) for name, loader in response["routes"]["loaders"].items()},
    )


def ask_for_arguments(agent: AgentHandle) -> dict[str, tuple[str, ...]]:
    """Return the constructor arguments of every class that an agent's Keras exports, by class.

    Raises:
        BrokenTensorFlow: the child could not answer.
    """
    response = agent.run(ExportedQuestion())
    if "exported" not in response:
        error = response.error("exported")
        why = f"{error['type']}: {error['message']}" if error else f"the child {response.detail}"
        raise BrokenTensorFlow(f"the classes that Keras exports cannot be read: {why}")
    return {name: tuple(arguments) for name, arguments in response["exported"].items()}


def kinds_of_agents(catalogue: Catalogue, selection: Selection) -> set[str]:
    """Return the kinds of agents that the routes of a selection need, beside the one that builds and saves.

    Raises:
        NothingMatches: a glob matches nothing.
    """
    kinds = set()
    for route in selected_routes(catalogue, selection):
        saver, loader = catalogue.parts(route)
        if loader is None:
            continue
        kinds.add(loader.agent)
        if saver.is_saved_model and loader.has_signatures:
            kinds.add(catalogue.loaders[catalogue.signature_loader(saver.name)].agent)
    cases = select(selection.cases, sorted(catalogue.cases), "case")
    if any(catalogue.cases[case].compiles_its_ops for case in cases):
        kinds.add("cpp")  # it compiles the libraries of ops
    return kinds


def read_catalogue() -> Catalogue:
    """Return the catalogue of the Python that runs this, without a run.

    Raises:
        UnusableInterpreter: it has no TensorFlow.
        WrongDeclaration, BrokenTensorFlow: as for `ask_for_catalogue`.
    """
    with tempfile.TemporaryDirectory(prefix="tfsc-") as folder:
        agents = StartedAgents.none(["B"])
        try:
            agents.add({"B": interpreter_at(None)}, ["keras"], Path(folder))
            return ask_for_catalogue(agents.handles["B"]["keras"], steady=False)
        finally:
            agents.stop()
