"""One session with planted faults for all self-tests and workers."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.both_sides.catalogue import Catalogue
from tests.interpreters.where import interpreter_at
from tests.run.catalogue import BrokenTensorFlow
from tests.run.request import RunRequest
from tests.run.session import Session
from tests.run.start import BAD_USAGE, StartedRun, start
from tests.selftest.executed import Forks, forks
from tests.selftest.pinned import PINNED
from tests.selftest.planted_faults import FAULTS, planted_faults

KEY, STARTED = pytest.StashKey[Session](), pytest.StashKey[StartedRun]()


def pytest_configure(config: pytest.Config) -> None:
    workerinput = getattr(config, "workerinput", None)
    if workerinput is not None:
        config.stash[KEY] = Session.join(Path(workerinput["selftest_session"]))
    elif not config.option.collectonly and not config.option.help:
        request = RunRequest(
            {"B": interpreter_at(None)}, case_globs=tuple(PINNED), every_route=True, further_routes=FAULTS
        )
        try:
            planted_faults()
            config.stash[STARTED] = start(request)
        except BAD_USAGE as error:
            raise pytest.UsageError(str(error)) from None
        except BrokenTensorFlow as error:
            pytest.exit(str(error), returncode=1)
        config.stash[KEY] = config.stash[STARTED].session


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node) -> None:  # an xdist WorkerController
    node.workerinput["selftest_session"] = str(node.config.stash[KEY].folder)


def pytest_unconfigure(config: pytest.Config) -> None:
    if STARTED in config.stash:
        config.stash[STARTED].close()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "case_id" in metafunc.fixturenames and KEY in metafunc.config.stash:
        session = metafunc.config.stash[KEY]
        pair = session.pairs["B"]
        metafunc.parametrize(
            "case_id",
            [
                name
                for name, case in session.catalogue.cases.items()
                if not case.unavailable and pair.meets(case.offered)
                if case.package is None or case.package in pair.runtimes
            ],
        )


@pytest.fixture(scope="session")
def session(request: pytest.FixtureRequest) -> Session:
    """The session with the planted faults."""
    return request.config.stash[KEY]


@pytest.fixture(scope="module")
def forking(tmp_path_factory) -> Iterator[Forks]:
    """A process that executes scripts in forks of itself."""
    with forks(tmp_path_factory.mktemp("keras")) as started:
        yield started


@pytest.fixture(scope="session")
def bench(session: Session):
    """The bench that judges its cells."""
    return session.bench


@pytest.fixture
def catalogue(session: Session) -> Catalogue:
    """The catalogue without the planted faults."""
    whole = session.catalogue
    return dataclasses.replace(
        whole,
        savers={name: saver for name, saver in whole.savers.items() if saver.doc},
        loaders={name: loader for name, loader in whole.loaders.items() if loader.doc},
    )
