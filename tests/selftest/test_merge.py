"""Merging the reports of parts: whole and once, or not at all."""

from __future__ import annotations

import copy

import pytest

from reports import document, merge
from tests.selftest.test_report import DOCUMENT, row

CELLS = [
    row(case, route, requirement, seconds=0.1)
    for case in ("standard.a", "standard.b")
    for route, requirement in (("h5", "saves"), ("h5:load_model", "outputs"))
]


def part(*cases: str, **fields) -> dict:
    """The report of a part that has judged these cases."""
    told = copy.deepcopy(DOCUMENT)
    told["sides"]["B"]["runtimes"] = {}
    cells = [dict(each) for each in CELLS if each["case"] in cases]
    told |= {"cells": [*cells, row("standard.c", "h5", "saves", "n/a", message="why")], "narrowed": True}
    told |= {"planned": {"standard.a": 2, "standard.b": 2}, "cpu_seconds": {"judge": 1.5}, "disk_bytes": 10}
    return {**told, "stale_rows": [], **fields}


def test_parts_make_the_whole():
    made = merge.merged({"1": part("standard.b"), "2": part("standard.a", started="2025-12-31T00:00:00+00:00")})
    assert [(each["case"], each["route"]) for each in made["cells"]] == [
        ("standard.a", "h5"),
        ("standard.a", "h5:load_model"),
        ("standard.b", "h5"),
        ("standard.b", "h5:load_model"),
        ("standard.c", "h5"),
    ]
    assert made["footer"]["conforms"]
    assert not made["narrowed"]
    assert made["footer"]["outcomes"] == {"conforms": 4, "n/a": 1}
    assert made["cpu_seconds"] == {"judge": 3.0}
    assert made["started"].startswith("2025-12-31")


def test_what_is_wrong_in_a_part_is_wrong_in_the_whole():
    bad = part("standard.b")
    bad["cells"][0]["outcome"] = "fails"
    assert not merge.merged({"1": part("standard.a"), "2": bad})["footer"]["conforms"]


def test_a_stale_row_fails_the_whole_and_no_part():
    parts = [part(case, stale_rows=["old"]) for case in ("standard.a", "standard.b")]
    assert [document.stale(each) for each in parts] == [[], []]
    assert not merge.merged(dict(zip("12", parts, strict=True)))["footer"]["conforms"]


OTHER = copy.deepcopy(DOCUMENT["sides"])
OTHER["B"]["runtimes"] = {}
OTHER["B"]["versions"]["keras"] = "3.14.0"


@pytest.mark.parametrize(
    ("parts", "told"),
    [
        ([part("standard.a")], "of standard.b only 0 of 2 cells are judged: a part is missing"),
        ([part("standard.a"), part("standard.a", "standard.b")], "1 and 2 have both judged standard.a / h5 / saves"),
        ([part("standard.a"), part("standard.b", sides=OTHER)], "2 is of TensorFlow 2.21.0 with Keras 3.14.0, and 1"),
        ([part("standard.a"), part("standard.b", hops=["A>A"])], "2 and 1 are not parts of one run: other hops"),
        ([part("standard.a"), part("standard.b", planned={})], "2 and 1 are not parts of one run: other planned"),
    ],
)
def test_parts_that_make_no_whole_are_refused_in_one_line(parts, told):
    with pytest.raises(merge.CannotMerge) as refused:
        merge.merged({str(number): each for number, each in enumerate(parts, start=1)})
    assert told in str(refused.value)


def test_a_part_that_was_cut_off_is_refused():
    cut = {name: value for name, value in part("standard.b").items() if name != "footer"}
    with pytest.raises(merge.CannotMerge, match="2 is incomplete"):
        merge.merged({"1": part("standard.a"), "2": cut})


def test_on_the_command_line(tmp_path, capsys):
    for case in ("standard.a", "standard.b"):
        document.write(tmp_path / case, part(case))
    (tmp_path / "standard.a" / "repro").mkdir()
    (tmp_path / "standard.a" / "repro" / "a.py").touch()
    folders = [str(tmp_path / case) for case in ("standard.a", "standard.b")]
    whole = tmp_path / "whole"
    assert merge.main(["-o", str(whole), *folders]) == 0
    assert "CONFORMS" in capsys.readouterr().out
    assert document.read(whole / document.NAME)["footer"]["complete"]
    assert (whole / "repro" / "a.py").exists()
    assert (whole / "summary.md").read_text().startswith("# CONFORMS")
    missing = tmp_path / "nothing"
    for parts, told in (
        (folders[:1], "a part is missing"),
        ([folders[0], folders[0]], "a part is named twice"),
        ([str(missing)], "nothing"),
    ):
        assert merge.main(["-o", str(tmp_path / "none"), *parts]) == 4
        said = capsys.readouterr().err
        assert told in said
        assert said.count("\n") == 1
    assert not (tmp_path / "none").exists()
