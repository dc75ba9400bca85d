"""Reads what a loader could leave behind: files, and global state of the process.  [beside TensorFlow]"""

from __future__ import annotations

import os
import random
import sys
import tempfile
from typing import Any, Dict

import numpy as np

from ..both_sides.questions import TrialQuestion
from .saving import files_below

# TensorFlow writes a file for each function that it rewrites, and removes it when the process ends.
REMOVED_AT_EXIT = "__autograph_generated_file"


def state_of_surroundings(question: TrialQuestion) -> Dict[str, Any]:
    """Return the files around the artifact and in the process's folders, and the process's global state."""
    around = question.artifact[: -len(question.file_name)]
    places = {"beside the artifact": around, "in the working folder": ".", "in the temporary folder": temporary()}
    state: Dict[str, Any] = {
        f"file {name} {place}": f"{size} bytes"
        for place, folder in places.items()
        for name, size in files_below(folder).items()
        if not name.startswith(REMOVED_AT_EXIT)
    }
    state["random state of python"] = hash(random.getstate())
    state["sys.path"] = list(sys.path)
    state["working folder"] = os.getcwd()
    return {**state, **state_of_keras()} if question.agent == "keras" else state


def temporary() -> str:
    """Return the folder for temporary files."""
    return tempfile.gettempdir()


def state_of_keras() -> Dict[str, Any]:
    """Return the global state of numpy, TensorFlow and Keras."""
    import tensorflow as tf

    from . import look

    states = {f"random state of {name}": each for name, each in look.random_state().items() if name != "python"}
    v1 = tf.compat.v1
    return {
        **states,
        **{name: each for name, each in look.registries().items() if name != "working_directory"},
        "epsilon": tf.keras.backend.epsilon(),
        "errors of numpy": dict(np.geterr()),
        "XLA": tf.config.optimizer.get_jit(),
        "graph optimization": dict(tf.config.optimizer.get_experimental_options()),
        "eager execution": tf.executing_eagerly(),
        "default session": v1.get_default_session() is not None,
        "operations of the default graph": len(v1.get_default_graph().get_operations()),
    }
