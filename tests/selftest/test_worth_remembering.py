"""A gate remembers what ended well, for thirty days, and a remembered control says what a new one says."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest

from tests.interpreters.response import Ending, Response
from tests.run import control
from tests.selftest.whole_runs import report, run

REMEMBERED = ("standard.dense_classifier", "custom_op.module_two_signatures")
CELLS = [f"--case={case}" for case in (*REMEMBERED, "custom_op.compiled")]
CELLS += ["--route=weights_h5:load_weights", "--route=saved_model:signature"]
RAISED = {"error": {"type": "OSError", "message": "No space left on device", "bases": [], "traceback": ""}}
FINE = Response({"save": {"value": 1, "cpu": 2.0}}, cpu=3.0)
BAD = {
    "raised": Response({"save": {"value": 1}, "again_relative": RAISED}),
    **{ending.value: Response({"save": {"value": 1}}, ending) for ending in Ending if ending is not Ending.FINISHED},
}


def put(root: Path, name: str, response: Response) -> None:
    """Put a response where evidence is kept."""
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(response.encode())


def names(root: Path) -> set[str]:
    """The names of the files that are worth remembering."""
    return {path.relative_to(root).as_posix() for path in control.worth_remembering(root, "a.b")}


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD)
def test_what_ended_badly_is_not_remembered(tmp_path, bad):
    for name in ("original/A/a.b", "saved/A/a.b/h5", "loaded/AA/a.b/h5/load-12345678"):
        put(tmp_path, name, FINE)
    (tmp_path / "artifacts/A/a.b/h5").mkdir(parents=True)
    (tmp_path / "artifacts/A/a.b/h5/model.h5").touch()
    all_of_it = names(tmp_path)
    assert len(all_of_it) == 4
    put(tmp_path, "loaded/AA/a.b/h5/load-12345678", bad)
    assert names(tmp_path) == all_of_it - {"loaded/AA/a.b/h5/load-12345678"}
    put(tmp_path, "loaded/AA/a.b/h5/load-12345678", FINE)
    put(tmp_path, "saved/A/a.b/h5", bad)  # the next run writes another artifact
    assert names(tmp_path) == {"original/A/a.b"}
    put(tmp_path, "original/A/a.b", bad)
    assert names(tmp_path) == set()


def test_what_was_loaded_is_remembered_with_what_was_loaded_again_or_not_at_all(tmp_path):
    """An artifact that was saved again is not kept, so nobody could load it."""
    first, again = "loaded/AA/a.b/h5/load-12345678", "loaded/AA/a.b/h5/load-12345678-again"
    put(tmp_path, "saved/A/a.b/h5", FINE)
    put(tmp_path, first, FINE)
    (tmp_path / "resaved/A/A/a.b/h5/load/12345678").mkdir(parents=True)
    assert names(tmp_path) == {"saved/A/a.b/h5"}
    put(tmp_path, again, FINE)
    assert names(tmp_path) == {"saved/A/a.b/h5", first, again}
    put(tmp_path, again, BAD["raised"])
    assert names(tmp_path) == {"saved/A/a.b/h5"}


def test_entries_that_are_old_or_too_many_are_removed(tmp_path, monkeypatch):
    monkeypatch.setattr(control, "MOST_BYTES", 25)
    now = time.time()
    for name, days in (("newest", 0), ("second", 1), ("third", 2), ("unused", control.MOST_DAYS + 1), ("x.draft", 0)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").write_bytes(b"x" * (10 if name != "unused" else 1))
        os.utime(tmp_path / name, (now, now - days * 24 * 3600))
    (tmp_path / ".lock").touch()
    control.remove_old(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {".lock", "newest", "second"}


# Whole runs


def what_is_the_same(row: dict) -> dict:
    """Return what a row says, without its costs, and without what TensorFlow writes otherwise each time it saves."""
    is_remembered = row["hop"] == "A>A" and row["case"] in REMEMBERED
    left_out = ("seconds",) if is_remembered else ("seconds", "facts")
    return {key: value for key, value in row.items() if key not in left_out}


def test_a_gate_with_a_remembered_control_says_what_a_gate_without_says(tmp_path):
    rows, spent = [], []
    for name, line in (
        ("fresh", "control: asked anew\n"),
        ("again", " for 2 of 3 cases; --fresh-control asks anew\n"),
    ):
        cache = str(tmp_path / "cache")
        ended = run(tmp_path / name, *CELLS, "-n1", f"--from={sys.executable}", XDG_CACHE_HOME=cache)
        assert ended.returncode == 0, ended.stdout
        assert line in ended.stdout
        written_ = report(tmp_path / name)
        rows.append([what_is_the_same(row) for row in written_["cells"]])
        spent.append(written_["cpu_seconds"])
    assert rows[0] == rows[1]
    assert {row["hop"] for row in rows[0]} == {"A>A", "A>B", "B>B"}
    assert spent[1]["save"] < spent[0]["save"]
