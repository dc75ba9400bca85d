"""Every writer takes every document: a report that crashes hides the verdict of a run."""

from __future__ import annotations

import contextlib
import dataclasses
import io
import json
import re

import tomllib
from _pytest._io import TerminalWriter
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from reports.baselines import baselines
from reports.document import files
from reports.document.contents import Document
from reports.document.merging import CannotMerge, merged
from reports.document.rows import Row
from reports.drafts import drafts, toml
from reports.drafts.patterns import pattern
from reports.gate.findings import BAD, findings
from reports.page import page
from reports.scripts import scripts
from reports.summary import summary, terminal
from tests.judging.deviations import Deviations
from tests.judging.outcome import Outcome
from tests.judging.requirement import Shortfall
from tests.selftest.any_documents import ODD_TEXTS, documents
from tests.selftest.made_documents import row, small

# Documents are slow to draw, and much slower to shrink.
MANY = settings(max_examples=60, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))


@MANY
@given(documents())
def test_any_document_is_written_and_read_back(tmp_path_factory, document: Document):
    folder = tmp_path_factory.mktemp("any")
    files.write(folder, document)
    again = files.read(folder / files.NAME)
    assert [_place(row) for row in again.cells] == [_place(row) for row in document.cells]
    assert again.as_json() == document.as_json()


def _place(row: Row):
    return row.cell, row.hop, row.outcome


@MANY
@given(documents())
def test_any_document_has_a_summary_a_page_and_a_draft(tmp_path_factory, document: Document):
    folder = tmp_path_factory.mktemp("any")
    summary.write(folder, document)
    page.write(folder, document)
    drafts.write(folder, document, Deviations(()))
    assert (folder / summary.NAME).read_text("utf-8").startswith("# ")
    assert (folder / page.NAME).read_text("utf-8").rstrip().endswith("</html>")
    if (folder / drafts.NAME).exists():
        rows = tomllib.loads((folder / drafts.NAME).read_text("utf-8"))["deviation"]
        assert all(row["where"] for row in rows)


def test_what_was_found_before_a_cell_was_blocked_is_drafted():
    found = (Shortfall("it lost something"),)
    text = drafts.draft(
        [small(row("standard.a", "h5:load_model", "weights", "blocked", shortfalls=found))], Deviations(())
    )
    (drafted,) = tomllib.loads(text)["deviation"]
    assert (drafted["message"], drafted["where"][0]["route"]) == ("^it lost something", ["h5:load_model"])


def test_a_row_without_a_message_has_a_baseline():
    empty = row("standard.a", "h5:load_model", "weights", "fails", shortfalls=(Shortfall(""),))
    again = baselines.to_document(baselines.of_document(small(empty)))
    assert [each.shortfalls for each in again.cells if each.requirement == "weights"] == [(Shortfall(""),)]


@MANY
@given(st.text(min_size=1) | st.sampled_from(ODD_TEXTS))
def test_a_drafted_pattern_matches_the_message_it_is_made_of(message: str):
    drafted = tomllib.loads(f"message = {toml.literal(pattern(message))}")["message"]
    assert re.search(drafted, message, re.DOTALL)


@MANY
@given(documents())
def test_any_document_is_shown_on_a_terminal(tmp_path_factory, document: Document):
    for encoding in ("utf-8", "ascii"):
        file = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
        terminal.show(document, TerminalWriter(file), tmp_path_factory.getbasetemp())
        file.flush()
        assert b"conformance" in file.buffer.getvalue()


@MANY
@given(documents(gate=True))
def test_every_bad_row_of_any_gate_is_in_a_finding(document: Document):
    found = [cell for each in findings(document) for cell in each.cells]
    assert sorted(found) == sorted(row.cell for row in document.cells if row.outcome in BAD)
    for outcome in Outcome:
        if outcome.is_judged:
            findings(document, (outcome,))


@MANY
@given(documents(), documents())
def test_any_parts_are_merged_or_refused(one: Document, two: Document):
    alike = {name: getattr(one, name) for name in ("sides", "hops", "requirements", "deviations")}
    for other in (two, dataclasses.replace(one, cells=()), dataclasses.replace(two, **alike, planned=one.planned)):
        with contextlib.suppress(CannotMerge):
            assert merged({"one": one, "two": other}).is_complete


@MANY
@given(documents(gate=False).filter(lambda document: document.is_complete))
def test_any_run_has_a_baseline(document: Document):
    content = json.loads(baselines.to_text(baselines.of_document(document)))
    baselines.validator().validate(content)
    again = baselines.to_document(content)
    assert [_place(row) for row in again.cells] == [_place(row) for row in document.cells]


@MANY
@given(documents(gate=False), documents(gate=False))
def test_any_runs_are_compared(one: Document, two: Document):
    assert page.over_versions([one, two]).rstrip().endswith("</html>")


@MANY
@given(documents())
def test_any_document_names_its_scripts(document: Document):
    named = scripts.named(document)
    assert [_place(row) for row in named.cells] == [_place(row) for row in document.cells]
