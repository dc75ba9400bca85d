"""Configs that two versions of Keras have written are compared by the numbers that both of them give."""

from __future__ import annotations

import json

import pytest

from tests.both_sides.routes import Route
from tests.judging.cells import Cell
from tests.judging.checks.configs import check_same_numbers
from tests.judging.judgement import judge
from tests.judging.outcome import Outcome
from tests.judging.pairs import NEW_ARTIFACTS, Hop
from tests.judging.requirement import Shortfall, requirements

ACROSS = Hop("A", "B")


def layer(name: str, **config) -> dict:
    """Return the config of a layer, as Keras serializes it."""
    return {"class_name": "Dropout", "config": {"name": name, **config}}


@pytest.mark.parametrize(
    ("expected", "loaded"),
    [
        ({"rate": 0.5}, {"rate": 0.5, "seed": 7}),
        ({"rate": 0.1}, {"rate": 0.10000000149011612}),
        ({"seed": None}, {"seed": 7}),
        ({"axis": [3]}, {"axis": 3}),
        ({"axis": [-1]}, {"axis": []}),
        ({"unroll": False}, {"unroll": 0}),
        ({"bound": float("nan")}, {"bound": 1.0}),
        ({"jit_compile": True}, {"jit_compile": False}),
        ({"build_config": {"input_shape": [64, 3]}}, {"build_config": {"input_shape": [1, 3]}}),
        ({"layers": [layer("a", rate=0.1), layer("b", rate=0.2)]}, {"layers": [layer("b", rate=0.2)]}),
        ('{"rate": 0.5}', {"rate": 0.5}),
        ("none: it has no config", {"rate": 0.5}),
    ],
)
def test_other_forms_of_one_config_hold_the_same_numbers(expected, loaded):
    check_same_numbers("config", expected, loaded)


@pytest.mark.parametrize(
    ("expected", "loaded", "where"),
    [
        ({"momentum": 0.9}, {"momentum": 0.1}, "momentum"),
        ({"clipnorm": 1.0}, {"clipnorm": 2}, "clipnorm"),
        ({"nesterov": True}, {"nesterov": False}, "nesterov"),
        ({"loss_weights": {"a": 1.0, "b": 0.1}}, {"loss_weights": {"a": 1.0, "b": 100.0}}, "loss_weights.b"),
        ({"vocabulary": [1, 2]}, {"vocabulary": [1, 3]}, "vocabulary[1]"),
        ({"layers": [layer("a", rate=0.1)]}, {"layers": [layer("a", rate=0.2)]}, "layers[0].config.rate"),
        (
            {"layers": [layer("a", rate=0.1), layer("b", rate=0.2)]},
            {"layers": [layer("input"), layer("b", rate=0.3), layer("a", rate=0.1)]},
            "layers[1].config.rate",
        ),
        (json.dumps({"seed": 3}), json.dumps({"seed": 4}), "seed"),
    ],
)
def test_another_number_is_found_at_its_place(expected, loaded, where):
    with pytest.raises(Shortfall) as caught:
        check_same_numbers("config", expected, loaded)
    assert caught.value.message == f"the config differs at {where}"


@pytest.mark.parametrize("hop", [NEW_ARTIFACTS, ACROSS], ids=str)
@pytest.mark.parametrize(("rate", "outcome"), [(0.5, Outcome.CONFORMS), (0.4, Outcome.FAILS)])
def test_the_architecture_of_a_loaded_model_has_the_numbers_of_the_saved_one(
    session, monkeypatch, hop, rate, outcome
):
    def looked_at(rate: float) -> dict:
        return {"architecture": {"config": json.dumps(layer("a", rate=rate)), "layers": [], "trainable": []}}

    seen = session.bench.seen(Cell("standard.dense_classifier", Route("h5", "load_model"), "architecture"), hop)
    monkeypatch.setattr(type(seen), "saved", {"before": looked_at(0.5)})
    monkeypatch.setattr(type(seen), "loaded", looked_at(rate))
    assert judge(requirements()["architecture"], seen).outcome is outcome


@pytest.mark.parametrize("hop", [NEW_ARTIFACTS, ACROSS], ids=str)
@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({}, ""),
        ({"compile_config": {"loss_weights": [1.0, 100.0]}}, "the compile config differs at loss_weights[1]"),
        ({"config": {"momentum": 0.1}}, "the optimizer's config differs at momentum"),
        ({"rates": {"0": 0.1, "1000": 0.1}}, "the schedule gives other learning rates"),
        ({"rates": {}}, "the schedule gives other learning rates"),
    ],
)
def test_training_goes_on_with_the_same_numbers(session, monkeypatch, hop, changed, message):
    def looked_at(**fields) -> dict:
        optimizer = {"class": "SGD", "config": {"momentum": 0.9}, "rates": {"0": 0.1, "1000": 0.01}}
        compiled = fields.pop("compile_config", {"loss_weights": [1.0, 0.1]})
        optimizer = {**optimizer, "built": False, "variables": [], **fields}
        return {"training": {"compile_config": compiled, "optimizer": optimizer}}

    cell = Cell("standard.batch_norm_trained", Route("keras_archive", "load_model"), "training_state")
    seen = session.bench.seen(cell, hop)
    monkeypatch.setattr(type(seen), "saved", {"before": looked_at()})
    monkeypatch.setattr(type(seen), "loaded", looked_at(**changed))
    assert judge(requirements()["training_state"], seen).message == message
