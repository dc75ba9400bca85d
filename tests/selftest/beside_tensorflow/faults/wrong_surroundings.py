"""Savers and loaders that depend on where they run, or leave something behind.  [beside TensorFlow]"""

from __future__ import annotations

import fcntl
import glob
import os
import time

import numpy as np
import tensorflow as tf

from ..selftest.beside_tensorflow.planting import loaded, rebuilds_models, writes_archives
from . import loader

PLANTED = [
    {
        "route": "looks_for_its_folder",
        "instead_of": "keras_archive",
        "case": "standard.dense_classifier",
        "caught_by": {"arguments": "ValueError: not enough values to unpack"},
    },
    {
        "route": "keras_archive:looks_for_its_file",
        "instead_of": "keras_archive:load_model",
        "case": "standard.dense_classifier",
        "caught_by": {"places": "from a folder with square brackets: ValueError: not enough values to unpack"},
    },
    {
        "route": "keras_archive:reads_another_of_that_name",
        "instead_of": "keras_archive:load_model",
        "case": "standard.dense_classifier",
        "caught_by": {"places": "from a folder with other scripts: other answers"},
    },
    {
        "route": "keras_archive:starts_from_its_home",
        "instead_of": "keras_archive:load_model",
        "case": "standard.dense_classifier",
        "caught_by": {"places": "from a relative path, in another working folder: ValueError: File not found"},
    },
    {
        "route": "keras_archive:writes_beside_it",
        "instead_of": "keras_archive:load_model",
        "case": "standard.dense_classifier",
        "caught_by": {
            "places": "from a read-only folder: PermissionError",
            "together": "at once in threads: FileNotFoundError: .*part",
        },
    },
    {
        "route": "keras_archive:takes_one_thread",
        "instead_of": "keras_archive:load_model",
        "case": "standard.dense_classifier",
        "caught_by": {"together": "at once in threads: RuntimeError: planted: one at a time"},
    },
    {
        "route": "keras_archive:mixes_up_threads",
        "instead_of": "keras_archive:load_model",
        "case": "standard.dense_classifier",
        "caught_by": {"together": "at once in threads: other answers"},
    },
    {
        "route": "keras_archive:takes_one_process",
        "instead_of": "keras_archive:load_model",
        "case": "standard.dense_classifier",
        "caught_by": {"together": "at once in processes: BlockingIOError"},
    },
    {
        "route": "keras_archive:aborts_among_others",
        "instead_of": "keras_archive:load_model",
        "case": "standard.dense_classifier",
        "caught_by": {"together": "at once in processes: ProcessLost"},
    },
    {
        "route": "keras_archive:leaves_a_file",
        "instead_of": "keras_archive:load_model",
        "case": "standard.dense_classifier",
        "caught_by": {"leaves_nothing": "loading changed: file remembered in the working folder"},
    },
    {
        "route": "keras_archive:changes_floatx",
        "instead_of": "keras_archive:load_model",
        "case": "standard.dense_classifier",
        "caught_by": {"leaves_nothing": "loading changed: floatx", "architecture": "float64"},
    },
    {
        "route": "keras_archive:draws_from_numpy",
        "instead_of": "keras_archive:load_model",
        "case": "standard.dense_classifier",
        "caught_by": {"leaves_nothing": "loading changed: random state of numpy"},
    },
    {
        "route": "keras_archive:changes_epsilon",
        "instead_of": "keras_archive:load_model",
        "case": "standard.dense_classifier",
        "caught_by": {"leaves_nothing": "loading changed: epsilon"},
    },
    {
        "route": "keras_archive:makes_numpy_raise",
        "instead_of": "keras_archive:load_model",
        "case": "standard.dense_classifier",
        "caught_by": {"leaves_nothing": "loading changed: errors of numpy"},
    },
    {
        "route": "keras_archive:is_right_once",
        "instead_of": "keras_archive:load_model",
        "case": "standard.dense_classifier",
        "caught_by": {
            "places": "from any folder, by a second load in one process: other answers",
            "together": "at once in threads: other answers",
        },
    },
    {
        "route": "saved_model:is_wrong_in_the_second_cycle",
        "instead_of": "saved_model:restored",
        "case": "custom_op.module_two_signatures",
        "caught_by": {"cycles": "^after 2 cycles: other answers"},
    },
    {
        "route": "lengthens_a_name:load_model",
        "instead_of": "keras_archive:load_model",
        "case": "standard.dense_classifier",
        "caught_by": {"cycles": "a larger file with each cycle: model.keras", "architecture": "name"},
    },
    {
        "route": "saved_model:adds_a_variable",
        "instead_of": "saved_model:restored",
        "case": "custom_op.module_two_signatures",
        "caught_by": {"cycles": "more or fewer variables with each cycle"},
    },
]
HOME = os.getcwd()
busy, loaded_already = [], []


