"""Gathers the rows of a run in the controller, and writes the reports at its end."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from reports import document, draft, page, render, repro
from tests.run.session import Session

PASSED, FAILED = 0, 1


class Collector:
    """A pytest plugin of the controller: it hears of every test, whichever worker ran it."""

    def __init__(self, session: Session, config: pytest.Config):
        self.session, self.config = session, config
        self.folder = Path(config.option.report_dir)
        self.started = datetime.datetime.now(datetime.timezone.utc)
        self.rows: list[dict] = []
        self.collected: set[str] = set()
        self.judged: set[str] = set()
        self.lost: list[str] = []
        self.document: dict | None = None
        self.folder.mkdir(parents=True, exist_ok=True)
        document.write(self.folder, self.make(complete=False))  # what an interrupted run leaves has no footer
        self.unwritten: OSError | None = None

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self.collected |= {item.nodeid for item in session.items}

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, node, ids: list[str]) -> None:  # an xdist WorkerController
        self.collected |= set(ids)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" and hasattr(report, "conformance"):
            self.judged.add(report.nodeid)
            self.rows += report.conformance
        elif report.failed:
            # The test was lost with its worker, or broke before it judged: a cell without a verdict.
            self.lost.append(report.nodeid)

    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        unjudged = sorted(self.collected - self.judged)
        finished = exitstatus in (PASSED, FAILED) and not unjudged
        self.document = self.make(complete=finished, unjudged=unjudged)
        if exitstatus == PASSED and (document.stale(self.document) or not finished):
            session.exitstatus = FAILED
        try:
            self.write(exitstatus in (PASSED, FAILED))
            if self.config.option.record and finished:
                self.session.record(self.config.option.record)
        except OSError as error:
            self.unwritten = error
            session.exitstatus = session.exitstatus or FAILED

    def write(self, ran: bool) -> None:
        """Write the reports; all that follows from the document where the run came to its end."""
        if ran:
            repro.name_all(self.document)
        document.write(self.folder, self.document)  # before all that is made of it, and may find the disk full
        if ran:
            repro.write_all(self.folder, self.document, self.session)
            draft.write(self.folder, self.document, self.session.deviations)
            render.write_summary(self.folder, self.document)
            page.write(self.folder, self.document)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter):
        yield  # the verdict is what a person should find at the end of the screen
        if self.document is not None and (self.rows or self.document.get("unjudged")):
            terminalreporter.ensure_newline()
            render.to_terminal(self.document, terminalreporter._tw, self.folder)
        if self.unwritten is not None:
            terminalreporter.write_line(f"the reports could not be written whole: {self.unwritten}", red=True)

    def make(self, *, complete: bool, unjudged: list[str] | None = None) -> dict:
        """The document as it stands."""
        option = self.config.option
        narrowed = bool(
            option.keyword or option.markexpr or (self.config.invocation_params.args and self._named_paths())
        )
        return document.make(
            self.session,
            self.rows,
            started=self.started,
            narrowed=narrowed or bool(option.case or option.route),
            complete=complete,
            unjudged=unjudged or [],
        )

    def _named_paths(self) -> bool:
        return self.config.args_source is pytest.Config.ArgsSource.ARGS
