"""How a model is saved and loaded: the savers and loaders, and the routes they make.  [beside TensorFlow]

One file per kind of artifact. A saver or loader is as short as the TensorFlow call that it stands for, under a
decorator that says what it writes or reads. What its function needs it names as a parameter:

    path             where the artifact is
    model            a saver: the model to save; a loader: one built from its source whose every variable holds
                     something else, so that what is not loaded shows
    original         a loader: the model as it was saved, of which a copy in memory is made
    unbuilt          a loader: a Keras model from its config, without variables
    signatures       a saver: the tf.functions of a tf.Module by name; None for a Keras model
    specifications   a saver: for each endpoint, the `tf.TensorSpec`s of its inputs in their structure
    existing         a saver: where a user's artifact lies
    build            a saver: the function that builds the model, for whoever needs it in a graph of its own
    keys             a loader: for each endpoint, the keys of its signatures
    custom_objects   a loader: the classes and functions that the case needs, by name; None for none
    data             features and targets, for whoever trains
"""

from __future__ import annotations

import dataclasses
import importlib
import inspect
from typing import Any, Callable, Mapping, Optional, Tuple

# Where a pair first and last offers something: conditions on the versions of "tensorflow" and "keras".
Offered = Mapping[str, str]
NEVER: Offered = {"tensorflow": "<0"}
SINCE_KERAS_3: Offered = {"keras": ">=3"}
KERAS_2: Offered = {"keras": "<3"}

# Kinds of artifact that are a SavedModel with a serialized object graph, and that are any SavedModel.
OBJECT_GRAPHS = ("saved_model", "exported_saved_model", "keras_saved_model")
SAVED_MODELS = (*OBJECT_GRAPHS, "v1_saved_model")
# SavedModels that differ from those in how they were asked for: a few loaders are enough.
VARIANTS = ("variant_saved_model", "numbered_saved_model")
# A copy in memory has no artifact: it is made of the live model.
LIVE_MODEL = "live_model"

# The routes that a run judges when it is not asked for more.
PRIMARY = (
    "checkpoint:read_checkpoint",
    "export:cpp",
    "export:signature_no_keras",
    "export:tfsm_layer",
    "h5:load_model",
    "keras_archive:load_model",
    "keras_models_save",
    "keras_saved_model:load_model",
    "saved_model:cpp",
    "saved_model:restored",
    "saved_model:signature",
    "weights_h5:load_weights",
)

# The keys of the signatures that answer for an endpoint: "call" is that of a Keras model, "only" the one of a
# tf.Module that has just one, "*" any other; "{endpoint}" stands for the endpoint's name.
BY_NAME: Mapping[str, Tuple[str, ...]] = {"call": ("serving_default",), "*": ("{endpoint}",)}


@dataclasses.dataclass(frozen=True)
class Saver:
    """One way to write an artifact; what the fields mean, `saver` says."""

    name: str
    module: str
    doc: str
    write: Callable
    writes: str
    file_name: str
    needs: Optional[str]
    offered: Offered
    package: Optional[str]
    keys: Mapping[str, Tuple[str, ...]]
    trains: bool
    promises: Mapping[str, Any]
    existing: bool

    @property
    def has_artifact(self) -> bool:
        """Whether it writes anything."""
        return self.writes != LIVE_MODEL

    @property
    def is_variant(self) -> bool:
        """Whether what it writes differs from what another writes in how it was asked for alone."""
        return self.writes in VARIANTS

    @property
    def is_saved_model(self) -> bool:
        """Whether what it writes is a SavedModel of any kind."""
        return self.writes.endswith("saved_model")


@dataclasses.dataclass(frozen=True)
class Loader:
    """One way to read an artifact; what the fields mean, `loader` says."""

    name: str
    module: str
    doc: str
    read: Callable
    reads: Tuple[str, ...]
    asked: str
    judged_against: str
    restores: Tuple[str, ...]
    agent: str
    needs: Optional[str]
    offered: Offered
    package: Optional[str]
    converted: bool
    opaque: bool
    slow: bool


_savers: dict = {}
_loaders: dict = {}


