"""Answers that are drawn anew each time are compared over many draws: structure, dtype, shape, mean and spread."""

from __future__ import annotations

import numpy as np
import pytest

from tests.both_sides.routes import Route
from tests.both_sides.tensors import Input
from tests.judging.cells import Cell
from tests.judging.checks.draws import FEWEST_DRAWS, check_draws
from tests.judging.inputs import DRAWS, repeated
from tests.judging.pairs import NEW_ARTIFACTS

SHAPE = (3, 40)


@pytest.fixture
def found(session):
    """A function that returns the messages of the shortfalls between two sequences of answers."""

    def of(expected, answered) -> list[str]:
        route = Route("keras_archive", "load_model")
        seen = session.bench.seen(Cell("standard.dense_classifier", route, "outputs"), NEW_ARTIFACTS)
        asked = [Input(f"zeros/draw-{at}", "call", False, 0.0, None) for at in range(len(expected))]
        check_draws(seen, asked, *([{"value": each} for each in side] for side in (expected, answered)))
        return [shortfall.message for shortfall in seen.shortfalls]

    return of


DISTRIBUTIONS = {
    "normal": lambda random: random.normal(3.0, 0.5, SHAPE).astype("float32"),
    "far from zero": lambda random: random.normal(1e6, 1.0, SHAPE).astype("float32"),
    "exponential": lambda random: random.exponential(2.0, SHAPE).astype("float32"),
    "dropped": lambda random: 2.0 * (random.random(SHAPE) < 0.5).astype("float32"),
    "rarely one": lambda random: (random.random(SHAPE) < 0.002).astype("int64"),
    "always the same": lambda random: np.full(SHAPE, 0.1, "float32"),
    "words": lambda random: np.array([random.choice([b"a", b"b"])], dtype=object),
}


def draws(name: str, seed: int, count: int = DRAWS) -> list:
    random = np.random.default_rng(seed)
    return [DISTRIBUTIONS[name](random) for _ in range(count)]


@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_draws_of_the_same_model_are_equal_whatever_the_seeds(found, name):
    for seed in range(5):
        assert found(draws(name, seed), draws(name, 100 + seed)) == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda each: each + 0.5, "output 0 has another mean over 200 draws"),
        (lambda each: np.where(np.arange(40) == 7, each + 0.5, each).astype("float32"), "output 0 has another mean"),
        (lambda each: 3.0 + (each - 3.0) * 1.5, "output 0 has another spread over 200 draws"),
        (lambda each: np.full(SHAPE, 3.0, "float32"), "output 0 has another spread"),
        (lambda each: each.astype("float64"), "other answers: dtype"),
        (lambda each: each[:2], "other answers: shape"),
        (lambda each: {"y": each, "z": each}, "other answers: count"),
        (lambda each: each * np.float32("nan"), "output 0 of some draws is not finite"),
    ],
)
def test_another_model_is_caught(found, change, message):
    answered = [change(each).astype("float32") if "mean" in message or "spread" in message else change(each)
                for each in draws("normal", 1)]  # fmt: skip
    (text,) = found(draws("normal", 0), answered)
    assert text.startswith(message)


def test_an_output_that_is_repeated_has_to_be_the_same(found):
    constant = draws("always the same", 0)
    (text,) = found(constant, [each + np.float32(0.001) for each in constant])
    assert text.startswith("output 0 has another mean")
    assert found(constant, [np.nextafter(each, np.float32(1)) for each in constant]) == []


def test_two_outputs_are_compared_each_by_itself(found):
    expected = [{"a": one, "b": two} for one, two in zip(draws("normal", 0), draws("dropped", 1), strict=True)]
    answered = [{"a": one, "b": two + 1} for one, two in zip(draws("normal", 2), draws("dropped", 3), strict=True)]
    (text,) = found(expected, answered)
    assert text.startswith("output 1 has another mean")


def test_a_few_draws_say_nothing_of_numbers_and_all_of_shapes(found):
    few = FEWEST_DRAWS - 1
    assert found(draws("normal", 0, few), [each + 9 for each in draws("normal", 1, few)]) == []
    assert found(draws("normal", 0, few), [each[:1] for each in draws("normal", 1, few)]) == ["other answers: shape"]


def test_a_model_that_raises_in_some_draws_alone_is_caught(session, found):
    route = Route("keras_archive", "load_model")
    seen = session.bench.seen(Cell("standard.dense_classifier", route, "outputs"), NEW_ARTIFACTS)
    asked = [Input(f"zeros/draw-{at}", "call", False, 0.0, None) for at in range(2)]
    answers = [{"value": np.ones(2)}, {"raised": {"type": "ValueError", "message": "no"}}]
    check_draws(seen, asked, [answers[0]] * 2, answers)
    assert [shortfall.message for shortfall in seen.shortfalls] == ["raises in 1 of 2 draws: ValueError: no"]


def test_one_ordinary_input_of_each_endpoint_is_asked_again_and_again(session):
    case = session.catalogue.cases["custom_op.module_two_signatures"]
    inputs = session.evidence.inputs(case.id)
    assert repeated(case, inputs) == inputs
    drawing = type(case)(**{**vars(case), "traits": case.traits | {"unrepeatable"}})
    asked = repeated(drawing, inputs)
    assert len(asked) == DRAWS * len(case.endpoints)
    assert len({each.name.partition("/draw")[0] for each in asked}) == len(case.endpoints)
    assert not any(each.special for each in asked)
