"""Cases that a user brings: a model that their function builds, or an existing artifact.  [beside TensorFlow]

The user's code imports nothing of this project. Beside a function `tower`, these names are read if they exist:

    tower_inputs()           returns a list of inputs in the form that the model takes; for a tf.Module, a dict of
                             such lists by function, each input a dict of arguments; without it, inputs are drawn
                             from the model's own specs
    tower_signature()        returns how the model is exported, as `tf.function(input_signature=...)` takes it, or a
                             dict of such lists by function; the model's own specs come first, and the inputs last
    tower_training_data()    returns features and targets, and sample weights if there are any, as `fit` takes them;
                             without it, targets are made for the model's losses
    tower_custom_objects     the custom objects that loading Keras's files takes: a dict, or a function that returns
                             a dict
"""

from __future__ import annotations

import dataclasses
import importlib
import sys
from typing import Any, Dict, List, Mapping, Optional, Sequence, Tuple

import numpy as np
import tensorflow as tf

from ..beside_tensorflow.checkpoint_parts import as_in_checkpoint, of_parts
from ..beside_tensorflow.optimizers import variables_of_optimizer
from ..beside_tensorflow.users_modules import UsersModules
from ..both_sides.artifact_kinds import BY_SIGNATURES, CHECKPOINTS, WEIGHTS
from ..both_sides.cases import BroughtSource, CaseInfo, ModuleFunction
from ..both_sides.plain import to_plain
from ..both_sides.tensors import InputStructure
from .batches import given_names
from .case_declaration import Case
from .mine_functions import functions_of_module, names_of_functions, signatures_of_artifact
from .mine_given import (
    arrays_of,
    check_given,
    given_by_function,
    inputs_in_files,
    numbers_as_arrays,
)
from .mine_inputs import check_drawable
from .mine_keras import in_order, keras_inputs, signature_of_keras
from .mine_kinds import artifact_kind, checkpoint_prefix, plainly_named
from .mine_objects import Registry, distinct
from .mine_signatures import Signatures, signatures_given
from .mine_unbuilt import call_first, is_unbuilt
from .op_libraries import compiler
from .traits import derived_traits

# What may stand beside a function: under its name, with an underscore and one of these.
BESIDE = ("custom_objects", "inputs", "signature", "training_data")


def case_as_described(info: CaseInfo) -> Case:
    """Return the case that `describe` described, in a process that builds it or needs its custom objects."""
    source = info.brought
    assert source is not None
    build = model_unloaded if info.is_unreadable else model_of
    return Case(info, lambda: build(source, info.exists_as), custom_objects(source))


@dataclasses.dataclass(frozen=True)
class Described:
    """A user's model: its case, the model itself, and the given inputs as arrays by endpoint, if there are any."""

    info: CaseInfo
    model: Any
    given: Optional[Mapping[str, Sequence[Any]]]

    def to_plain(self) -> Dict[str, Any]:
        """Return the case and the given inputs by endpoint and name, as plain data."""
        given = None if self.given is None else {name: given_names(values) for name, values in self.given.items()}
        return {"case": to_plain(self.info), "given": given}


@dataclasses.dataclass(frozen=True)
class Named:
    """A model or an artifact that a user names on the command line, before an artifact is loaded.

    Args:
        exists_as: the kind of the artifact; None for a model that a function builds.
        unloaded: what the function builds; None if the artifact holds a whole model.
        registry: knows what was registered before the user's module was imported.
    """

    source: BroughtSource
    exists_as: Optional[str]
    unloaded: Any
    registry: Registry

    def load(self) -> Any:
        """Return the model, loaded in the plainest way if there is an artifact."""
        return loaded(self.source, self.exists_as, self.unloaded)

    def info(
        self,
        name: str,
        endpoints: Mapping[str, InputStructure],
        traits: Sequence[str],
        functions: Mapping[str, ModuleFunction],
    ) -> CaseInfo:
        """Return it as a case."""
        source, given = self.source, custom_objects(self.source)
        registered = self.registry.of_user() if source.function else {}
        objects = distinct(given, registered)
        return CaseInfo(
            id=f"mine.{name}",
            module="mine",
            doc=f"Brought: {source.artifact or source.function}",
            endpoints=endpoints,
            traits=frozenset(traits),
            custom_objects=tuple(objects),
            training_objects=(),
            offered={},
            package=None,
            nightly=False,
            op_library=None,
            ops=(),
            compiler=compiler(),
            unavailable=None,
            brought=source,
            exists_as=self.exists_as,
            given_objects=tuple(sorted(given)),
            registered_objects=tuple(name for name in objects if name in registered),
            functions=functions,
        )


