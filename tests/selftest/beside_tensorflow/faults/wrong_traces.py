"""Savers that change the live model or its process.  [beside TensorFlow]"""

from __future__ import annotations

import os

import numpy as np
import tensorflow as tf

from ..selftest.beside_tensorflow.planting import writes_archives

keras = tf.keras

PLANTED = [
    {
        "route": "changes_a_weight",
        "instead_of": "keras_archive",
        "case": "standard.dense_classifier",
        "caught_by": {"no_trace": "saving changed the weights"},
    },
    {
        "route": "freezes_the_live_model",
        "instead_of": "keras_archive",
        "case": "standard.dense_classifier",
        "caught_by": {"no_trace": "the live architecture differs at .*trainable"},
    },
    {
        "route": "empties_the_optimizer",
        "instead_of": "keras_archive",
        "case": "standard.batch_norm_trained",
        "caught_by": {"no_trace": "saving changed the optimizer"},
    },
    {
        "route": "seeds_numpy",
        "instead_of": "keras_archive",
        "case": "standard.dense_classifier",
        "caught_by": {"no_trace": "the live random_state differs at numpy"},
    },
    {
        "route": "draws_from_tensorflow",
        "instead_of": "keras_archive",
        "case": "standard.dense_classifier",
        "caught_by": {"no_trace": "the live random_state differs at tensorflow_operation_seeds"},
    },
    {
        "route": "registers_a_class",
        "instead_of": "keras_archive",
        "case": "standard.dense_classifier",
        "caught_by": {"no_trace": "the live registries differs at custom_objects"},
    },
    {
        "route": "registers_a_gradient",
        "instead_of": "keras_archive",
        "case": "standard.dense_classifier",
        "caught_by": {"no_trace": "the live registries differs at gradients"},
    },
    {
        "route": "changes_directory",
        "instead_of": "keras_archive",
        "case": "standard.dense_classifier",
        "caught_by": {"no_trace": "the live registries differs at working_directory"},
    },
    {
        "route": "changes_floatx",
        "instead_of": "keras_archive",
        "case": "standard.dense_classifier",
        "caught_by": {"no_trace": "the live registries differs at floatx"},
    },
]


@writes_archives
def changes_a_weight(model, path):
    model.save(path)
    model.variables[0].assign(model.variables[0] + 1.0)


@writes_archives
def freezes_the_live_model(model, path):
    model.save(path)
    model.layers[-1].trainable = False


@writes_archives
def empties_the_optimizer(model, path):
    model.save(path)
    if model.optimizer is not None:
        model.optimizer.variables[0].assign(0)


@writes_archives
def seeds_numpy(model, path):
    model.save(path)
    np.random.seed(1)


@writes_archives
def draws_from_tensorflow(model, path):
    model.save(path)
    tf.random.uniform(())


@writes_archives
def registers_a_gradient(model, path):
    tf.RegisterGradient(f"Planted{os.urandom(4).hex()}")(lambda op, gradient: gradient)
    model.save(path)


@writes_archives
def registers_a_class(model, path):
    model.save(path)
    keras.utils.get_custom_objects()["planted"] = object


@writes_archives
def changes_directory(model, path):
    model.save(path)
    os.chdir("/")


@writes_archives
def changes_floatx(model, path):
    model.save(path)
    keras.backend.set_floatx("float64")
