"""Loaders of models that give wrong answers or gradients.  [beside TensorFlow]"""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from ..selftest.beside_tensorflow.planting import Altered, loaded, rebuilds_models
from . import loader

PLANTED = [
    {
        "route": "keras_archive:swaps_two_outputs",
        "instead_of": "keras_archive:load_model",
        "case": "standard.named_branches",
        "caught_by": {"outputs": "other answers on"},
    },
    {
        "route": "keras_archive:casts_answers_to_float16",
        "instead_of": "keras_archive:load_model",
        "case": "custom_layer.registered",
        "caught_by": {"outputs": "dtype: float32"},
    },
    {
        "route": "keras_archive:answers_nan",
        "instead_of": "keras_archive:load_model",
        "case": "custom_layer.registered",
        "caught_by": {"outputs": "non-finite positions", "gradients": "other gradients"},
    },
    {
        "route": "keras_archive:answers_a_constant",
        "instead_of": "keras_archive:load_model",
        "case": "custom_layer.registered",
        "caught_by": {"outputs": "other answers on", "gradients": "other gradients"},
    },
    {
        "route": "keras_archive:is_off_by_one_bit",
        "instead_of": "keras_archive:load_model",
        "case": "custom_layer.registered",
        "caught_by": {"outputs": "other answers on", "gradients": "other gradients"},
    },
    {
        "route": "keras_archive:swallows_exceptions",
        "instead_of": "keras_archive:load_model",
        "case": "standard.lstm_masked",
        "caught_by": {"outputs": "on 1 of .* first on 'batch-of-0'"},
    },
    {
        "route": "keras_archive:raises_on_small_batches",
        "instead_of": "keras_archive:load_model",
        "case": "custom_layer.registered",
        "caught_by": {"outputs": "'batch-of-1'"},
    },
    {
        "route": "keras_archive:stops_gradients",
        "instead_of": "keras_archive:load_model",
        "case": "custom_layer.registered",
        "caught_by": {"gradients": "other gradients: values"},
    },
    {
        "route": "tflite_from_export:rounds_to_three_digits",
        "instead_of": "tflite_from_export:tflite_interpreter",
        "case": "custom_layer.registered",
        "caught_by": {"outputs": "other answers on"},
    },
]


@rebuilds_models
def swaps_two_outputs(path, custom_objects):
    def change(answer, inputs):
        one, two = answer().items()
        return {one[0]: two[1], two[0]: one[1]}

    return Altered(loaded(path, custom_objects), change)


@rebuilds_models
def casts_answers_to_float16(path, custom_objects):
    return Altered(loaded(path, custom_objects), lambda answer, inputs: tf.cast(answer(), tf.float16))


@rebuilds_models
def answers_nan(path, custom_objects):
    def change(answer, inputs):
        right = answer().numpy()
        right.flat[:1] = np.nan
        return tf.constant(right)

    return Altered(loaded(path, custom_objects), change)


@rebuilds_models
def answers_a_constant(path, custom_objects):
    return Altered(loaded(path, custom_objects), lambda answer, inputs: tf.zeros_like(answer()) + 0.1)


@rebuilds_models
def is_off_by_one_bit(path, custom_objects):
    def change(answer, inputs):
        right = answer().numpy()
        right.flat[-1:] = np.nextafter(right.flat[-1:], np.float32(np.inf))
        return tf.constant(right)

    return Altered(loaded(path, custom_objects), change)


@rebuilds_models
def swallows_exceptions(path, custom_objects):
    def change(answer, inputs):
        try:
            return answer()
        except Exception:
            return tf.zeros((tf.nest.flatten(inputs)[0].shape[0], 2))

    return Altered(loaded(path, custom_objects), change)


@rebuilds_models
def raises_on_small_batches(path, custom_objects):
    def change(answer, inputs):
        if tf.nest.flatten(inputs)[0].shape[0] == 1:
            raise ValueError("planted")
        return answer()

    return Altered(loaded(path, custom_objects), change)


@rebuilds_models
def stops_gradients(path, custom_objects):
    return Altered(loaded(path, custom_objects), lambda answer, inputs: tf.stop_gradient(answer()))


@loader(reads=("tflite",), asked="by_signature", judged_against="graph", converted=True)
def rounds_to_three_digits(path):
    from .converted import TFLiteRuntime

    runtime = TFLiteRuntime(tf.lite.Interpreter(model_path=path))

    def rounded(run):
        return lambda **inputs: {name: np.round(value, 3) for name, value in run(**inputs).items()}

    runtime.signatures = {key: rounded(run) for key, run in runtime.signatures.items()}
    return runtime
