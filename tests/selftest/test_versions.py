"""Over versions: pairs in order, what happened from one to the next, baselines that keep it, and the command."""

from __future__ import annotations

import dataclasses
import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports import baseline, compare
from reports.baselines import baselines
from reports.document import files
from reports.document.contents import DescribedCase, Document
from reports.page import page, versions
from tests.judging.cells import Cell
from tests.judging.outcome import Outcome
from tests.judging.pairs import Hop
from tests.selftest.made_documents import document, gate, pairs, row, without
from tests.selftest.test_page import data_in, words_in

BASELINES = sorted(baselines.BASELINES.glob("*.json"))
CASES = ["custom_layer.a", "custom_layer.b", "standard.a", "standard.b", "standard.c"]


def outcomes_in(report: Document) -> dict[Cell, Outcome]:
    return {each.cell: each.outcome for each in report.cells}


def kept(report: Document) -> Document:
    """Return what a baseline keeps of a report."""
    return baselines.to_document(json.loads(baselines.to_text(baselines.of_document(report))))


def test_pairs_are_in_order_with_tf_keras_after_them():
    assert [page.short_name(each) for each in versions.in_order(pairs())] == [
        "2.15.1/2.15.0",
        "2.16.2/3.3.3",
        "2.21.0/3.15.1",
        "2.21.0/tf_keras 2.21.0",
    ]


def test_what_happened_from_pair_to_pair():
    steps = versions.steps(versions.in_order(pairs()))
    assert [(step.before, step.after) for step in steps] == [(0, 1), (1, 2), (0, 3)]
    changes = [[(str(each.event), each.deviations, len(each.rows)) for each in step.changes] for step in steps]
    assert changes == [
        [("broke", ("h5-forgets",), 1), ("is gone", (), 1)],
        [("was fixed", ("h5-forgets",), 1)],
        [("broke", ("h5-forgets",), 1)],
    ]
    assert steps[0].changes[1].message == "keras_saved_model is not offered by TensorFlow 2.16.2"
    assert steps[0].count(versions.Event.BROKE) == 1


@pytest.mark.parametrize(
    ("before", "after", "event"),
    [
        ("conforms", "deviates", "broke"),
        ("conforms", "blocked", "broke"),
        ("conforms", "n/a", "is gone"),
        ("deviates", "conforms", "was fixed"),
        ("n/a", "conforms", "is new"),
        ("n/a", "fails", "is new and falls short"),
        ("deviates", "crashed", None),
        ("conforms", "conforms", None),
        (None, "conforms", None),
    ],
)
def test_a_change_follows_from_two_outcomes(before, after, event):
    old = document([row("standard.a", "h5", "saves", before)] if before else [])
    changes = versions.changes(old, document([row("standard.a", "h5", "saves", after)]))
    assert [str(each.event) for each in changes] == ([event] if event else [])


def test_since_when_and_until_when_a_shortfall_is_there():
    (shortfall,) = versions.known_shortfalls(versions.in_order(pairs()))
    assert (shortfall.id, [len(rows) for rows in shortfall.rows]) == ("h5-forgets", [0, 1, 0, 1])


def test_the_page_over_versions_says_when_what_broke():
    words = words_in(page.over_versions(pairs()))
    assert "4 pairs, TensorFlow 2.15.1 to 2.21.0 4 of 4 judged cells hold with TensorFlow 2.15.1" in words
    assert "TensorFlow 2.16.2, Keras 3.3.3 after TensorFlow 2.15.1, Keras 2.15.0 ✗ 1 broke − 1 gone" in words
    assert "TensorFlow 2.21.0, tf_keras 2.21.0 after TensorFlow 2.15.1, Keras 2.15.0" in words


def test_what_no_pair_can_judge_is_not_in_the_matrix():
    data = data_in(page.over_versions(pairs()))
    assert data["requirementNames"] == ["loads", "saves", "weights"]


def test_a_baseline_keeps_every_outcome_and_fits_the_schema():
    for report in [*pairs(), document([row("standard.a", "h5", "x", "blocked", accepted=False)])]:
        baselines.validator().validate(baselines.of_document(report))
        again = kept(report)
        files.validator().validate(again.as_json())
        assert outcomes_in(again) == outcomes_in(report)
        assert [each.is_bad for each in again.cells] == [
            each.is_bad for each in sorted(report.cells, key=lambda each: each.cell)
        ]
        assert [claim.verdict for claim in again.claims] == [claim.verdict for claim in report.claims]


