"""Cases as they are declared, and what follows from their declarations.  [both sides]"""

from __future__ import annotations

import dataclasses
from typing import Dict, FrozenSet, List, Mapping, Optional, Sequence, Tuple

from .routes import GivenObjects, LoaderInfo, SaverInfo
from .tensors import Input, InputStructure


@dataclasses.dataclass(frozen=True)
class BroughtSource:
    """Where a user's model comes from.

    `function` is `package.module:function` or None, `artifact` the path of a saved model or None, `search` the
    folders in which the user's modules are found.
    """

    function: Optional[str]
    artifact: Optional[str]
    search: Tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class ModuleFunction:
    """How a function of a tf.Module is called, and the signature that TensorFlow can make of it.

    `by_position` are the arguments that no keyword can pass, and those before them. `signature_inputs` are the names
    of its inputs in a signature, in the order of the endpoint's tensors; none if the arguments have the same names.
    `has_signature` is False if a signature cannot return its answers. `is_default` says that TensorFlow makes it
    `serving_default` if it is passed no signatures. `is_signed_by_user` says that its input signature is the user's,
    so that it has to be passed as a concrete function.
    """

    by_position: Tuple[str, ...] = ()
    signature_inputs: Tuple[str, ...] = ()
    has_signature: bool = True
    is_default: bool = False
    is_signed_by_user: bool = False


