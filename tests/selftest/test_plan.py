"""The plan: which cells there are is pinned, and why the others cannot apply."""

from __future__ import annotations

import collections
import dataclasses
import re

import pytest

from tests.judging.catalogue import all_routes, asked_alone
from tests.judging.cells import Cell, NothingMatches, Pair, plan, select
from tests.judging.requirement import requirements
from tests.judging.seen import Hop
from tests.run.session import RunRequest, Session
from tests.run.stale_rows import stale_rows
from tests.selftest.pinned import PINNED

PAIR = Pair("2.21.0", "3.15.1", "3.11.7")
OLD = Pair("2.12.1", "2.12.0", "3.11.7")
HOP = Hop("B", "B")
JUDGED = {
    "saves": 226,
    "loads": 564,
    "architecture": 86,
    "arguments": 52,
    "custom_objects": 121,
    "fingerprint": 71,
    "gradients": 209,
    "no_trace": 212,
    "outputs": 564,
    "overwrites": 20,
    "promises": 13,
    "resaves": 49,
    "resumed_training": 23,
    "signatures": 355,
    "training_state": 23,
    "weights": 357,
}
NOT_APPLICABLE = [
    "... brings back no training state",
    "... differs from another in one argument, and is tried on a few Keras models",
    "... gives no variables",
    "... is for Keras models only",
    "... is for compiled models",
    "... is for inference",
    "... is for models that build themselves when they are first called",
    "... is for models with lambdas",
    "... is for tf.Modules only",
    "... is for tf.Modules with one function",
    "... is for tf.Modules with signatures",
    "... is not offered by TensorFlow 2.21.0, Keras 3.15.1",
    "... is tried on a few tf.Modules",
    "... is tried on the quick cases",
    "... knows no signatures",
    "... knows one function, and the case has several",
    "... needs ai-edge-litert beside TensorFlow: pip install '.[runtimes]'",
    "... needs openvino beside TensorFlow: pip install '.[runtimes]'",
    "... needs tf2onnx beside TensorFlow: pip install '.[runtimes]'",
    "... promises nothing beside the model",
    "... rebuilds nothing from a config",
    "... trains the model",
    "... varies what another saver writes, which is saved again",
    "... writes no SavedModel",
    "a quick case tells for all",
    "it has no signatures",
    "nothing is written",
    "the case has no custom gradient",
    "the case has no custom objects",
    "the case has no floating-point inputs",
    "the case is not compiled",
    "the model is built from its own source",
    "what ... returns is not saved again",
    "what is ... of Keras models is saved again for a few of them",
]
ROUTES = {
    "backup_and_restore": ["go_on_from_backup"],
    "checkpoint": ["read_checkpoint", "read_checkpoint_unbuilt"],
    "checkpoint_manager": ["restore_or_initialize"],
    "checkpoint_numbered": ["restore_latest"],
    "export": [
        "cpp",
        "openvino",
        "restored",
        "saved_model_cli",
        "signature",
        "signature_no_keras",
        "tfsm_layer",
        "v1_session",
    ],
    "export_archive": ["cpp", "restored", "signature"],
    "export_litert": ["litert_interpreter", "tflite_interpreter"],
    "export_onnx": ["onnxruntime", "openvino"],
    "export_openvino": ["openvino"],
    "h5": [
        "load_model",
        "load_model_pathlike",
        "load_model_uncompiled",
        "load_model_unsafe",
        "load_weights",
        "load_weights_by_name",
    ],
    "json_and_weights": ["model_from_json"],
    "keras_archive": [
        "load_model",
        "load_model_and_convert",
        "load_model_pathlike",
        "load_model_uncompiled",
        "load_model_unsafe",
        "load_weights",
    ],
    "keras_folder": ["load_model"],
    "keras_models_save": [
        "load_model",
        "load_model_and_convert",
        "load_model_pathlike",
        "load_model_uncompiled",
        "load_model_unsafe",
        "load_weights",
    ],
    "keras_saved_model": [
        "cpp",
        "load_model",
        "load_model_uncompiled",
        "openvino",
        "read_variables",
        "restored",
        "saved_model_cli",
        "signature",
        "signature_no_keras",
        "tfsm_layer",
        "v1_session",
    ],
    "live_model": ["clone_model", "deepcopy"],
    "model_checkpoint": ["load_model"],
    "model_checkpoint_weights": ["load_weights"],
    "numbered_versions": ["cpp", "signature"],
    "option_debug_info": ["cpp", "restored", "signature"],
    "option_debug_stripper": ["cpp", "restored", "signature"],
    "option_extra_tags": ["load_with_both_tags"],
    "option_function_aliases": ["cpp", "restored", "signature"],
    "option_image_format": ["cpp", "restored", "signature"],
    "option_io_device": ["cpp", "restored", "signature"],
    "option_namespace_whitelist": ["cpp", "restored", "signature"],
    "option_no_custom_gradients": ["cpp", "restored", "signature"],
    "option_sharding": ["cpp", "restored", "signature"],
    "option_skip_saver": ["cpp", "restored", "signature"],
    "option_variable_policy": ["cpp", "restored", "signature"],
    "pickled": ["unpickle"],
    "saved_model": [
        "cpp",
        "load_function_aliases",
        "load_io_device",
        "load_partial_checkpoint",
        "load_pathlike",
        "load_skip_checkpoint",
        "load_variable_policy",
        "load_with_tags",
        "openvino",
        "read_variables",
        "restored",
        "saved_model_cli",
        "signature",
        "signature_no_keras",
        "tfsm_layer",
        "v1_session",
    ],
    "saved_model_one_function": ["cpp", "restored", "signature"],
    "saved_model_unsigned": ["cpp", "restored", "signature"],
    "tflite": ["litert_interpreter", "tflite_interpreter"],
    "tflite_from_export": ["litert_interpreter", "tflite_interpreter"],
    "tflite_from_keras": ["litert_interpreter", "tflite_interpreter"],
    "v1_builder": ["cpp", "openvino", "saved_model_cli", "signature", "signature_no_keras", "v1_session"],
    "weights_h5": ["load_weights", "load_weights_skip_mismatch"],
    "weights_legacy_h5": ["load_weights", "load_weights_by_name"],
    "weights_sharded": ["load_weights"],
    "weights_tf": ["load_weights_tf"],
}


