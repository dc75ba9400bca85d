"""The C++ loader.  [beside TensorFlow; imports neither tensorflow nor keras]"""

from __future__ import annotations

from ..beside_tensorflow.cpp_api import SavedModelBundle
from . import SAVED_MODELS, VARIANTS, loader


@loader(
    reads=(*SAVED_MODELS, *VARIANTS),
    title="the C++ loader",
    by_default=("export", "saved_model"),
    by_default_if_quick=("keras_saved_model",),
    asked="by_signature",
    judged_against="graph",
    agent="cpp",
    opaque=True,
)
def cpp(path):
    """A SavedModel in the C++ loader that TensorFlow Serving uses."""
    return SavedModelBundle(path)
