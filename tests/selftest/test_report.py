"""The report: a document with a schema, claims that follow from cells, and scripts that run."""

from __future__ import annotations

import copy
import json

import jsonschema
import numpy as np
import pytest
from hypothesis import given, settings

from reports import claims, document, render, repro
from tests.judging.cells import Cell
from tests.judging.comparison import compare
from tests.judging.requirement import Shortfall
from tests.judging.seen import Hop
from tests.judging.verdict import Judgement
from tests.run.cell_under_test import row as row_of
from tests.selftest.test_wire import NUMBERS


def row(case, route, requirement, outcome="conforms", **fields):
    return {"case": case, "route": route, "requirement": requirement, "hop": "B>B", "outcome": outcome, **fields}


DOCUMENT = {
    "schema": 1,
    "started": "2026-01-01T00:00:00+00:00",
    "sides": {
        "B": {
            "python": "3.11.7",
            "versions": {"tensorflow": "2.21.0", "keras": "3.15.1", "numpy": "2", "h5py": "3", "protobuf": "7"},
            "variables": {},
            "import_seconds": {},
        }
    },
    "known_pairs": {"B": True},
    "hops": ["B>B"],
    "narrowed": False,
    "requirements": {"saves": "it is saved", "outputs": "it answers"},
    "cases": {"standard.a": {"doc": "a case", "traits": []}},
    "savers": {"h5": ""},
    "loaders": {"load_model": ""},
    "cells": [
        row("standard.a", "h5", "saves"),
        row("standard.a", "h5:load_model", "outputs", "deviates", message="x", deviations=["known"]),
    ],
    "claims": [],
    "deviations": {"known": {"kind": "by-design", "reason": "so | be\nit", "link": None}},
    "footer": {"complete": True, "conforms": True, "outcomes": {"conforms": 1, "deviates": 1}, "finished": "x"},
}


def with_cells(*cells, **fields):
    return {**copy.deepcopy(DOCUMENT), "cells": [*DOCUMENT["cells"], *cells], **fields}


def test_a_document_is_written_whole_and_read_back(tmp_path):
    document.write(tmp_path, DOCUMENT)
    assert document.read(tmp_path / "conformance.json") == DOCUMENT
    assert [path.name for path in tmp_path.iterdir()] == ["conformance.json"]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("nonsense", "Expecting value"),
        ("[]", "a report of schema None; this suite reads 1"),
        (json.dumps({**DOCUMENT, "schema": 2}), "a report of schema 2; this suite reads 1"),
        (json.dumps({**DOCUMENT, "cells": [{}]}), "cells.0: 'case' is a required property"),
        (json.dumps(with_cells(row("a", "b", "c", "splendid"))), "'splendid' is not one of"),
    ],
)
def test_what_is_no_report_of_this_version_is_refused_in_one_line(tmp_path, content, told):
    path = tmp_path / "conformance.json"
    path.write_text(content)
    with pytest.raises(document.UnreadableDocument) as refused:
        document.read(path)
    assert told in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_judgement_of_any_kind_fits_the_schema(tmp_path):
    found = [Shortfall("wrong", expected=np.zeros(3), seen={"a": 1}, inputs=["zeros"])]
    judgement = Judgement(Hop("B", "B"), "fails", "wrong", found, largest_ulp=float("inf"), largest_absolute=1.5)
    told = row_of(Cell("standard.a", "h5:load_model", "outputs"), judgement)
    document.write(tmp_path, with_cells(told))
    assert document.read(tmp_path / "conformance.json")["cells"][-1]["largest_ulp"] == "inf"


def test_what_does_not_fit_the_schema_is_not_written(tmp_path):
    with pytest.raises(jsonschema.ValidationError):
        document.write(tmp_path, {**DOCUMENT, "hops": ["C>D"]})
    assert not (tmp_path / "conformance.json").exists()


@pytest.mark.parametrize("schema", sorted(document.SCHEMA.parent.glob("*.json")), ids=lambda path: path.name)
def test_a_schema_describes_every_field(schema):
    def undescribed(part, where):
        if isinstance(part, dict):
            for name, field in part.get("properties", {}).items():
                if "description" not in field and "$ref" not in field:
                    yield f"{where}.{name}"
            for name, inner in part.items():
                yield from undescribed(inner, f"{where}.{name}")

    assert list(undescribed(json.loads(schema.read_text()), "")) == []


@pytest.mark.parametrize(
    ("told", "begins"),
    [
        (DOCUMENT, "CONFORMS: TensorFlow 2.21.0 with Keras 3.15.1, with 1 cells that deviate as recorded."),
        (with_cells(row("standard.a", "h5", "x", "fails", message="")), "DOES NOT CONFORM:"),
        (with_cells(row("standard.a", "h5", "x", "blocked", message="", accepted=False)), "DOES NOT CONFORM:"),
        (with_cells(row("standard.a", "h5", "x", "blocked", message="", accepted=True)), "CONFORMS:"),
        (with_cells(stale_rows=["old"]), "DOES NOT CONFORM: TensorFlow 2.21.0 with Keras 3.15.1: 0 unexpected cells"),
        ({**{k: v for k, v in DOCUMENT.items() if k != "footer"}, "unjudged": ["a"]}, "INCOMPLETE: 1 cells"),
        (with_cells(known_pairs={"B": False}), "CONFORMS: TensorFlow 2.21.0 with Keras 3.15.1 (unknown pair)"),
        (
            with_cells(
                row("standard.a", "h5", "x", "regressed", message=""),
                row("standard.a", "h5", "y", "fixed"),
                sides={**DOCUMENT["sides"], "A": DOCUMENT["sides"]["B"]},
                known_pairs={"A": True, "B": True},
            ),
            "BREAKS: from TensorFlow 2.21.0 with Keras 3.15.1 to TensorFlow 2.21.0 with Keras 3.15.1: 1 regressed; "
            "1 fixed.",
        ),
    ],
)
def test_the_verdict_in_words(told, begins):
    assert render.verdict(told).startswith(begins)


