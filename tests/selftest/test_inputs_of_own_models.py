"""Inputs for a user's model: what it knows is drawn, and further ones are made from those that are given."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.both_sides.tensors import InputStructure, Tensor
from tests.judging.battery import battery
from tests.judging.checks.shrinking import smallest
from tests.judging.drawing import draw, drawn
from tests.judging.inputs import inputs_given
from tests.run.brought import Brought, DescribedCase
from tests.selftest.brought_in_session import project_with
from tests.selftest.whole_runs import report, run


@pytest.fixture(scope="session")
def farm(tmp_path_factory) -> Path:
    """A folder with the user's module."""
    return project_with(tmp_path_factory, "farm")


@pytest.fixture
def describe(session, farm):
    """A function that describes a model of the farm, or an artifact."""

    def described(model: str = "", artifact: str = "") -> DescribedCase:
        brought = Brought.artifact(artifact, farm) if artifact else Brought.model(f"farm:{model}", farm)
        return brought.described_by(session.evidence.agents["B"]["keras"])

    return described


def judged(farm: Path, tmp_path: Path, models: tuple[str, ...], *routes: str) -> list[dict]:
    """The rows of a run of these models."""
    options = [*(f"--model=farm:{model}" for model in models), *(f"--route={route}" for route in routes)]
    ended = run(tmp_path, "-n1", "--case=mine.*", *options, PYTHONPATH=str(farm))
    rows = [row for row in report(tmp_path)["cells"] if row["outcome"] != "n/a"]
    assert rows, ended.stdout
    return rows


def test_faults_show_that_only_known_values_and_other_batches_show(farm, tmp_path):
    models = ("reversed_words", "exchanged_rows", "mixed_rows", "divided_rows")
    rows = judged(farm, tmp_path, models, "keras_archive:load_model")
    of_outputs = {row["case"].removeprefix("mine."): row for row in rows if row["requirement"] == "outputs"}
    assert {model: of_outputs[model]["outcome"] for model in models} == dict.fromkeys(models, "fails")
    on = {model: of_outputs[model]["shortfalls"][0]["inputs"] for model in models}
    assert "batch-of-5" in on["reversed_words"]
    # That two rows of a table of forty are exchanged shows where each row of the batch is about one of them.
    assert "known-values" in on["exchanged_rows"]
    assert "given-1" not in on["mixed_rows"]
    assert "given-1/permuted" in on["mixed_rows"]
    assert on["divided_rows"] == ["given-1/repeated"]


def test_a_model_that_takes_one_size_of_a_batch_conforms_and_says_what_was_dropped(farm, tmp_path):
    routes = ("keras_archive:load_model", "saved_model:signature", "export:signature_no_keras")
    rows = judged(farm, tmp_path, ("pairs", "reshaped_pairs"), *routes)
    assert {(row["case"], row["route"], row["requirement"]) for row in rows if row["outcome"] == "fails"} == set()
    facts = [row["facts"] for row in rows if row["requirement"] == "outputs"]
    assert len(facts) == 6
    for of_one in facts:
        assert (of_one["inputs"], of_one["inputs_that_raise"]) == (2, [])
        assert of_one["inputs_dropped"] == ["given-1/single", "given-1/repeated"]


def known(described: DescribedCase, endpoint: str = "call") -> dict[str, Tensor]:
    """The tensors of an endpoint by name."""
    return {name: part.tensor for name, part in described.case.endpoints[endpoint].by_name.items()}


@pytest.mark.parametrize("model", ["tabular", "nested"])
def test_what_a_model_knows_is_followed_from_each_of_its_inputs(describe, model):
    described = describe(model)
    tensors = known(described)
    assert tensors["name"].vocabulary == tensors["name"].known == ("Ada", "Zoë")
    assert len(tensors["street"].known) == 15
    assert set(tensors["number"].known) == {12, 17, 400}
    assert (tensors["number"].low, tensors["number"].high) == (11, 401)
    assert tensors["kind"].known == tuple(range(13))
    assert (tensors["kind"].low, tensors["kind"].high) == (0, 12)
    ages = tensors["age"].known
    assert {18.0, 65.0} < set(ages)
    assert min(ages) < 18.0 < sorted(ages)[2] < 65.0 < max(ages)
    assert tensors["price"].known == ()
    for text in (
        "name: 2 known words",
        "number: 3 known integers",
        "kind: integers from 0 to 12",
        "street: words for",
    ):
        assert text in described.case.doc


def test_words_of_texts_and_codes_in_floats_are_known(describe):
    (words,) = describe("text").case.endpoints["call"].tensors
    assert words.vocabulary == ("moo", "baa")
    (codes,) = describe("codes").case.endpoints["call"].tensors
    assert codes.holds_codes
    assert codes.known == tuple(map(float, range(30)))


