"""Loaders that warn: that they left something out, which nothing else shows, or of all kinds of things.

[beside TensorFlow]
"""

from __future__ import annotations

import ctypes
import logging
import os
import sys
import tempfile
import time
import warnings

import tensorflow as tf

from ..selftest.beside_tensorflow.planting import loaded, rebuilds_models
from . import SAVED_MODELS, loader

PLANTED = [
    {
        "route": "keras_archive:skips_a_weight_with_a_warning",
        "instead_of": "keras_archive:load_model",
        "case": "standard.dense_classifier",
        "caught_by": {
            "weights": "kernel differs in its values",
            "outputs": "other answers on",
            "gradients": "other gradients",
        },
    },
    {
        "route": "keras_archive:skips_what_nobody_sees_with_a_warning",
        "instead_of": "keras_archive:load_model",
        "case": "standard.dense_classifier",
        "caught_by": {
            "weights": "the loader warns that it left out weights.*UserWarning: A total of 1 objects could"
        },
    },
    {
        "route": "keras_archive:skips_an_optimizer_with_a_warning",
        "instead_of": "keras_archive:load_model",
        "case": "standard.batch_norm_trained",
        "caught_by": {"training_state": "warns that it left out the training state.*absl: Skipping variable loading"},
    },
    {
        "route": "keras_archive:skips_an_optimizer_that_it_does_not_promise",
        "instead_of": "keras_archive:load_model",
        "case": "standard.batch_norm_trained",
        "caught_by": {},
    },
    {
        "route": "export:skips_a_variable_in_a_session",
        "instead_of": "export:v1_session",
        "case": "standard.dense_classifier",
        "caught_by": {
            "loads": "the loader warns that it left out weights.*restore.cc: Value in checkpoint could not"
        },
    },
    {
        "route": "keras_archive:warns_at_every_level",
        "instead_of": "keras_archive:load_model",
        "case": "standard.dense_classifier",
        "caught_by": {},
    },
    {
        "route": "keras_archive:warns_and_raises",
        "instead_of": "keras_archive:load_model",
        "case": "standard.dense_classifier",
        "caught_by": {"loads": "ValueError: planted"},
    },
]
OPTIMIZER = "Skipping variable loading for optimizer 'adam', because it has 2 variables whereas the saved one has 10."


@rebuilds_models
def skips_a_weight_with_a_warning(path, custom_objects):
    model = skips_what_nobody_sees_with_a_warning(path, custom_objects)
    model.layers[-1].kernel.assign(tf.zeros_like(model.layers[-1].kernel))
    return model


@rebuilds_models
def skips_what_nobody_sees_with_a_warning(path, custom_objects):
    # As if it dropped a variable that Keras does not list, and that no answer depends on.
    warnings.warn("A total of 1 objects could not be loaded. Example error message: ...", stacklevel=2)
    return tf.keras.models.load_model(path, custom_objects=custom_objects)


@rebuilds_models
def skips_an_optimizer_with_a_warning(path, custom_objects):
    logging.getLogger("absl").warning(OPTIMIZER)
    return loaded(path, custom_objects)


@loader(reads=("keras_archive",), asked="as_original", judged_against="eager", restores=("architecture",))
def skips_an_optimizer_that_it_does_not_promise(path, custom_objects):
    logging.getLogger("absl").warning(OPTIMIZER)
    return tf.keras.models.load_model(path, custom_objects=custom_objects, compile=False)


@loader(reads=SAVED_MODELS, asked="by_signature", judged_against="graph", opaque=True)
def skips_a_variable_in_a_session(path):
    text = "W tensorflow/core/restore.cc:12] Value in checkpoint could not be found in the restored object: (root).a"
    os.write(2, f"{time.strftime('%Y-%m-%d %H:%M:%S')}.{time.time_ns() % 10**6:06}: {text}\n".encode())
    return tf.saved_model.load(path)


@rebuilds_models
def warns_at_every_level(path, custom_objects):
    # Of what it says, at every level, one part is different in every process.
    own = f"{hex(id(path))} in {tempfile.mkdtemp()}/cache, pid {os.getpid()}, {time.time_ns()}, dense_{os.getpid()}"
    for _ in range(3):
        warnings.warn(f"a Python warning at {own}", stacklevel=1)
        tf.get_logger().warning("the logger of TensorFlow at %s", own)
        logging.getLogger("absl").error("the logger of absl at %s", own)
        logging.getLogger("keras").warning("the logger of Keras at %s", own)
    tf.get_logger().info("information")
    warnings.warn("hidden by Python itself", DeprecationWarning, stacklevel=1)
    print(f"printed, and no file without {own}")
    print(f"an error that is printed at {own}", file=sys.stderr)
    print("4/4 [======] - 0s 2ms/step - not yet")
    ctypes.CDLL(None).puts(f"a warning of C code at {own}".encode())
    os.write(2, b"2026-01-02 03:04:05.678901: W tensorflow/core/a.cc:7] of C++\n")
    os.write(2, b"E0000 00:00:1755800000.123456 %d b.cc:7] of C++, as absl writes it\n" % os.getpid())
    os.write(2, b"I0000 00:00:1755800000.123456 %d b.cc:7] information, not a warning\n" % os.getpid())
    os.write(2, b"WARNING: All log messages before absl::InitializeLog() is called are written to STDERR\n")
    os.write(2, b"2026-01-02 03:04:05.678901: E external/local_xla/cuda_driver.cc:1] failed call to cuInit\n")
    os.write(
        2, b"2026-01-02 03:04:05.678901: W tensorflow/compiler/tf2tensorrt/utils/py_utils.cc:38] TF-TRT Warning\n"
    )
    return loaded(path, custom_objects)


@rebuilds_models
def warns_and_raises(path, custom_objects):
    warnings.warn("before it raises", stacklevel=1)
    raise ValueError("planted")