@writes_archives
def looks_for_its_folder(model, path):
    (folder,) = glob.glob(os.path.dirname(path) or ".")
    model.save(os.path.join(folder, os.path.basename(path)))


@rebuilds_models
def looks_for_its_file(path, custom_objects):
    (found,) = glob.glob(path)
    return loaded(found, custom_objects)


@rebuilds_models
def reads_another_of_that_name(path, custom_objects):
    model = loaded(path, custom_objects)
    if not path.isascii():
        model.variables[-1].assign_add(model.variables[-1] + 1.0)
    return model


@rebuilds_models
def starts_from_its_home(path, custom_objects):
    return loaded(os.path.join(HOME, path), custom_objects)


@rebuilds_models
def writes_beside_it(path, custom_objects):
    with open(path + ".part", "w"):
        model = loaded(path, custom_objects)
    os.remove(path + ".part")
    return model


@rebuilds_models
def takes_one_thread(path, custom_objects):
    if busy:
        raise RuntimeError("planted: one at a time")
    busy.append(path)
    model = loaded(path, custom_objects)
    time.sleep(0.2)
    busy.clear()
    return model


@rebuilds_models
def mixes_up_threads(path, custom_objects):
    model = loaded(path, custom_objects)
    busy.append(path)
    time.sleep(0.2)
    if len(busy) > 1:
        model.variables[-1].assign_add(model.variables[-1] + 1.0)
    time.sleep(0.2)
    busy.remove(path)
    return model


@rebuilds_models
def takes_one_process(path, custom_objects):
    with open(path, "rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        time.sleep(0.2)
        return loaded(path, custom_objects)


@rebuilds_models
def aborts_among_others(path, custom_objects):
    with open(path, "rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if not busy:
                os.abort()
        busy.append(path)
        time.sleep(0.2)
        return loaded(path, custom_objects)


@rebuilds_models
def leaves_a_file(path, custom_objects):
    with open("remembered", "w") as file:
        file.write(path)
    return loaded(path, custom_objects)


@rebuilds_models
def changes_floatx(path, custom_objects):
    tf.keras.backend.set_floatx("float64")
    return loaded(path, custom_objects)


@rebuilds_models
def changes_epsilon(path, custom_objects):
    tf.keras.backend.set_epsilon(1e-2)
    return loaded(path, custom_objects)


@rebuilds_models
def makes_numpy_raise(path, custom_objects):
    np.seterr(divide="raise")
    return loaded(path, custom_objects)


@rebuilds_models
def is_right_once(path, custom_objects):
    model = loaded(path, custom_objects)
    if loaded_already:
        model.variables[-1].assign_add(model.variables[-1] + 1.0)
    loaded_already.append(path)
    return model


@rebuilds_models
def draws_from_numpy(path, custom_objects):
    np.random.random()
    return loaded(path, custom_objects)


@writes_archives
def lengthens_a_name(model, path):
    name = model.name
    model.name = name + "_longer" * 3000
    model.save(path)
    model.name = name


@loader(reads=("saved_model",), asked="by_function", judged_against="graph")
def adds_a_variable(path):
    root = tf.saved_model.load(path)
    number = sum(name.startswith("added") for name in dir(root))
    setattr(root, f"added_{number}", tf.Variable(0.0))
    return root


@loader(reads=("saved_model",), asked="by_function", judged_against="graph")
def is_wrong_in_the_second_cycle(path):
    root = tf.saved_model.load(path)
    if "cycle-2" in path:
        root.matrix.assign_add(root.matrix + 1.0)
    return root
