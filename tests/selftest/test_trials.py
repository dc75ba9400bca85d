"""Artifacts that are large, or slow to load, are not loaded in many surroundings, and the cell says so."""

from __future__ import annotations

import pytest

from tests.both_sides.routes import Route
from tests.both_sides.trials import LARGEST_TRIED, SLOWEST_TRIED
from tests.interpreters.response import Response
from tests.judging.cells import Cell
from tests.judging.judgement import judge
from tests.judging.outcome import Outcome
from tests.judging.pairs import NEW_ARTIFACTS
from tests.judging.requirement import requirements

LEFT_FILE = ["file remembered in the working folder", "nothing", "9 bytes"]


@pytest.mark.parametrize(
    ("size", "seconds", "outcome"),
    [
        (LARGEST_TRIED, SLOWEST_TRIED, Outcome.FAILS),
        (LARGEST_TRIED + 1, 0.1, Outcome.NOT_APPLICABLE),
        (1, SLOWEST_TRIED + 0.1, Outcome.NOT_APPLICABLE),
    ],
)
def test_only_what_is_small_and_quick_to_load_is_tried(session, monkeypatch, size, seconds, outcome):
    cell = Cell("standard.dense_classifier", Route("keras_archive", "load_model"), "leaves_nothing")
    seen = session.bench.seen(cell, NEW_ARTIFACTS)
    sections = {"prepare": {"value": {}, "cpu": seconds / 2}, "load": {"value": {}, "cpu": seconds / 2}}
    monkeypatch.setattr(type(seen), "saved", {"files": {"model.keras": size}})
    monkeypatch.setattr(type(seen), "loaded", Response(sections))
    monkeypatch.setattr(type(seen), "trial", {"left_behind": [LEFT_FILE]})
    judgement = judge(requirements()["leaves_nothing"], seen)
    assert judgement.outcome is outcome
    assert judgement.message
