"""The decorator that declares cases, the checks of what is declared, and the catalogue.  [beside TensorFlow]"""

from __future__ import annotations

import dataclasses
import glob
import importlib
import os
from typing import Any, Callable, Dict, Iterator, Mapping, Optional, Tuple

from ..both_sides import wire
from ..both_sides.cases import CaseInfo
from ..both_sides.declarations import importing, is_same, shared_problems, unknown, wrong
from ..both_sides.questions import CaseQuestion
from ..both_sides.tensors import InputStructure, Tensor
from .op_libraries import SOURCES, compiler, ops_of
from .traits import derived_traits, trait_problems

ROOM = __package__
FOLDER = os.path.dirname(os.path.abspath(__file__))
SEED = 20250130
LAYOUTS = ("dense", "ragged", "sparse")


@dataclasses.dataclass(frozen=True)
class Case:
    """One model: what it declares, the function that builds it, and the custom objects that loading it takes."""

    info: CaseInfo
    build_model: Callable[[], Any]
    custom_objects: Mapping[str, Any]

    def build(self) -> Any:
        """Return the model. It has the same weights in every process, and no weight is an initial constant.

        What a user brings is built as it is.
        """
        import tensorflow as tf

        tf.keras.utils.set_random_seed(SEED)
        if self.info.brought:
            return self.build_model()
        eagerly = "trained" in self.info.traits and "traced" not in self.info.traits
        model = self._build_eagerly() if eagerly else self.build_model()
        self._check_built(model)
        if getattr(model, "built", True):
            replace_constant_weights(model)
        return model

    def _check_built(self, model: Any) -> None:
        """Check that the model is what the case declares: a Keras model, compiled or not, or one with its endpoints.

        Raises:
            WrongDeclaration: it is not.
        """
        import tensorflow as tf

        kind = type(model).__name__
        if model is None:
            raise wrong(self.build_model, "it returns None, and has to return the model")
        if self.info.is_keras_model and not isinstance(model, tf.keras.Model):
            raise wrong(self.build_model, f"it returns a {kind}, and has to return a Keras model, as it has inputs")
        for endpoint in () if self.info.is_keras_model else self.info.endpoints:
            if not callable(getattr(model, endpoint, None)):
                raise wrong(
                    self.build_model, f"it returns a {kind}, which has no function {endpoint!r}, its endpoint"
                )
        if "compiled" in self.info.traits and getattr(model, "optimizer", None) is None:
            raise wrong(self.build_model, "it has the trait 'compiled', and the model is not compiled")

    def _build_eagerly(self) -> Any:
        """Build and fit the model eagerly, because tracing takes longer than the few steps."""
        import tensorflow as tf

        tf.config.run_functions_eagerly(True)
        try:
            model = self.build_model()
        finally:
            tf.config.run_functions_eagerly(False)
        if getattr(model, "optimizer", None) is not None:
            model.make_train_function(force=True)  # in Keras 2, the old one would stay eager
        return model


_declared: Dict[str, Case] = {}


def case(
    *,
    inputs: Any = None,
    endpoints: Optional[Mapping[str, Mapping[str, Tensor]]] = None,
    targets: Any = None,
    traits: Tuple[str, ...] = (),
    custom_objects: Optional[Mapping[str, Any]] = None,
    training_objects: Optional[Mapping[str, Any]] = None,
    op_library: Optional[str] = None,
    offered: Optional[Mapping[str, str]] = None,
    package: Optional[str] = None,
    nightly: bool = False,
) -> Callable[[Callable[[], Any]], Callable[[], Any]]:
    """Add the function's model to the catalogue; the docstring says why the case is there.

    Args:
        inputs: for a Keras model: a `Tensor`, or a dict or list of them, in the structure that the model takes.
        endpoints: for a tf.Module: the inputs by name for each of its tf.functions, by attribute name.
        targets: what a compiled model is trained on, in the form of `inputs`, if that is not nested as its outputs
            are, or has other shapes or dtypes.
        traits: keys of `TRAITS`, without those that follow from inputs or endpoints.
        custom_objects: what a loader that rebuilds the model from a config needs, by the name that Keras asks for.
        training_objects: the same for what only the compile config names: losses, metrics, optimizers, schedules.
        op_library: where the ops come from: a source file in `models/ops/`, whose library is loaded before the
            model is built, or a package that has a library of its own, which building the model imports.
        offered: which versions can build it, as conditions on tensorflow, keras and python; all of them by default.
        package: a distribution that has to be installed beside TensorFlow.
        nightly: judge it only in the nightly profile, because it is very large.

    Raises:
        WrongDeclaration: an argument cannot be meant.
    """

    def decorate(build_model: Callable[[], Any]) -> Callable[[], Any]:
        if (inputs is None) == (endpoints is None):
            raise wrong(build_model, "a case takes either inputs or endpoints")
        if not isinstance(traits, tuple):
            raise wrong(build_model, f"traits={traits!r} is no tuple")
        dicts = {"endpoints": endpoints, "custom_objects": custom_objects, "training_objects": training_objects}
        for argument, value in {**dicts, "offered": offered}.items():
            if not isinstance(value, (Mapping, type(None))):
                raise wrong(build_model, f"{argument}={value!r} is no dict")
        module = build_model.__module__.rpartition(f"{ROOM}.")[2]
        structures = _structures(build_model, {"call": inputs} if endpoints is None else endpoints)
        if targets is not None and "compiled" not in traits:
            raise wrong(build_model, "it has targets, so it needs the trait 'compiled'")
        declared = (*traits, "holds_keras_model" if endpoints is None else "holds_module")
        has_source = op_library is not None and op_library.endswith(".cc")
        for problem in _source_problems(op_library if has_source else None):
            raise wrong(build_model, problem)
        info = CaseInfo(
            id=f"{module.partition('.')[0]}.{build_model.__name__}",
            module=module,
            doc=" ".join((build_model.__doc__ or "").split()),
            endpoints=structures,
            traits=frozenset({*declared, *derived_traits(structures, declared)}),
            custom_objects=tuple(sorted({*(custom_objects or {}), *(training_objects or {})})),
            training_objects=tuple(sorted(training_objects or {})),
            offered=dict(offered or {}),
            package=package,
            nightly=nightly,
            op_library=op_library,
            ops=ops_of(op_library) if op_library is not None and has_source else (),
            compiler=compiler(),
            unavailable="no C++ compiler (set CXX, or install g++)" if has_source and not compiler() else None,
            brought=None,
            exists_as=None,
            targets=None if targets is None else _structures(build_model, {"targets": targets}, "targets")["targets"],
        )
        for problem in _problems(build_model, info, declared):
            raise wrong(build_model, problem)
        _declared[info.id] = Case(info, build_model, {**(custom_objects or {}), **(training_objects or {})})
        return build_model

    return decorate


