"""Savers and loaders that fail, or take their process with them.  [beside TensorFlow]"""

from __future__ import annotations

import os
import time

import numpy as np

from ..selftest.beside_tensorflow.planting import Altered, loaded, rebuilds_models, writes_archives

PLANTED = [
    {
        "route": "keras_archive:raises",
        "instead_of": "keras_archive:load_model",
        "case": "custom_layer.registered",
        "caught_by": {"loads": "OSError: planted: cannot read"},
    },
    {
        "route": "keras_archive:aborts",
        "instead_of": "keras_archive:load_model",
        "case": "custom_layer.registered",
        "caught_by": {"loads": "the child was ended by SIGABRT during 'load'"},
    },
    {
        "route": "keras_archive:aborts_when_asked",
        "instead_of": "keras_archive:load_model",
        "case": "custom_layer.registered",
        "caught_by": {
            "outputs": "the child was ended by SIGABRT during 'answers'",
            "gradients": "the child was ended by SIGABRT",
            "custom_objects": "the child was ended by SIGABRT",
        },
    },
    {
        "route": "keras_archive:exits",
        "instead_of": "keras_archive:load_model",
        "case": "custom_layer.registered",
        "caught_by": {"loads": "the child ended without finishing during 'load'"},
    },
    {
        "route": "keras_archive:writes_rubbish_to_its_pipe",
        "instead_of": "keras_archive:load_model",
        "case": "custom_layer.registered",
        "caught_by": {"loads": "the child wrote rubbish: .* during 'load'"},
    },
    {
        "route": "writes_nothing",
        "instead_of": "keras_archive",
        "case": "standard.dense_classifier",
        "caught_by": {"saves": "left no file"},
    },
    {
        "route": "refuses_to_save",
        "instead_of": "keras_archive",
        "case": "standard.dense_classifier",
        "caught_by": {"saves": "NotImplementedError: planted: will not"},
    },
    {
        "route": "aborts_while_saving",
        "instead_of": "keras_archive",
        "case": "standard.dense_classifier",
        "caught_by": {"saves": "the child was ended by SIGABRT during 'save'"},
    },
]


@rebuilds_models
def raises(path, custom_objects):
    raise OSError("planted: cannot read")


@rebuilds_models
def aborts(path, custom_objects):
    os.abort()


@rebuilds_models
def aborts_when_asked(path, custom_objects):
    return Altered(loaded(path, custom_objects), lambda answer, inputs: os.abort())


@rebuilds_models
def exits(path, custom_objects):
    os._exit(0)


@rebuilds_models
def writes_rubbish_to_its_pipe(path, custom_objects):
    for end in range(3, 64):
        try:
            os.write(end, b"rubbish, rubbish and more of it" * 100)
        except OSError:
            continue
    return loaded(path, custom_objects)


@rebuilds_models
def hangs(path, custom_objects):
    while True:
        time.sleep(1)


@rebuilds_models
def spins(path, custom_objects):
    while True:
        pass


@rebuilds_models
def eats_memory(path, custom_objects):
    blocks = []
    while True:
        blocks.append(np.ones(2**24))


@writes_archives
def writes_nothing(model, path):
    os.makedirs(path)


@writes_archives
def refuses_to_save(model, path):
    raise NotImplementedError("planted: will not")


@writes_archives
def aborts_while_saving(model, path):
    os.abort()