def saver(
    *,
    writes: str,
    file_name: str = "model",
    needs: Optional[str] = None,
    offered: Optional[Offered] = None,
    package: Optional[str] = None,
    keys: Mapping[str, Tuple[str, ...]] = BY_NAME,
    trains: bool = False,
    promises: Optional[Mapping[str, Any]] = None,
    existing: bool = False,
) -> Callable:
    """Register the function as a saver.

    Args:
        writes: the kind of artifact.
        file_name: what the path ends with.
        needs: a trait that a case must have; None if every case will do.
        offered: where this is offered, as conditions on tensorflow and keras; everywhere by default.
        package: a distribution that has to be installed beside TensorFlow.
        keys: the keys of the signatures that it writes, as `BY_NAME` has them.
        trains: saving is part of training, so that the model that was saved is the one after it.
        promises: what `look.at_saved_model` must find in the artifact, and not in that of a saver without it.
        existing: it puts an artifact there that a user has brought, and saves nothing.
    """

    def decorate(write: Callable) -> Callable:
        _savers[write.__name__] = Saver(
            name=write.__name__,
            module=write.__module__.rpartition(".")[2],
            doc=_first_line(write),
            write=write,
            writes=writes,
            file_name=file_name,
            needs=needs,
            offered=offered or {},
            package=package,
            keys=keys,
            trains=trains,
            promises=promises or {},
            existing=existing,
        )
        return write

    return decorate


def loader(
    *,
    reads: Tuple[str, ...],
    asked: str,
    judged_against: str,
    restores: Tuple[str, ...] = (),
    agent: str = "keras",
    needs: Optional[str] = None,
    offered: Optional[Offered] = None,
    package: Optional[str] = None,
    converted: bool = False,
    opaque: bool = False,
    slow: bool = False,
) -> Callable:
    """Register the function as a loader.

    Args:
        reads: the kinds of artifact that it reads.
        asked: how what it returns is asked for answers:
            as_original         it is what the case builds, asked in the same way
            by_function         it is a restored object: asked through its own functions
            by_signature        it has `signatures`, functions that take tensors by name
            by_tensor_name      the same, of a runtime whose files know tensors and no signatures
            as_layer            it is a dict of Keras layers by endpoint
        judged_against: which answers of the original it must equal: `eager` or `graph`.
        restores: what it brings back beside weights: `architecture`, `training`.
        agent: the kind of agent whose child it runs in.
        needs, offered, package: as for a saver.
        converted: another runtime computes the answers, with kernels of its own.
        opaque: what it returns answers, and gives no variables away.
        slow: every answer takes it a session of its own, so that it is asked two inputs of each endpoint.
    """

    def decorate(read: Callable) -> Callable:
        _loaders[read.__name__] = Loader(
            name=read.__name__,
            module=read.__module__.rpartition(".")[2],
            doc=_first_line(read),
            read=read,
            reads=reads,
            asked=asked,
            judged_against=judged_against,
            restores=restores,
            agent=agent,
            needs=needs,
            offered=offered or {},
            package=package,
            converted=converted,
            opaque=opaque or converted or asked == "as_layer",
            slow=slow,
        )
        return read

    return decorate


MODULES = (
    "checkpoints",
    "copies",
    "converted",
    "existing",
    "keras_files",
    "load_options",
    "save_options",
    "saved_models",
    "callbacks",
    "v1",
    "weights",
)


def savers() -> dict:
    """All savers by name, in sorted order."""
    _import(MODULES)
    return dict(sorted(_savers.items()))


def loaders(agent: Optional[str] = None) -> dict:
    """All loaders by name, in sorted order; `agent` keeps to the modules that this kind of agent can import."""
    if agent != "cpp":
        _import(MODULES)
    if agent in (None, "cpp"):
        _import(("cpp",))
    return dict(sorted(_loaders.items()))


def _import(modules: Tuple[str, ...]) -> None:
    for module in modules:
        importlib.import_module(f"{__name__}.{module}")


def parameters(function: Callable) -> set:
    """The names of what a saver or loader asks for."""
    return set(inspect.signature(function).parameters)


def describe() -> dict:
    """Savers and loaders as plain data, for the catalogue that pytest sees."""
    return {
        "savers": {
            name: {
                **_described(entry, entry.write),
                "has_artifact": entry.has_artifact,
                "is_saved_model": entry.is_saved_model,
                "is_variant": entry.is_variant,
            }
            for name, entry in savers().items()
        },
        "loaders": {name: _described(entry, entry.read) for name, entry in loaders().items()},
        "primary": list(PRIMARY),
    }


def _described(entry: Any, function: Callable) -> dict:
    told = {field.name: getattr(entry, field.name) for field in dataclasses.fields(entry)}
    told = {name: value for name, value in told.items() if not callable(value)}
    return {**told, "takes": sorted(parameters(function))}


def _first_line(function: Callable) -> str:
    return (function.__doc__ or "").strip().partition("\n")[0]