@pytest.fixture
def catalogue(session) -> dict:
    """The catalogue without the planted faults."""
    told = session.evidence.catalogue
    routes = {
        what: {name: entry for name, entry in told["routes"][what].items() if entry["doc"]}
        for what in ("savers", "loaders")
    }
    return {**told, "routes": {**told["routes"], **routes}}


def planned(catalogue, pair=PAIR, cases=(), routes=()):
    return plan(catalogue, requirements(), {"B": pair}, [HOP], list(cases), list(routes), every_route=True)


def test_the_number_of_cells_of_each_requirement_is_pinned(catalogue):
    cells = planned(catalogue, cases=PINNED)
    counts = collections.Counter(each.cell.requirement for each in cells if each.applies)
    assert dict(counts) == JUDGED


def test_the_reasons_for_not_applicable_are_pinned(catalogue):
    """Each of them without the saver or loader that it names."""
    names = "|".join([*catalogue["routes"]["savers"], *catalogue["routes"]["loaders"]])
    reasons = {each.hops[HOP] for each in planned(catalogue, cases=PINNED) if not each.applies}
    assert sorted({re.sub(rf"\b({names})\b", "...", reason, count=1) for reason in reasons}) == NOT_APPLICABLE


def test_the_routes_are_these(catalogue):
    by_saver: dict = {}
    for route in all_routes(catalogue):
        saver, _, loader = route.partition(":")
        by_saver.setdefault(saver, []).append(loader)
    assert by_saver == ROUTES


def test_a_run_judges_the_primary_routes_unless_it_is_asked_for_more(catalogue):
    def routes(**asked):
        cells = plan(catalogue, requirements(), {"B": PAIR}, [HOP], [], asked.pop("routes", []), **asked)
        return {each.cell.route for each in cells if ":" in each.cell.route}

    primary = {route for route in catalogue["routes"]["primary"] if ":" in route}
    assert routes() == primary
    assert primary < routes(every_route=True) == set(all_routes(catalogue))
    assert routes(routes=["checkpoint_m*"]) == {"checkpoint_manager:restore_or_initialize"}


def test_a_runtime_that_is_not_installed_is_not_applicable_and_says_how_to_get_it(catalogue):
    def cell(pair):
        cells = planned(catalogue, pair, cases=["*.affine"], routes=["export:openvino"])
        return next(each for each in cells if each.cell.requirement == "outputs")

    assert cell(PAIR).hops[HOP] == "openvino needs openvino beside TensorFlow: pip install '.[runtimes]'"
    assert cell(PAIR).not_installed == {HOP}
    assert cell(dataclasses.replace(PAIR, runtimes=frozenset({"openvino"}))).hops[HOP] is None