def test_a_baseline_has_nothing_in_it_that_another_run_would_change():
    report = pairs()[0]
    first, second, *others = report.cells
    second = dataclasses.replace(second, seconds=9.0, log="/elsewhere/file.py", repro="repro/a.py")
    surroundings = dataclasses.replace(
        report.sides["B"], executable="/elsewhere/python", import_seconds={"keras": {"cpu": 1.0}}
    )
    other = dataclasses.replace(
        report, cells=(first, second, *others), sides={"B": surroundings}, cpu_seconds={"save": 99.0}
    )
    texts = [baselines.to_text(baselines.of_document(each)) for each in (report, other)]
    assert texts[0] == texts[1]


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("saved as /tmp/a-1/b/model.keras.", "saved as …/model.keras."),
        ("see https://keras.io/guides/saving/ and a/b/c", "see https://keras.io/guides/saving/ and a/b/c"),
        ("at 0x7f3a", "at …"),
        ("TypeError: no.\n\nconfig={'a': {'b': 1}}.\n\nMissing", "TypeError: no.\n\nconfig=…\n\nMissing"),
    ],
)
def test_messages_are_kept_without_folders_and_addresses(message, expected):
    report = document([row("standard.a", "h5", "saves", "fails", message=message)])
    assert baselines.of_document(report)["cells"][0]["message"] == expected


@given(st.sets(st.tuples(st.sampled_from(CASES), st.sampled_from("rs"), st.sampled_from("pqo")), min_size=1))
def test_products_name_each_cell_once(cells):
    rows = [row(*cell) for cell in sorted(cells)]
    report = document(rows, cases={name: DescribedCase("") for name in CASES})
    assert [each.cell for each in kept(report).cells] == [each.cell for each in rows]


def written(tmp_path: Path, number: int, content: Any) -> str:
    path = tmp_path / f"{number}.json"
    path.write_text(json.dumps(content))
    return str(path)


def test_reports_and_baselines_are_compared_alike(tmp_path, capsys):
    one, *others = pairs()
    paths = [written(tmp_path, 0, one.as_json())]
    for number, report in enumerate(others, start=1):
        paths.append(str(tmp_path / f"kept-{number}.json"))
        baseline.main([written(tmp_path, number, report.as_json()), "-o", paths[-1]])
    compare.main([*paths, "-o", str(tmp_path / "versions.html")])
    assert capsys.readouterr().out.splitlines()[-1] == str(tmp_path / "versions.html")
    assert "4 pairs, TensorFlow 2.15.1 to 2.21.0" in words_in((tmp_path / "versions.html").read_text())


ONE, TWO = (pairs()[number].as_json() for number in (0, 1))
KEPT = baselines.of_document(pairs()[1])


@pytest.mark.parametrize(
    ("contents", "reason"),
    [
        ([ONE], "there is nothing to compare"),
        ([ONE, ONE], "are of one pair, 2.21.0/3.15.1"),
        ([ONE, gate().as_json()], "a gate is about two pairs"),
        ([ONE, {**TWO, "schema": 0}], "a report of schema 0; this suite reads 2"),
        ([ONE, {**KEPT, "baseline": 1}], "a baseline of form 1; this suite reads 2"),
        ([ONE, {**KEPT, "cells": [{}]}], "'outcome' is a required property"),
        ([ONE, without(TWO, "footer")], "the run did not finish"),
    ],
)
def test_what_cannot_be_compared_is_refused_in_one_line(tmp_path, capsys, contents, reason):
    paths = [written(tmp_path, number, each) for number, each in enumerate(contents)]
    with pytest.raises(SystemExit) as ended:
        compare.main([*paths, "-o", str(tmp_path / "versions.html")])
    assert ended.value.code == 2
    assert reason in capsys.readouterr().err.splitlines()[-1]
    assert not (tmp_path / "versions.html").exists()


@pytest.mark.parametrize("report", [gate(), dataclasses.replace(pairs()[0], narrowed=True)])
def test_a_baseline_is_made_of_a_whole_run_of_one_pair(tmp_path, capsys, report):
    with pytest.raises(SystemExit) as ended:
        baseline.main([written(tmp_path, 0, report.as_json())])
    assert ended.value.code == 2
    assert "a whole and finished run of one pair" in capsys.readouterr().err


@pytest.mark.parametrize("path", BASELINES, ids=lambda path: path.stem)
def test_each_baseline_that_is_kept_can_be_read_and_is_of_the_pair_it_is_named_after(path):
    report = baselines.read(path)
    files.validator().validate(dataclasses.replace(report, cells=report.cells[::100]).as_json())
    assert baselines.file_name(report) == path.name
    assert report.hops == (Hop("B", "B"),)
    assert len(report.cells) == sum(report.footer.outcomes.values())
    assert not re.search(r"/(tmp|root|home|work)/", path.read_text())
