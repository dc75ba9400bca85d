"""Loaders that lose the config or the training state.  [beside TensorFlow]"""

from __future__ import annotations

import os

import numpy as np
import tensorflow as tf

from ..selftest.beside_tensorflow.planting import loaded, rebuilds_models
from . import loader

keras = tf.keras

PLANTED = [
    {
        "route": "keras_archive:forgets_to_compile",
        "instead_of": "keras_archive:load_model",
        "case": "standard.batch_norm_trained",
        "caught_by": {"training_state": "another optimizer", "resumed_training": "ompile"},
    },
    {
        "route": "keras_archive:resets_the_optimizer",
        "instead_of": "keras_archive:load_model",
        "case": "standard.batch_norm_trained",
        "caught_by": {
            "training_state": "the optimizer's .* differs in its values",
            "resumed_training": "after training, .* differs in its values",
        },
    },
    {
        "route": "keras_archive:freezes_a_layer",
        "instead_of": "keras_archive:load_model",
        "case": "custom_layer.registered",
        "caught_by": {"architecture": "config differs at .*trainable"},
    },
    {
        "route": "keras_archive:freezes_a_variable",
        "instead_of": "keras_archive:load_model",
        "case": "custom_layer.registered",
        "caught_by": {"architecture": "other variables are trainable: 1 of"},
    },
    {
        "route": "keras_archive:slows_the_schedule",
        "instead_of": "keras_archive:load_model",
        "case": "standard.momentum_schedule",
        "caught_by": {
            "training_state": "the schedule gives other learning rates",
            "resumed_training": "after training, ",
        },
    },
    {
        "route": "keras_archive:evaluates_to_a_wrong_loss",
        "instead_of": "keras_archive:load_model",
        "case": "standard.batch_norm_trained",
        "caught_by": {"resumed_training": "gives other values"},
    },
    {
        "route": "keras_archive:cannot_be_traced",
        "instead_of": "keras_archive:load_model",
        "case": "standard.batch_norm_trained",
        "caught_by": {"resumed_training": "RuntimeError: planted: cannot be traced"},
    },
    {
        "route": "keras_archive:cannot_be_traced",
        "instead_of": "keras_archive:load_model",
        "case": "custom_layer.custom_loss",
        "caught_by": {},
    },
    {
        "route": "checkpoint:reads_all_but_the_optimizer",
        "instead_of": "checkpoint:read_checkpoint",
        "case": "standard.batch_norm_trained",
        "caught_by": {
            "training_state": "the optimizer's .* differs in its values",
            "resumed_training": "after training, .* differs in its values",
        },
    },
]


@rebuilds_models
def forgets_to_compile(path, custom_objects):
    return keras.models.load_model(path, custom_objects=custom_objects, compile=False)


@rebuilds_models
def resets_the_optimizer(path, custom_objects):
    model = loaded(path, custom_objects)
    for variable in model.optimizer.variables:
        if "learning_rate" not in variable.name:
            variable.assign(tf.zeros_like(variable))
    return model


@rebuilds_models
def freezes_a_layer(path, custom_objects):
    model = loaded(path, custom_objects)
    model.layers[-1].trainable = False
    return model


@rebuilds_models
def freezes_a_variable(path, custom_objects):
    model = loaded(path, custom_objects)
    model.variables[0].trainable = False  # which the list of layers and no config shows
    return model


@rebuilds_models
def evaluates_to_a_wrong_loss(path, custom_objects):
    model = loaded(path, custom_objects)
    evaluate = model.evaluate
    model.evaluate = lambda *arguments, **options: {**evaluate(*arguments, **options), "loss": 0.0}
    return model


@rebuilds_models
def cannot_be_traced(path, custom_objects):
    model = loaded(path, custom_objects)
    evaluate = model.evaluate

    def evaluate_eagerly(*arguments, **options):
        if not tf.config.functions_run_eagerly():
            raise RuntimeError("planted: cannot be traced")
        return evaluate(*arguments, **options)

    model.evaluate = evaluate_eagerly
    return model


@loader(reads=("checkpoint",), asked="as_original", judged_against="eager", restores=("training",))
def reads_all_but_the_optimizer(path, model):
    kept = [np.asarray(variable) for variable in model.optimizer.variables]
    tf.train.Checkpoint(model=model).read(os.path.join(path, "model")).expect_partial()
    for variable, value in zip(model.optimizer.variables, kept):
        variable.assign(value)
    return model


@rebuilds_models
def slows_the_schedule(path, custom_objects):
    model = loaded(path, custom_objects)
    schedule = model.optimizer._learning_rate
    config = schedule.get_config()
    schedule.decay_steps *= 2
    schedule.get_config = lambda: config
    return model
