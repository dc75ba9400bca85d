"""The catalogue: every case is what its decorator says, and the same in every process."""

from __future__ import annotations

import pytest

from tests.both_sides.cases import CaseInfo
from tests.both_sides.plain import to_plain
from tests.both_sides.routes import Route
from tests.judging.comparison import compare
from tests.judging.evidence import Evidence, NoEvidence
from tests.judging.inputs import inputs_of
from tests.judging.pairs import NEW_ARTIFACTS
from tests.judging.seen import Seen

WEIGHTS = Route("weights_h5", "load_weights")


@pytest.fixture
def case(case_id, session):
    return session.evidence.case(case_id)


def a_saver(case: CaseInfo) -> str:
    return "weights_h5" if case.is_keras_model else "saved_model"


def other_saver(case: CaseInfo) -> str:
    return "h5" if case.is_keras_model else "renames_a_signature"


def test_the_catalogue_holds_at_least_seventy_cases_of_four_families(session):
    families = [name.partition(".")[0] for name in session.catalogue.cases]
    assert len(families) >= 70
    assert set(families) == {"standard", "custom_layer", "custom_op", "real_world"}


def test_a_case_says_why_it_is_there(case):
    assert len(case.doc) > 30


def test_two_children_build_bitwise_equal_weights(case, session):
    one, two = (session.evidence.saved("B", case.id, saver) for saver in (a_saver(case), other_saver(case)))
    assert one["before"]["weights"] or "weightless" in case.traits
    assert compare(one["before"]["weights"], two["before"]["weights"]).equal
    alone = session.evidence.original("B", case.id, a_saver(case))
    assert compare(one["once"], two["once"]).equal
    assert compare(one["once"], alone["once"]).equal


def test_no_weight_is_at_an_initial_constant(case, session):
    for path, value in session.evidence.saved("B", case.id, a_saver(case))["before"]["weights"]:
        if value.dtype.kind == "f" and value.size > 1:
            assert value.min() < value.max(), path


def test_answers_depend_on_the_inputs(case, session):
    by_endpoint: dict = {}
    original = session.evidence.original("B", case.id, a_saver(case))
    answered = original["eager" if "eager" in original else "graph"]
    for asked, answer in zip(session.evidence.inputs(case.id), answered, strict=True):
        if "value" in answer:
            by_endpoint.setdefault(asked.endpoint, []).append(answer["value"])
    assert set(by_endpoint) == set(case.endpoints)
    for answers in by_endpoint.values():
        assert any(not compare(answers[0], other).equal for other in answers[1:])


def test_the_traits_are_true(case, session):
    before = session.evidence.saved("B", case.id, a_saver(case))["before"]
    traits = case.traits
    assert ("weightless" in traits) == (not before["weights"])
    if "holds_keras_model" not in traits:
        assert "training" not in before
        return
    lineage = before["architecture"]["lineage"]
    kind = next((name for name in ("Sequential", "Functional") if name in lineage), "subclassed").lower()
    assert traits & {"sequential", "functional", "subclassed"} == {kind}
    optimizer = before["training"]["optimizer"]
    assert ("compiled" in traits) == (optimizer is not None)
    assert ("trained" in traits) == (optimizer is not None and any(int(each) for each in steps_of(optimizer)))
    assert ("slots" in traits) == (optimizer is not None and any(is_slot(path) for path, _ in optimizer["variables"]))


def steps_of(optimizer: dict) -> list:
    """Return the step counters of an optimizer; one that wraps another has two."""
    return [value for path, value in optimizer["variables"] if path.rpartition("/")[2].startswith("iter")]


def is_slot(path: str) -> bool:
    """Return whether a variable of an optimizer belongs to one of the model's, by its name."""
    return any(name in path for name in ("kernel", "bias", "gamma", "beta", "embeddings"))


def test_inputs_are_the_same_every_time(case):
    one, two = (to_plain(inputs_of(case)) for _ in range(2))
    assert compare(one, two).equal


def test_every_case_has_the_battery_and_draws(case, session):
    names = [each.name.rpartition("/")[2] for each in session.evidence.inputs(case.id)]
    assert {"batch-of-1", "batch-of-5", "drawn-1"} <= set(names) or not case.endpoints
    tensors = [tensor for inputs in case.endpoints.values() for tensor in inputs.tensors]
    kinds = {tensor.kind for tensor in tensors}
    assert ("non-finite" in names) == ("float" in kinds and not all(tensor.tame for tensor in tensors))
    assert ("unknown-words" in names) == ("string" in kinds)


def test_masked_steps_are_drawn(session):
    for each in session.evidence.inputs("standard.lstm_masked"):
        if each.name == "batch-of-5":
            rows = each.value
            assert (rows == 0).all(axis=1).any()
            assert (rows == 0).any(axis=1).sum() > 1
            assert (rows != 0).any()


def test_some_input_makes_the_masked_model_raise(session):
    """The rule that the loaded one raises where the original does is exercised."""
    original = session.evidence.original("B", "standard.lstm_masked", "weights_h5")
    assert any("raised" in answer for answer in original["eager"])


def test_a_save_is_seen_from_one_child_only(session):
    seen = Seen(session.evidence, NEW_ARTIFACTS, "standard.dense_classifier", WEIGHTS)
    assert seen.saved is session.evidence.saved("B", "standard.dense_classifier", "weights_h5")


def test_answers_of_another_model_than_was_saved_are_no_evidence(session, monkeypatch):
    seen = Seen(session.evidence, NEW_ARTIFACTS, "standard.dense_classifier", WEIGHTS)
    other = session.evidence.original("B", "standard.lstm_masked", "weights_h5")
    assert seen.original is session.evidence.original("B", "standard.dense_classifier", "weights_h5")
    monkeypatch.setattr(Evidence, "original", lambda *_: other)
    with pytest.raises(NoEvidence, match="is not the same in two processes"):
        _ = seen.original
