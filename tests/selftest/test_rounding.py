"""The original's own noise decides how far answers may differ where a graph runs elsewhere, and nowhere else."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from tests.both_sides.routes import Route
from tests.both_sides.tensors import Input
from tests.judging.cells import Cell
from tests.judging.pairs import NEW_ARTIFACTS, Hop
from tests.judging.seen import Seen
from tests.judging.tolerance import LARGEST_NOISE, TIMES_NOISE, ULP_CONVERTED, ULP_OVER_PAIRS, noise_of

ORDINARY = Input("drawn-1", "serve", special=False, magnitude=1.0, value={"x": np.ones((1, 3), "float32")})
EXISTING = Hop("A", "B")
ONES = np.ones((1, 3), "float32")
ULP = np.spacing(np.float32(1))


def moved(by: float) -> np.ndarray:
    """Return ones of which one is larger by so many ulp."""
    return ONES + np.array([[0, by * ULP, 0]], "float32")


def answered(*values: np.ndarray) -> list[dict]:
    """Return answers to one input after the other."""
    return [{"value": value} for value in values]


def seen_on(session, name: str, hop=NEW_ARTIFACTS, noise: float = 0.0) -> Seen:
    """Return evidence on a route with this loader, whose original has that noise."""
    loader = session.catalogue.loaders[name]
    saver = next(each for each in session.catalogue.savers.values() if each.writes in loader.reads)
    seen = session.bench.seen(Cell("custom_op.module_two_signatures", Route(saver.name, name), "outputs"), hop)
    seen.__dict__ |= {"noise": {"serve": [noise]}, "ulp_over_pairs": ULP_OVER_PAIRS}
    return seen


def is_equal(seen: Seen, answer: np.ndarray, others=()) -> bool:
    """Return whether an answer equals the original's ones."""
    noise = seen.noise_allowed(ORDINARY)
    allowed = {"y": noise[0]} if noise else 0.0
    others = [{"y": other} for other in others]
    return seen.compare_answers(ORDINARY, {"y": ONES}, {"y": answer}, {"serve": [1.0]}, others, allowed).equal


def test_noise_is_the_largest_difference_of_the_original_s_own_answers():
    asked = [ORDINARY] * 2
    sides = [answered(ONES, ONES), answered(moved(2), ONES), answered(ONES, moved(3))]
    assert noise_of(asked, sides, None) == {"serve": [3.0]}
    assert noise_of(asked, sides[:1], None) == {}


def test_what_is_more_than_rounding_is_no_noise():
    for error, noise in ((LARGEST_NOISE, LARGEST_NOISE), (LARGEST_NOISE + 1, 0.0)):
        assert noise_of([ORDINARY], [answered(ONES), answered(moved(error))], None) == {"serve": [noise]}


def test_inputs_that_are_not_ordinary_or_that_one_answer_lacks_have_no_noise():
    infinite = dataclasses.replace(ORDINARY, name="infinite", special=True)
    assert noise_of([infinite], [answered(ONES), answered(moved(2))], None) == {}
    assert noise_of([ORDINARY], [answered(ONES), [{"raised": {}}]], None) == {}


def hiding_variables(session) -> list[str]:
    """Return the loaders whose graph runs elsewhere, which show no variables."""
    return [name for name, loader in session.catalogue.loaders.items() if loader.runs_elsewhere]


@pytest.mark.parametrize("noise", [0.0, 6.0])
def test_a_fault_of_twice_the_allowance_is_caught_by_each_loader_that_shows_no_variables(session, noise):
    names = hiding_variables(session)
    assert {"cpp", "v1_session", "saved_model_cli", "tflite_interpreter"} <= set(names)
    for name in names:
        floor = ULP_CONVERTED if session.catalogue.loaders[name].converted else ULP_OVER_PAIRS
        allowed = max(floor["float32"], TIMES_NOISE * noise)
        assert is_equal(seen_on(session, name, noise=noise), moved(allowed)), name
        assert not is_equal(seen_on(session, name, noise=noise), moved(2 * allowed)), name


def test_python_s_own_loaders_stay_bitwise_within_one_pair_whatever_the_noise(session):
    for name, loader in session.catalogue.loaders.items():
        if not loader.runs_elsewhere:
            assert is_equal(seen_on(session, name, noise=100.0), ONES), name
            assert not is_equal(seen_on(session, name, noise=100.0), moved(1), [moved(1)]), name


def test_over_two_pairs_the_noise_counts_for_every_loader(session):
    for name in ("load_model", "signature"):
        assert is_equal(seen_on(session, name, EXISTING, noise=6.0), moved(24)), name
        assert not is_equal(seen_on(session, name, EXISTING, noise=6.0), moved(48)), name


def test_where_a_graph_runs_elsewhere_each_answer_of_the_original_is_right(session):
    far = ONES * 1.5
    assert is_equal(seen_on(session, "cpp"), far, [moved(1), far])
    assert not is_equal(seen_on(session, "cpp"), far, [moved(1)])


def test_the_original_is_asked_in_all_three_ways_for_loaders_that_need_it(session):
    question = session.evidence.question_to_answer("B", "standard.dense_classifier")
    assert question.sides == ("eager", "graph", "unoptimized")