def find(source: BroughtSource) -> Named:
    """Import the user's module, and build the model unless the artifact holds a whole one.

    Raises:
        ValueError: there is no artifact at the path, weights come without a function, or it returns None.
    """
    registry = Registry(UsersModules(source))
    exists_as = artifact_kind(source.artifact) if source.artifact else None
    if exists_as in WEIGHTS and not source.function:
        path = source.artifact
        raise ValueError(
            f"{path} holds weights alone: say MODULE:FUNCTION={path}, the function that builds the model"
        )
    if source.function and all(beside(source, suffix) is None for suffix in BESIDE):
        module, function = module_of(source)
        getattr(module, function)  # where there is none of these, the name is wrong
    custom_objects(source)
    model = model_unloaded(source, exists_as)
    if model is None and exists_as in (None, *WEIGHTS):
        raise ValueError("it returned None, and has to return a model")
    if exists_as == "weights_tf" and not isinstance(model, tf.keras.Model):
        exists_as = "named_checkpoint"  # Keras's loaders take no other model
    if source.artifact and exists_as == "named_checkpoint":
        as_in_checkpoint(plainly_named(checkpoint_prefix(source.artifact)), model)  # says so if it cannot be told
    return Named(source, exists_as, model, registry)


def describe_unloaded(name: str, named: Named) -> Described:
    """Describe an artifact that cannot be loaded. There is no model to ask, so its inputs do not matter."""
    is_module = named.exists_as in BY_SIGNATURES or not (
        named.unloaded is None or isinstance(named.unloaded, tf.keras.Model)
    )
    traits = ["unreadable", *(["holds_module"] if is_module else ["holds_keras_model", "tries_twins"])]
    return Described(named.info(name, {}, traits, {}), None, None)


def describe(name: str, named: Named, model: Any) -> Described:
    """Describe the model that a user brings, without asking it anything.

    Raises:
        ValueError: the model does not say what it takes, or takes what cannot be drawn.
    """
    source = named.source
    own_inputs = returned_beside(source, "inputs")
    # No inputs are as good as none given.
    own_inputs = None if isinstance(own_inputs, (list, tuple, dict)) and not own_inputs else own_inputs
    function = f"{(source.function or '').partition(':')[2]}_inputs()"
    functions: Mapping[str, ModuleFunction] = {}
    signing = f"{(source.function or '').partition(':')[2]}_signature()"
    signatures = signatures_beside(source, model, signing)
    if isinstance(model, tf.keras.Model):
        if own_inputs is not None:
            check_given(own_inputs, function)
            own_inputs = [in_order(numbers_as_arrays(each), model) for each in own_inputs]
        signature = signature_of_keras(model, signatures, signing)
        endpoints, traits = {"call": keras_inputs(model, name, own_inputs, signature)}, keras_traits(model)
        traits += ["own_signature"] if signature is not None else []
        own_inputs = None if own_inputs is None else {"call": own_inputs}
    else:
        if isinstance(model, Served):
            endpoints = signatures_of_artifact(model.signatures)
        else:
            endpoints, functions = functions_of_module(model, signatures, signing)
        if not endpoints and isinstance(model, Served):
            raise ValueError("it has no signatures, by which a SavedModel is asked: save it with some")
        if not endpoints:
            raise ValueError(
                "it has no function with an input_signature, so there is nothing to ask it: give one to its "
                f"tf.function, or put a function {signing} beside it that returns a list of tf.TensorSpecs"
            )
        flat = not functions or any(each.has_signature for each in functions.values())
        traits = [*([] if flat else ["composite_outputs"]), "holds_module"]
        if own_inputs is not None:
            by_function = given_by_function(own_inputs, function, endpoints)
            own_inputs = {name: [numbers_as_arrays(each) for each in values] for name, values in by_function.items()}
    if own_inputs is None and source.artifact:
        own_inputs = inputs_in_files(source.artifact, endpoints, model)
    structures = {endpoint: InputStructure.of(each) for endpoint, each in endpoints.items()}
    check_drawable(structures, own_inputs or {})
    traits += derived_traits(structures, traits)
    traits += ["has_signatures"] if any(each.has_signature for each in functions.values()) else []
    info = named.info(name, structures, traits, functions)
    given = arrays_of(own_inputs, endpoints, function if functions else "") if own_inputs else None
    return Described(info, model, given)


def model_of(source: BroughtSource, exists_as: Optional[str]) -> Any:
    """Return the model that the function builds, or that the artifact holds, loaded in the plainest way."""
    return loaded(source, exists_as, model_unloaded(source, exists_as))


def model_unloaded(source: BroughtSource, exists_as: Optional[str]) -> Any:
    """Return what the function builds, without the weights of an artifact; None if the artifact is a whole model.

    Weights are loaded into a model that has variables, so it is called first if it has none.

    Raises:
        ValueError: nothing says with what to call it.
    """
    if exists_as not in (None, *WEIGHTS):
        return None
    model = returned_by_function(source)
    if exists_as in WEIGHTS and is_unbuilt(model):
        name = module_of(source)[1]
        signatures = signatures_beside(source, model, f"{name}_signature()")
        call_first(model, name, returned_beside(source, "inputs"), signatures)
    return model


def returned_by_function(source: BroughtSource) -> Any:
    """Return what the user's function returns."""
    module, name = module_of(source)
    return getattr(module, name)()


