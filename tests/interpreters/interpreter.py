"""A Python with one pair in it, and the environment variables that its processes get."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path

# A run should measure persistence, not rounding: one thread, no oneDNN, no GPU, a fixed locale.
STEADY = {
    "TF_NUM_INTRAOP_THREADS": "1",
    "TF_NUM_INTEROP_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "TF_ENABLE_ONEDNN_OPTS": "0",
}
ALWAYS = {
    "KERAS_BACKEND": "tensorflow",
    "CUDA_VISIBLE_DEVICES": "-1",
    "TF_CPP_MIN_LOG_LEVEL": "2",
    "LC_ALL": "C.UTF-8",
    "PYTHONHASHSEED": "0",
    "PYTHONDONTWRITEBYTECODE": "1",
}
# If these were inherited, they would change what is measured.
NEVER_INHERITED = (
    "TF_XLA_FLAGS",
    "XLA_FLAGS",
    "TF_CONFIG",
    "TF_DETERMINISTIC_OPS",
    "PYTHONSTARTUP",
    "PYTHONPATH",
)


class UnusableInterpreter(Exception):
    """The interpreter that was named cannot be used; the message says why, in one line."""


@dataclasses.dataclass(frozen=True)
class Interpreter:
    """One Python, and the environment variables that a user sets for it."""

    python: str
    variables: tuple[tuple[str, str], ...] = ()

    def environment(self, keras_home: Path, steady: bool = True) -> dict[str, str]:
        """Return all environment variables of a process of this interpreter.

        Args:
            keras_home: a private folder for Keras's own settings.
            steady: use the settings of STEADY, and not TensorFlow's defaults.
        """
        inherited = {
            name: value
            for name, value in os.environ.items()
            if name not in NEVER_INHERITED and name not in STEADY and name not in ALWAYS
        }
        inherited.pop("TF_USE_LEGACY_KERAS", None)
        return {
            **inherited,
            **ALWAYS,
            **(STEADY if steady else {}),
            "KERAS_HOME": str(keras_home),
            **dict(self.variables),
        }
