"""The decorators that declare savers and loaders, and the checks of what is declared.  [beside TensorFlow]"""

from __future__ import annotations

import dataclasses
import inspect
import os
from typing import Any, Callable, Dict, Iterator, Mapping, Optional, Tuple, Union

from ..both_sides.declarations import is_same, shared_problems, unknown, wrong
from ..both_sides.routes import FROM_SOURCE, NEEDS, LoaderInfo, SaverInfo

# The versions that offer something: conditions on the versions of "tensorflow", "keras" and "python".
Offered = Mapping[str, str]
NEVER: Offered = {"tensorflow": "<0"}
SINCE_KERAS_3: Offered = {"keras": ">=3"}
KERAS_2: Offered = {"keras": "<3"}

# Kinds of artifact: the SavedModels with a serialized object graph, and all SavedModels.
OBJECT_GRAPHS = ("saved_model", "exported_saved_model", "keras_saved_model")
SAVED_MODELS = (*OBJECT_GRAPHS, "v1_saved_model")
# SavedModels that were only saved with different arguments; a few loaders are enough for them.
VARIANTS = ("variant_saved_model", "numbered_saved_model")
# Copies in memory have no artifact; they are made of the live model.
LIVE_MODEL = "live_model"

# The keys of the signatures that answer for an endpoint: "call" is the endpoint of a Keras model, "only" the one of
# a tf.Module that has just one, "*" any other; "{endpoint}" stands for the endpoint's name.
BY_NAME: Mapping[str, Tuple[str, ...]] = {"call": ("serving_default",), "*": ("{endpoint}",)}

SAVER_PARAMETERS = (
    "build", "data", "existing", "input_signature", "keys", "model", "path", "signatures", "specifications",
)  # fmt: skip
LOADER_PARAMETERS = ("custom_objects", "data", "keys", "path", *sorted(FROM_SOURCE))
WAYS_TO_ASK = ("as_original", "by_function", "by_signature", "by_tensor_name", "as_layer")
SIDES = ("eager", "graph")
RESTORABLE = ("architecture", "training")
AGENTS = ("keras", "no-keras", "cpp")
# What `look.at_saved_model` reports.
PROMISES = (
    "aliases", "custom_gradients", "debug_info", "keras_metadata", "saver", "shards", "signatures", "tags",
    "variable_devices",
)  # fmt: skip


@dataclasses.dataclass(frozen=True)
class Saver:
    """A function that writes an artifact, and what it declares."""

    info: SaverInfo
    write: Callable[..., None]

    def __call__(self, **offers: Any) -> None:
        """Call the function with those offers that it has parameters for."""
        self.write(**{name: offers[name] for name in self.info.takes if name in offers})


@dataclasses.dataclass(frozen=True)
class Loader:
    """A function that reads an artifact, and what it declares."""

    info: LoaderInfo
    read: Callable[..., Any]

    def __call__(self, **offers: Any) -> Any:
        """Call the function with those offers that it has parameters for, and return what it loads.

        Raises:
            WrongDeclaration: it returns nothing.
        """
        loaded = self.read(**{name: offers[name] for name in self.info.takes if name in offers})
        if loaded is None:
            raise wrong(self.read, "it returns None, and has to return what it loads")
        return loaded


declared_savers: Dict[str, Saver] = {}
declared_loaders: Dict[str, Loader] = {}


