"""Over versions: pairs in order, what happened from one to the next, baselines that keep it, and the command."""

from __future__ import annotations

import copy
import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports import baseline, compare, document, page, versions
from tests.selftest.made_documents import document as made
from tests.selftest.made_documents import gate, pairs, row
from tests.selftest.test_page import data_in, words_in

BASELINES = sorted((baseline.SCHEMA.parent.parent / "baselines").glob("*.json"))
CASES = ["custom_layer.a", "custom_layer.b", "standard.a", "standard.b", "standard.c"]


def cells_of(told: dict) -> dict[tuple[str, ...], str]:
    return {(each["case"], each["route"], each["requirement"]): each["outcome"] for each in told["cells"]}


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
    told = [[(each.happened, each.because, len(each.rows)) for each in step.changes] for step in steps]
    assert told == [
        [("broke", ("h5-forgets",), 1), ("is gone", (), 1)],
        [("was fixed", ("h5-forgets",), 1)],
        [("broke", ("h5-forgets",), 1)],
    ]
    assert steps[0].changes[1].message == "keras_saved_model is not offered by TensorFlow 2.16.2"


@pytest.mark.parametrize(
    ("before", "after", "happened"),
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
def test_a_change_follows_from_two_outcomes(before, after, happened):
    old = made([row("standard.a", "h5", "saves", before)] if before else [])
    found = versions.changes(old, made([row("standard.a", "h5", "saves", after)]))
    assert [each.happened for each in found] == ([happened] if happened else [])


def test_since_when_and_until_when_a_shortfall_is_there():
    (told,) = versions.shortfalls(versions.in_order(pairs()))
    assert (told.id, [len(rows) for rows in told.rows]) == ("h5-forgets", [0, 1, 0, 1])


def test_the_page_over_versions_says_when_what_broke():
    words = words_in(page.over_versions(pairs()))
    assert "4 pairs, TensorFlow 2.15.1 to 2.21.0 Of the cells that were judged 4 of 4 with TensorFlow 2.15.1" in words
    assert "TensorFlow 2.16.2, Keras 3.3.3 after TensorFlow 2.15.1, Keras 2.15.0 ✗ 1 broke − 1 gone" in words
    assert "TensorFlow 2.21.0, tf_keras 2.21.0 after TensorFlow 2.15.1, Keras 2.15.0" in words


def test_what_no_pair_can_judge_is_not_in_the_matrix():
    data = data_in(page.over_versions(pairs()))
    assert data["requirementNames"] == ["loads", "saves", "weights"]


def test_a_baseline_keeps_every_outcome_and_fits_the_schema():
    for told in pairs():
        kept = baseline.whole(json.loads(baseline.to_text(baseline.make(told))))
        document.validator().validate(kept)
        assert cells_of(kept) == cells_of(told)
        assert [claim["verdict"] for claim in kept["claims"]] == [claim["verdict"] for claim in told["claims"]]


def test_a_baseline_has_nothing_in_it_that_another_run_would_change():
    told = pairs()[0]
    other = copy.deepcopy(told)
    other["cells"][1] |= {"seconds": 9.0, "log": "/elsewhere/file.py", "repro": "repro/a.py"}
    other["sides"]["B"] |= {"executable": "/elsewhere/python", "import_seconds": {"keras": {"cpu": 1.0}}}
    other["cpu_seconds"] = {"save": 99.0}
    assert baseline.to_text(baseline.make(told)) == baseline.to_text(baseline.make(other))


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("saved as /tmp/a-1/b/model.keras.", "saved as …/model.keras."),
        ("see https://keras.io/guides/saving/ and a/b/c", "see https://keras.io/guides/saving/ and a/b/c"),
        ("at 0x7f3a", "at …"),
        ("TypeError: no.\n\nconfig={'a': {'b': 1}}.\n\nMissing", "TypeError: no.\n\nconfig=…\n\nMissing"),
    ],
)
def test_messages_are_kept_without_folders_and_addresses(said, kept):
    told = made([row("standard.a", "h5", "saves", "fails", message=said)])
    assert baseline.make(told)["cells"][0]["message"] == kept


@given(st.sets(st.tuples(st.sampled_from(CASES), st.sampled_from("rs"), st.sampled_from("pqo")), min_size=1))
def test_products_name_each_cell_once(cells):
    rows = [row(*cell) for cell in sorted(cells)]
    told = {**made(rows), "cases": {name: {"doc": "", "traits": []} for name in CASES}}
    kept = baseline.whole(baseline.make(told))
    assert [(each["case"], each["route"], each["requirement"]) for each in kept["cells"]] == sorted(cells)


def written(tmp_path, number: int, told: dict) -> str:
    path = tmp_path / f"{number}.json"
    path.write_text(json.dumps(told))
    return str(path)


def test_reports_and_baselines_are_compared_alike(tmp_path, capsys):
    one, *others = pairs()
    paths = [written(tmp_path, 0, one)]
    for number, told in enumerate(others, start=1):
        paths.append(str(tmp_path / f"kept-{number}.json"))
        baseline.main([written(tmp_path, number, told), "-o", paths[-1]])
    compare.main([*paths, "-o", str(tmp_path / "versions.html")])
    assert capsys.readouterr().out.splitlines()[-1] == str(tmp_path / "versions.html")
    assert "4 pairs, TensorFlow 2.15.1 to 2.21.0" in words_in((tmp_path / "versions.html").read_text())


@pytest.mark.parametrize(
    ("told", "says"),
    [
        ([pairs()[0]], "there is nothing to compare"),
        ([pairs()[0], pairs()[0]], "are of one pair, 2.21.0/3.15.1"),
        ([pairs()[0], gate()], "a gate is about two pairs"),
        ([pairs()[0], {**pairs()[1], "schema": 0}], "a report of schema 0; this suite reads 1"),
        ([pairs()[0], {**baseline.make(pairs()[1]), "baseline": 2}], "a baseline of form 2; this suite reads 1"),
        ([pairs()[0], {**baseline.make(pairs()[1]), "cells": [{}]}], "'outcome' is a required property"),
        ([pairs()[0], {k: v for k, v in pairs()[1].items() if k != "footer"}], "the run did not finish"),
    ],
)
def test_what_cannot_be_compared_is_refused_in_one_line(tmp_path, capsys, told, says):
    paths = [written(tmp_path, number, each) for number, each in enumerate(told)]
    with pytest.raises(SystemExit) as ended:
        compare.main([*paths, "-o", str(tmp_path / "versions.html")])
    assert ended.value.code == 2
    assert says in capsys.readouterr().err.splitlines()[-1]
    assert not (tmp_path / "versions.html").exists()


@pytest.mark.parametrize("told", [gate(), {**pairs()[0], "narrowed": True}])
def test_a_baseline_is_made_of_a_whole_run_of_one_pair(tmp_path, capsys, told):
    with pytest.raises(SystemExit) as ended:
        baseline.main([written(tmp_path, 0, told)])
    assert ended.value.code == 2
    assert "a whole and finished run of one pair" in capsys.readouterr().err


@pytest.mark.parametrize("path", BASELINES, ids=lambda path: path.stem)
def test_each_baseline_that_is_kept_can_be_read_and_is_of_the_pair_it_is_named_after(path):
    told = baseline.read(path)
    document.validator().validate({**told, "cells": told["cells"][::100]})
    assert baseline.name_of(told) == path.name
    assert not re.search(r"/(tmp|root|home|work)/", path.read_text())
