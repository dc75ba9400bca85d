"""A user's model is built again by their function, wherever a route reads into a model that is built anew."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.both_sides.routes import Route
from tests.judging.outcome import Outcome
from tests.run.brought import DescribedCase
from tests.run.session import Session
from tests.selftest.brought_in_session import describing, judged, project_with, session_with
from tests.selftest.whole_runs import report, run

BEFORE_BUILT = "checkpoint:read_checkpoint_unbuilt"
BUILT = "checkpoint:read_checkpoint"


@pytest.fixture(scope="module")
def again(tmp_path_factory) -> Path:
    """A folder with the user's module."""
    return project_with(tmp_path_factory, "again")


@pytest.fixture(scope="module")
def kept(again, tmp_path_factory) -> Path:
    """A folder with weights and a checkpoint, whose values no newly built model has."""
    folder = tmp_path_factory.mktemp("kept")
    subprocess.run([sys.executable, again / "again.py"], cwd=folder, check=True, capture_output=True)
    return folder


@pytest.fixture
def describe(session, again) -> Callable[[str], DescribedCase]:
    """A function that describes a model."""
    return describing(session, again, "again")


def outcomes(session: Session, described: DescribedCase, route: str) -> dict[str, Outcome]:
    """Return the outcome of every requirement that is judged on the route."""
    found = judged(session_with(session, described), described.case.id, Route.parse(route), [BEFORE_BUILT, BUILT])
    return {name: each.outcome for name, each in found.items()}


@pytest.mark.parametrize("model", ["called", "trained"])
def test_a_model_whose_function_builds_it_is_read_into_as_it_is_returned(session, describe, model):
    found = outcomes(session, describe(model), BEFORE_BUILT)
    assert {name for name, outcome in found.items() if outcome is not Outcome.CONFORMS} == set()
    assert {"loads", "outputs", "weights"} <= set(found)


@pytest.mark.parametrize("model", ["sized", "seeded"])
def test_an_unbuilt_model_that_begins_with_the_values_that_were_saved_shows_what_is_not_loaded(
    session, describe, model
):
    found = outcomes(session, describe(model), BEFORE_BUILT)
    assert found["loads"] is Outcome.CONFORMS
    assert found["outputs"] is Outcome.FAILS  # Keras 3 restores nothing that it makes later


@pytest.mark.parametrize(("model", "artifact"), [("signed", "kept.weights.h5"), ("plain", "kept")])
def test_weights_are_loaded_into_a_model_that_its_users_call_first(again, kept, tmp_path, model, artifact):
    route = f"existing_{'weights_h5:load_weights' if artifact.endswith('h5') else 'checkpoint:read_checkpoint'}"
    named = f"--artifact=again:{model}={kept / artifact}"
    ended = run(tmp_path, "-n0", named, "--case=mine.*", f"--route={route}", PYTHONPATH=str(again))
    assert ended.returncode == 0, ended.stdout
    judged = {row["requirement"] for row in report(tmp_path)["cells"] if row["outcome"] == "conforms"}
    assert {"loads", "outputs", "weights"} <= judged


def test_weights_of_a_model_that_nobody_can_call_are_bad_usage_in_one_line(again, kept, tmp_path):
    named = f"--artifact=again:silent={kept / 'kept.weights.h5'}"
    ended = run(tmp_path, "-n0", named, "--case=mine.*", PYTHONPATH=str(again))
    assert ended.returncode == 4, ended.stdout
    assert "put a function silent_inputs() beside silent()" in ended.stdout
    assert "Traceback" not in ended.stdout
