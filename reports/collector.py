"""Gathers the rows of a run in pytest's controller, and writes all reports at its end."""

from __future__ import annotations

import contextlib
import datetime
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from reports.document import files
from reports.document.contents import Document
from reports.document.making import document_of
from reports.document.rows import Row
from reports.drafts import drafts
from reports.failures import NO_VERDICT, Failures
from reports.page import page
from reports.scripts import running, scripts
from reports.summary import summary, terminal
from reports.summary.wording import counted
from reports.under_way import write_line_alone
from tests.judging.plan import why_nothing_applies
from tests.judging.requirement import requirements
from tests.run.session import Session

PASSED, FAILED = 0, 1
MOST_REASONS = 8


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
        self.failures = Failures()
        self.is_kept = False
        self.not_remembered = ""
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
        with self.writing(files.NAME, session):
            self.document = self.document_so_far(complete=complete, unjudged=unjudged)
        if self.document is None:
            return
        has_failed = self.document.failing_stale_rows or self.document.footer_reasons or not complete
        if exitstatus == PASSED and has_failed:
            session.exitstatus = session.exitstatus or FAILED
        if ran_to_its_end:
            with self.writing(f"{scripts.FOLDER}/", session):
                self.document = scripts.named(self.document)
        with self.writing(files.NAME, session):
            files.write(self.folder, self.document)  # first of all, because the others may fail or fill the disk
            self.is_kept = True
        if ran_to_its_end:
            self.write_further(self.document, session)
        if complete and self.config.option.record:
            with self.writing("the recorded folder", session):
                self.session.record(self.config.option.record)
        if complete and self.session.control is not None:
            try:
                self.not_remembered = self.session.control.remember()
            except Exception as error:  # what was judged stays true
                self.failures.mention("the remembered control", error)

    def write_further(self, document: Document, session: pytest.Session) -> None:
        """Write all reports that follow from conformance.json, whether or not the others can be written."""
        with self.writing(f"{scripts.FOLDER}/", session):
            self.document = document = self.with_scripts(document)
            files.write(self.folder, document)  # again, because it says now which scripts reproduced
        with self.writing(drafts.NAME, session):
            drafts.write(self.folder, document, self.session.deviations)
        with self.writing(summary.NAME, session):
            summary.write(self.folder, document)
        with self.writing(page.NAME, session):
            page.write(self.folder, document)

    @contextlib.contextmanager
    def writing(self, what: str, session: pytest.Session) -> Iterator[None]:
        """Keep a failure of the block for the last lines of the output, and go on.

        A disk that is full fails the run. A crash is a fault of this suite, and no verdict on the pair.
        """
        with self.failures.of(what):
            yield
        if self.failures.crashed:
            session.exitstatus = NO_VERDICT
        elif self.failures.incomplete:
            session.exitstatus = session.exitstatus or FAILED

    def with_scripts(self, document: Document) -> Document:
        """Write the scripts, execute those of unexpected findings, and return the document with what they say."""
        document = scripts.write_all(self.folder, document, self.session, self.failures)
        executed = running.chosen(document.cells)
        reporter = self.config.pluginmanager.get_plugin("terminalreporter")
        if executed and reporter is not None:
            write_line_alone(
                reporter,
                f"executing the scripts of {counted(len(executed), 'unexpected finding')}, "
                f"{running.CPU_SECONDS} CPU seconds at most",
            )
        return running.run_all(self.folder, document, self.session.request)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> Iterator[None]:
        yield  # the verdict comes last, where a person looks first
        session = terminalreporter._session
        assert session is not None
        if self.document is not None and (self.rows or self.document.unjudged):
            terminalreporter.ensure_newline()
            with self.writing("the end of this output", session):
                terminal.show(self.document, terminalreporter._tw, self.folder)
        for line in self.why_nothing_was_selected():
            terminalreporter.write_line(line)
        if self.not_remembered:
            terminalreporter.write_line(self.not_remembered)
        for failure in self.failures.lines:
            terminalreporter.write_line(failure, red=True)
        if self.failures.crashed:
            kept = f"; what was judged is in {self.folder / files.NAME}" if self.is_kept else ""
            terminalreporter.write_line(f"so this run is no verdict on the pair{kept}", red=True)

    def why_nothing_was_selected(self) -> Iterator[str]:
        """Yield lines that say why no cell of the selection applies; nothing if some cell does."""
        if self.collected or self.rows:
            return
        asked = self.requirements_asked()
        plan = [planned for planned in self.session.plan if planned.cell.requirement in asked]
        reasons = why_nothing_applies(plan)
        if reasons:
            yield "nothing in this selection applies:"
        for reason, count in list(reasons.items())[:MOST_REASONS]:
            yield f"  {counted(count, 'cell')}: {reason}"
        if len(reasons) > MOST_REASONS:
            yield f"  and {len(reasons) - MOST_REASONS} more reasons"

    def requirements_asked(self) -> set[str]:
        """Return the requirements that paths and `-k` name; all of them if none is named."""
        names = set(requirements())
        files_named = {Path(argument.partition("::")[0]).name for argument in self.config.args}
        names = {name for name in names if f"test_{name}.py" in files_named} or names
        words = set(re.findall(r"\w+", self.config.option.keyword or "")) - {"and", "or", "not"}
        return {name for name in names if any(word in f"test_{name}" for word in words)} or names

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
            asked=self.requirements_asked(),
            complete=complete,
            unjudged=unjudged,
        )
