"""How a model is saved and loaded: the savers and loaders, and the routes they make.  [beside TensorFlow]

A saver or loader is as short as the TensorFlow call that it stands for, under a decorator that says what it
writes or reads. What its function needs it names as a parameter:

    a saver     model, path, signatures (of a tf.Module, by name; None for a Keras model)
    a loader    path, custom_objects, model (one freshly built, for weights)
"""

from __future__ import annotations

import dataclasses
import importlib
import inspect
from typing import Callable, Mapping, Optional, Tuple

# Where a pair first and last offers something: conditions on the versions of "tensorflow" and "keras".
Offered = Mapping[str, str]
NEVER: Offered = {"tensorflow": "<0"}

SAVED_MODELS = ("saved_model", "exported_saved_model")


@dataclasses.dataclass(frozen=True)
class Saver:
    """One way to write an artifact."""

    name: str
    doc: str
    write: Callable
    writes: str
    file_name: str
    needs: Optional[str]
    offered: Offered


@dataclasses.dataclass(frozen=True)
class Loader:
    """One way to read an artifact.

    `asked` says how what it returns is asked for answers:
        as_keras_model      it is a Keras model, called with the case's inputs
        by_function         it is a restored object: asked through its own functions
        by_signature        it has `signatures`, functions that take tensors by name
    `judged_against` is which answers of the original it must equal: `eager` or `graph`.
    """

    name: str
    doc: str
    read: Callable
    reads: Tuple[str, ...]
    asked: str
    judged_against: str
    agent: str
    offered: Offered


_savers: dict = {}
_loaders: dict = {}


def saver(
    *, writes: str, file_name: str = "model", needs: Optional[str] = None, offered: Optional[Offered] = None
) -> Callable:
    """Register the function as a saver.

    Args:
        writes: the kind of artifact.
        file_name: what the path ends with.
        needs: a trait that a case must have; None if every case will do.
        offered: where this is offered, as conditions on tensorflow and keras; everywhere by default.
    """

    def decorate(write: Callable) -> Callable:
        _savers[write.__name__] = Saver(
            write.__name__, _first_line(write), write, writes, file_name, needs, offered or {}
        )
        return write

    return decorate


def loader(
    *,
    reads: Tuple[str, ...],
    asked: str,
    judged_against: str,
    agent: str = "keras",
    offered: Optional[Offered] = None,
) -> Callable:
    """Register the function as a loader; the arguments are the fields of `Loader`."""

    def decorate(read: Callable) -> Callable:
        _loaders[read.__name__] = Loader(
            read.__name__, _first_line(read), read, reads, asked, judged_against, agent, offered or {}
        )
        return read

    return decorate


def savers() -> dict:
    """All savers by name, in sorted order."""
    importlib.import_module(f"{__name__}.savers")
    return dict(sorted(_savers.items()))


def loaders(agent: Optional[str] = None) -> dict:
    """All loaders by name, in sorted order; `agent` keeps to the module that this kind of agent can import."""
    for kind, module in (("keras", "loaders"), ("cpp", "cpp")):
        if agent is None or (agent == "cpp") == (kind == "cpp"):
            importlib.import_module(f"{__name__}.{module}")
    return dict(sorted(_loaders.items()))


def parameters(function: Callable) -> set:
    """The names of what a saver or loader asks for."""
    return set(inspect.signature(function).parameters)


def describe() -> dict:
    """Savers and loaders as plain data, for the catalogue that pytest sees."""
    return {
        "savers": {
            name: {
                "doc": entry.doc,
                "writes": entry.writes,
                "file_name": entry.file_name,
                "needs": entry.needs,
                "offered": dict(entry.offered),
            }
            for name, entry in savers().items()
        },
        "loaders": {
            name: {
                "doc": entry.doc,
                "reads": list(entry.reads),
                "asked": entry.asked,
                "judged_against": entry.judged_against,
                "agent": entry.agent,
                "offered": dict(entry.offered),
                "takes": sorted(parameters(entry.read)),
            }
            for name, entry in loaders().items()
        },
    }


def _first_line(function: Callable) -> str:
    return (function.__doc__ or "").strip().partition("\n")[0]
