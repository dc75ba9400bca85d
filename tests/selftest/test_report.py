"""The report: a document with a schema, claims that follow from cells, and scripts that run."""

from __future__ import annotations

import ast
import builtins
import dataclasses
import json
import math
from pathlib import Path

import jsonschema
import numpy as np
import pytest
from _pytest._io import TerminalWriter
from hypothesis import given, settings

from reports.baselines import baselines
from reports.document import files
from reports.document.contents import Document, Titles
from reports.document.rows import Row
from reports.drafts import drafts
from reports.scripts import scripts
from reports.scripts.look import NoLook
from reports.scripts.sources import DECORATORS
from reports.summary import summary, terminal
from reports.summary.verdict import verdict
from tests.both_sides.routes import Route
from tests.judging.cells import Cell
from tests.judging.comparison import compare
from tests.judging.judgement import Judgement
from tests.judging.literals import literal
from tests.judging.outcome import Outcome
from tests.judging.pairs import NEW_ARTIFACTS, Hop
from tests.judging.requirement import Shortfall, Symptom
from tests.selftest.made_documents import SMALL, document, gate, large, pairs, row, small, without
from tests.selftest.test_wire import NUMBERS


@pytest.mark.parametrize("document", [SMALL, gate(), large(2_000), *pairs()])
def test_a_document_is_written_whole_and_read_back(tmp_path, document):
    files.write(tmp_path, document)
    assert files.read(tmp_path / files.NAME) == document
    assert [path.name for path in tmp_path.iterdir()] == [files.NAME]


def test_an_unfinished_document_is_read_back(tmp_path):
    document = dataclasses.replace(SMALL, footer=None, cpu_seconds=None, unjudged=("tests/test_loads.py::a",))
    files.write(tmp_path, document)
    assert files.read(tmp_path / files.NAME) == document


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("nonsense", "Expecting value"),
        ("[]", "a report of schema None; this suite reads 2"),
        (json.dumps({**SMALL.as_json(), "schema": 1}), "a report of schema 1; this suite reads 2"),
        (json.dumps({**SMALL.as_json(), "cells": [{}]}), "cells.0: 'case' is a required property"),
        (
            json.dumps({**SMALL.as_json(), "cells": [{**row("a", "b", "c").as_json(), "outcome": "splendid"}]}),
            "'splendid' is not one of",
        ),
    ],
)
def test_what_is_no_report_of_this_version_is_refused_in_one_line(tmp_path, content, reason):
    path = tmp_path / files.NAME
    path.write_text(content)
    with pytest.raises(files.UnreadableDocument) as refused:
        files.read(path)
    assert reason in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_judgement_of_any_kind_fits_the_schema(tmp_path):
    found = [Shortfall("wrong", expected=np.zeros(3), seen={"a": 1}, inputs=["zeros"])]
    judgement = Judgement(Hop("B", "B"), Outcome.FAILS, "wrong", found, largest_ulp=math.inf, largest_absolute=1.5)
    judged = Row.of(Cell("standard.a", Route("h5", "load_model"), "outputs"), judgement)
    files.write(tmp_path, small(judged))
    content = json.loads((tmp_path / files.NAME).read_text())
    assert content["cells"][-1]["largest_ulp"] == "inf"
    again = files.read(tmp_path / files.NAME).cells[-1]
    assert (again.largest_ulp, again.largest_absolute) == (math.inf, 1.5)
    assert again.shortfalls == (Shortfall("wrong", "[0. 0. 0.]", "{'a': 1}", ["zeros"]),)
    assert again.shortfalls[0].symptom is Symptom.MISMATCH


def test_a_report_from_before_there_were_titles_falls_back_to_ids(tmp_path):
    titles = Titles({"export": "Model.export"}, {"signature": "tf.saved_model.load", "cpp": "the C++ API"})
    route = Route("export", "signature")
    assert titles.of(route) == "Model.export, read by tf.saved_model.load"
    assert titles.of(route, Route("export", "cpp")) == "Model.export, read by tf.saved_model.load or the C++ API"
    assert titles.of(Route("export")) == "Model.export"
    assert titles.of(Route("export", "restored")) is None
    files.write(tmp_path, small(titles=titles))
    assert files.read(tmp_path / files.NAME).titles == titles
    path = tmp_path / files.NAME
    path.write_text(json.dumps(without(json.loads(path.read_text()), "titles")))
    old = files.read(path).titles
    assert (old.of(route), old.saver("export"), old.loader("signature")) == (None, "export", "signature")


