"""Models of a user's own in the session that the self-tests share: described, and judged cell by cell."""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from tests.both_sides.routes import Route
from tests.judging.judgement import Judgement, judge
from tests.judging.pairs import NEW_ARTIFACTS
from tests.judging.requirement import requirements
from tests.judging.seen import Seen
from tests.run.brought import Brought, DescribedCase
from tests.run.session import Session

OWN_MODELS = Path(__file__).parent / "beside_tensorflow" / "own_models"
NOT_ABOUT_THE_MODEL = (
    "arguments", "cycles", "fingerprint", "leaves_nothing", "overwrites", "places", "promises", "together",
)  # fmt: skip


def project_with(tmp_path_factory: pytest.TempPathFactory, module: str) -> Path:
    """Return a new folder with a copy of one of the modules of own models."""
    return Path(shutil.copy(OWN_MODELS / f"{module}.py", tmp_path_factory.mktemp("project"))).parent


def describing(session: Session, folder: Path, module: str) -> Callable[[str], DescribedCase]:
    """Return a function that describes what a function of the user's module builds."""
    agent = session.evidence.agents["B"]["keras"]
    return lambda function: Brought.model(f"{module}:{function}", folder).described_by(agent)


def session_with(session: Session, described: DescribedCase) -> Session:
    """Return the session with a further case, whose inputs are kept.

    Its evidence has a folder for the user's module, since another test's module may have a function of the same name.
    """
    source = described.case.brought
    assert source is not None
    assert source.function is not None
    catalogue = session.catalogue.with_cases({described.case.id: described.case})
    state = dataclasses.replace(session.state, catalogue=catalogue)
    made = dataclasses.replace(session, folder=session.folder / source.function.partition(":")[0], state=state)
    made.evidence.keep_given(described.case.id, described.given, described.training_data)
    return made


def judged(session: Session, case: str, route: Route, routes: Iterable[str]) -> dict[str, Judgement]:
    """Return the judgement of every requirement that applies, but for those about files and surroundings.

    Args:
        routes: all that the test judges, since the original is asked what these need.
    """
    together = frozenset({*map(Route.parse, routes), route})
    evidence = dataclasses.replace(session.evidence, routes=together, over_pairs=False)
    saver, loader = session.catalogue.parts(route)
    described = session.catalogue.cases[case]
    found = {}
    for name, requirement in requirements().items():
        of_route = requirement.over == "routes"
        if name in NOT_ABOUT_THE_MODEL or requirement.not_applicable(described, saver, loader if of_route else None):
            continue
        found[name] = judge(requirement, Seen(evidence, NEW_ARTIFACTS, case, route if of_route else route.of_saver))
    return {name: each for name, each in found.items() if each.outcome.is_judged}