def checkpoint_of(kind: str, prefix: str, model: Any) -> Any:
    """Return a `tf.train.Checkpoint` of the model, as it stands in a checkpoint of that kind."""
    if kind == "weights_tf":
        return of_parts(model)
    return as_in_checkpoint(prefix, model) if kind == "named_checkpoint" else tf.train.Checkpoint(model=model)


def loaded(source: BroughtSource, exists_as: Optional[str], model: Any) -> Any:
    """Return the artifact's model, or the model that the function builds with the artifact's weights."""
    path = source.artifact
    if path is not None and exists_as in BY_SIGNATURES:
        return Served(tf.saved_model.load(plainly_named(path)))
    if exists_as in ("keras_archive", "keras_folder", "h5", "keras_saved_model"):
        loadable = plainly_named(path) if exists_as == "keras_saved_model" else path
        return tf.keras.models.load_model(loadable, custom_objects=custom_objects(source) or None)
    if path is not None and exists_as in CHECKPOINTS:
        prefix = plainly_named(checkpoint_prefix(path))
        checkpoint_of(exists_as, prefix, model).read(prefix).assert_existing_objects_matched()
    elif exists_as in WEIGHTS:
        model.load_weights(path)
    return model


class Served:
    """A SavedModel without its source. Its signatures are its functions."""

    def __init__(self, root: Any):
        self.root = root
        self.signatures = dict(root.signatures)

    def __getattr__(self, name: str) -> Any:
        try:
            return self.__dict__["signatures"][name]
        except KeyError:
            raise AttributeError(f"no signature {name!r}") from None

    @property
    def variables(self) -> List[Any]:
        """Every variable that the object graph reaches, once."""
        reached = tf.train.TrackableView(self.root).descendants()
        return list({id(each): each for each in reached if isinstance(each, tf.Variable)}.values())


def module_of(source: BroughtSource) -> Tuple[Any, str]:
    """Import the user's module, and return it with the name of the function in it."""
    assert source.function is not None
    sys.path[:0] = [folder for folder in source.search if folder not in sys.path]
    module, _, name = source.function.partition(":")
    return importlib.import_module(module), name


def beside(source: BroughtSource, suffix: str) -> Any:
    """Return what the user's module holds under the function's name with the suffix; None if it holds nothing."""
    if not source.function:
        return None
    module, name = module_of(source)
    return getattr(module, f"{name}_{suffix}", None)


def returned_beside(source: BroughtSource, suffix: str) -> Any:
    """Return what the function with that suffix beside the user's returns; None if there is none.

    Raises:
        ValueError: it is no function.
    """
    function = beside(source, suffix)
    if function is not None and not callable(function):
        name = f"{module_of(source)[1]}_{suffix}"
        raise ValueError(f"{name} is a {type(function).__name__}, and has to be a function")
    return None if function is None else function()


def signatures_beside(source: BroughtSource, model: Any, where: str) -> Signatures:
    """Return the specs of arguments that the user gives; none for a SavedModel, which has signatures already."""
    made = None if isinstance(model, Served) else returned_beside(source, "signature")
    if made is None:
        return {}
    is_keras = isinstance(model, tf.keras.Model)
    return signatures_given(made, where, ["call"] if is_keras else names_of_functions(model))


def custom_objects(source: BroughtSource) -> Mapping[str, Any]:
    """Return the custom objects that stand beside the user's function."""
    objects = beside(source, "custom_objects")
    return (objects() if callable(objects) else objects) or {}


def objects_by_name(info: CaseInfo, names: Sequence[str], registry: Registry) -> Dict[str, Dict[str, Any]]:
    """Return the user's custom objects as `distinct` does, after importing the module.

    The model is built only if one of the names is missing otherwise. What this pair does not register is left out.
    """
    assert info.brought is not None
    given = custom_objects(info.brought)
    objects = distinct(given, registry.of_user())
    if not set(names) <= set(objects):
        model_of(info.brought, info.exists_as)
        objects = distinct(given, registry.of_user())
    return objects


def keras_traits(model: Any) -> List[str]:
    """Return the traits of a Keras model that can be seen from outside."""
    lineage = {each.__name__ for each in type(model).__mro__}
    shape = "sequential" if "Sequential" in lineage else "functional" if "Functional" in lineage else "subclassed"
    traits = ["holds_keras_model", shape, "tries_twins"]
    optimizer = getattr(model, "optimizer", None)
    if optimizer is not None:
        traits += ["compiled", *(["trained"] if int(np.asarray(optimizer.iterations)) else [])]
        kept = [np.ndim(np.asarray(variable)) for variable in variables_of_optimizer(optimizer)]
        traits += ["slots"] if "trained" in traits and any(kept) else []  # the step count and the rate are scalars
    traits += ["unbuilt"] if is_unbuilt(model) else []
    layers = list(model.layers)
    traits += ["nested"] if any(isinstance(each, tf.keras.Model) for each in layers) else []
    traits += ["recurrent"] if any(isinstance(each, tf.keras.layers.RNN) for each in layers) else []
    return traits
