"""Gradients that nobody has are no pass for a user's model."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from tests.both_sides.cases import BroughtSource
from tests.both_sides.routes import Route
from tests.judging.cells import Cell
from tests.judging.judgement import judge
from tests.judging.outcome import Outcome
from tests.judging.pairs import NEW_ARTIFACTS
from tests.judging.requirement import requirements

RAISED = {"raised": {"type": "ValueError", "message": "no"}}
GRADIENT = {"value": [np.ones((5, 784), "float32")]}


@pytest.mark.parametrize(
    ("brought", "original", "loaded", "outcome"),
    [
        (True, GRADIENT, GRADIENT, Outcome.CONFORMS),
        (True, GRADIENT, RAISED, Outcome.FAILS),
        (True, RAISED, RAISED, Outcome.NOT_APPLICABLE),
        (False, RAISED, RAISED, Outcome.CONFORMS),
    ],
)
def test_a_gradient_that_neither_has_is_not_compared(session, monkeypatch, brought, original, loaded, outcome):
    cell = Cell("standard.dense_classifier", Route("keras_archive", "load_model"), "gradients")
    seen = session.bench.seen(cell, NEW_ARTIFACTS)
    source = BroughtSource("shop:tower", None, ()) if brought else None
    monkeypatch.setattr(type(seen), "case", dataclasses.replace(seen.case, brought=source))
    monkeypatch.setattr(type(seen), "original", {"eager_gradients": [original]})
    monkeypatch.setattr(type(seen), "loaded", {"gradients": [loaded]})
    assert judge(requirements()["gradients"], seen).outcome is outcome
