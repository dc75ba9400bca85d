"""What a user brings: a model that a function of theirs builds, or an artifact that exists.  [beside TensorFlow]

The user's code imports nothing of ours. Beside a function `tower` may stand, under these names,

    tower_inputs()           a list of inputs, as one passes them to the model; of a tf.Module, by the name of a
                             function, lists of dicts of its arguments; without it they are drawn from the model's
                             own specs
    tower_custom_objects     what loading it from Keras's files takes: a dict, or a function that returns one
"""

from __future__ import annotations

import glob
import importlib
import inspect
import os
import sys
from typing import Any, List, Mapping, Optional, Tuple

import numpy as np
import tensorflow as tf

from . import Case, Tensor, derived_traits, structure_of

# Words for the inputs of a model that does not say which it knows.
WORDS = ("alpha", "beta", "two words", "Ünïcödé", "")
# Where no inputs are given, integers are drawn from here: what an embedding does not know, it refuses, and the
# loaded one has to refuse it as well.
LARGEST_INTEGER = 9


def described(case: dict) -> Case:
    """The case that was described to pytest, in a process that is to build it or to know its custom objects."""
    brought = case["brought"]
    return Case(
        family="mine",
        name=case["id"].partition(".")[2],
        module="mine",
        doc=case["doc"],
        build_model=lambda: model_of(brought, case["exists_as"]),
        endpoints={name: structure_of(inputs) for name, inputs in case["endpoints"].items()},
        traits=frozenset(case["traits"]),
        custom_objects=custom_objects(brought),
        brought=brought,
        exists_as=case["exists_as"],
    )


def describe(name: str, brought: dict) -> dict:
    """Build what was brought, and tell what a case tells of itself, with the inputs that were given for it.

    Args:
        brought: `function` ("package.module:function") or None, `artifact` (a path) or None, `search` (folders).

    Raises:
        ValueError: it does not say what it takes, or takes what cannot be drawn.
    """
    exists_as = kind_of(brought["artifact"]) if brought["artifact"] else None
    model = model_of(brought, exists_as)
    given = given_inputs(brought)
    if isinstance(model, tf.keras.Model):
        endpoints, traits = {"call": keras_inputs(model, name, given)}, keras_traits(model)
        given = None if given is None else {"call": given}
    else:
        endpoints, composite = module_endpoints(model)
        traits = ["composite_outputs"] if composite else []
        traits += ["holds_module"]
        given = None if given is None else {endpoint: list(inputs) for endpoint, inputs in given.items()}
    if not endpoints:
        raise ValueError("it has no function with an input_signature, so there is nothing to ask it")
    if given is None and brought["artifact"]:
        given = inputs_in_files(brought["artifact"], endpoints, model)
    case = Case(
        family="mine",
        name=name,
        module="mine",
        doc=f"Brought: {brought['artifact'] or brought['function']}",
        build_model=lambda: model,
        endpoints=endpoints,
        traits=frozenset([*traits, *derived_traits(endpoints, tuple(traits))]),
        custom_objects=custom_objects(brought),
        brought=brought,
        exists_as=exists_as,
    )
    return {"case": case.describe(), "given": arrays_of(given) if given else None}


def kind_of(path: str) -> str:
    """The kind of artifact that lies there, as the routes call it.

    Raises:
        ValueError: it is none that we know.
    """
    if os.path.exists(os.path.join(path, "saved_model.pb")):
        legacy = os.path.exists(os.path.join(path, "keras_metadata.pb")) and not hasattr(tf.keras, "ops")
        return "keras_saved_model" if legacy else "saved_model"
    if os.path.exists(os.path.join(path, "config.json")):
        return "keras_folder"
    if os.path.exists(f"{path}.index") or os.path.exists(os.path.join(path, "checkpoint")):
        return "checkpoint"
    for suffix, kind in ((".weights.h5", "weights_h5"), (".keras", "keras_archive"), (".h5", "h5"), (".hdf5", "h5")):
        if path.endswith(suffix):
            return kind
    raise ValueError(f"{path} is no SavedModel, .keras, .h5 or checkpoint")


def model_of(brought: dict, exists_as: Optional[str]) -> Any:
    """The model: what the function returns, or what the artifact holds, read in the plainest way there is."""
    path = brought["artifact"]
    if exists_as == "saved_model":
        return Served(tf.saved_model.load(path))
    if exists_as in ("keras_archive", "keras_folder", "h5", "keras_saved_model"):
        return tf.keras.models.load_model(path, custom_objects=custom_objects(brought) or None)
    if exists_as and not brought["function"]:
        raise ValueError(
            f"{path} holds weights alone: say MODULE:FUNCTION={path}, the function that builds the model"
        )
    module, name = module_of(brought)
    model = getattr(module, name)()
    if exists_as == "checkpoint":
        tf.train.Checkpoint(model=model).read(checkpoint_prefix(path)).assert_existing_objects_matched()
    elif exists_as == "weights_h5":
        model.load_weights(path)
    return model


