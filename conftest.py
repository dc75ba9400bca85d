"""Wiring only: options, profiles, interpreters, parametrization. Nothing else imports both tests/ and reports/."""

from __future__ import annotations

import sys
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from reports.collector import Collector
from reports.document.rows import Row
from reports.under_way import UnderWay
from tests.interpreters.limits import ROOMY, Limits
from tests.judging.cells import BROUGHT_FAMILY, Cell
from tests.judging.deviation_names import doubtful_names
from tests.run.brought import Brought, distinct
from tests.run.catalogue import BrokenTensorFlow
from tests.run.cell_under_test import JUDGEMENTS, CellUnderTest, ClassUnderTest
from tests.run.declared_names import check_globs
from tests.run.folder import warning_about
from tests.run.record import check_place
from tests.run.request import RunRequest
from tests.run.session import Session
from tests.run.start import BAD_USAGE, StartedRun, start, usable

SESSION = pytest.StashKey[Session]()
STARTED = pytest.StashKey[StartedRun]()
ROOT = Path(__file__).parent
# The parameters that the suite gives to tests, and what they are.
PARAMETERS: dict[str, type] = {"cell": Cell, "exported_class": str}


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("conformance", "tf-save-conformance")
    where = "a Python's path, a version such as 2.15.1, or requirements in quotes; variables may stand before a path"
    group.addoption("--to", metavar="WHERE", help=f"the pair under test: {where} (default: this Python)")
    group.addoption(
        "--from",
        metavar="WHERE",
        dest="from_",
        help="the pair that artifacts come from, or a folder made by --record; makes the run a gate",
    )
    group.addoption(
        "--record", metavar="DIR", type=Path, help="keep the evidence about this pair, for a later --from=DIR"
    )
    group.addoption(
        "--model",
        metavar="MODULE:FUNCTION",
        action="append",
        default=[],
        help="judge the model that this function of yours builds, as the case mine.FUNCTION; repeatable",
    )
    group.addoption(
        "--artifact",
        metavar="PATH",
        action="append",
        default=[],
        help="judge a saved model of yours, as the case mine.NAME; MODULE:FUNCTION=PATH with its source; repeatable",
    )
    group.addoption("--rollback", action="store_true", help="in a gate: judge new artifacts under the old pair too")
    group.addoption(
        "--fresh-control", action="store_true", help="in a gate: ask the old pair anew, whatever is remembered of it"
    )
    group.addoption("--case", metavar="GLOB", action="append", default=[], help="only these cases; repeatable")
    group.addoption("--all-routes", action="store_true", help="judge every route, not only those of a default run")
    group.addoption("--route", metavar="GLOB", action="append", default=[], help="only these routes; repeatable")
    group.addoption(
        "--deviations",
        metavar="FILE",
        type=Path,
        action="append",
        default=[],
        help="shortfalls that you accept, in a file of your own like tests/deviations.toml; repeatable",
    )
    group.addoption(
        "--isolation",
        choices=["fork", "fresh"],
        default="fork",
        help="a fresh child forked from an agent for every step, or a truly new process (slow: use with -m quick)",
    )
    group.addoption("--report-dir", metavar="DIR", default=str(ROOT / "reports" / "out"), help="where reports go")


def judges_cells(config: pytest.Config) -> bool:
    """Return whether this run is one of the conformance suite, and not of its self-tests alone or for help."""
    if config.option.help or config.option.version or getattr(config.option, "showfixtures", False):
        return False
    selftest = ROOT / "tests" / "selftest"
    chosen = [Path(config.invocation_params.dir, argument.partition("::")[0]).resolve() for argument in config.args]
    return not chosen or any(path != selftest and selftest not in path.parents for path in chosen)


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    if not judges_cells(config):
        return
    workerinput = getattr(config, "workerinput", None)
    if workerinput is not None:
        config.stash[SESSION] = Session.join(Path(workerinput["conformance_session"]))
        return
    if config.option.xmlpath is None and not config.option.collectonly:
        config.option.xmlpath = str(Path(config.option.report_dir) / "junit.xml")
    try:
        started = start(run_request(config))
    except BAD_USAGE as error:
        raise pytest.UsageError(str(error)) from None
    except OSError as error:
        raise pytest.UsageError(f"the run cannot start: {error}") from None
    except BrokenTensorFlow as error:
        pytest.exit(str(error), returncode=1)
    config.stash[STARTED], config.stash[SESSION] = started, started.session
    if config.option.collectonly:
        return
    started.use_control()
    try:
        config.pluginmanager.register(Collector(started.session, config), "conformance-collector")
        config.pluginmanager.register(UnderWay(started.session.evidence.folder), "conformance-under-way")
    except OSError as error:
        raise pytest.UsageError(f"--report-dir: {error}") from None


