"""Every planted fault is caught by the requirement that claims it, by name, and by no other."""

from __future__ import annotations

import dataclasses
import re

import pytest

from tests.interpreters.agents import GIB, Limits
from tests.judging.cells import Cell
from tests.judging.verdict import Bench

DENSE, AFFINE, REGISTERED = "standard.dense_classifier", "custom_layer.affine", "custom_layer.registered"
LOSS = "custom_layer.custom_loss"
TRAINED, NAMED, LSTM = "standard.batch_norm_trained", "standard.named_branches", "standard.lstm_masked"
TOWERS, MODULE = "custom_layer.subclassed_model", "custom_op.module_two_signatures"

# (fault, case) -> for each requirement that must catch it, what its finding says.
LOADER_FAULTS = {
    ("drops_a_weight", REGISTERED): {"weights": "dense/bias differs in its values", "outputs": "other answers on"},
    ("swaps_two_weights", TOWERS): {
        "weights": "left/kernel differs in its values",
        "outputs": "other answers on",
        "gradients": "other gradients",
    },
    ("casts_weights_to_float16", REGISTERED): {
        "weights": "differs in its values",
        "outputs": "other answers on",
        "gradients": "other gradients",
    },
    ("swaps_two_outputs", NAMED): {"outputs": "other answers on"},
    ("casts_answers_to_float16", REGISTERED): {"outputs": "dtype: float32"},
    ("answers_nan", REGISTERED): {"outputs": "non-finite positions", "gradients": "other gradients"},
    ("answers_a_constant", REGISTERED): {"outputs": "other answers on", "gradients": "other gradients"},
    ("is_off_by_one_bit", REGISTERED): {"outputs": "other answers on", "gradients": "other gradients"},
    ("swallows_exceptions", LSTM): {"outputs": "on 1 of .* first on 'batch-of-0'"},
    ("raises_on_small_batches", REGISTERED): {"outputs": "'batch-of-1'"},
    ("needs_no_class", REGISTERED): {
        "custom_objects": "it loads without what it needs",
        "architecture": "config differs at .*module",
    },
    ("takes_no_scope", REGISTERED): {"custom_objects": "given by scope: .*given by registration: "},
    ("asks_for_the_loss", LOSS): {"custom_objects": "asks for asymmetric_loss, which it does not need: TypeError"},
    ("refuses_without_saying_why", REGISTERED): {"custom_objects": "does not name what is missing: ValueError: no"},
    ("forgets_to_compile", TRAINED): {"training_state": "another optimizer", "resumed_training": "ompile"},
    ("resets_the_optimizer", TRAINED): {
        "training_state": "the optimizer's .* differs in its values",
        "resumed_training": "after training, .* differs in its values",
    },
    ("evaluates_another_loss", TRAINED): {"resumed_training": "gives other values"},
    ("cannot_be_traced", TRAINED): {"resumed_training": "RuntimeError: planted: cannot be traced"},
    ("cannot_be_traced", LOSS): {},
    ("stops_gradients", REGISTERED): {"gradients": "other gradients: values"},
    ("freezes_a_layer", REGISTERED): {"architecture": "config differs at .*trainable"},
    ("raises", REGISTERED): {"loads": "OSError: planted: cannot read"},
    ("aborts", REGISTERED): {"loads": "the child was ended by SIGABRT during 'load'"},
    ("aborts_when_asked", REGISTERED): {
        "outputs": "the child was ended by SIGABRT during 'answers'",
        "gradients": "the child was ended by SIGABRT",
        "custom_objects": "the child was ended by SIGABRT",
    },
    ("exits", REGISTERED): {"loads": "the child ended without finishing during 'load'"},
    ("writes_rubbish_to_its_pipe", REGISTERED): {"loads": "the child wrote rubbish: .* during 'load'"},
}
# (saver, fault, case)
OTHER_LOADER_FAULTS = {
    ("weights_h5", "loads_no_weights", TRAINED): {
        "weights": "differs in its values",
        "outputs": "other answers on",
        "gradients": "other gradients",
    },
    ("checkpoint", "reads_all_but_the_optimizer", TRAINED): {
        "training_state": "the optimizer's .* differs in its values",
        "resumed_training": "after training, .* differs in its values",
    },
    ("saved_model", "cannot_be_saved_again", MODULE): {"resaves": "captures tensor .* not reachable from root"},
    ("tflite_from_export", "rounds_to_three_digits", REGISTERED): {"outputs": "other answers on"},
}
SAVED_MODEL_FAULTS = {
    ("renames_a_signature", DENSE, "signature"): {
        "signatures": "a signature is missing",
        "outputs": "no signature 'serving_default'",
    },
    ("freezes_the_batch", DENSE, "signature"): {"signatures": "other dtypes or shapes: inputs of 'serving_default'"},
    ("renames_an_output", MODULE, "signature"): {
        "signatures": "other output names of 'shift'",
        "outputs": "other answers on",
    },
    ("renames_an_output", MODULE, "cpp"): {
        "signatures": "other output names of 'shift'",
        "outputs": "other answers on",
    },
    ("loses_a_default", MODULE, "cpp"): {"signatures": "other defaults of 'project'"},
    ("saved_model", DENSE, "tells_of_another_contract"): {"signatures": "other signatures than Python's loader"},
    ("leaves_a_variable_out", MODULE, "signature"): {"weights": "calls is missing"},
}
SAVER_FAULTS = {
    ("changes_a_weight", DENSE): {"no_trace": "saving changed the weights"},
    ("freezes_the_live_model", DENSE): {"no_trace": "the live architecture differs at .*trainable"},
    ("empties_the_optimizer", TRAINED): {"no_trace": "saving changed the optimizer"},
    ("seeds_numpy", DENSE): {"no_trace": "the live random_state differs at numpy"},
    ("draws_from_tensorflow", DENSE): {"no_trace": "the live random_state differs at tensorflow_operation_seeds"},
    ("registers_a_class", DENSE): {"no_trace": "the live registries differs at custom_objects"},
    ("changes_directory", DENSE): {"no_trace": "the live registries differs at working_directory"},
    ("changes_floatx", DENSE): {"no_trace": "the live registries differs at floatx"},
    ("writes_nothing", DENSE): {"saves": "left no file"},
    ("writes_no_fingerprint", MODULE): {"fingerprint": "there is no fingerprint"},
    ("saves_other_weights_each_time", MODULE): {
        "fingerprint": "other checkpoint_hash",
        "no_trace": "saving changed the weights",
    },
    ("takes_only_text", MODULE): {"arguments": "TypeError: unsupported operand"},
    ("saves_beside_what_is_there", MODULE): {"overwrites": "[4-9] stale files"},
    ("forgets_its_tag", MODULE): {"promises": "another tags"},
    ("promises_what_all_do", MODULE): {"promises": "tags is there without being asked for"},
    ("refuses_to_save", DENSE): {"saves": "NotImplementedError: planted: will not"},
    ("aborts_while_saving", DENSE): {"saves": "the child was ended by SIGABRT during 'save'"},
}


