"""While a child takes long, a line on the terminal says what it does."""

from __future__ import annotations

import os
import re
import textwrap
import time

from reports.under_way import UnderWay
from tests.both_sides.routes import Route
from tests.judging.evidence_folder import EvidenceFolder
from tests.judging.load_request import LoadRequest
from tests.judging.pairs import NEW_ARTIFACTS
from tests.selftest.whole_runs import run

LOADED = LoadRequest(NEW_ARTIFACTS, "mine.tower", Route.parse("saved_model:restored")).key


def begin(folder: EvidenceFolder, key: str, *, seconds: float) -> None:
    """Leave what stands in the folder if a child was asked that many seconds ago."""
    lock = folder.root / f"{key}.lock"
    lock.parent.mkdir(parents=True, exist_ok=True)
    lock.touch()
    os.utime(lock, (time.time() - seconds,) * 2)


def test_each_step_that_takes_long_has_a_line_which_comes_again_after_twice_the_time(tmp_path):
    folder = EvidenceFolder(tmp_path)
    looking = UnderWay(folder, patience=30)
    for key in ("original/B/mine.tower", "saved/B/mine.tower/export", LOADED, "compiled/B/clamp.cc"):
        begin(folder, key, seconds=10)
    assert list(looking.lines()) == []
    for key in (
        "original/B/mine.tower",
        "saved/B/mine.tower/export",
        LOADED,
        f"{LOADED}-trial",
        "compiled/B/clamp.cc",
    ):
        begin(folder, key, seconds=40)
    assert sorted(looking.lines()) == [
        "asking the original of mine.tower has taken 40 seconds so far",
        "compiling clamp.cc has taken 40 seconds so far",
        "loading mine.tower by saved_model:restored has taken 40 seconds so far",
        "loading mine.tower by saved_model:restored has taken 40 seconds so far",
        "saving mine.tower with export has taken 40 seconds so far",
    ]
    begin(folder, LOADED, seconds=70)
    assert list(looking.lines()) == []
    begin(folder, LOADED, seconds=85)
    (tmp_path / "saved/B/mine.tower/export").touch()  # it has ended
    begin(folder, "saved/B/mine.tower/export", seconds=200)
    assert list(looking.lines()) == ["loading mine.tower by saved_model:restored has taken 85 seconds so far"]


def test_a_run_prints_such_lines(tmp_path):
    hasty = """
        from reports import under_way

        under_way.UnderWay.__init__.__defaults__ = (0.05,)
    """
    (tmp_path / "hasty.py").write_text(textwrap.dedent(hasty))
    ended = run(
        tmp_path,
        *("--case=standard.dense_classifier", "--route=weights_h5:load_weights"),
        *("-k", "outputs", "-n1", "-p", "hasty"),
        PYTHONPATH=str(tmp_path),
    )
    assert ended.returncode == 0, ended.stdout
    line = r"^loading standard\.dense_classifier by weights_h5:load_weights has taken \d+ seconds so far$"
    assert re.search(line, ended.stdout, re.MULTILINE), ended.stdout