def run_request(config: pytest.Config) -> RunRequest:
    """Return what the command line asks for.

    Raises:
        one of BAD_USAGE: it asks for something that cannot be.
    """
    option = config.option
    start = (option.from_ or "").strip().removeprefix("=")
    folder = Path(start) if start and Path(start).is_dir() else None
    if option.rollback and (folder or not option.from_):
        raise pytest.UsageError("--rollback is for a gate: it needs --from, and there a Python rather than a folder")
    if option.fresh_control and (folder or not option.from_):
        raise pytest.UsageError("--fresh-control is for a gate: it needs --from, and there a Python, not a folder")
    if option.record:
        if option.from_ or option.keyword or option.markexpr:
            raise pytest.UsageError("--record keeps the whole evidence about one pair: not with --from, -k or -m")
        check_place(option.record)
    here = config.invocation_params.dir
    brought = [Brought.model(text, here) for text in option.model]
    brought += [Brought.artifact(text, here) for text in option.artifact]
    brought = list(distinct(brought))
    # A recorded folder knows such cases.
    recorded = [glob for glob in option.case if folder and glob.startswith(BROUGHT_FAMILY)]
    check_globs([glob for glob in option.case if glob not in recorded], option.route, [each.case for each in brought])
    sides = {} if folder or not option.from_ else {"A": usable(option.from_, "--from")}
    steady = config.getoption("--hypothesis-profile", None) != "nightly"
    return RunRequest(
        {**sides, "B": usable(option.to, "--to")},
        tuple(option.case),
        tuple(option.route),
        every_route=option.all_routes,
        rollback=option.rollback,
        fresh=option.isolation == "fresh",
        steady=steady,
        limits=Limits() if steady else ROOMY,
        deviation_files=tuple(path.absolute() for path in option.deviations),
        brought=tuple(brought),
        recorded=folder,
        records=option.record is not None,
        fresh_control=option.fresh_control,
    )


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:  # an xdist WorkerController
    if SESSION in node.config.stash:
        node.workerinput["conformance_session"] = str(node.config.stash[SESSION].folder)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if STARTED in config.stash and config.option.collectonly:
        session = terminalreporter._session
        cells = sum(isinstance(cell_of(item), Cell) for item in session.items) if session else 0
        terminalreporter.write_line(
            f"--collect-only: {cells} cells would be judged; none was, and no report is written"
        )


def pytest_unconfigure(config: pytest.Config) -> None:
    if STARTED in config.stash:
        config.stash[STARTED].close()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if SESSION not in metafunc.config.stash:
        return
    session = metafunc.config.stash[SESSION]
    if "exported_class" in metafunc.fixturenames:
        metafunc.parametrize("exported_class", session.exported_classes, indirect=True)
    if "cell" not in metafunc.fixturenames:
        return
    cells = [
        pytest.param(
            cell,
            id=f"{cell.case}-{cell.route}",
            marks=[pytest.mark.quick] if session.catalogue.cases[cell.case].is_quick else [],
        )
        for cell in session.applicable(metafunc.function.__name__.removeprefix("test_"))
    ]
    metafunc.parametrize("cell", cells, indirect=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Sort items by case, then route, so that the cells of one worker share evidence.

    A requirement without a cell in this run has no item, and not a skipped one.
    """
    items[:] = [item for item in items if not has_no_parameter(item)]

    def key(item: pytest.Item) -> tuple[Any, ...]:
        cell = cell_of(item)
        return (0, cell.case, str(cell.route), cell.requirement) if isinstance(cell, Cell) else (1,)

    items.sort(key=key)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Try the constructor arguments of those classes alone that `-k` and the like have left."""
    if SESSION in session.config.stash:
        items = [item for item in session.items if hasattr(item, "callspec")]
        session.config.stash[SESSION].try_only(
            {item.callspec.params["exported_class"] for item in items if "exported_class" in item.callspec.params}
        )


def has_no_parameter(item: pytest.Item) -> bool:
    """Return whether the item stands for a test that has no cells or no classes in this run."""
    parameters = item.callspec.params if hasattr(item, "callspec") else {}
    return any(name in parameters and not isinstance(parameters[name], kind) for name, kind in PARAMETERS.items())


def cell_of(item: pytest.Item) -> Any:
    """Return the item's parameter `cell`; None if it has none."""
    callspec = getattr(item, "callspec", None)
    return callspec.params.get("cell") if callspec else None


@pytest.fixture
def cell(request: pytest.FixtureRequest) -> CellUnderTest:
    """The cell that the test is about."""
    return CellUnderTest(request.param, request.config.stash[SESSION].bench, request.node)


@pytest.fixture
def exported_class(request: pytest.FixtureRequest) -> ClassUnderTest:
    """The class of Keras whose constructor arguments the test is about."""
    return ClassUnderTest(request.param, request.config.stash[SESSION].argument_bench, request.node)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, Any]:
    report = yield
    if call.when == "call" and JUDGEMENTS in item.stash:
        # Plain data, because it goes from a worker to the controller.
        judged = item.stash[JUDGEMENTS].items()
        rows = (Row.of(cell, judgement) for cell, judgements in judged for judgement in judgements)
        report.conformance = [row.as_json() for row in rows]
    return report


def pytest_report_header(config: pytest.Config) -> list[str]:
    if SESSION not in config.stash:
        return []
    session = config.stash[SESSION]
    lines = []
    for side, surroundings in sorted(session.surroundings.items()):
        role = {"A": "from (A)", "B": "to   (B)" if "A" in session.surroundings else "conformance of"}[side]
        unknown = "" if session.deviations.knows(session.pairs[side]) else " - no results are recorded for this pair"
        lines.append(f"{role}: {surroundings.versions_in_words}{unknown}")
    if session.control is not None:
        lines += [line for line in (session.control.line, session.control.damage) if line]
    warnings = [warning_about(session.folder), *doubtful_names(session.deviations, session.catalogue)]
    return lines + [f"warning: {line}" for line in warnings if line]


assert "tensorflow" not in sys.modules, "the wall: pytest's side never imports TensorFlow"
