"""Loaders that lose or change weights.  [beside TensorFlow]"""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from ..selftest.beside_tensorflow.planting import loaded, rebuilds_models
from . import loader

PLANTED = [
    {
        "route": "keras_archive:drops_a_weight",
        "instead_of": "keras_archive:load_model",
        "case": "custom_layer.registered",
        "caught_by": {"weights": "dense/bias differs in its values", "outputs": "other answers on"},
    },
    {
        "route": "keras_archive:swaps_two_weights",
        "instead_of": "keras_archive:load_model",
        "case": "custom_layer.subclassed_model",
        "caught_by": {
            "weights": "left/kernel differs in its values",
            "outputs": "other answers on",
            "gradients": "other gradients",
        },
    },
    {
        "route": "keras_archive:casts_weights_to_float16",
        "instead_of": "keras_archive:load_model",
        "case": "custom_layer.registered",
        "caught_by": {
            "weights": "differs in its values",
            "outputs": "other answers on",
            "gradients": "other gradients",
        },
    },
    {
        "route": "keras_archive:gives_other_paths",
        "instead_of": "keras_archive:load_model",
        "case": "custom_layer.registered",
        "caught_by": {"renamed": "the variables have other paths"},
    },
    {
        "route": "export:begins_to_draw_anew",
        "instead_of": "export:restored",
        "case": "standard.lstm_masked",
        "caught_by": {"random_state": "seed_generator_state differs in its values"},
    },
    {
        "route": "weights_h5:loads_no_weights",
        "instead_of": "weights_h5:load_weights",
        "case": "standard.batch_norm_trained",
        "caught_by": {
            "weights": "differs in its values",
            "outputs": "other answers on",
            "gradients": "other gradients",
        },
    },
]


@rebuilds_models
def drops_a_weight(path, custom_objects):
    model = loaded(path, custom_objects)
    model.variables[-1].assign(tf.zeros_like(model.variables[-1]))
    return model


@rebuilds_models
def swaps_two_weights(path, custom_objects):
    model = loaded(path, custom_objects)
    first, other = next(
        (one, two)
        for at, one in enumerate(model.variables)
        for two in model.variables[at + 1 :]
        if one.shape == two.shape
    )
    kept = np.asarray(first)
    first.assign(other)
    other.assign(kept)
    return model


@rebuilds_models
def casts_weights_to_float16(path, custom_objects):
    model = loaded(path, custom_objects)
    for variable in model.variables:
        variable.assign(np.asarray(variable).astype("float16").astype("float32"))
    return model


@rebuilds_models
def gives_other_paths(path, custom_objects):
    model = loaded(path, custom_objects)
    for variable in model.variables:
        if hasattr(variable, "path"):  # Keras 3
            variable._path = f"other/{variable.path}"
        else:
            variable._handle_name = f"other/{variable.name}"
    return model


@loader(reads=("exported_saved_model",), asked="by_function", judged_against="graph")
def begins_to_draw_anew(path):
    restored = tf.saved_model.load(path)
    for variable in restored.variables:
        if "seed_generator_state" in variable.name:
            variable.assign(variable + 1)
    return restored


@loader(reads=("weights_h5",), asked="as_original", judged_against="eager")
def loads_no_weights(path, model):
    return model
