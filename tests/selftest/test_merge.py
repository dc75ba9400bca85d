"""Merging the reports of parts: whole and once, or not at all."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from reports import merge
from reports.document import files
from reports.document.contents import Document
from reports.document.merging import CannotMerge, merged
from tests.judging.outcome import Outcome
from tests.judging.pairs import CONTROL
from tests.selftest.made_documents import SMALL, row, side

JUDGED = [
    row(case, route, requirement, seconds=0.1)
    for case in ("standard.a", "standard.b")
    for route, requirement in (("h5", "saves"), ("h5:load_model", "outputs"))
]


def part(*cases: str, **fields: Any) -> Document:
    """Return the report of a part that judged these cases."""
    cells = [each for each in JUDGED if each.case in cases]
    report = dataclasses.replace(
        SMALL,
        cells=(*cells, row("standard.c", "h5", "saves", "n/a", message="why")),
        narrowed=True,
        planned={"standard.a": 2, "standard.b": 2},
        cpu_seconds={"judge": 1.5},
        peak_memory_bytes=20,
        disk_bytes=10,
    )
    return dataclasses.replace(report, **fields)


def test_parts_make_the_whole():
    second = part("standard.a", started="2025-12-31T00:00:00+00:00", peak_memory_bytes=40, disk_bytes=5)
    whole = merged({"1": part("standard.b"), "2": second})
    assert [(each.case, str(each.route)) for each in whole.cells] == [
        ("standard.a", "h5"),
        ("standard.a", "h5:load_model"),
        ("standard.b", "h5"),
        ("standard.b", "h5:load_model"),
        ("standard.c", "h5"),
    ]
    assert whole.footer.conforms
    assert not whole.narrowed
    assert whole.footer.outcomes == {Outcome.CONFORMS: 4, Outcome.NOT_APPLICABLE: 1}
    assert whole.cpu_seconds == {"judge": 3.0}
    assert (whole.peak_memory_bytes, whole.disk_bytes) == (40, 10)
    assert whole.started.startswith("2025-12-31")


def test_what_is_wrong_in_a_part_is_wrong_in_the_whole():
    first, *others = part("standard.b").cells
    bad = part("standard.b", cells=(dataclasses.replace(first, outcome=Outcome.FAILS), *others))
    assert not merged({"1": part("standard.a"), "2": bad}).footer.conforms


def test_a_stale_row_fails_the_whole_and_no_part():
    parts = [part(case, stale_rows=("old",)) for case in ("standard.a", "standard.b")]
    assert [each.failing_stale_rows for each in parts] == [(), ()]
    assert not merged(dict(zip("12", parts, strict=True))).footer.conforms


DIFFERENT = {"B": side("2.21.0", "3.14.0")}


@pytest.mark.parametrize(
    ("parts", "reason"),
    [
        ([part("standard.a")], "only 0 of 2 cells of standard.b are judged: a part is missing"),
        ([part("standard.a"), part("standard.a", "standard.b")], "1 and 2 have both judged standard.a / h5 / saves"),
        (
            [part("standard.a"), part("standard.b", sides=DIFFERENT)],
            "2 is of TensorFlow 2.21.0 with Keras 3.14.0, but 1",
        ),
        ([part("standard.a"), part("standard.b", hops=(CONTROL,))], "2 and 1 are not parts of one run: hops differ"),
        ([part("standard.a"), part("standard.b", planned={})], "2 and 1 are not parts of one run: planned differ"),
    ],
)
def test_parts_that_make_no_whole_are_refused_in_one_line(parts, reason):
    with pytest.raises(CannotMerge) as refused:
        merged({str(number): each for number, each in enumerate(parts, start=1)})
    assert reason in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_part_that_was_cut_off_is_refused():
    with pytest.raises(CannotMerge, match="2 is incomplete"):
        merged({"1": part("standard.a"), "2": part("standard.b", footer=None)})


@pytest.mark.parametrize(("error", "status"), [(KeyError("planted"), 3), (OSError("disk full"), 4)])
def test_a_report_that_cannot_be_written_is_no_verdict_and_the_others_are(
    tmp_path, capsys, monkeypatch, error, status
):
    def fail(*_: Any) -> None:
        raise error

    monkeypatch.setattr(merge.summary, "write", fail)
    for case in ("standard.a", "standard.b"):
        files.write(tmp_path / case, part(case))
    whole = tmp_path / "whole"
    assert merge.main(["-o", str(whole), *(str(tmp_path / case) for case in ("standard.a", "standard.b"))]) == status
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("reports.merge: ")
    assert "summary.md" in printed.err
    assert printed.err.count("\n") == 1
    assert files.read(whole / files.NAME).is_complete
    assert (whole / "matrix.html").exists()


def test_on_the_command_line(tmp_path, capsys):
    for case in ("standard.a", "standard.b"):
        files.write(tmp_path / case, part(case))
    (tmp_path / "standard.a" / "repro").mkdir()
    (tmp_path / "standard.a" / "repro" / "a.py").touch()
    folders = [str(tmp_path / case) for case in ("standard.a", "standard.b")]
    whole = tmp_path / "whole"
    assert merge.main(["-o", str(whole), *folders]) == 0
    assert "CONFORMS" in capsys.readouterr().out
    assert files.read(whole / files.NAME).is_complete
    assert (whole / "repro" / "a.py").exists()
    assert (whole / "summary.md").read_text().startswith("# CONFORMS")
    missing = tmp_path / "nothing"
    for parts, reason in (
        (folders[:1], "a part is missing"),
        ([folders[0], folders[0]], "a part is named twice"),
        ([str(missing)], "nothing"),
    ):
        assert merge.main(["-o", str(tmp_path / "none"), *parts]) == 4
        message = capsys.readouterr().err
        assert reason in message
        assert message.count("\n") == 1
    assert not (tmp_path / "none").exists()