def checkpoint_prefix(path: str) -> str:
    """The prefix of the checkpoint's files: the path itself, or what its folder notes as the latest."""
    return path if os.path.exists(f"{path}.index") else tf.train.latest_checkpoint(path)


class Served:
    """A SavedModel without its source: its signatures are its functions."""

    def __init__(self, root: Any):
        self.root = root
        self.signatures = dict(root.signatures)

    def __getattr__(self, name: str) -> Any:
        try:
            return self.__dict__["signatures"][name]
        except KeyError:
            raise AttributeError(f"no signature {name!r}") from None

    @property
    def variables(self) -> list:
        """Every variable that the object graph reaches, each once."""
        reached = tf.train.TrackableView(self.root).descendants()
        return list({id(each): each for each in reached if isinstance(each, tf.Variable)}.values())


def module_of(brought: dict) -> Tuple[Any, str]:
    """The user's module, and the name of the function in it."""
    sys.path[:0] = [folder for folder in brought["search"] if folder not in sys.path]
    module, _, name = brought["function"].partition(":")
    return importlib.import_module(module), name


def beside(brought: dict, suffix: str) -> Any:
    """What stands beside the user's function under its name and the suffix; None where there is nothing."""
    if not brought["function"]:
        return None
    module, name = module_of(brought)
    return getattr(module, f"{name}_{suffix}", None)


def custom_objects(brought: dict) -> Mapping[str, Any]:
    """The custom objects, from where the user's code says."""
    told = beside(brought, "custom_objects")
    return (told() if callable(told) else told) or {}


def given_inputs(brought: dict) -> Any:
    """The inputs that a function beside the model's gives; None where there is none."""
    told = beside(brought, "inputs")
    return None if told is None else told()


def inputs_in_files(path: str, endpoints: Mapping[str, Any], model: Any) -> dict:
    """The inputs in files `model.keras.inputs*.npz` beside `model.keras`: one each, arrays by the names of inputs.

    Raises:
        ValueError: a file's names are not those of any function's inputs.
    """
    found: dict = {}
    for file in sorted(glob.glob(glob.escape(path.rstrip("/")) + ".inputs*.npz")):
        with np.load(file, allow_pickle=False) as arrays:
            named = dict(arrays)
        for endpoint, inputs in endpoints.items():
            names = list(inputs) if isinstance(inputs, dict) else input_names(model)
            if isinstance(inputs, Tensor) and len(named) == 1:
                found.setdefault(endpoint, []).append(next(iter(named.values())))
            elif set(named) == set(names):
                value = named if isinstance(inputs, dict) else [named[name] for name in names]
                found.setdefault(endpoint, []).append(value)
            else:
                continue
            break
        else:
            raise ValueError(f"{file} holds {', '.join(sorted(named))}, which no function takes")
    return found


def input_names(model: Any) -> List[str]:
    """What a Keras model calls its inputs, in its own order."""
    return [each.name.partition(":")[0] for each in getattr(model, "inputs", None) or ()]


def keras_inputs(model: Any, name: str, given: Optional[list]) -> Any:
    """What a Keras model takes, as `Tensor`s in its own structure, or in that of the given inputs."""
    if given:
        return tensors_like(given)
    functional = getattr(model, "_functional", None) or model
    structure = getattr(functional, "_inputs_struct", None)
    if structure is None:
        structure = getattr(functional, "_nested_inputs", None)
    if structure is None:
        structure = getattr(model, "inputs", None)
    if structure is None or (isinstance(structure, list) and not structure):
        raise ValueError(
            f"a model that is no graph of layers does not say what it takes: put a function {name}_inputs() beside "
            f"{name}() that returns a list of inputs"
        )
    if isinstance(structure, (list, tuple)) and len(structure) == 1 and isinstance(model, tf.keras.Sequential):
        structure = structure[0]
    return mapped(structure, tensor_of)


def mapped(structure: Any, make: Any) -> Any:
    """The structure with `make(leaf)` for each leaf; tuples become lists."""
    if isinstance(structure, dict):
        return {key: mapped(part, make) for key, part in structure.items()}
    if isinstance(structure, (list, tuple)):
        return [mapped(part, make) for part in structure]
    return make(structure)


