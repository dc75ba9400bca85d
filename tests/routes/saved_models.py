"""SavedModels: what TensorFlow writes and Keras exports, and Python's ways to read them.  [beside TensorFlow]"""

from __future__ import annotations

import os

import numpy as np
import tensorflow as tf

from . import KERAS_2, OBJECT_GRAPHS, SAVED_MODELS, SINCE_KERAS_3, VARIANTS, loader, saver

SERVE = ("serve", "serving_default")


@saver(writes="saved_model", title="tf.saved_model.save")
def saved_model(model, path, signatures):
    """A SavedModel of any trackable object, with its functions as signatures by name."""
    tf.saved_model.save(model, path, signatures=signatures)


@saver(
    writes="variant_saved_model",
    title="tf.saved_model.save without signatures",
    needs="holds_module",
    keys={"only": ("serving_default",), "*": ()},
)
def saved_model_unsigned(model, path):
    """No signatures are passed: a module's only function becomes serving_default; of several, none does."""
    tf.saved_model.save(model, path)


@saver(
    writes="variant_saved_model",
    title="tf.saved_model.save with one function",
    needs="one_endpoint",
    keys={"*": ("serving_default",)},
)
def saved_model_one_function(model, path, signatures):
    """One tf.function is passed as the signature and becomes serving_default."""
    (function,) = signatures.values()
    tf.saved_model.save(model, path, signatures=function)


@saver(
    writes="numbered_saved_model",
    title="tf.saved_model.save into version folders",
    file_name="model/2",
    needs="tries_options",
)
def numbered_versions(model, path, signatures):
    """The second of two version folders, as TensorFlow Serving watches them; the first holds different weights."""
    weights = [np.asarray(variable) for variable in model.variables]
    for variable, value in zip(model.variables, weights):
        variable.assign(np.zeros_like(value))
    tf.saved_model.save(model, os.path.join(path, os.pardir, "1"), signatures=signatures)
    for variable, value in zip(model.variables, weights):
        variable.assign(value)
    tf.saved_model.save(model, path, signatures=signatures)


@saver(writes="exported_saved_model", title="Model.export", needs="holds_keras_model", keys={"*": SERVE})
def export(model, path, input_signature=None):
    """Keras's own SavedModel for serving."""
    if input_signature is None:
        model.export(path)
    else:
        model.export(path, input_signature=input_signature)


@saver(
    writes="variant_saved_model",
    title="ExportArchive",
    needs="tries_twins",
    keys={"*": ("classify", "serving_default", "explain")},
)
def export_archive(model, path, specifications):
    """Keras's ExportArchive with two endpoints of its own."""
    archive = tf.keras.export.ExportArchive()
    archive.track(model)
    archive.add_endpoint("classify", lambda inputs: model(inputs, training=False), [specifications["call"]])
    archive.add_endpoint("explain", lambda inputs: model(inputs, training=False), [specifications["call"]])
    archive.write_out(path)


@saver(
    writes="keras_saved_model",
    title="model.save(folder)",
    needs="holds_keras_model",
    offered=KERAS_2,
    promises={"keras_metadata": True},
)
def keras_saved_model(model, path, signatures=None):
    """Keras 2's model.save to a folder: a SavedModel that also holds Keras's config."""
    model.save(path, signatures=signatures)


@loader(
    reads=(*SAVED_MODELS, *VARIANTS, "other_tags_saved_model"),
    title="tf.saved_model.load (signatures)",
    by_default=("saved_model",),
    asked="by_signature",
    judged_against="graph",
)
def signature(path):
    """A SavedModel through its signatures, as serving clients see it."""
    return tf.saved_model.load(path)


@loader(
    reads=(*SAVED_MODELS, "other_tags_saved_model"),
    title="tf.saved_model.load (signatures, without Keras)",
    by_default=("export", "saved_model"),
    by_default_if_quick=("keras_saved_model",),
    asked="by_signature",
    judged_against="graph",
    agent="no-keras",
)
def signature_no_keras(path):
    """A SavedModel through its signatures, in a process where importing Keras fails."""
    return tf.saved_model.load(path)


@loader(
    reads=(*OBJECT_GRAPHS, "variant_saved_model"),
    title="tf.saved_model.load",
    by_default=("saved_model",),
    by_default_if_quick=("export",),
    asked="by_function",
    judged_against="graph",
)
def restored(path):
    """A SavedModel through the restored object's own functions."""
    return tf.saved_model.load(path)


@loader(
    reads=(*OBJECT_GRAPHS, "other_tags_saved_model"),
    title="TFSMLayer",
    by_default=("export",),
    asked="as_layer",
    judged_against="graph",
    offered=SINCE_KERAS_3,
)
def tfsm_layer(path, keys):
    """A SavedModel as a Keras layer for inference, one for each endpoint."""
    return {endpoint: tf.keras.layers.TFSMLayer(path, call_endpoint=first) for endpoint, (first, *_) in keys.items()}
