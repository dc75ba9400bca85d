"""What is saved: the catalogue of cases.  [beside TensorFlow]

A case is a plain function that builds a model, as one would write it in a notebook, under a decorator that
says what is special about it. Its id is `family.name`: the file it stands in, and the function.
"""

from __future__ import annotations

import dataclasses
import importlib
import os
import pkgutil
import re
import shutil
from typing import Any, Callable, Mapping, Optional, Tuple

FAMILIES = ("standard", "custom_layer", "custom_op")

# What can be special about a case, beside its inputs and custom objects; deviations and routes match on these.
TRAITS = {
    "holds_keras_model": "the case is a Keras model",
    "holds_module": "the case is a tf.Module that is not a Keras model",
    "sequential": "a Sequential model",
    "functional": "a model of the Functional API",
    "subclassed": "a subclass of keras.Model with its own call()",
    "compiled": "it has a loss and an optimizer",
    "compiled_with_alias": "it was compiled with a loss given by a short alias, such as 'mse'",
    "trained": "it was fitted, so that its optimizer has state",
    "traced": "it was fitted under tf.function, and the live model holds the trace; others are fitted eagerly",
    "slots": "its optimizer keeps something for each variable, such as a momentum",
    "layer_without_config": "a custom layer takes arguments and has no get_config()",
    "several_inputs": "a Keras model with more than one input tensor",
    "named_inputs": "a Keras model whose inputs are a dict",
    "string_inputs": "an input tensor of strings",
    "integer_inputs": "an input tensor of integers",
    "ragged_inputs": "an input that is a ragged tensor",
    "sparse_inputs": "an input that is a sparse tensor",
    "lookup": "it holds a lookup table",
    "nested": "a model inside a model",
    "recurrent": "a recurrent layer",
    "preprocessing": "a preprocessing layer",
    "adapted": "a preprocessing layer that has learned its state from data",
    "augmentation": "a layer that changes images at random when it trains",
    "seeded": "a layer with a seed generator of its own, whose state is a variable",
    "mixed_precision": "it computes in another dtype than its variables have",
    "low_precision": "variables in float16 or bfloat16",
    "quantized": "weights that have been quantized",
    "odd_names": "names of layers or inputs beyond ASCII letters, digits and underscores",
    "lambda": "a Lambda layer, or an argument that is a Python lambda",
    "unbuilt": "it has no variables until it is first called",
    "weightless": "it has no variables at all",
    "frozen": "a part of it is not trainable",
    "layers_in_containers": "layers or variables in lists, dicts, or nests of them",
    "saves_by_hooks": "a layer that saves its variables or files by hooks of its own",
    "python_function": "Python code in the graph, which nothing can save",
    "one_endpoint": "a tf.Module with just one function",
    "has_signatures": "a tf.Module whose functions can be signatures",
    "tries_options": "the options of saving and loading are tried on it",
    "tries_twins": "a Keras model on which routes are tried that differ from another in one argument",
    "only_trains": "special in nothing but how it trains, with which routes that bring back no training do nothing",
    "stateful": "asking it changes it: inputs are answered in order, each time from the start",
    "composite_outputs": "it answers with more than plain tensors, which no signature can",
    "composite_op": "a custom op made of TensorFlow ops",
    "compiled_op": "an op of a library that has to be loaded first",
    "quick": "part of `-m quick`",
}
SEED = 20250130


@dataclasses.dataclass(frozen=True)
class Tensor:
    """What one input tensor may hold.

    Args:
        shape: None where a side is free; the first side is the batch, where `batched`.
        dtype: TensorFlow's name of the dtype.
        low, high: the integers it may hold, both included.
        vocabulary: the strings that the model knows; unknown ones are drawn too.
        padded: integers end in a run of zeros, which the model masks.
        batched: the first side is the batch.
        layout: `dense`, `ragged` (the second side is free in each row, and some rows are empty) or `sparse`.
        default: the value that the function takes when the input is left out.
        tame: no empty batches and no numbers beyond the ordinary, which a model that learns would not get over, and
            for which TFLite reads the size of an image from memory that nobody has written.
    """

    shape: Tuple[Optional[int], ...]
    dtype: str = "float32"
    low: int = 0
    high: int = 0
    vocabulary: Tuple[str, ...] = ()
    padded: bool = False
    batched: bool = True
    layout: str = "dense"
    default: Optional[float] = None
    tame: bool = False


