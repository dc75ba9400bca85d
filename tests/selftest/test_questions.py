"""Each child is asked for what some route of the run needs, and no more."""

from __future__ import annotations

import dataclasses

from tests.both_sides.questions import SIDES
from tests.both_sides.routes import Route
from tests.run.session import Session


def test_a_child_is_asked_for_what_some_route_of_the_run_needs_and_no_more(session: Session):
    def asked(case: str, saver: str, loader: str) -> list:
        routes = frozenset({Route(saver, loader), Route("checkpoint")})
        evidence = dataclasses.replace(session.evidence, over_pairs=False, routes=routes)
        assert evidence.case(case).answers_in_its_own_child(evidence.saver(saver))
        to_save = evidence.question_to_save("B", case, saver)
        assert (to_save.sides, to_save.differentiate, to_save.resumes_training) == ((), (), False)
        question = evidence.question_to_answer("B", case)
        return [question.sides, question.differentiate, question.resumes_training]

    case = "standard.batch_norm_trained"
    assert asked(case, "export", "cpp") == [SIDES, (), False]
    assert asked(case, "export", "restored") == [("graph",), ("batch-of-5",), False]
    assert asked(case, "h5", "load_model") == [("eager",), ("batch-of-5",), True]
    assert asked("custom_layer.affine", "h5", "load_model") == [("eager",), ("batch-of-5",), False]


def test_an_original_that_saving_or_asking_changes_answers_in_the_child_that_saves(session: Session):
    def answers(case: str, saver: str) -> bool:
        return bool(session.evidence.question_to_save("B", case, saver).sides)

    assert not answers("custom_layer.affine", "saved_model")
    assert answers("custom_op.module_two_signatures", "saved_model")
    assert answers("standard.batch_norm_trained", "model_checkpoint")


def test_a_gate_asks_for_all_answers_of_the_original(session: Session):
    routes = frozenset({Route("export", "cpp")})
    evidence = dataclasses.replace(session.evidence, over_pairs=True, routes=routes)
    assert evidence.question_to_answer("B", "custom_layer.affine").sides == SIDES


def test_few_inputs_are_two_of_each_endpoint_and_all_of_a_stateful_model_with_several(session: Session):
    def names(case: str) -> list[str]:
        return [each.name for each in session.evidence.few_inputs(case)]

    assert names("custom_layer.affine") == ["batch-of-5", "batch-of-1"]
    both = session.evidence.case("custom_op.module_two_signatures").endpoints
    assert names("custom_op.module_two_signatures") == [
        f"{endpoint}/{name}" for endpoint in both for name in ("batch-of-5", "batch-of-1")
    ]
    assert len(names("custom_op.training_loop")) == len(session.evidence.inputs("custom_op.training_loop"))
    few = session.evidence.few_inputs("custom_layer.counter")
    everything = session.evidence.inputs("custom_layer.counter")
    assert [each.name for each in few] == [each.name for each in everything][:2]


def test_a_slow_loader_is_asked_few_inputs(session: Session):
    evidence, case = session.evidence, "custom_layer.affine"

    def asked(loader: str) -> list[str]:
        return [each.name for each in evidence.inputs_for(case, Route("saved_model", loader))]

    few, everything = ([each.name for each in some] for some in (evidence.few_inputs(case), evidence.inputs(case)))
    assert asked("saved_model_cli") == few
    assert asked("signature") == everything != few