def tensor_of(spec: Any) -> Tensor:
    """A `Tensor` for a TensorSpec or Keras's symbolic tensor.

    Raises:
        ValueError: it is ragged or sparse, or has no fixed rank.
    """
    if getattr(spec, "ragged", False) or getattr(spec, "sparse", False) or "Tensor" not in type(spec).__name__:
        raise ValueError(f"inputs for a {type(spec).__name__} cannot be drawn")
    if isinstance(spec, (tf.RaggedTensorSpec, tf.SparseTensorSpec)) or tf.TensorShape(spec.shape).rank is None:
        raise ValueError(f"inputs for {spec} cannot be drawn")
    return plain_tensor(tf.TensorShape(spec.shape).as_list(), tf.as_dtype(spec.dtype).name)


def plain_tensor(shape: List[Optional[int]], dtype: str) -> Tensor:
    """A `Tensor` that may hold whatever a dtype is drawn from where nobody says more."""
    whole = "int" in dtype or dtype == "bool"
    high = (1 if dtype == "bool" else LARGEST_INTEGER) if whole else 0
    words = WORDS if dtype == "string" else ()
    return Tensor(tuple(shape), dtype, high=high, vocabulary=words, batched=bool(shape) and shape[0] is None)


def tensors_like(given: list) -> Any:
    """`Tensor`s for inputs that were given: a side that differs among them is free, and so is the batch."""
    first = given[0]
    if isinstance(first, dict):
        return {key: tensors_like([each[key] for each in given]) for key in first}
    if isinstance(first, (list, tuple)):
        return [tensors_like([each[at] for each in given]) for at in range(len(first))]
    arrays = [array_of(each) for each in given]
    first = arrays[0]
    sides = [side if len({each.shape[at] for each in arrays}) == 1 else None for at, side in enumerate(first.shape)]
    dtype = "string" if first.dtype.kind == "O" else first.dtype.name
    return plain_tensor([None, *sides[1:]] if sides else sides, dtype)


def module_endpoints(model: Any) -> Tuple[dict, bool]:
    """The functions of a tf.Module that say what they take, and whether any answers what no signature can."""
    endpoints, composite = {}, False
    signatures = model.signatures if isinstance(model, Served) else {}
    for name in signatures or [each for each in dir(model) if not each.startswith("_")]:
        function = getattr(model, name, None)
        if name in signatures:
            endpoints[name] = mapped(dict(sorted(function.structured_input_signature[1].items())), tensor_of)
        elif getattr(function, "input_signature", None) is not None and hasattr(function, "get_concrete_function"):
            arguments = [each for each in inspect.signature(function.python_function).parameters if each != "self"]
            endpoints[name] = dict(zip(arguments, mapped(function.input_signature, tensor_of)))
            composite = composite or not flat(function.get_concrete_function().structured_outputs)
    return endpoints, composite


def flat(outputs: Any) -> bool:
    """Whether these are plain tensors, in at most one dict, list or tuple: what a signature can answer with."""
    parts = list(outputs.values()) if isinstance(outputs, dict) else outputs
    parts = parts if isinstance(parts, (list, tuple)) else [parts]
    return all(isinstance(part, tf.TensorSpec) or tf.is_tensor(part) for part in parts)


def keras_traits(model: Any) -> List[str]:
    """What is special about a Keras model, as far as it can be told."""
    lineage = {each.__name__ for each in type(model).__mro__}
    shape = "sequential" if "Sequential" in lineage else "functional" if "Functional" in lineage else "subclassed"
    traits = ["holds_keras_model", shape, "tries_twins"]
    optimizer = getattr(model, "optimizer", None)
    if optimizer is not None:
        traits += ["compiled", *(["trained"] if int(np.asarray(optimizer.iterations)) else [])]
    layers = list(model.layers)
    traits += ["nested"] if any(isinstance(each, tf.keras.Model) for each in layers) else []
    traits += ["recurrent"] if any(isinstance(each, tf.keras.layers.RNN) for each in layers) else []
    return traits


def arrays_of(given: Mapping[str, list]) -> dict:
    """The given inputs as arrays, by endpoint."""
    return {endpoint: [mapped(each, array_of) for each in inputs] for endpoint, inputs in given.items()}


def array_of(value: Any) -> np.ndarray:
    """A value as an array as the wire has it: strings are objects."""
    array = np.asarray(value.numpy() if hasattr(value, "numpy") else value)
    return array.astype(object) if array.dtype.kind in "SU" else array
