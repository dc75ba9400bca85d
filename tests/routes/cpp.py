"""The C++ loader.  [beside TensorFlow; imports neither tensorflow nor keras]"""

from __future__ import annotations

from . import SAVED_MODELS, loader
from .cpp_api import SavedModelBundle


@loader(reads=SAVED_MODELS, asked="by_signature", judged_against="graph", agent="cpp")
def cpp(path):
    """A SavedModel in the C++ loader that TensorFlow Serving uses."""
    return SavedModelBundle(path)
