"""What this interpreter is: the pair in it, and what else can change an answer.  [beside TensorFlow]"""

from __future__ import annotations

import os
import platform
import sys
from importlib import metadata

PACKAGES = ("tensorflow", "keras", "tf_keras", "numpy", "h5py", "protobuf", "ml_dtypes")
# Distributions beside TensorFlow, other runtimes and libraries of ops, which savers, loaders and cases may need.
RUNTIMES = ("ai-edge-litert", "onnxruntime", "openvino", "tensorflow-text", "tf2onnx")
# Whichever of these is installed is TensorFlow; all of them provide the same module.
TENSORFLOW_DISTRIBUTIONS = (
    "tensorflow",
    "tensorflow-cpu",
    "tensorflow-intel",
    "tf-nightly",
    "tf-nightly-cpu",
)
RECORDED_VARIABLES = (
    "KERAS_BACKEND",
    "TF_USE_LEGACY_KERAS",
    "TF_ENABLE_ONEDNN_OPTS",
    "TF_NUM_INTRAOP_THREADS",
    "TF_NUM_INTEROP_THREADS",
    "OMP_NUM_THREADS",
    "CUDA_VISIBLE_DEVICES",
    "LC_ALL",
    "PYTHONHASHSEED",
)


def version_of(*distributions: str) -> str | None:
    """The version of the first of these distributions that is installed; None if none is."""
    for distribution in distributions:
        try:
            return metadata.version(distribution)
        except metadata.PackageNotFoundError:
            continue
    return None


def describe() -> dict:
    """Versions of everything that matters, and the environment variables that were set for it.

    A TensorFlow that is imported answers for its own version and for the Keras that `tf.keras` stands for;
    otherwise the installed distributions do.
    """
    versions: dict = {name: version_of(name) for name in PACKAGES}
    versions["tensorflow"] = version_of(*TENSORFLOW_DISTRIBUTIONS)
    tensorflow = sys.modules.get("tensorflow")
    if tensorflow is not None:
        versions["tensorflow"] = tensorflow.__version__
    if os.environ.get("TF_USE_LEGACY_KERAS") == "1" and versions["tf_keras"]:
        versions["keras"] = versions["tf_keras"]
    return {
        "python": platform.python_version(),
        "executable": sys.executable,
        "machine": platform.machine(),
        "system": platform.platform(),
        "versions": versions,
        "runtimes": {name: version_of(name) for name in RUNTIMES if version_of(name)},
        "variables": {name: os.environ[name] for name in RECORDED_VARIABLES if name in os.environ},
    }
