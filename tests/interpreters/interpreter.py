"""A Python with one pair in it, and the environment that we give it.  [pytest's side]"""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path

# The instrument should measure persistence, not rounding: one thread, no oneDNN, no GPU, a fixed locale.
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
# A caller's own settings of these would change what is measured.
NEVER_INHERITED = (
    "TF_XLA_FLAGS",
    "XLA_FLAGS",
    "TF_CONFIG",
    "TF_DETERMINISTIC_OPS",
    "PYTHONSTARTUP",
    "PYTHONPATH",
)


class UnusableInterpreter(Exception):
    """What was named cannot be used; the message says why, in one line."""


@dataclasses.dataclass(frozen=True)
class Interpreter:
    """One Python, and the environment variables that make it the flavour that is meant."""

    python: str
    variables: tuple[tuple[str, str], ...] = ()

    def environment(self, keras_home: Path, steady: bool = True) -> dict[str, str]:
        """All environment variables of a process of this interpreter.

        Args:
            keras_home: a private folder for Keras's own settings.
            steady: with the settings of STEADY, or with TensorFlow's defaults.
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
