"""Formats that a model is converted to, and the runtimes that execute them.  [beside TensorFlow]"""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from . import SAVED_MODELS, loader, saver


def runtime(title, *, reads, package=None, asked="by_signature", needs=None, by_default_if_quick=()):
    """Return the decorator of a loader whose answers a different runtime computes."""
    return loader(
        reads=reads,
        title=title,
        asked=asked,
        judged_against="graph",
        package=package,
        needs=needs,
        by_default_if_quick=by_default_if_quick,
        converted=True,
    )


@saver(writes="tflite", title="TFLiteConverter.from_saved_model", file_name="model.tflite")
def tflite(model, path, signatures):
    """TFLite, converted from a SavedModel that tf.saved_model.save writes."""
    tf.saved_model.save(model, "to_convert", signatures=signatures)
    with open(path, "wb") as file:
        file.write(tf.lite.TFLiteConverter.from_saved_model("to_convert").convert())


@saver(
    writes="tflite",
    title="Model.export and TFLiteConverter",
    file_name="model.tflite",
    needs="holds_keras_model",
)
def tflite_from_export(model, path):
    """TFLite, converted from the SavedModel that Keras exports."""
    model.export("to_convert")
    converter = tf.lite.TFLiteConverter.from_saved_model("to_convert", signature_keys=["serving_default"])
    with open(path, "wb") as file:
        file.write(converter.convert())


@saver(
    writes="tflite",
    title="TFLiteConverter.from_keras_model",
    file_name="model.tflite",
    needs="holds_keras_model",
)
def tflite_from_keras(model, path):
    """TFLite, converted from the Keras model itself."""
    with open(path, "wb") as file:
        file.write(tf.lite.TFLiteConverter.from_keras_model(model).convert())


@saver(
    writes="tflite",
    title="Model.export(format='litert')",
    file_name="model.tflite",
    needs="holds_keras_model",
    offered={"keras": ">=3.13"},
)
def export_litert(model, path):
    """LiteRT, as Keras exports it."""
    model.export(path, format="litert")


@saver(
    writes="onnx",
    title="Model.export(format='onnx')",
    file_name="model.onnx",
    needs="holds_keras_model",
    offered={"keras": ">=3.8"},
    package="tf2onnx",
)
def export_onnx(model, path):
    """ONNX, as Keras exports it."""
    model.export(path, format="onnx")


@saver(
    writes="openvino",
    title="Model.export(format='openvino')",
    file_name="model.xml",
    needs="holds_keras_model",
    offered={"keras": ">=3.11"},
    package="openvino",
)
def export_openvino(model, path):
    """OpenVINO, as Keras exports it."""
    model.export(path, format="openvino")


class TFLiteRuntime:
    """The signatures of a .tflite file, as functions of arrays."""

    def __init__(self, interpreter):
        self.signatures = {key: interpreter.get_signature_runner(key) for key in interpreter.get_signature_list()}
        self.contract = {
            key: {
                "inputs": _details(runner.get_input_details()),
                "outputs": _details(runner.get_output_details()),
                "defaults": None,
            }
            for key, runner in self.signatures.items()
        }


def _details(tensors):
    return {
        name: {
            "dtype": "string" if detail["dtype"] in (bytes, np.bytes_) else np.dtype(detail["dtype"]).name,
            "shape": [None if side < 0 else int(side) for side in detail["shape_signature"]],
        }
        for name, detail in tensors.items()
    }


@runtime("tf.lite.Interpreter", reads=("tflite",), by_default_if_quick=("tflite", "tflite_from_export"))
def tflite_interpreter(path):
    """A .tflite file in TensorFlow's own interpreter."""
    return TFLiteRuntime(tf.lite.Interpreter(model_path=path))


@runtime(
    "load_model and TFLiteConverter",
    reads=("keras_archive",),
    needs="quick",
    by_default_if_quick=("keras_archive",),
)
def load_model_and_convert(path, custom_objects):
    """A Keras model that is loaded and converted, in TensorFlow's own TFLite interpreter."""
    model = tf.keras.models.load_model(path, custom_objects=custom_objects)
    content = tf.lite.TFLiteConverter.from_keras_model(model).convert()
    return TFLiteRuntime(tf.lite.Interpreter(model_content=content))


@runtime("LiteRT", reads=("tflite",), package="ai-edge-litert")
def litert_interpreter(path):
    """A .tflite file in the LiteRT runtime."""
    from ai_edge_litert.interpreter import Interpreter

    return TFLiteRuntime(Interpreter(model_path=path))


class OneFunction:
    """The single function of a file that has no signatures; it takes tensors by name."""

    def __init__(self, run, inputs):
        self.signatures = {"": run}
        self.contract = {"": {"inputs": dict.fromkeys(inputs), "outputs": {}, "defaults": None}}


@runtime(
    "ONNX Runtime",
    reads=("onnx",),
    package="onnxruntime",
    asked="by_tensor_name",
    by_default_if_quick=("export_onnx",),
)
def onnxruntime(path):
    """An ONNX file in ONNX Runtime."""
    import onnxruntime as ort

    session = ort.InferenceSession(path, providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    return OneFunction(
        lambda **inputs: dict(zip(names, session.run(names, inputs))),
        [entry.name for entry in session.get_inputs()],
    )


@runtime(
    "OpenVINO",
    reads=(*SAVED_MODELS, "onnx", "openvino"),
    package="openvino",
    asked="by_tensor_name",
    by_default_if_quick=("export", "saved_model"),
)
def openvino(path):
    """A SavedModel or a converted file in OpenVINO's own reader."""
    import openvino as ov

    core = ov.Core()
    source = core.read_model(path) if path.endswith(".xml") else ov.convert_model(path)
    model = core.compile_model(source, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    inputs = [port.get_any_name() for port in model.inputs]
    outputs = _distinct_names(model.outputs, inputs)

    def run(**feeds):
        answers = model(feeds)
        return {name: np.array(answers[at]) for at, name in enumerate(outputs)}

    return OneFunction(run, inputs)


def _distinct_names(ports, taken):
    """Return a name for each output, where possible one that neither an input nor a previous output has."""
    names = []
    for port in ports:
        free = [name for name in sorted(port.get_names()) if name not in names and name not in taken]
        usual = port.get_any_name()
        names.append(usual if usual in free or not free else free[0])
    return names
