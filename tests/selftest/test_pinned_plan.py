"""The routes, the default routes and the number of cells are pinned, so that nobody changes them unawares."""

from __future__ import annotations

import collections
import re
from typing import Any

from tests.judging.pairs import NEW_ARTIFACTS
from tests.judging.plan import Selection
from tests.selftest.pinned import PINNED
from tests.selftest.planning import plan, planned

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