def caught(bench: Bench, case: str, route: str) -> dict[str, str]:
    """What every applicable requirement found, beside what the real saver and loader fall short of here."""
    found = {}
    saver, _, loader = route.partition(":")
    assert any(planned.cell.case == case and planned.cell.route == route for planned in bench.planned.values())
    for planned in bench.planned.values():
        cell = planned.cell
        if cell.case != case or cell.route not in (route, saver) or not planned.applies:
            continue
        if loader and cell.route == saver:
            continue
        (judgement,) = bench.judge(cell).values()
        if judgement.is_bad and judgement.outcome != "blocked":
            found[cell.requirement] = judgement.text()
    return found


def known_shortfalls(bench: Bench, case: str, route: str) -> set[str]:
    """The requirements of which the route without a fault falls short as a row of deviations.toml says."""
    return {
        planned.cell.requirement
        for planned in bench.planned.values()
        if planned.cell.case == case and planned.cell.route == route and planned.applies
        for judgement in bench.judge(planned.cell).values()
        if judgement.outcome in ("deviates", "blocked")
    }


def check(bench: Bench, case: str, route: str, real_route: str, expected: dict[str, str]) -> None:
    found = caught(bench, case, route)
    assert set(found) - known_shortfalls(bench, case, real_route) <= set(expected)
    for requirement, pattern in expected.items():
        assert requirement in found, f"{requirement} did not catch it; found: {found}"
        assert re.search(pattern, found[requirement], re.DOTALL), found[requirement]