def test_modules_and_their_saved_models_know_the_same(session, describe, farm):
    described = describe("module")
    serve, loop = known(described, "serve"), known(described, "loop")
    assert serve["words"].known == ("b", "a")
    # The model takes one off before it gathers, so that 0 is refused or is the last row.
    assert 20 in serve["from_one"].known
    assert loop["numbers"].known == tuple(range(15))
    assert loop["words"].known == ("oak", "elm")
    session.evidence.saved("B", "custom_op.asset_table", "saved_model")["save"]
    artifact = describe(artifact=str(session.evidence.artifact("B", "custom_op.asset_table", "saved_model")))
    (structure,) = artifact.case.endpoints.values()
    (tensor,) = structure.tensors
    assert tensor.known
    assert "known words" in artifact.case.doc


def test_it_is_said_where_nothing_was_found_or_only_among_the_parts(describe):
    assert describe("lengths").case.doc.endswith("Inputs: nothing was found that the model knows")
    hidden = describe("hidden").case
    assert hidden.doc.endswith("2 known words (found in the model, not followed to this input)")
    assert set(hidden.endpoints["call"].tensors[0].known) == {"rye", "oat"}


def test_given_inputs_get_others_along_the_batch_and_all_that_is_known(describe):
    described = describe("given_words")
    assert list(described.given["call"]) == ["given-1", "given-1/repeated", "given-1/known"]
    assert [each.name for each in inputs_given(described.case, described.given)] == list(described.given["call"])
    assert described.given["call"]["given-1/known"].tolist() == [[b"hen"], [b"goose"], [b"duck"]]
    assert described.case.doc.endswith("Inputs: 1 given, 2 made from them")
    assert len(described.given["call"]["given-1/repeated"]) == 3


def test_a_model_that_ends_its_process_when_it_is_tried_is_judged_by_the_given_inputs(describe):
    described = describe("ends")
    assert list(described.given["call"]) == ["given-1"]
    assert "it could not be tried what the model knows and takes: the child" in described.case.doc


FEW = Tensor((None, 2), "int32", high=39, known=tuple(range(40)), known_rows=100)


def test_every_known_value_has_a_row_of_its_own_and_is_drawn():
    rows = {row.name: row.value for row in battery(InputStructure(tensor=FEW))}
    assert rows["known-values"].tolist() == [[number, number] for number in range(40)]
    assert rows["known-values-in-turn"].ravel().tolist() == list(range(40))
    words = Tensor((None,), "string", vocabulary=("oak", "elm"), known=("oak", "elm"), known_rows=100)
    rows = {row.name: row.value for row in battery(InputStructure(tensor=words))}
    assert rows["known-values"].tolist() == [b"oak", b"elm"]
    assert "known-values-in-turn" not in rows


def test_a_batch_of_all_that_is_known_is_no_larger_than_allowed():
    few_rows = InputStructure(tensor=Tensor((None,), "int32", high=99, known=tuple(range(100)), known_rows=8))
    (value,) = [row.value for row in battery(few_rows) if row.name == "known-values"]
    assert (len(value), value[0], value[-1]) == (8, 0, 99)
    fixed = InputStructure(tensor=Tensor((2,), "int32", high=9, known=tuple(range(10)), known_rows=8, batched=False))
    (value,) = [row.value for row in battery(fixed) if row.name == "known-values"]
    assert value.tolist() == [0, 9]


def test_codes_in_floats_are_codes_in_usual_rows_and_draws():
    codes = InputStructure(tensor=Tensor((None, 3), high=4, known=(0.0, 1.0, 2.0, 3.0, 4.0), known_rows=100))
    usual = next(row.value for row in battery(codes) if row.name == "batch-of-5")
    assert set(usual.ravel().tolist()) == {0.0, 1.0, 2.0, 3.0, 4.0}
    for value in draw(drawn(codes)):
        assert set(value.ravel().tolist()) <= {0.0, 1.0, 2.0, 3.0, 4.0}


def test_cases_of_the_catalogue_have_the_inputs_that_they_had():
    names = [
        row.name for row in battery(InputStructure(tensor=Tensor((None, 4), "string", vocabulary=("oak", "elm"))))
    ]
    assert names == ["batch-of-5", "batch-of-1", "batch-of-0", "unknown-words"]


def test_a_large_batch_is_halved_until_one_row_is_left():
    start = np.arange(1000, dtype="int32").reshape(1000, 1)
    small = smallest(start, [Tensor((None, 1), "int32", high=999)], lambda candidate: bool((candidate == 777).any()))
    assert small.tolist() == [[777]]