def catalogue() -> Dict[str, Case]:
    """Return all cases by id, in sorted order.

    Each folder of models is a family, and each file in it is found by itself.

    Raises:
        WrongDeclaration: a file cannot be imported, or declares something that cannot be meant.
    """
    for path in sorted(glob.glob(os.path.join(glob.escape(FOLDER), "*", "*.py"))):
        parts = os.path.relpath(path, FOLDER)[: -len(".py")].split(os.sep)
        if parts[1] != "__init__":  # which a family need not have
            with importing(path):
                importlib.import_module(".".join([ROOM, *parts]))
    return dict(sorted(_declared.items()))


def case_of(question: CaseQuestion) -> Case:
    """Return the case that a question names, or describes because a user brings it."""
    if question.brought:
        return importlib.import_module(f"{ROOM}.mine").case_as_described(question.brought)
    with importing(os.path.join(FOLDER, *question.module.split(".")) + ".py"):
        importlib.import_module(f"{ROOM}.{question.module}")
    return _declared[question.case]


def replace_constant_weights(model: Any) -> None:
    """Give every float variable that holds a single constant random values in [0.25, 0.75).

    A loader that forgets a bias of zeros would initialize it with zeros again, and nobody would notice.

    What a layer has learned by `adapt` is kept: such a layer computes with numbers made from it, which would stay.
    """
    import numpy as np

    random = np.random.default_rng(SEED)
    layers = model._flatten_layers() if hasattr(model, "_flatten_layers") else ()
    adapted = {id(variable) for layer in layers if hasattr(layer, "adapt") for variable in layer.variables}
    for variable in model.variables:
        value = np.asarray(variable)
        if id(variable) in adapted:
            continue
        if value.dtype.kind == "f" and value.size and (value == value.flat[0]).all():
            variable.assign((random.random(value.shape) / 2 + 0.25).astype(value.dtype))


def _structures(
    build_model: Callable[[], Any], endpoints: Mapping[str, Any], what: str = "inputs"
) -> Dict[str, InputStructure]:
    try:
        return {name: InputStructure.of(inputs) for name, inputs in endpoints.items()}
    except (TypeError, RecursionError):
        raise wrong(build_model, f"{what} are made of Tensor(...), in dicts or lists") from None


def _source_problems(source: Optional[str]) -> Iterator[str]:
    if source is not None and not os.path.exists(os.path.join(SOURCES, source)):
        yield unknown("the source file", source, (name for name in os.listdir(SOURCES) if name.endswith(".cc")))


def _problems(build_model: Callable[[], Any], info: CaseInfo, traits: Tuple[str, ...]) -> Iterator[str]:
    declared = _declared.get(info.id)
    if declared and not is_same(declared.build_model, build_model):
        yield f"models/{declared.info.module.replace('.', '/')}.py already declares a case {info.id}"
    if not info.doc:
        yield "it needs a docstring that says why the case is there"
    yield from trait_problems(info.endpoints, traits)
    for structure in [*info.endpoints.values(), *([info.targets] if info.targets else [])]:
        for tensor in structure.tensors:
            yield from _tensor_problems(tensor)
    yield from shared_problems(info.offered, info.package)


def _tensor_problems(tensor: Tensor) -> Iterator[str]:
    if tensor.layout not in LAYOUTS:
        yield unknown("the layout", tensor.layout, LAYOUTS)
    if tensor.low > tensor.high:
        yield f"a Tensor has low={tensor.low} above high={tensor.high}"
    try:
        wire.numpy_dtype(tensor.dtype)
    except wire.WireError:
        yield f"the dtype {tensor.dtype!r} is unknown"
