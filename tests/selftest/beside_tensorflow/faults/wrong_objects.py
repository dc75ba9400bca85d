"""Loaders that ask for the wrong custom objects, or take them in one way only.  [beside TensorFlow]"""

from __future__ import annotations

import contextlib
import importlib
import json
import zipfile

import tensorflow as tf

from ..selftest.beside_tensorflow.planting import Altered, loaded, rebuilds_models
from . import loader

keras = tf.keras

PLANTED = [
    {
        "route": "keras_archive:needs_no_class",
        "instead_of": "keras_archive:load_model",
        "case": "custom_layer.registered",
        "caught_by": {
            "custom_objects": "it loads without what it needs",
            "architecture": "config differs at .*module",
        },
    },
    {
        "route": "keras_archive:takes_no_scope",
        "instead_of": "keras_archive:load_model",
        "case": "custom_layer.registered",
        "caught_by": {"custom_objects": "given by scope: .*given by registration: "},
    },
    {
        "route": "keras_archive:asks_for_the_loss",
        "instead_of": "keras_archive:load_model",
        "case": "custom_layer.custom_loss",
        "caught_by": {"custom_objects": "asks for asymmetric_loss, which it does not need: TypeError"},
    },
    {
        "route": "keras_archive:refuses_without_saying_why",
        "instead_of": "keras_archive:load_model",
        "case": "custom_layer.registered",
        "caught_by": {"custom_objects": "does not name what is missing: ValueError: no"},
    },
    {
        "route": "keras_archive:hides_why_it_refuses",
        "instead_of": "keras_archive:load_model",
        "case": "custom_layer.registered",
        "caught_by": {"custom_objects": "does not name what is missing: ValueError: no"},
    },
    {
        "route": "keras_archive:answers_wrongly_without_its_class",
        "instead_of": "keras_archive:load_model",
        "case": "custom_layer.registered",
        "caught_by": {"custom_objects": "it loads without what it needs"},
    },
]


@rebuilds_models
def needs_no_class(path, custom_objects):
    @keras.utils.register_keras_serializable(package="Conformance")
    class Scale(keras.layers.Layer):
        def __init__(self, power=1.0, **kwargs):
            super().__init__(**kwargs)
            self.power = power

        def build(self, input_shape):
            self.factor = self.add_weight(shape=(input_shape[-1],), name="factor")

        def call(self, inputs):
            return tf.pow(tf.abs(inputs), self.power) * self.factor

        def get_config(self):
            return {**super().get_config(), "power": self.power}

    return keras.models.load_model(path)


@rebuilds_models
def takes_no_scope(path, custom_objects):
    if not custom_objects:
        raise TypeError("Could not locate class 'Scale'")
    return loaded(path, custom_objects)


@loader(reads=("keras_archive",), asked="as_original", judged_against="eager", restores=("architecture",))
def asks_for_the_loss(path, custom_objects):
    return loaded(path, custom_objects)


@rebuilds_models
def refuses_without_saying_why(path, custom_objects):
    if not custom_objects:
        raise ValueError("no")
    return loaded(path, custom_objects)


@rebuilds_models
def hides_why_it_refuses(path, custom_objects):
    try:
        return loaded(path, custom_objects)
    except TypeError:
        raise ValueError("no") from None


@rebuilds_models
def answers_wrongly_without_its_class(path, custom_objects):
    if not custom_objects:
        return Altered(keras.Sequential(), lambda answer, inputs: tf.zeros(()))
    return loaded(path, custom_objects)


@rebuilds_models
def load_model_and_import(path, custom_objects):
    # No fault: a class that is not found is imported from its module, as Keras did up to 3.8.
    with zipfile.ZipFile(path) as archive:
        layers = json.loads(archive.read("config.json"))["config"]["layers"]
    found = dict(custom_objects or {})
    for layer in layers:
        if not layer["module"].startswith("keras"):
            with contextlib.suppress(ModuleNotFoundError):
                found.setdefault(
                    layer["registered_name"], vars(importlib.import_module(layer["module"]))[layer["class_name"]]
                )
    return loaded(path, found)