@dataclasses.dataclass(frozen=True)
class Case:
    """One model, and what a route has to know about it.

    `module` is the file that it stands in, such as `standard.architectures`.
    `endpoints` maps what can be asked to the structure of its inputs: a Keras model has one endpoint, `call`,
    whose inputs are passed as one argument; the endpoints of a tf.Module are its tf.functions, whose inputs are
    passed by name. `brought` says where a user's own case comes from (see `mine.py`), and `exists_as` what kind of
    artifact it is already.
    """

    family: str
    name: str
    module: str
    doc: str
    build_model: Callable[[], Any]
    endpoints: Mapping[str, Any]
    traits: frozenset
    custom_objects: Mapping[str, Any]
    training_objects: Tuple[str, ...] = ()
    op_library: Optional[str] = None
    offered: Mapping[str, str] = dataclasses.field(default_factory=dict)
    package: Optional[str] = None
    nightly: bool = False
    brought: Optional[Mapping[str, Any]] = None
    exists_as: Optional[str] = None

    @property
    def id(self) -> str:
        """`family.name`."""
        return f"{self.family}.{self.name}"

    def build(self) -> Any:
        """The model, with the same weights in every process, none of ours at an initial constant."""
        import tensorflow as tf

        tf.keras.utils.set_random_seed(SEED)
        eagerly = "trained" in self.traits and not (self.brought or "traced" in self.traits)
        model = self.trained_eagerly() if eagerly else self.build_model()
        if not self.brought and getattr(model, "built", True):
            stir_constant_weights(model)
        return model

    def trained_eagerly(self) -> Any:
        """The model that the function builds and fits: a few steps take less time than tracing them would."""
        import tensorflow as tf

        tf.config.run_functions_eagerly(True)
        try:
            model = self.build_model()
        finally:
            tf.config.run_functions_eagerly(False)
        model.make_train_function(force=True)  # Keras 2 would go on eagerly
        return model

    def unavailable(self) -> Optional[str]:
        """Why this machine cannot build the case; None if it can."""
        if self.op_library and self.op_library.endswith(".cc") and not compiler():
            return "no C++ compiler (set CXX, or install g++)"
        return None

    def ops(self) -> list:
        """The names of the ops that its source file registers; a package does not tell, and has none here."""
        if not (self.op_library and self.op_library.endswith(".cc")):
            return []
        with open(os.path.join(os.path.dirname(__file__), "ops", self.op_library), encoding="utf-8") as file:
            return re.findall(r'TF_NewOpDefinitionBuilder\("([^"]+)"\)', file.read())

    def describe(self) -> dict:
        """The case as plain data, for the catalogue that pytest sees."""
        return {
            "id": self.id,
            "module": self.module,
            "doc": self.doc,
            "endpoints": {name: describe_inputs(inputs) for name, inputs in self.endpoints.items()},
            "traits": sorted(self.traits),
            "custom_objects": sorted(self.custom_objects),
            "training_objects": sorted(self.training_objects),
            "offered": dict(self.offered),
            "package": self.package,
            "nightly": self.nightly,
            "op_library": self.op_library,
            "ops": self.ops(),
            "compiler": compiler(),
            "unavailable": self.unavailable(),
            "brought": self.brought,
            "exists_as": self.exists_as,
        }


_catalogue: dict = {}


def case(
    *,
    inputs: Any = None,
    endpoints: Optional[Mapping[str, Mapping[str, Tensor]]] = None,
    traits: Tuple[str, ...] = (),
    custom_objects: Optional[Mapping[str, Any]] = None,
    training_objects: Optional[Mapping[str, Any]] = None,
    op_library: Optional[str] = None,
    offered: Optional[Mapping[str, str]] = None,
    package: Optional[str] = None,
    nightly: bool = False,
) -> Callable[[Callable[[], Any]], Callable[[], Any]]:
    """Put the function that it decorates into the catalogue.

    Args:
        inputs: of a Keras model: a `Tensor`, or a dict or list of them, as the model takes them.
        endpoints: of a tf.Module: for each of its tf.functions, by attribute name, the inputs by name.
        traits: keys of TRAITS; whether it holds a Keras model or a module follows from inputs or endpoints.
        custom_objects: what a loader that rebuilds the model from a config has to be given, by the name that
            Keras asks for.
        training_objects: the same, of what only the compile config names: losses, metrics, optimizers, schedules.
        op_library: what brings the ops: a source file in `models/ops/`, whose library has to be loaded before the
            model is built, or a package that has its own, which building it imports.
        offered: where it can be built, as conditions on tensorflow and keras; everywhere by default.
        package: a distribution that has to be installed beside TensorFlow.
        nightly: it is so large that only the nightly profile judges it.
    """
    unknown = set(traits) - set(TRAITS)
    if unknown or (inputs is None) == (endpoints is None):
        raise TypeError(f"a case takes either inputs or endpoints, and known traits; unknown: {sorted(unknown)}")

    def decorate(build_model: Callable[[], Any]) -> Callable[[], Any]:
        module = build_model.__module__.rpartition(f"{__name__}.")[2]
        declared = (*traits, "holds_keras_model" if endpoints is None else "holds_module")
        asked = {"call": inputs} if endpoints is None else endpoints
        entry = Case(
            family=module.partition(".")[0],
            name=build_model.__name__,
            module=module,
            doc=" ".join((build_model.__doc__ or "").split()),
            build_model=build_model,
            endpoints=asked,
            traits=frozenset({*declared, *derived_traits(asked, declared)}),
            custom_objects={**(custom_objects or {}), **(training_objects or {})},
            training_objects=tuple(training_objects or ()),
            op_library=op_library,
            offered=offered or {},
            package=package,
            nightly=nightly,
        )
        _catalogue[entry.id] = entry
        return build_model

    return decorate