def test_a_case_that_a_pair_cannot_build_is_not_applicable_with_its_reason(catalogue):
    told = {**catalogue["cases"]["custom_layer.affine"], "offered": {"keras": ">=3"}, "package": "tensorflow-text"}
    catalogue = {**catalogue, "cases": {"custom_layer.affine": told}}

    def reasons(pair):
        cells = planned(catalogue, pair, routes=["export:cpp"])
        return next(each.hops[HOP] for each in cells if each.cell.requirement == "outputs")

    assert reasons(PAIR) == ("custom_layer.affine needs tensorflow-text beside TensorFlow: pip install '.[text]'")
    texts = frozenset({"tensorflow-text"})
    refused = reasons(dataclasses.replace(OLD, runtimes=texts))
    assert refused == "custom_layer.affine is not offered by TensorFlow 2.12.1, Keras 2.12.0"
    assert reasons(dataclasses.replace(PAIR, runtimes=texts)) is None


def test_ids_are_sorted_and_unique(catalogue):
    cells = [each.cell for each in planned(catalogue, cases=PINNED)]
    assert cells == sorted(set(cells))


def test_what_a_pair_does_not_offer_is_one_cell_that_expects_the_refusal(catalogue):
    old = [each for each in planned(catalogue, OLD, cases=PINNED) if each.cell.saver == "keras_folder"]
    expecting = [each for each in old if each.refused_on]
    assert [str(each.cell) for each in expecting] == ["custom_layer.affine / keras_folder / saves"]
    reasons = {each.hops[HOP] for each in old if not each.applies}
    assert "keras_folder is not offered by TensorFlow 2.12.1, Keras 2.12.0" in reasons
    assert all(not each.applies for each in old if each not in expecting)


def test_without_a_compiler_the_compiled_op_is_not_applicable(catalogue):
    cases = {
        name: {**case, "unavailable": "no C++ compiler"} if case["op_library"] else case
        for name, case in catalogue["cases"].items()
    }
    without = planned({**catalogue, "cases": cases}, cases=["custom_op.compiled"])
    assert {each.hops[HOP] for each in without} == {"no C++ compiler"}


def test_globs_select_cases_routes_and_the_savers_of_routes(catalogue):
    chosen = planned(catalogue, cases=["*.affine"], routes=["h5:load_model"])
    assert {each.cell.case for each in chosen} == {"custom_layer.affine"}
    assert {each.cell.route for each in chosen} == {"h5", "h5:load_model"}


@pytest.mark.parametrize(("cases", "routes"), [(["nothing*"], []), ([], ["h5:signature"]), (["*", "x"], [])])
def test_a_glob_that_matches_nothing_is_refused(catalogue, cases, routes):
    with pytest.raises(NothingMatches, match="there are:"):
        planned(catalogue, cases=cases, routes=routes)


def test_select_keeps_the_order_of_the_names():
    assert select(["b", "*"], ["a", "b"], "case") == ["a", "b"]


def test_a_gate_has_the_control_first_and_a_saver_no_hop_between_pairs(session, catalogue):
    wanted = RunRequest({"A": session.wanted.sides["B"], "B": session.wanted.sides["B"]}, rollback=True)
    assert [str(hop) for hop in wanted.hops] == ["A>A", "A>B", "B>B", "B>A"]
    cells = plan(catalogue, requirements(), {"A": OLD, "B": PAIR}, wanted.hops, ["*.affine"], ["export:cpp"])
    hops = {str(each.cell): [str(hop) for hop in each.hops] for each in cells}
    assert hops["custom_layer.affine / export / saves"] == ["A>A", "B>B"]
    assert hops["custom_layer.affine / export:cpp / loads"] == ["A>A", "A>B", "B>B", "B>A"]


def test_a_row_that_speaks_of_the_pair_and_of_no_cell_is_stale(session: Session):
    assert stale_rows(session) == []
    (row, *_) = session.deviations.rows
    place = dataclasses.replace(row.places[0], case=("nothing.*",), pairs=())
    pointless = dataclasses.replace(row, id="pointless", places=(place,))
    place = dataclasses.replace(place, saved_with={"keras": "<2"})
    elsewhere = dataclasses.replace(pointless, id="elsewhere", places=(place,))
    rows = dataclasses.replace(session.deviations, rows=(*session.deviations.rows, pointless, elsewhere))
    stale = stale_rows(dataclasses.replace(session, deviations=rows, processes=[]))
    assert [each.id for each in stale] == ["pointless"]