def test_the_summary_has_the_verdict_first_and_safe_tables(tmp_path, monkeypatch):
    page = tmp_path / "page.md"
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(page))
    bad = row("standard.a", "h5", "saves", "fails", message="a | b\nc " + "x" * 500)
    render.write_summary(tmp_path, with_cells(bad, stale_rows=["old"]))
    text = (tmp_path / "summary.md").read_text()
    assert page.read_text() == text
    assert text.startswith("# DOES NOT CONFORM")
    assert "a \\| b c xxx" in text
    assert "so \\| be it" in text
    assert "`old`" in text
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert all(len(line) < 400 for line in rows)


def test_every_claim_names_cells_that_exist(bench):
    cells = [
        {"case": each.cell.case, "route": each.cell.route, "requirement": each.cell.requirement, "hop": "B>B"}
        for each in bench.planned.values()
    ]
    told = claims.verdicts([{**cell, "outcome": "conforms"} for cell in cells])
    assert [claim["id"] for claim in told] == [f"C{number}" for number in range(1, 20)]
    assert {claim["verdict"] for claim in told if claim["id"] != "C9"} == {"holds"}
    for claim in claims.tomllib.loads(claims.CLAIMS.read_text())["claim"]:
        for glob in claim["cells"]:
            assert claims.named_by([glob], "B>B", cells), (claim["id"], glob)


@pytest.mark.parametrize(
    ("outcome", "verdict"),
    [
        ("conforms", "holds"),
        ("fails", "does not hold"),
        ("deviates", "does not hold"),
        ("crashed", "does not hold"),
        ("blocked", "does not hold"),
        ("n/a", "not offered"),
    ],
)
def test_a_claim_follows_from_its_cells(outcome, verdict):
    cell = row("standard.dense_classifier", "h5:load_model", "outputs", outcome, message="")
    told = {claim["id"]: claim for claim in claims.verdicts([cell])}
    assert told["C12"]["verdict"] == verdict
    assert told["C13"]["verdict"] == "not judged"


def test_what_a_pair_refuses_is_not_offered_unless_the_claim_says_that_it_is():
    refused = {"facts": {"refused_with": "AttributeError"}}
    cells = [
        row("standard.a", "keras_saved_model", "saves", **refused),
        row("standard.a", "keras_models_save", "saves", **refused),
        row("standard.a", "keras_saved_model:load_model", "loads", **refused),
        row("standard.a", "h5", "saves"),
    ]
    told = {claim["id"]: claim for claim in claims.verdicts(cells)}
    assert [told[name]["verdict"] for name in ("C10", "C18", "C19")] == [
        "does not hold", "not offered", "does not hold",
    ]  # fmt: skip
    assert told["C10"]["against"] == ["standard.a / keras_saved_model / saves"]


@pytest.mark.parametrize(("outcomes", "verdict"), [(["same", "regressed"], "holds"), (["same"], "does not hold")])
def test_a_claim_that_something_may_fail_needs_one_cell_over_two_pairs(outcomes, verdict):
    cells = [
        {**row(f"standard.{n}", "keras_archive:load_model", "loads", "conforms", message=""), "hop": "A>B"}
        for n in range(2)
    ]
    for cell, outcome in zip(cells, outcomes, strict=False):
        cell["outcome"] = "conforms" if outcome == "same" else outcome
    assert {claim["id"]: claim["verdict"] for claim in claims.verdicts(cells)}["C9"] == verdict


def test_a_shortfall_that_a_claim_is_not_about_does_not_count_against_it():
    cells = [
        row("standard.a", "saved_model:signature", "signatures", "deviates", message="other input names of 'x'"),
    ]
    assert {claim["id"]: claim["verdict"] for claim in claims.verdicts(cells)}["C15"] == "holds"
    cells[0]["message"] = "a signature is missing"
    assert {claim["id"]: claim["verdict"] for claim in claims.verdicts(cells)}["C15"] == "does not hold"


@settings(max_examples=200)
@given(NUMBERS.filter(lambda array: array.dtype.kind != "c"))
def test_a_literal_evaluates_to_its_value(array):
    names = {"np": np, "nan": np.nan, "inf": np.inf}
    value = {"a": [array, array]}
    assert compare(value, eval(repro.literal(value), names)).equal


def test_strings_survive_as_literals():
    value = np.array([[b"a'\"\\", "日本".encode()]], dtype=object)
    assert compare(value, eval(repro.literal(value), {"np": np})).equal


def test_every_script_compiles(session, bench):
    for planned in bench.planned.values():
        saver, loader = planned.cell.saver, planned.cell.loader
        real = session.evidence.saver(saver)["doc"] and (not loader or session.evidence.loader(loader)["doc"])
        if planned.applies and real:
            told = row(*vars(planned.cell).values(), "fails", message='a """ in \\ it', found=[])
            compile(repro.script(told, session), str(planned.cell), "exec")