@pytest.mark.parametrize(("fault", "case"), LOADER_FAULTS)
def test_loader_fault_is_caught(bench: Bench, fault: str, case: str):
    expected = LOADER_FAULTS[fault, case]
    check(bench, case, f"keras_archive:{fault}", "keras_archive:load_model", expected)


@pytest.mark.parametrize(("saver", "fault", "case"), OTHER_LOADER_FAULTS)
def test_fault_of_another_kind_of_loader_is_caught(bench: Bench, saver: str, fault: str, case: str):
    real = {
        "weights_h5": "load_weights", "checkpoint": "read_checkpoint", "saved_model": "restored",
        "tflite_from_export": "tflite_interpreter",
    }[saver]  # fmt: skip
    check(bench, case, f"{saver}:{fault}", f"{saver}:{real}", OTHER_LOADER_FAULTS[saver, fault, case])


@pytest.mark.parametrize(("fault", "case", "loader"), SAVED_MODEL_FAULTS)
def test_saved_model_fault_is_caught(bench: Bench, fault: str, case: str, loader: str):
    expected = SAVED_MODEL_FAULTS[fault, case, loader]
    real = loader if loader in ("signature", "cpp") else "signature"
    check(bench, case, f"{fault}:{loader}", f"saved_model:{real}", expected)


@pytest.mark.parametrize(("fault", "case"), SAVER_FAULTS)
def test_saver_fault_is_caught(bench: Bench, fault: str, case: str):
    kind = bench.evidence.saver(fault)["writes"]  # whose real saver has the kind's name
    check(bench, case, fault, kind, SAVER_FAULTS[fault, case])


@pytest.mark.parametrize(
    ("fault", "limits", "outcome", "message"),
    [
        ("hangs", Limits(wall=4), "timed-out", "the child went on beyond its wall limit during 'load'"),
        ("spins", Limits(cpu=2), "timed-out", "the child went on beyond its limit of CPU seconds during 'load'"),
        ("eats_memory", Limits(memory=GIB), "crashed", "ran out of the memory it may have"),
    ],
)
def test_fault_that_needs_a_limit_is_caught(bench: Bench, fault, limits, outcome, message):
    evidence = dataclasses.replace(bench.evidence, limits=limits)
    question = evidence.question_to_load("B", "B", REGISTERED, "keras_archive", fault, None)
    bench.evidence.saved("B", REGISTERED, "keras_archive")
    said = evidence.agents["B"]["keras"].run("load", question, limits=limits)
    known = dataclasses.replace(bench, evidence=Prepared(evidence, said))
    (judgement,) = known.judge(Cell(REGISTERED, f"keras_archive:{fault}", "loads")).values()
    assert (judgement.outcome, message in judgement.text()) == (outcome, True), judgement.text()


class Prepared:
    """Evidence in which every load has said one thing."""

    def __init__(self, evidence, said):
        self._evidence, self._said = evidence, said

    def loaded(self, *_, **__):
        return self._said

    def __getattr__(self, name):
        return getattr(self._evidence, name)


def test_every_requirement_has_a_planted_fault(bench: Bench):
    claimed = {
        requirement
        for faults in (LOADER_FAULTS, OTHER_LOADER_FAULTS, SAVED_MODEL_FAULTS, SAVER_FAULTS)
        for expected in faults.values()
        for requirement in expected
    }
    assert claimed == set(bench.requirements)


def test_every_planted_fault_is_tested(session):
    routes = session.evidence.catalogue["routes"]
    planted = {name for name, entry in {**routes["savers"], **routes["loaders"]}.items() if not entry["doc"]}
    tested = {key[0] for faults in (LOADER_FAULTS, SAVED_MODEL_FAULTS, SAVER_FAULTS) for key in faults}
    tested |= {loader for _, _, loader in SAVED_MODEL_FAULTS}
    tested |= {loader for _, loader, _ in OTHER_LOADER_FAULTS}
    assert planted <= tested | {"hangs", "spins", "eats_memory"}