def saver(
    *,
    writes: str,
    title: Optional[str] = None,
    by_default: bool = False,
    file_name: str = "model",
    needs: Optional[str] = None,
    offered: Optional[Offered] = None,
    package: Optional[str] = None,
    keys: Mapping[str, Tuple[str, ...]] = BY_NAME,
    trains: bool = False,
    promises: Optional[Mapping[str, Any]] = None,
    existing: bool = False,
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Register the function as a saver.

    Args:
        writes: the kind of artifact.
        title: its name for people, which starts the title of a route, such as `model.save(.keras)`.
        by_default: judge saving in a default run although no loader is judged there; loaders declare the rest.
        file_name: the end of the path to save to.
        needs: a trait that a case must have, a key of `NEEDS`; None if it saves every case.
        offered: which versions offer it, as conditions on tensorflow, keras and python; all of them by default.
        package: a distribution that has to be installed beside TensorFlow.
        keys: the keys of the signatures that it writes, in the form of `BY_NAME`.
        trains: saving is part of training, and the model that is saved is the trained one.
        promises: what `look.at_saved_model` must report of the artifact, and not of the one by `saved_model`.
        existing: it copies an artifact that a user brings, and saves nothing.

    Raises:
        WrongDeclaration: an argument cannot be meant.
    """

    def decorate(write: Callable[..., None]) -> Callable[..., None]:
        if not isinstance(writes, str):
            raise wrong(write, f"writes={writes!r} is no text")
        for argument, value in {"keys": keys, "promises": promises, "offered": offered}.items():
            if not isinstance(value, (Mapping, type(None))):
                raise wrong(write, f"{argument}={value!r} is no dict")
        info = SaverInfo(
            **_described(write, title),
            writes=writes,
            file_name=file_name,
            needs=needs,
            offered=offered or {},
            package=package,
            keys=keys,
            by_default=by_default,
            trains=trains,
            promises=promises or {},
            existing=existing,
            has_artifact=writes != LIVE_MODEL,
            is_saved_model=writes.endswith("saved_model"),
            is_variant=writes in VARIANTS,
        )
        declared = declared_savers.get(info.name)
        if declared and not is_same(declared.write, write):
            raise wrong(write, f"{declared.info.module}.py already declares a saver of this name")
        for problem in (*_saver_problems(info), *_missing_docstring(write)):
            raise wrong(write, problem)
        declared_savers[info.name] = Saver(info, write)
        return write

    return decorate


def loader(
    *,
    reads: Tuple[str, ...],
    asked: str,
    judged_against: str,
    title: Optional[str] = None,
    by_default: Tuple[str, ...] = (),
    by_default_if_quick: Tuple[str, ...] = (),
    restores: Tuple[str, ...] = (),
    agent: str = "keras",
    needs: Optional[str] = None,
    offered: Optional[Offered] = None,
    package: Optional[str] = None,
    converted: bool = False,
    opaque: bool = False,
    slow: bool = False,
    in_session: bool = False,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register the function as a loader.

    Args:
        reads: the kinds of artifact that it reads.
        asked: how the suite asks what it returns:
            as_original         it is what the case builds, and is asked in the same way
            by_function         it is a restored object, asked through its own functions
            by_signature        it has `signatures`, functions that take tensors by name
            by_tensor_name      the same, for a runtime whose files know tensors and no signatures
            as_layer            it is a dict of Keras layers by endpoint
        judged_against: which answers of the original it must equal: `eager` or `graph`.
        title: its name for people, which ends the title of a route, such as `load_model`.
        by_default: the savers with which a default run judges it.
        by_default_if_quick: the savers with which a default run judges it on quick cases only, because it is slow,
            or needs packages beside TensorFlow.
        restores: what it restores beside weights: `architecture`, `training`.
        agent: the kind of agent in whose child it runs: `keras`, `no-keras` or `cpp`.
        needs, offered, package: as for a saver.
        converted: a different runtime computes the answers, with kernels of its own.
        opaque: the variables of what it returns cannot be seen.
        slow: every answer takes a session of its own, so it is asked only two inputs of each endpoint.
        in_session: a session of TensorFlow 1 computes the answers.

    Raises:
        WrongDeclaration: an argument cannot be meant.
    """

    def decorate(read: Callable[..., Any]) -> Callable[..., Any]:
        if not isinstance(offered, (Mapping, type(None))):
            raise wrong(read, f"offered={offered!r} is no dict")
        info = LoaderInfo(
            **_described(read, title),
            reads=reads,
            asked=asked,
            judged_against=judged_against,
            restores=restores,
            agent=agent,
            by_default=by_default,
            by_default_if_quick=by_default_if_quick,
            needs=needs,
            offered=offered or {},
            package=package,
            converted=converted,
            opaque=opaque or converted or asked == "as_layer",
            slow=slow,
            in_session=in_session,
        )
        declared = declared_loaders.get(info.name)
        if declared and not is_same(declared.read, read):
            raise wrong(read, f"{declared.info.module}.py already declares a loader of this name")
        for problem in (*_loader_problems(info), *_missing_docstring(read)):
            raise wrong(read, problem)
        declared_loaders[info.name] = Loader(info, read)
        return read

    return decorate


def check_together(savers: Mapping[str, Saver], loaders: Mapping[str, Loader]) -> None:
    """Check what loaders declare about savers, once all of them are known.

    Raises:
        WrongDeclaration: a loader reads a kind that no saver writes, or names a saver that it cannot read.
    """
    kinds = {each.info.writes for each in savers.values()}
    for each in loaders.values():
        for kind in each.info.reads:
            if kind not in kinds:
                raise wrong(each.read, unknown("the kind", kind, kinds))
        for argument in ("by_default", "by_default_if_quick"):
            for name in getattr(each.info, argument):
                if name not in savers:
                    raise wrong(each.read, unknown("the saver", name, savers))
                if savers[name].info.writes not in each.info.reads:
                    raise wrong(each.read, f"{argument} names {name!r}, which writes {savers[name].info.writes!r}")


def _described(function: Callable[..., Any], title: Optional[str]) -> Dict[str, Any]:
    """Return the fields that a function itself declares."""
    return {
        "name": function.__name__,
        "module": function.__module__.rpartition(".")[2],
        "doc": (function.__doc__ or "").strip().partition("\n")[0],
        "title": title or function.__name__,
        "takes": tuple(sorted(inspect.signature(function).parameters)),
    }


def _missing_docstring(function: Callable[..., Any]) -> Iterator[str]:
    """Yield that the function lacks a docstring, which the catalogue's page shows; planted faults are not on it."""
    here = os.path.dirname(os.path.abspath(__file__))
    file = os.path.abspath(inspect.unwrap(function).__code__.co_filename)
    if os.path.dirname(file) == here and not (function.__doc__ or "").strip():
        yield "it needs a docstring that says what it does"


def _saver_problems(info: SaverInfo) -> Iterator[str]:
    yield from _problems(info, SAVER_PARAMETERS)
    for promise in info.promises:
        if promise not in PROMISES:
            yield unknown("the promise", promise, PROMISES)
    if info.existing and "existing" not in info.takes:
        yield "existing=True, so it has to take 'existing'"
    if "existing" in info.takes and not info.existing:
        yield "it takes 'existing', so it needs existing=True"
    if "data" in info.takes and not info.trains:
        yield "it takes 'data', so it needs trains=True"


def _loader_problems(info: LoaderInfo) -> Iterator[str]:
    yield from _problems(info, LOADER_PARAMETERS)
    for argument in ("reads", "by_default", "by_default_if_quick", "restores"):
        if not isinstance(getattr(info, argument), tuple):
            yield f"{argument}={getattr(info, argument)!r} is no tuple"
    for argument, value, known in (
        ("asked", info.asked, WAYS_TO_ASK),
        ("judged_against", info.judged_against, SIDES),
        ("agent", info.agent, AGENTS),
        *(("restores", each, RESTORABLE) for each in info.restores),
    ):
        if value not in known:
            yield unknown(argument, value, known)
    if "data" in info.takes and not info.builds_from_source:
        yield f"it takes 'data', so it also has to take one of {', '.join(sorted(FROM_SOURCE))}"
    if (info.agent == "cpp") != info.module.startswith("cpp"):
        yield "loaders with agent='cpp', and they alone, belong into a file whose name starts with cpp"


def _problems(info: Union[SaverInfo, LoaderInfo], parameters: Tuple[str, ...]) -> Iterator[str]:
    for parameter in info.takes:
        if parameter not in parameters:
            yield unknown("the parameter", parameter, parameters)
    if info.needs is not None and info.needs not in NEEDS:
        yield f"{unknown('the needed trait', info.needs, NEEDS)} (NEEDS in tests/both_sides/routes.py lists them)"
    yield from shared_problems(info.offered, info.package)
