"""Whole Keras models: .keras, .h5 and folders.  [beside TensorFlow]"""

from __future__ import annotations

import contextlib
import os
import pathlib
import pickle

import tensorflow as tf

from . import NEVER, loader, saver

WHOLE = ("architecture", "training")


@saver(writes="keras_archive", title="model.save(.keras)", file_name="model.keras", needs="holds_keras_model")
def keras_archive(model, path):
    """Keras's native format, a zip archive of config and weights."""
    model.save(path)


@saver(writes="keras_folder", title="model.save(zipped=False)", needs="tries_twins", offered={"keras": ">=3.4"})
def keras_folder(model, path):
    """Keras's native format as a folder."""
    model.save(path, zipped=False)


@saver(writes="h5", title="model.save(.h5)", file_name="model.h5", needs="holds_keras_model")
def h5(model, path):
    """The whole model in Keras's legacy HDF5 format."""
    model.save(path)


@saver(writes="pickle", title="pickle.dump", file_name="model.pickle", needs="holds_keras_model")
def pickled(model, path):
    """Python's pickle of the live model."""
    with open(path, "wb") as file:
        pickle.dump(model, file)


@saver(writes="json_and_weights", title="to_json and save_weights", needs="holds_keras_model")
def json_and_weights(model, path):
    """The config as JSON, with the weights in a file beside it."""
    os.makedirs(path)
    with open(os.path.join(path, "model.json"), "w", encoding="utf-8") as file:
        file.write(model.to_json())
    model.save_weights(os.path.join(path, "model.weights.h5"))


@saver(
    writes="keras_archive",
    title="tf.keras.models.save",
    by_default=True,
    file_name="model.keras",
    needs="holds_keras_model",
    offered=NEVER,
)
def keras_models_save(model, path):
    """A function that people look for, and no version has; save_model is its name."""
    tf.keras.models.save(model, path)


@loader(
    reads=("keras_archive", "keras_folder", "h5", "keras_saved_model", "model_checkpoint"),
    title="load_model",
    by_default=("h5", "keras_archive", "keras_saved_model"),
    asked="as_original",
    judged_against="eager",
    restores=WHOLE,
)
def load_model(path, custom_objects):
    """A whole Keras model, rebuilt from its config."""
    return tf.keras.models.load_model(path, custom_objects=custom_objects)


@loader(
    reads=("keras_archive", "h5", "keras_saved_model"),
    title="load_model(compile=False)",
    asked="as_original",
    judged_against="eager",
    restores=("architecture",),
    needs="compiled",
)
def load_model_uncompiled(path, custom_objects):
    """A whole Keras model without its compile state."""
    return tf.keras.models.load_model(path, custom_objects=custom_objects, compile=False)


@loader(
    reads=("keras_archive", "h5"),
    title="load_model(safe_mode=False)",
    asked="as_original",
    judged_against="eager",
    restores=WHOLE,
    needs="lambda",
)
def load_model_unsafe(path, custom_objects):
    """A whole Keras model, loaded without safe mode, which refuses lambdas."""
    return tf.keras.models.load_model(path, custom_objects=custom_objects, safe_mode=False)


@loader(
    reads=("keras_archive", "h5"),
    title="load_model(pathlib.Path)",
    asked="as_original",
    judged_against="eager",
    restores=WHOLE,
    needs="quick",
)
def load_model_pathlike(path, custom_objects):
    """A whole Keras model, loaded from a pathlib.Path."""
    return tf.keras.models.load_model(pathlib.Path(path), custom_objects=custom_objects)


@loader(reads=("pickle",), title="pickle.load", asked="as_original", judged_against="eager", restores=WHOLE)
def unpickle(path, custom_objects):
    """A pickled Keras model, loaded within a custom_object_scope."""
    with contextlib.ExitStack() as stack, open(path, "rb") as file:
        if custom_objects:
            stack.enter_context(tf.keras.utils.custom_object_scope(custom_objects))
        return pickle.load(file)


@loader(
    reads=("json_and_weights",),
    title="model_from_json and load_weights",
    asked="as_original",
    judged_against="eager",
    restores=("architecture",),
)
def model_from_json(path, custom_objects):
    """A Keras model rebuilt from JSON, with its weights loaded afterwards."""
    with open(os.path.join(path, "model.json"), encoding="utf-8") as file:
        model = tf.keras.models.model_from_json(file.read(), custom_objects=custom_objects)
    model.load_weights(os.path.join(path, "model.weights.h5"))
    return model