def test_a_child_is_asked_for_what_some_route_of_the_run_needs_and_no_more(session: Session):
    def asked(case: str, saver: str, loader: str) -> list:
        routes = frozenset({f"{saver}:{loader}", "checkpoint"})
        evidence = dataclasses.replace(session.evidence, over_pairs=False, routes=routes)
        question = evidence.question_to_answer("B", case)
        to_save = evidence.question_to_save("B", case, saver)
        about = ("sides", "differentiate", "goes_on_training")
        assert asked_alone(evidence.case(case), evidence.saver(saver))
        assert [to_save[each] for each in about] == [[], [], False]
        return [question[each] for each in about]

    case = "standard.batch_norm_trained"
    assert asked(case, "export", "cpp") == [["graph"], [], False]
    assert asked(case, "export", "restored") == [["graph"], ["batch-of-5"], False]
    assert asked(case, "h5", "load_model") == [["eager"], ["batch-of-5"], True]
    assert asked("custom_layer.affine", "h5", "load_model") == [["eager"], ["batch-of-5"], False]


def test_what_makes_another_model_of_the_original_answers_for_itself(session: Session):
    def tells(case: str, saver: str) -> bool:
        return bool(session.evidence.question_to_save("B", case, saver)["sides"])

    assert not tells("custom_layer.affine", "saved_model")
    assert tells("custom_op.module_two_signatures", "saved_model")
    assert tells("standard.batch_norm_trained", "model_checkpoint")


def test_a_gate_asks_for_both_answers_of_the_original(session: Session):
    evidence = dataclasses.replace(session.evidence, over_pairs=True, routes=frozenset({"export:cpp"}))
    assert evidence.question_to_answer("B", "custom_layer.affine")["sides"] == ["eager", "graph"]


def test_few_inputs_are_two_of_each_endpoint_and_all_of_a_stateful_model_with_several(session: Session):
    def names(case: str) -> list[str]:
        return [given["name"] for given in session.evidence.few_inputs(case)]

    assert names("custom_layer.affine") == ["batch-of-5", "batch-of-1"]
    both = session.evidence.case("custom_op.module_two_signatures")["endpoints"]
    assert names("custom_op.module_two_signatures") == [
        f"{endpoint}/{name}" for endpoint in both for name in ("batch-of-5", "batch-of-1")
    ]
    assert len(names("custom_op.training_loop")) == len(session.evidence.inputs("custom_op.training_loop"))
    assert session.evidence.few_inputs("custom_layer.counter") == session.evidence.inputs("custom_layer.counter")[:2]


def test_what_answers_slowly_is_asked_few_inputs(session: Session):
    evidence, case = session.evidence, "custom_layer.affine"
    assert evidence.inputs_for(case, "saved_model_cli") == evidence.few_inputs(case)
    assert evidence.inputs_for(case, "signature") == evidence.inputs(case) != evidence.few_inputs(case)


def test_what_is_special_about_training_alone_is_judged_where_training_comes_back(catalogue):
    def reasons(route: str) -> set:
        cells = planned(catalogue, cases=["standard.nadam_product"], routes=[route])
        return {each.hops[HOP] for each in cells if ":" in each.cell.route}

    assert None in reasons("keras_archive:load_model")
    assert reasons("export:signature") == {
        "signature brings back no training, and nothing else is special about the case"
    }
    savers = planned(catalogue, cases=["standard.nadam_product"])
    assert any(each.applies and str(each.cell).endswith("/ export / no_trace") for each in savers)


def test_on_primary_routes_it_is_saved_in_ways_that_bring_training_back(catalogue):
    def savers(case: str) -> set:
        cells = plan(catalogue, requirements(), {"B": PAIR}, [HOP], [case], [])
        return {each.cell.saver for each in cells if each.applies}

    assert savers("standard.nadam_product") == {"checkpoint", "h5", "keras_archive"}
    assert {"export", "saved_model", "weights_h5"} < savers("standard.batch_norm_trained")


def test_a_module_without_functions_is_held_to_its_variables_where_they_can_be_reached(catalogue):
    cells = [each.cell for each in planned(catalogue, cases=["*.module_without_functions"]) if each.applies]
    asked = {catalogue["routes"]["loaders"][cell.loader]["asked"] for cell in cells if cell.loader}
    assert asked == {"as_original", "by_function"}
    assert "weights" in {cell.requirement for cell in cells}
    assert "outputs" not in {cell.requirement for cell in cells}
    assert "v1_builder" not in {cell.saver for cell in cells}


def test_a_cell_reads_as_case_route_requirement():
    cell = Cell("a.b", "saver:loader", "outputs")
    assert (str(cell), cell.saver, cell.loader) == ("a.b / saver:loader / outputs", "saver", "loader")
    assert Cell("a.b", "saver", "saves").loader is None
