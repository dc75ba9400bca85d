"""The steps that a child can be asked to take.  [beside TensorFlow; imports it only where needed]

Each takes its question, a voice to speak with, and for a live step the pipe on which further inputs come.
"""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from typing import Any, BinaryIO, Optional

from . import asking, wire
from .child import Voice

ROOMS = __package__.rpartition(".")[0]


def tell_catalogue(question: dict, voice: Voice, further: Optional[BinaryIO]) -> None:
    """Every case, saver and loader as plain data."""
    models, routes = importlib.import_module(ROOMS + ".models"), importlib.import_module(ROOMS + ".routes")
    voice.tell("cases", lambda: {name: case.describe() for name, case in models.catalogue().items()})
    voice.tell("routes", routes.describe)


def compile_op_library(question: dict, voice: Voice, further: Optional[BinaryIO]) -> None:
    """Build the library of a source file of ops, against the TensorFlow of this interpreter."""
    from _tf_save_conformance.routes import cpp_api

    def compile_it() -> None:
        command = [
            question["compiler"],
            question["source"],
            "-o",
            question["library"],
            *cpp_api.op_library_flags(),
        ]
        ended = subprocess.run(command, capture_output=True, text=True, check=False)
        if ended.returncode:
            raise RuntimeError(f"{question['compiler']} failed on {question['source']}:\n{ended.stderr[-4000:]}")

    voice.tell("compile", compile_it)


def save(question: dict, voice: Voice, further: Optional[BinaryIO]) -> None:
    """Build the model, answer all inputs, save, and look again; or, live, answer as long as one asks."""
    well, built = voice.attempt("build", lambda: build(question), silent=True)
    if not well:
        return
    case, model = built
    eager, graph = (asking.original(case, model, graph=graph) for graph in (False, True))
    if further:
        answer_live(voice, further, {"eager": eager, "graph": graph})
        return
    voice.tell("eager", lambda: asking.answers(eager, question["inputs"]))
    voice.tell("graph", lambda: asking.answers(graph, question["inputs"]))
    voice.tell("names", lambda: names_of(model))
    voice.tell("before", lambda: everything(case, model))
    if voice.attempt("save", lambda: write(case, model, question), silent=True)[0]:
        voice.tell("files", lambda: files_below(question["artifact"]))
    voice.tell("after", lambda: everything(case, model))
    voice.tell("again", lambda: asking.answers(eager, question["inputs"]))


def everything(case: Any, model: Any) -> dict:
    """All that a save must leave as it was."""
    from . import look

    seen = {
        "weights": look.weights(model),
        "random_state": look.random_state(),
        "registries": look.registries(),
    }
    if "holds_keras_model" in case.traits:
        seen["architecture"] = look.architecture(model)
        seen["training"] = look.training(model)
    return seen


def names_of(model: Any) -> dict:
    """What a Keras model itself calls its inputs and outputs, in its own order; None where it does not say."""

    def of(tensors: Any) -> Any:
        return [tensor.name.partition(":")[0] for tensor in tensors] if tensors else None

    return {
        "inputs": of(getattr(model, "inputs", None)),
        "outputs": getattr(model, "output_names", None) or None,
    }


def write(case: Any, model: Any, question: dict) -> None:
    """Call the saver, with what its function asks for."""
    routes = importlib.import_module(ROOMS + ".routes")
    saver = routes.savers()[question["saver"]]
    signatures = None
    if "holds_module" in case.traits:
        signatures = {endpoint: getattr(model, endpoint) for endpoint in case.endpoints}
    give(saver.write, {"model": model, "path": question["artifact"], "signatures": signatures})


def give(function: Any, offers: dict) -> Any:
    """Call a saver or loader with those offers that it has parameters for."""
    routes = importlib.import_module(ROOMS + ".routes")
    wanted = routes.parameters(function)
    return function(**{name: value for name, value in offers.items() if name in wanted})


def files_below(path: str) -> dict:
    """Size in bytes of every file at or below the path, by relative name."""
    if os.path.isfile(path):
        return {os.path.basename(path): os.path.getsize(path)}
    found = {}
    for folder, _, names in os.walk(path):
        for name in names:
            full = os.path.join(folder, name)
            found[os.path.relpath(full, path)] = os.path.getsize(full)
    return dict(sorted(found.items()))


def load(question: dict, voice: Voice, further: Optional[BinaryIO]) -> None:
    """Load the artifact, give its facts, and answer all inputs; or, live, answer as long as one asks."""
    routes = importlib.import_module(ROOMS + ".routes")
    loader = routes.loaders(agent=question["agent"])[question["loader"]]
    offers: dict = {"path": question["artifact"], "custom_objects": None}
    if "model" in routes.parameters(loader.read):
        well, built = voice.attempt("build", lambda: build(question), silent=True)
        if not well:
            return
        offers["model"] = built[1]
    else:
        well, offers["custom_objects"] = voice.attempt("prepare", lambda: known_objects(question), silent=True)
        if not well:
            return
    well, root = voice.attempt("load", lambda: give(loader.read, offers), silent=True)
    if not well:
        return
    ask = asking.loaded(loader.asked, root, question)
    if further:
        answer_live(voice, further, {loader.judged_against: ask})
        return
    if loader.asked == "as_keras_model":
        from . import look

        voice.tell("weights", lambda: look.weights(root))
        voice.tell("architecture", lambda: look.architecture(root))
        voice.tell("training", lambda: look.training(root))
    else:
        voice.tell("contract", lambda: asking.contract(root))
        if question["agent"] != "cpp":
            from . import look

            voice.tell("restored_weights", lambda: look.restored_weights(root))
    voice.tell("answers", lambda: asking.answers(ask, question["inputs"]))


def answer_live(voice: Voice, further: BinaryIO, sides: dict) -> None:
    """Answer lists of inputs, on every side, until no more come."""
    voice.say({"section": "live", "value": True})
    for inputs in wire.read_frames(further):
        voice.say({"answered": {side: asking.answers(ask, inputs) for side, ask in sides.items()}})


def build(question: dict) -> tuple:
    """The case that the question names, and its model."""
    models = importlib.import_module(ROOMS + ".models")
    models.built_op_libraries.update(question["op_libraries"])
    case = models.catalogue()[question["case"]]
    return case, case.build()


def known_objects(question: dict) -> Optional[dict]:
    """Load the op libraries that the question names, and return the custom objects; nothing else can be found.

    Given by argument, nothing stays registered; given by registration, importing their module has registered
    them, and nothing is left to pass. Afterwards the models room cannot be imported, as it could not where an
    artifact is loaded for real.
    """
    for path in question["op_libraries"].values():
        if question["agent"] == "cpp":
            importlib.import_module(ROOMS + ".routes.cpp_api").load_op_library(path)
        else:
            importlib.import_module("tensorflow").load_op_library(path)
    given = None
    if question["custom_objects"] is not None:
        registry = importlib.import_module("tensorflow").keras.utils.get_custom_objects()
        before = dict(registry)
        case = importlib.import_module(ROOMS + ".models").catalogue()[question["case"]]
        if question["custom_objects"]["by"] == "argument":
            registry.clear()
            registry.update(before)
            given = {name: case.custom_objects[name] for name in question["custom_objects"]["names"]}
    sys.modules[ROOMS + ".models"] = None
    for name in [name for name in sys.modules if name.startswith(ROOMS + ".models.")]:
        sys.modules[name] = None
    return given


STEPS = {"catalogue": tell_catalogue, "compile": compile_op_library, "save": save, "load": load}