def test_what_does_not_fit_the_schema_is_not_written(tmp_path):
    with pytest.raises(jsonschema.ValidationError):
        files.write(tmp_path, small(hops=(Hop("C", "D"),)))
    assert not (tmp_path / files.NAME).exists()


@pytest.mark.parametrize("schema", [files.SCHEMA, baselines.SCHEMA], ids=lambda path: path.name)
def test_a_schema_describes_every_field(schema):
    def undescribed(part, where):
        if isinstance(part, dict):
            for name, field in part.get("properties", {}).items():
                if "description" not in field and "$ref" not in field:
                    yield f"{where}.{name}"
            for name, inner in part.items():
                yield from undescribed(inner, f"{where}.{name}")

    assert list(undescribed(json.loads(schema.read_text()), "")) == []


def test_a_baseline_keeps_whatever_may_block_a_cell():
    cell = json.loads(files.SCHEMA.read_text())["properties"]["cells"]["items"]["properties"]
    kept = json.loads(baselines.SCHEMA.read_text())["properties"]["cells"]["items"]["properties"]
    assert {*kept["blocked_by"]["enum"], None} == {*cell["blocked_by"]["enum"]}


def test_the_schema_has_every_outcome_and_symptom():
    fields = json.loads(files.SCHEMA.read_text())["properties"]["cells"]["items"]["properties"]
    assert set(fields["outcome"]["enum"]) == {outcome.value for outcome in Outcome}
    symptoms = fields["shortfalls"]["items"]["properties"]["symptom"]["enum"]
    assert set(symptoms) == {symptom.value for symptom in Symptom}


FAILS = "DOES NOT CONFORM: TensorFlow 2.21.0 with Keras 3.15.1: "
BLOCKED = row("standard.b", "h5", "x", "blocked", accepted=False)


@pytest.mark.parametrize(
    ("made", "begins"),
    [
        (SMALL, "CONFORMS: TensorFlow 2.21.0 with Keras 3.15.1, with 1 cell that deviates as recorded."),
        (small(row("standard.a", "h5", "x", "fails")), f"{FAILS}1 unexpected cell."),
        (
            small(row("standard.a", "h5", "x", "fails"), BLOCKED),
            f"{FAILS}1 unexpected cell, 1 cell blocked by these.",
        ),
        (small(BLOCKED, BLOCKED), f"{FAILS}2 cells blocked by what no row explains."),
        (small(row("standard.a", "h5", "x", "blocked", accepted=True)), "CONFORMS:"),
        (small(stale_rows=("old",)), "DOES NOT CONFORM: TensorFlow 2.21.0 with Keras 3.15.1: 1 stale row in"),
        (small(footer=None, unjudged=("a",)), "INCOMPLETE: the run did not finish, and 1 cell has no verdict."),
        (small(footer=None), "INCOMPLETE: the run did not finish."),
        (
            document([row("standard.a", "h5", "saves")]),
            "CONFORMS: TensorFlow 2.21.0 with Keras 3.15.1, and nothing is",
        ),
        (small(known_pairs={"B": False}), "CONFORMS: TensorFlow 2.21.0 with Keras 3.15.1 (unknown pair)"),
        (
            small(
                row("standard.a", "h5", "x", "regressed"),
                row("standard.a", "h5", "y", "fixed"),
                sides={**SMALL.sides, "A": SMALL.sides["B"]},
                known_pairs={"A": True, "B": True},
            ),
            "BREAKS: from TensorFlow 2.21.0 with Keras 3.15.1 to TensorFlow 2.21.0 with Keras 3.15.1: 1 regressed; "
            "1 fixed.",
        ),
    ],
)
def test_the_verdict_in_words(made, begins):
    assert verdict(made).startswith(begins)


def shown(made: Document, folder: Path, capsys: pytest.CaptureFixture[str]) -> str:
    terminal.show(made, TerminalWriter(), folder)
    return capsys.readouterr().out + summary.markdown(made)


def test_what_there_is_none_of_is_not_mentioned_and_one_is_singular(tmp_path, capsys):
    short = row("standard.a", "h5:load_model", "outputs", "deviates")
    one, two = row("standard.a", "h5", "saves"), row("standard.a", "export", "saves")
    text = shown(document([short]), tmp_path, capsys)
    assert "hold on" not in text
    assert "cells hold" not in text
    assert "On 1 other route the one cell holds." in shown(document([short, one]), tmp_path, capsys)
    text = shown(document([one, two]), tmp_path, capsys)
    assert "On 2 routes all 2 cells hold." in text
    assert "All cells hold on: export (1), h5 (1)." in text


