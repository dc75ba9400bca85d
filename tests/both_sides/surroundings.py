"""Describes an interpreter: the pair in it, and what else can change an answer.  [both sides]"""

from __future__ import annotations

import dataclasses
import os
import platform
import sys
from importlib import metadata
from typing import Dict, Mapping, Optional

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


# With which values of TF_USE_LEGACY_KERAS TensorFlow takes tf_keras for `tf.keras`.
LEGACY = ("1", "true", "True")


@dataclasses.dataclass(frozen=True)
class Surroundings:
    """One interpreter: its versions, and what else can change an answer.

    Args:
        versions: by distribution; None where it is not installed.
        runtimes: the versions of other runtimes and libraries of ops that are installed there.
        variables: the environment variables that the run set for it.
        import_seconds: by kind of agent, the `wall` and `cpu` seconds that getting ready took.
    """

    python: str
    versions: Mapping[str, Optional[str]]
    variables: Mapping[str, str]
    runtimes: Mapping[str, str] = dataclasses.field(default_factory=dict)
    executable: str = ""
    machine: str = ""
    system: str = ""
    import_seconds: Mapping[str, Mapping[str, float]] = dataclasses.field(default_factory=dict)

    @property
    def means_tf_keras(self) -> bool:
        """True if `tf.keras` is tf_keras there."""
        return self.variables.get("TF_USE_LEGACY_KERAS") in LEGACY

    @property
    def versions_in_words(self) -> str:
        """The versions of what is installed; if `tf.keras` is tf_keras there, Keras is named by that name alone."""
        names = [name for name, version in self.versions.items() if version]
        if self.means_tf_keras and "tf_keras" in names:
            names.remove("keras")
        return ", ".join([*(f"{name} {self.versions[name]}" for name in names), f"python {self.python}"])


def version_of(*distributions: str) -> Optional[str]:
    """Return the version of the first of these distributions that is installed; None if none is."""
    for distribution in distributions:
        try:
            return metadata.version(distribution)
        except metadata.PackageNotFoundError:
            continue
    return None


def describe() -> Surroundings:
    """Return what this interpreter is.

    A TensorFlow that is imported answers for its own version and for the Keras that `tf.keras` stands for;
    otherwise the installed distributions do.
    """
    versions: Dict[str, Optional[str]] = {name: version_of(name) for name in PACKAGES}
    versions["tensorflow"] = version_of(*TENSORFLOW_DISTRIBUTIONS)
    tensorflow = sys.modules.get("tensorflow")
    if tensorflow is not None:
        versions["tensorflow"] = tensorflow.__version__
    legacy = os.environ.get("TF_USE_LEGACY_KERAS") in LEGACY
    imported = sys.modules.get("tf_keras" if legacy else "keras")
    if legacy and versions["tf_keras"]:
        versions["keras"] = versions["tf_keras"]
    if imported is not None and hasattr(imported, "__version__"):
        versions["keras"] = imported.__version__  # keras-nightly is Keras too
    return Surroundings(
        python=platform.python_version(),
        versions=versions,
        variables={name: os.environ[name] for name in RECORDED_VARIABLES if name in os.environ},
        runtimes={name: version for name in RUNTIMES if (version := version_of(name))},
        executable=sys.executable,
        machine=platform.machine(),
        system=platform.platform(),
    )