@dataclasses.dataclass(frozen=True)
class CaseInfo:
    """One model with its inputs, as pytest knows it. The decorator `case` in `models/` explains the fields.

    `brought` is set for what a user brings, and `exists_as` is the kind of artifact that it is already.
    `unavailable` says why this machine cannot build it; None if it can.
    `custom_objects` of what a user brings are those that stand beside the function or are registered, each once, by
    the name that Keras asks for. `given_objects` are the names that stand beside the function, and
    `registered_objects` the custom objects that importing the user's module and building the model registers.
    `inputs_dropped` are the names of the inputs that were made from a user's and that the model did not answer.
    `functions` are those of a user's tf.Module, by endpoint. The endpoints that have signatures come first.
    `targets` are what a compiled case is trained to answer, if that is not nested as its outputs are.
    `untrainable` says why what a user brings cannot be compared after training, although it is compiled; None if it
    can.
    """

    id: str
    module: str
    doc: str
    endpoints: Mapping[str, InputStructure]
    traits: FrozenSet[str]
    custom_objects: Tuple[str, ...]
    training_objects: Tuple[str, ...]
    offered: Mapping[str, str]
    package: Optional[str]
    nightly: bool
    op_library: Optional[str]
    ops: Tuple[str, ...]
    compiler: Optional[str]
    unavailable: Optional[str]
    brought: Optional[BroughtSource]
    exists_as: Optional[str]
    given_objects: Tuple[str, ...] = ()
    registered_objects: Tuple[str, ...] = ()
    inputs_dropped: Tuple[str, ...] = ()
    functions: Mapping[str, ModuleFunction] = dataclasses.field(default_factory=dict)
    targets: Optional[InputStructure] = None
    untrainable: Optional[str] = None

    @property
    def name(self) -> str:
        """Its id without the family."""
        return self.id.partition(".")[2]

    @property
    def is_keras_model(self) -> bool:
        """True if it is a Keras model; the others are tf.Modules."""
        return "holds_keras_model" in self.traits

    @property
    def is_module(self) -> bool:
        """True if it is a tf.Module that is no Keras model."""
        return "holds_module" in self.traits

    @property
    def is_unreadable(self) -> bool:
        """True if it is an artifact that the pair which it comes from cannot load, so that there is no original."""
        return "unreadable" in self.traits

    @property
    def is_quick(self) -> bool:
        """True if it is part of `-m quick`."""
        return "quick" in self.traits

    @property
    def can_be_trained(self) -> bool:
        """True if the suite can train it: it is compiled, and nothing speaks against it."""
        return "compiled" in self.traits and not self.untrainable

    @property
    def compiles_its_ops(self) -> bool:
        """True if the suite compiles its library of ops from a source file of its own."""
        return self.op_library is not None and self.op_library.endswith(".cc")

    def resumes_training(self, loaders: Sequence[LoaderInfo]) -> bool:
        """Return whether it can be trained on after some of these loaders."""
        return self.can_be_trained and any(loader.restores_training for loader in loaders)

    def answers_in_its_own_child(self, saver: SaverInfo) -> bool:
        """Return whether the original answers in a child of its own, which saves nothing.

        What a user brings need not be the same model in two processes, and a saver that trains makes another model
        of it. The functions of a module are what is saved, with the traces that asking them leaves.
        """
        return self.is_keras_model and not (self.brought or saver.trains)

    def signature_keys(self, saver: SaverInfo) -> Dict[str, List[str]]:
        """Return the keys of the signatures that answer for each endpoint that has any, as the saver writes them."""

        def keys(endpoint: str) -> List[str]:
            kind = "call" if self.is_keras_model else "only" if self.function(endpoint).is_default else "*"
            templates = saver.keys.get(kind, saver.keys.get("*", ()))
            return [template.format(endpoint=self.signature_name(endpoint)) for template in templates]

        found = {name: keys(name) for name in self.endpoints if self.function(name).has_signature}
        return {name: each for name, each in found.items() if each}

    def function(self, endpoint: str) -> ModuleFunction:
        """Return how an endpoint is called, and the signature that it can have."""
        has_signature = "composite_outputs" not in self.traits and self.takes_dense_tensors
        of_catalogue = ModuleFunction(has_signature=has_signature, is_default=len(self.endpoints) == 1)
        return self.functions.get(endpoint, of_catalogue)

    @property
    def takes_dense_tensors(self) -> bool:
        """True if no input is a ragged or a sparse tensor."""
        return not {"ragged_inputs", "sparse_inputs"} & self.traits

    def signature_name(self, endpoint: str) -> str:
        """Return the key under which an endpoint is passed as a signature: a module's own call is the default."""
        is_own_call = endpoint == "__call__" and "serving_default" not in self.endpoints
        return "serving_default" if is_own_call else endpoint

    def passed_as_signatures(self) -> Dict[str, str]:
        """Return the endpoints that are passed as signatures, by key."""
        if "has_signatures" not in self.traits:
            return {}
        return {self.signature_name(name): name for name in self.endpoints if self.function(name).has_signature}

    def endpoints_asked(self, saver: SaverInfo, loader: LoaderInfo) -> List[str]:
        """Return the endpoints that the loader can ask: where it asks signatures, those that have one.

        A Keras layer is not called without an input.
        """
        if loader.asked not in ("by_signature", "by_tensor_name", "as_layer"):
            return list(self.endpoints)
        keys = self.signature_keys(saver)
        return [name for name in keys if loader.asked != "as_layer" or self.endpoints[name].tensors]

    def inputs_asked(self, inputs: Sequence[Input], saver: SaverInfo, loader: LoaderInfo) -> List[Input]:
        """Return the inputs that the loader can ask: what is no Keras model takes no None in place of a tensor."""
        asked = self.endpoints_asked(saver, loader)
        return [
            each for each in inputs if each.endpoint in asked and (each.is_whole or loader.asked == "as_original")
        ]

    def ways_to_save_again(self, saver: SaverInfo) -> Tuple[str, ...]:
        """Return in which ways the same object is saved once more; `saving_again.py` explains each."""
        if saver.trains or saver.existing or not saver.has_artifact:
            return ()
        # Saving a Keras model as a SavedModel is expensive, and a few of them show whether a second save differs.
        twice = saver.is_saved_model and (self.is_quick or self.is_module)
        ways = ["elsewhere"] if twice else []
        if self.is_quick:
            ways += ["pathlike", "relative", "oddly_named"]
            ways += ["trailing_slash", "over_another"] if saver.is_saved_model else []
            ways += ["other_suffix"] if saver.file_name == "model.h5" else []
        return tuple(ways)

    def can_be_resaved(self, saver: SaverInfo, loader: LoaderInfo) -> bool:
        """Return whether what the loader returns is whole enough to be saved again by the same saver.

        A variant of a SavedModel would be saved again as a plain one. What is restored of one Keras model is an
        object like that of any other, so a few of them are enough.
        """
        if saver.existing or saver.is_variant:
            return False
        if loader.asked == "by_function":
            return self.is_module or "tries_twins" in self.traits
        return loader.name == "load_model" and not saver.trains

    def default_objects(self, loader: LoaderInfo) -> Optional[GivenObjects]:
        """Return what a route is given: all custom objects, by argument; None where the loader takes none.

        A user's model is loaded as its users do: they import the module, and pass what stands beside the function.
        """
        if not loader.takes_custom_objects:
            return None
        if self.brought and self.brought.function:
            return GivenObjects("as_user", self.given_objects)
        return GivenObjects("argument", self.custom_objects) if self.custom_objects else None

    def few_inputs(self, inputs: Sequence[Input]) -> List[Input]:
        """Return the first two inputs of each endpoint, which show whether a model is still the same.

        The answers of a stateful model depend on what it was asked before, so one with several endpoints is asked
        all inputs again, in their order.
        """
        if "stateful" in self.traits and len(self.endpoints) > 1:
            return list(inputs)
        by_endpoint: Dict[str, List[Input]] = {}
        for each in inputs:
            by_endpoint.setdefault(each.endpoint, []).append(each)
        return [each for of_one in by_endpoint.values() for each in of_one[:2]]

    def differentiable_inputs(self, inputs: Sequence[Input]) -> Tuple[str, ...]:
        """Return the names of the inputs by which gradients are taken: each endpoint's first that holds floats."""
        found: Dict[str, str] = {}
        for each in inputs:
            if any(tensor.kind == "float" for tensor in self.endpoints[each.endpoint].tensors):
                found.setdefault(each.endpoint, each.name)
        return tuple(found.values())