def derived_traits(endpoints: Mapping[str, Any], traits: Tuple[str, ...]) -> Tuple[str, ...]:
    """The traits that follow from the inputs, so that no case has to name them."""
    tensors = [tensor for inputs in endpoints.values() for tensor in leaves(inputs)]
    module = "holds_module" in traits
    follows = {
        "several_inputs": not module and len(tensors) > 1,
        "named_inputs": not module and isinstance(endpoints["call"], dict),
        "string_inputs": any(tensor.dtype == "string" for tensor in tensors),
        "integer_inputs": any("int" in tensor.dtype for tensor in tensors),
        "ragged_inputs": any(tensor.layout == "ragged" for tensor in tensors),
        "sparse_inputs": any(tensor.layout == "sparse" for tensor in tensors),
    }
    flat = not (follows["ragged_inputs"] or follows["sparse_inputs"] or "composite_outputs" in traits)
    follows["has_signatures"] = module and flat and bool(endpoints)
    follows["one_endpoint"] = module and flat and len(endpoints) == 1
    return tuple(trait for trait, true in follows.items() if true)


def leaves(inputs: Any) -> list:
    """The Tensors in a structure of inputs."""
    if isinstance(inputs, Tensor):
        return [inputs]
    return [leaf for part in (inputs.values() if isinstance(inputs, dict) else inputs) for leaf in leaves(part)]


def catalogue() -> dict:
    """All cases by id, in sorted order."""
    for family in FAMILIES:
        package = importlib.import_module(f"{__name__}.{family}")
        for found in pkgutil.iter_modules(package.__path__):
            importlib.import_module(f"{package.__name__}.{found.name}")
    return dict(sorted(_catalogue.items()))


def case_of(question: Mapping[str, Any]) -> Case:
    """The case that a question names, or that it describes because a user has brought it."""
    if question["brought"]:
        return importlib.import_module(f"{__name__}.mine").described(question["brought"])
    importlib.import_module(f"{__name__}.{question['module']}")
    return _catalogue[question["case"]]


def structure_of(described: Mapping[str, Any]) -> Any:
    """What `describe_inputs` has described."""
    if "tensor" in described:
        fields = described["tensor"]
        return Tensor(**{**fields, "shape": tuple(fields["shape"]), "vocabulary": tuple(fields["vocabulary"])})
    if "dict" in described:
        return {name: structure_of(part) for name, part in described["dict"].items()}
    return [structure_of(part) for part in described["list"]]


def describe_inputs(inputs: Any) -> Any:
    """The structure of inputs as plain data: each Tensor becomes a dict with the key `tensor`."""
    if isinstance(inputs, Tensor):
        return {"tensor": {**dataclasses.asdict(inputs), "shape": list(inputs.shape)}}
    if isinstance(inputs, dict):
        return {"dict": {name: describe_inputs(part) for name, part in inputs.items()}}
    return {"list": [describe_inputs(part) for part in inputs]}


def stir_constant_weights(model: Any) -> None:
    """Give every float variable that still holds one constant a value of its own in [0.25, 0.75).

    A bias of zeros that a loader forgets to load is a bias of zeros again, and nobody would see it.
    """
    import numpy as np

    random = np.random.default_rng(SEED)
    for variable in model.variables:
        value = np.asarray(variable)
        if value.dtype.kind == "f" and value.size and (value == value.flat[0]).all():
            variable.assign((random.random(value.shape) / 2 + 0.25).astype(value.dtype))


# Where the library of a source file in `models/ops/` lies; whoever starts a child that needs one says so.
built_op_libraries: dict = {}


def op_library(source: str) -> Any:
    """The ops of a source file in `models/ops/`, as Python functions."""
    import tensorflow as tf

    return tf.load_op_library(built_op_libraries[source])


def compiler() -> Optional[str]:
    """The C++ compiler: `$CXX`, or g++; None if there is none."""
    return shutil.which(os.environ.get("CXX", "g++"))
