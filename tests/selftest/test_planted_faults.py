"""Every planted fault is caught by the requirements that claim it, by name, and by no others."""

from __future__ import annotations

import dataclasses
import re

import pytest

from tests.both_sides.routes import Route
from tests.interpreters.limits import GIB, Limits
from tests.interpreters.response import Response
from tests.judging.bench import Bench
from tests.judging.cells import Cell
from tests.judging.evidence import Evidence
from tests.judging.judgement import Judgement
from tests.judging.load_request import LoadRequest
from tests.judging.outcome import Outcome
from tests.judging.pairs import NEW_ARTIFACTS
from tests.selftest.planted_faults import PlantedFault, planted_faults

REGISTERED = "custom_layer.registered"
# These have to run into a limit, so they have a test of their own.
NEED_A_LIMIT = [
    ("hangs", Limits(wall=4), Outcome.TIMED_OUT, "the child went on beyond its wall limit during 'load'"),
    ("spins", Limits(cpu=2), Outcome.TIMED_OUT, "the child went on beyond its limit of CPU seconds during 'load'"),
    ("eats_memory", Limits(memory=GIB), Outcome.CRASHED, "ran out of the memory it may have"),
]
# These do what an older Keras did, for a test of custom objects.
NO_FAULTS = {"load_model_and_import"}


def judged(bench: Bench, case: str, route: Route) -> dict[str, Judgement]:
    """Return the judgement of every requirement that applies to the case on the route."""
    cells = [cell for cell, planned in bench.planned.items() if planned.applies]
    chosen = [cell for cell in cells if (cell.case, cell.route) == (case, route)]
    assert chosen, f"{case} is not judged on {route}"
    return {cell.requirement: bench.judge(cell)[NEW_ARTIFACTS] for cell in chosen}


@pytest.mark.parametrize("fault", planted_faults(), ids=str)
def test_a_fault_is_caught(bench: Bench, fault: PlantedFault):
    caught = {
        requirement: judgement.text()
        for requirement, judgement in judged(bench, fault.case, fault.route).items()
        if judgement.is_bad and judgement.outcome is not Outcome.BLOCKED
    }
    known = {
        requirement
        for requirement, judgement in judged(bench, fault.case, fault.instead_of).items()
        if judgement.outcome in (Outcome.DEVIATES, Outcome.BLOCKED)
    }
    assert set(caught) - known <= set(fault.caught_by)
    for requirement, pattern in fault.caught_by.items():
        assert requirement in caught, f"{requirement} did not catch it; these did: {caught}"
        assert re.search(pattern, caught[requirement], re.DOTALL), caught[requirement]


@pytest.mark.parametrize(("fault", "limits", "outcome", "message"), NEED_A_LIMIT)
def test_a_fault_that_needs_a_limit_is_caught(bench: Bench, fault, limits, outcome, message):
    route = Route("keras_archive", fault)
    bench.evidence.saved("B", REGISTERED, route.saver)
    question = bench.evidence.question_to_load(LoadRequest(NEW_ARTIFACTS, REGISTERED, route))
    response = bench.evidence.agents["B"]["keras"].run(question, limits=limits)
    prepared = dataclasses.replace(bench, evidence=Prepared(bench.evidence, response))
    judgement = prepared.judge(Cell(REGISTERED, route, "loads"))[NEW_ARTIFACTS]
    assert (judgement.outcome, message in judgement.text()) == (outcome, True), judgement.text()


class Prepared:
    """Evidence in which every load has the same response."""

    def __init__(self, evidence: Evidence, response: Response):
        self._evidence, self._response = evidence, response

    def loaded(self, *_):
        return self._response

    def __getattr__(self, name):
        return getattr(self._evidence, name)


def test_every_requirement_has_a_planted_fault(bench: Bench):
    assert {requirement for fault in planted_faults() for requirement in fault.caught_by} == set(bench.requirements)


def test_every_planted_fault_is_tested(session):
    both = {**session.catalogue.savers, **session.catalogue.loaders}
    planted = {name for name, each in both.items() if not each.doc}
    tested = {name for fault in planted_faults() for name in (fault.route.saver, fault.route.loader)}
    assert planted <= tested | {fault for fault, *_ in NEED_A_LIMIT} | NO_FAULTS
