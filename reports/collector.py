"""Gathers the rows of a run in pytest's controller, and writes all reports at its end."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from reports.document import files
from reports.document.contents import Document
from reports.document.making import document_of
from reports.document.rows import Row
from reports.drafts import drafts
from reports.page import page
from reports.scripts import running, scripts
from reports.summary import summary, terminal
from tests.run.session import Session

PASSED, FAILED = 0, 1


class Collector:
    """A plugin of pytest's controller, which receives the report of every test from whichever worker ran it."""

    def __init__(self, session: Session, config: pytest.Config):
        self.session, self.config = session, config
        self.folder = Path(config.option.report_dir)
        self.started = datetime.datetime.now(datetime.timezone.utc)
        self.rows: list[Row] = []
        self.collected: set[str] = set()
        self.judged: set[str] = set()
        self.document: Document | None = None
        self.failure: OSError | None = None
        self.folder.mkdir(parents=True, exist_ok=True)
        files.write(self.folder, self.document_so_far(complete=False))  # an interrupted run leaves it without footer

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self.collected |= {item.nodeid for item in session.items}

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, node: Any, ids: list[str]) -> None:  # an xdist WorkerController
        self.collected |= set(ids)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        # A test that was lost with its worker, or broke before it judged, leaves no rows: its cell has no verdict.
        if report.when == "call" and hasattr(report, "conformance"):
            self.judged.add(report.nodeid)
            self.rows += map(Row.from_json, report.conformance)

    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        unjudged = sorted(self.collected - self.judged)
        ran_to_its_end = exitstatus in (PASSED, FAILED)
        complete = ran_to_its_end and not unjudged
        document = self.document_so_far(complete=complete, unjudged=unjudged)
        if exitstatus == PASSED and (document.failing_stale_rows or not complete):
            session.exitstatus = FAILED
        try:
            self.document = document = scripts.named(document) if ran_to_its_end else document
            self.write(document, ran_to_its_end)
            if self.config.option.record and complete:
                self.session.record(self.config.option.record)
        except OSError as error:
            self.failure = error
            session.exitstatus = session.exitstatus or FAILED

    def write(self, document: Document, ran_to_its_end: bool) -> None:
        """Write conformance.json, and if the run came to its end, all reports that follow from it."""
        files.write(self.folder, document)  # first of all, because the others may fill the disk
        if ran_to_its_end:
            self.document = document = self.with_scripts(document)
            files.write(self.folder, document)
            drafts.write(self.folder, document, self.session.deviations)
            summary.write(self.folder, document)
            page.write(self.folder, document)

    def with_scripts(self, document: Document) -> Document:
        """Write the scripts, execute those of unexpected findings, and return the document with what they say."""
        document = scripts.write_all(self.folder, document, self.session)
        executed = running.chosen(document.cells)
        reporter = self.config.pluginmanager.get_plugin("terminalreporter")
        if executed and reporter is not None:
            reporter.ensure_newline()
            reporter.write_line(
                f"executing {len(executed)} scripts of unexpected findings, {running.CPU_SECONDS} CPU seconds at most"
            )
        return running.run_all(self.folder, document, self.session.request)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> Iterator[None]:
        yield  # the verdict comes last, where a person looks first
        if self.document is not None and (self.rows or self.document.unjudged):
            terminalreporter.ensure_newline()
            terminal.show(self.document, terminalreporter._tw, self.folder)
        if self.failure is not None:
            terminalreporter.write_line(f"the reports are incomplete: {self.failure}", red=True)

    def document_so_far(self, *, complete: bool, unjudged: Iterable[str] = ()) -> Document:
        """Return the document of the rows that have been gathered."""
        option = self.config.option
        named_paths = self.config.args_source is pytest.Config.ArgsSource.ARGS
        narrowed = option.keyword or option.markexpr or option.case or option.route
        return document_of(
            self.session,
            self.rows,
            started=self.started,
            narrowed=bool(narrowed or (self.config.invocation_params.args and named_paths)),
            complete=complete,
            unjudged=unjudged,
        )