def test_the_summary_has_the_verdict_first_and_safe_tables(tmp_path, monkeypatch):
    page = tmp_path / "page.md"
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(page))
    bad = row("standard.a", "h5", "saves", "fails", message="a | b\nc " + "x" * 500)
    summary.write(tmp_path, small(bad, stale_rows=("old",)))
    text = (tmp_path / summary.NAME).read_text()
    assert page.read_text() == text
    assert text.startswith("# DOES NOT CONFORM")
    assert "a \\| b c xxx" in text
    assert "so \\| be it" in text
    assert "`old`" in text
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert all(len(line) < 400 for line in rows)


TITLES = Titles({"h5": "model.save, .h5"}, {"load_model": "tf.keras.models.load_model"})


def test_people_read_the_titles_of_routes_beside_their_ids(tmp_path, capsys):
    bad = row("standard.a", "h5:load_model", "outputs", "fails", message="other answers")
    document = small(bad, titles=TITLES)
    summary.write(tmp_path, document)
    title = "model.save, .h5, read by tf.keras.models.load_model"
    assert f"| h5:load_model ({title}) |" in (tmp_path / summary.NAME).read_text()
    writer = TerminalWriter()
    terminal.show(document, writer, tmp_path)
    shown = capsys.readouterr().out
    assert all(len(line) <= max(120, writer.fullwidth) for line in shown.splitlines())
    assert "h5:load_model " in shown
    assert f"    {title}" in shown


def test_the_last_lines_point_at_a_draft_that_was_written(tmp_path, capsys):
    terminal.show(SMALL, TerminalWriter(), tmp_path)
    assert drafts.NAME not in capsys.readouterr().out
    (tmp_path / drafts.NAME).touch()
    terminal.show(SMALL, TerminalWriter(), tmp_path)
    assert capsys.readouterr().out.splitlines()[-1].endswith(drafts.NAME)


@settings(max_examples=200)
@given(NUMBERS.filter(lambda array: array.dtype.kind != "c"))
def test_a_literal_evaluates_to_its_value(array):
    names = {"np": np, "nan": np.nan, "inf": np.inf}
    value = {"a": [array, array]}
    assert compare(value, eval(literal(value), names)).equal


def test_strings_survive_as_literals():
    value = np.array([[b"a'\"\\", "日本".encode()]], dtype=object)
    assert compare(value, eval(literal(value), {"np": np})).equal


def test_the_row_of_every_cell_that_falls_short_names_its_script():
    names = [each.repro for each in scripts.named(SMALL).cells]
    assert names == [None, "repro/standard.a-h5-load_model-outputs-B-to-B.py"]


def undefined_names(text: str) -> set[str]:
    """Return the names that a script uses and neither defines nor imports."""
    nodes = list(ast.walk(ast.parse(text)))
    used = {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
    bound = {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    bound |= {
        node.name
        for node in nodes
        if isinstance(node, (ast.FunctionDef, ast.ClassDef, ast.ExceptHandler)) and node.name
    }
    bound |= {node.arg for node in nodes if isinstance(node, ast.arg)}
    bound |= {(node.asname or node.name).partition(".")[0] for node in nodes if isinstance(node, ast.alias)}
    return used - bound - {*dir(builtins), "__file__"}


def test_every_script_compiles_and_leaves_our_decorators_behind(session, bench):
    for planned in bench.planned.values():
        cell = planned.cell
        saver, loader = session.catalogue.parts(cell.route)
        real = saver.doc and (loader is None or loader.doc)  # a planted fault has no docstring
        if planned.applies and real:
            found = Shortfall('a """ in \\ it', symptom=Symptom.EXCEPTION, exception="ValueError")
            short = Row(
                cell.case, cell.route, cell.requirement, NEW_ARTIFACTS, Outcome.FAILS, found.message, (found,)
            )
            try:
                text = scripts.script(short, session).text()
            except NoLook:
                assert cell.requirement in ("cycles", "leaves_nothing", "places", "together")
                continue
            compile(text, str(cell), "exec")
            used = {node.id for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name)}
            assert not used & set(DECORATORS), cell
            assert not undefined_names(text), cell
