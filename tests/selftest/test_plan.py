"""The plan: which cells there are is pinned, and why the others cannot apply."""

from __future__ import annotations

import collections
import dataclasses
import re
from typing import Any

import pytest

from tests.both_sides.catalogue import Catalogue
from tests.both_sides.questions import SIDES
from tests.both_sides.routes import Route
from tests.judging.cells import Cell
from tests.judging.pairs import NEW_ARTIFACTS, Pair
from tests.judging.plan import NothingMatches, Planner, Selection, select, why_nothing_applies
from tests.judging.requirement import requirements
from tests.run.declared_names import DeclaredNames
from tests.run.request import RunRequest
from tests.run.session import Session
from tests.run.stale_rows import stale_rows
from tests.selftest.pinned import PINNED

PAIR = Pair("2.21.0", "3.15.1", "3.11.7")
OLD = Pair("2.12.1", "2.12.0", "3.11.7")
JUDGED = {
    "saves": 241,
    "loads": 605,
    "architecture": 96,
    "arguments": 52,
    "custom_objects": 121,
    "fingerprint": 73,
    "gradients": 232,
    "no_trace": 224,
    "outputs": 605,
    "overwrites": 20,
    "promises": 13,
    "resaves": 51,
    "resumed_training": 33,
    "signatures": 373,
    "training_state": 33,
    "weights": 386,
    "random_state": 386,
    "renamed": 386,
    "cycles": 9,
    "leaves_nothing": 63,
    "places": 63,
    "together": 63,
}
NOT_APPLICABLE = [
    "... differs from another in one argument, and is tried on a few Keras models",
    "... does not restore the training state",
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
    "... is tried on a few Keras models that are built with and without a strategy",
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
    "each answer of ... takes a session of its own",
    "it has no signatures",
    "it is judged on routes that are no variant of another",
    "it is judged on the quick cases alone",
    "it is judged on the quick cases and on what you bring",
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
    "checkpoint": [
        "read_checkpoint",
        "read_checkpoint_mirrored",
        "read_checkpoint_unbuilt",
        "read_checkpoint_unmirrored",
    ],
    "checkpoint_manager": ["restore_or_initialize"],
    "checkpoint_numbered": ["restore_latest"],
    "export": [
        "cpp",
        "openvino",
        "restored",
        "saved_model_cli",
        "signature",
        "signature_mirrored",
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
        "load_model_mirrored",
        "load_model_pathlike",
        "load_model_uncompiled",
        "load_model_unsafe",
        "load_weights",
    ],
    "keras_folder": ["load_model"],
    "keras_models_save": [
        "load_model",
        "load_model_and_convert",
        "load_model_mirrored",
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
        "signature_mirrored",
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
    "weights_h5": ["load_weights", "load_weights_mirrored", "load_weights_skip_mismatch", "load_weights_unmirrored"],
    "weights_legacy_h5": ["load_weights", "load_weights_by_name"],
    "weights_sharded": ["load_weights"],
    "weights_tf": ["load_weights_tf", "read_weights_tf"],
}


@pytest.fixture
def catalogue(session) -> Catalogue:
    """The catalogue without the planted faults."""
    whole = session.catalogue
    return dataclasses.replace(
        whole,
        savers={name: saver for name, saver in whole.savers.items() if saver.doc},
        loaders={name: loader for name, loader in whole.loaders.items() if loader.doc},
    )


def plan(catalogue, selection=None, pairs=None, hops=(NEW_ARTIFACTS,)):
    planner = Planner(catalogue, requirements(), pairs or {"B": PAIR}, hops)
    return planner.plan(selection or Selection())


def planned(catalogue, pair=PAIR, cases=(), routes=()):
    return plan(catalogue, Selection(tuple(cases), tuple(routes), every_route=True), {"B": pair})


def test_the_number_of_cells_of_each_requirement_is_pinned(catalogue):
    cells = planned(catalogue, cases=PINNED)
    counts = collections.Counter(each.cell.requirement for each in cells if each.applies)
    assert dict(counts) == JUDGED


def test_the_reasons_for_not_applicable_are_pinned(catalogue):
    """Each of them without the saver or loader that it names."""
    names = "|".join([*catalogue.savers, *catalogue.loaders])
    reasons = {each.hops[NEW_ARTIFACTS] for each in planned(catalogue, cases=PINNED) if not each.applies}
    assert sorted({re.sub(rf"\b({names})\b", "...", reason, count=1) for reason in reasons}) == NOT_APPLICABLE


def test_the_routes_are_these(catalogue):
    by_saver: dict = {}
    for route in catalogue.routes():
        by_saver.setdefault(route.saver, []).append(route.loader)
    assert by_saver == ROUTES


def test_a_run_judges_the_primary_routes_unless_it_is_asked_for_more(catalogue):
    def routes(**restrictions):
        cells = plan(catalogue, Selection(**restrictions))
        return {each.cell.route for each in cells if each.cell.route.loader}

    default = {route for route in catalogue.default_routes() if route.loader}
    assert routes() == default
    assert default < routes(every_route=True) == set(catalogue.routes())
    assert routes(routes=("checkpoint_m*",)) == {Route("checkpoint_manager", "restore_or_initialize")}


DEFAULT = [
    "checkpoint:read_checkpoint",
    "checkpoint:read_checkpoint_mirrored",
    "checkpoint:read_checkpoint_unmirrored",
    "export:cpp",
    "export:signature_mirrored",
    "export:signature_no_keras",
    "export:tfsm_layer",
    "h5:load_model",
    "keras_archive:load_model",
    "keras_archive:load_model_mirrored",
    "keras_models_save",
    "keras_saved_model:load_model",
    "saved_model:cpp",
    "saved_model:restored",
    "saved_model:signature",
    "saved_model:signature_mirrored",
    "saved_model:signature_no_keras",
    "weights_h5:load_weights",
    "weights_h5:load_weights_mirrored",
    "weights_h5:load_weights_unmirrored",
]
DEFAULT_ON_QUICK_CASES = [
    "export:openvino",
    "export:restored",
    "export_onnx",
    "export_onnx:onnxruntime",
    "keras_archive:load_model_and_convert",
    "keras_saved_model:cpp",
    "keras_saved_model:signature_no_keras",
    "saved_model:openvino",
    "tflite",
    "tflite:tflite_interpreter",
    "tflite_from_export",
    "tflite_from_export:tflite_interpreter",
]


def test_the_default_routes_are_these(catalogue):
    with_loader = [route for route in DEFAULT_ON_QUICK_CASES if ":" in route]
    assert [str(route) for route in catalogue.default_routes()] == sorted([*DEFAULT, *with_loader])
    assert sorted(map(str, catalogue.default_routes_of_quick_cases())) == DEFAULT_ON_QUICK_CASES


def test_some_default_routes_are_judged_on_quick_cases_only(catalogue):
    def routes(case: str, **restrictions: Any) -> set[str]:
        return {str(each.cell.route) for each in plan(catalogue, Selection(cases=(case,), **restrictions))}

    quick, other = "standard.dense_classifier", "standard.lstm_masked"
    assert routes(quick) - routes(other) == set(DEFAULT_ON_QUICK_CASES)
    assert set(DEFAULT_ON_QUICK_CASES) < routes(other, every_route=True)
    assert "tflite:tflite_interpreter" in routes(other, routes=("tflite:*",))


def test_signatures_are_compared_with_the_loader_that_is_judged_by_default_with_keras(catalogue):
    loaders = {saver: catalogue.signature_loader(saver) for saver in ("saved_model", "export", "keras_saved_model")}
    assert loaders == {
        "saved_model": "signature", "export": "signature_no_keras", "keras_saved_model": "signature",
    }  # fmt: skip


def test_every_saver_and_loader_has_a_name_for_people(catalogue):
    entries = {**catalogue.savers, **catalogue.loaders}
    named_as_upstream = {"clone_model", "load_model", "load_weights", "saved_model_cli"}
    assert {name for name, entry in entries.items() if entry.title == name} == named_as_upstream
    assert catalogue.title(Route("export", "restored")) == "Model.export, read by tf.saved_model.load"


def test_a_runtime_that_is_not_installed_is_not_applicable_and_says_how_to_get_it(catalogue):
    def cell(pair):
        cells = planned(catalogue, pair, cases=["*.affine"], routes=["export:openvino"])
        return next(each for each in cells if each.cell.requirement == "outputs")

    assert cell(PAIR).hops[NEW_ARTIFACTS] == "openvino needs openvino beside TensorFlow: pip install '.[runtimes]'"
    assert cell(PAIR).not_installed == {NEW_ARTIFACTS}
    assert cell(dataclasses.replace(PAIR, runtimes=frozenset({"openvino"}))).hops[NEW_ARTIFACTS] is None


def test_a_case_that_a_pair_cannot_build_is_not_applicable_with_its_reason(catalogue):
    case = dataclasses.replace(
        catalogue.cases["custom_layer.affine"], offered={"keras": ">=3"}, package="tensorflow-text"
    )
    catalogue = dataclasses.replace(catalogue, cases={case.id: case})

    def reasons(pair):
        cells = planned(catalogue, pair, routes=["export:cpp"])
        return next(each.hops[NEW_ARTIFACTS] for each in cells if each.cell.requirement == "outputs")

    assert reasons(PAIR) == ("custom_layer.affine needs tensorflow-text beside TensorFlow: pip install '.[text]'")
    texts = frozenset({"tensorflow-text"})
    refused = reasons(dataclasses.replace(OLD, runtimes=texts))
    assert refused == "custom_layer.affine is not offered by TensorFlow 2.12.1, Keras 2.12.0"
    assert reasons(dataclasses.replace(PAIR, runtimes=texts)) is None


def test_ids_are_sorted_and_unique(catalogue):
    cells = [each.cell for each in planned(catalogue, cases=PINNED)]
    assert cells == sorted(set(cells))


def test_what_a_pair_does_not_offer_is_one_cell_that_expects_the_refusal(catalogue):
    old = [each for each in planned(catalogue, OLD, cases=PINNED) if each.cell.route.saver == "keras_folder"]
    expecting = [each for each in old if each.refused_on]
    assert [str(each.cell) for each in expecting] == ["custom_layer.affine / keras_folder / saves"]
    reasons = {each.hops[NEW_ARTIFACTS] for each in old if not each.applies}
    assert "keras_folder is not offered by TensorFlow 2.12.1, Keras 2.12.0" in reasons
    assert all(not each.applies for each in old if each not in expecting)


def test_without_a_compiler_the_compiled_op_is_not_applicable(catalogue):
    cases = {
        name: dataclasses.replace(case, unavailable="no C++ compiler") if case.op_library else case
        for name, case in catalogue.cases.items()
    }
    without = planned(dataclasses.replace(catalogue, cases=cases), cases=["custom_op.compiled"])
    assert {each.hops[NEW_ARTIFACTS] for each in without} == {"no C++ compiler"}


def test_globs_select_cases_routes_and_the_savers_of_routes(catalogue):
    chosen = planned(catalogue, cases=["*.affine"], routes=["h5:load_model"])
    assert {each.cell.case for each in chosen} == {"custom_layer.affine"}
    assert {str(each.cell.route) for each in chosen} == {"h5", "h5:load_model"}


@pytest.mark.parametrize(
    ("cases", "routes", "message"),
    [
        (["qqqqqqqq*"], [], r"no case matches 'qqqqqqqq\*'; there are [0-9]+: docs/catalogue.md lists them"),
        (["standrad.*"], [], r"no case matches 'standrad\.\*'; did you mean .*standard\.\*"),
        (["*", "custom_layer.afine"], [], "did you mean custom_layer.affine"),
        ([], ["h5:signature"], r"no route matches 'h5:signature'; did you mean .*signature"),
        ([], ["h5:loadmodel"], r"did you mean h5:load_model"),
        ([], ["keras_archiv"], r"did you mean keras_archive"),
    ],
)
def test_a_glob_that_matches_nothing_is_refused_with_the_nearest_names(catalogue, cases, routes, message):
    with pytest.raises(NothingMatches, match=message) as refused:
        planned(catalogue, cases=cases, routes=routes)
    assert len(str(refused.value)) < 200


def test_the_sources_say_which_cases_and_routes_there_are(catalogue):
    names = DeclaredNames.read()
    assert set(names.cases) == {name for name, case in catalogue.cases.items() if not case.brought}
    real = {name: saver for name, saver in catalogue.savers.items() if saver.doc}  # a planted fault has no docstring
    routes = [
        str(Route(saver.name, loader.name))
        for saver in real.values()
        for loader in catalogue.loaders.values()
        if loader.doc and saver.writes in loader.reads
    ]
    assert sorted(names.routes) == sorted([*real, *routes])


def test_what_the_sources_do_not_say_plainly_is_left_to_the_catalogue(tmp_path):
    (tmp_path / "family").mkdir()
    (tmp_path / "family" / "file.py").write_text("for n in 'ab':\n    case(inputs=1)(make(n))\n")
    (tmp_path / "route_declaration.py").touch()
    (tmp_path / "file.py").write_text("@saver(writes=made())\ndef a(): pass\n")
    assert DeclaredNames.read(tmp_path, tmp_path) == DeclaredNames(None, None)


def test_why_nothing_applies(catalogue):
    plan = planned(catalogue, cases=["standard.dense_classifier"], routes=["h5:load_model"])
    assert why_nothing_applies(plan) == {}
    cannot = [each for each in plan if not each.applies]
    assert len(cannot) > 2
    reasons = why_nothing_applies(cannot)
    assert reasons["the case has no custom objects"] == 1
    assert sum(reasons.values()) == len(cannot)
    assert list(reasons.values()) == sorted(reasons.values(), reverse=True)


def test_select_keeps_the_order_of_the_names():
    assert select(["b", "*"], ["a", "b"], "case") == ["a", "b"]


def test_a_gate_has_the_control_first_and_a_saver_no_hop_between_pairs(session, catalogue):
    request = RunRequest({"A": session.request.sides["B"], "B": session.request.sides["B"]}, rollback=True)
    assert [str(hop) for hop in request.hops] == ["A>A", "A>B", "B>B", "B>A"]
    selection = Selection(("*.affine",), ("export:cpp",))
    cells = plan(catalogue, selection, {"A": OLD, "B": PAIR}, request.hops)
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
    stale = stale_rows(dataclasses.replace(session, deviations=rows))
    assert [each.id for each in stale] == ["pointless"]


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


def test_a_case_that_is_special_in_training_alone_is_judged_where_training_is_restored(catalogue):
    def reasons(route: str) -> set:
        cells = planned(catalogue, cases=["standard.nadam_product"], routes=[route])
        return {each.hops[NEW_ARTIFACTS] for each in cells if each.cell.route.loader}

    assert None in reasons("keras_archive:load_model")
    assert reasons("export:signature") == {
        "signature does not restore training, and only training is special about the case"
    }
    savers = planned(catalogue, cases=["standard.nadam_product"])
    assert any(each.applies and str(each.cell).endswith("/ export / no_trace") for each in savers)


def test_on_default_routes_it_is_saved_in_ways_that_restore_training(catalogue):
    def savers(case: str) -> set:
        cells = plan(catalogue, Selection(cases=(case,)))
        return {each.cell.route.saver for each in cells if each.applies}

    assert savers("standard.nadam_product") == {"checkpoint", "h5", "keras_archive"}
    assert {"export", "saved_model", "weights_h5"} < savers("standard.batch_norm_trained")


def test_the_variables_of_a_module_without_functions_are_judged_where_they_can_be_reached(catalogue):
    cells = [each.cell for each in planned(catalogue, cases=["*.module_without_functions"]) if each.applies]
    asked = {catalogue.loaders[cell.route.loader].asked for cell in cells if cell.route.loader}
    assert asked == {"as_original", "by_function"}
    assert "weights" in {cell.requirement for cell in cells}
    assert "outputs" not in {cell.requirement for cell in cells}
    assert "v1_builder" not in {cell.route.saver for cell in cells}


def test_a_cell_reads_as_case_route_requirement():
    cell = Cell("a.b", Route("saver", "loader"), "outputs")
    assert str(cell) == "a.b / saver:loader / outputs"
    assert Cell.parse(str(cell)) == cell
    assert Route.parse("saver") == Route("saver") < Route("saver", "loader")
