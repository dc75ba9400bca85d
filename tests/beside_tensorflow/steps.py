"""The steps that a child can be asked to take.  [beside TensorFlow; imports it only where needed]

Each takes its question, a voice to speak with, and for a live step the pipe on which further inputs come.
"""

from __future__ import annotations

import importlib
import os
import subprocess
from typing import Any, BinaryIO, Callable, Optional

from ..both_sides import wire
from . import asking, given_objects, saving_again
from .child import Voice

ROOMS = __package__.rpartition(".")[0]


def tell_catalogue(question: dict, voice: Voice, further: Optional[BinaryIO]) -> None:
    """Every case, saver and loader as plain data."""
    models, routes = importlib.import_module(ROOMS + ".models"), importlib.import_module(ROOMS + ".routes")
    voice.tell("cases", lambda: {name: case.describe() for name, case in models.catalogue().items()})
    voice.tell("routes", routes.describe)


def tell_brought(question: dict, voice: Voice, further: Optional[BinaryIO]) -> None:
    """What a user has brought, as a case tells of itself, with the inputs that were given for it."""
    brought = importlib.import_module(ROOMS + ".models.mine")
    voice.tell("brought", lambda: brought.describe(question["name"], question["brought"]))


def compile_op_library(question: dict, voice: Voice, further: Optional[BinaryIO]) -> None:
    """Build the library of a source file of ops, against the TensorFlow of this interpreter."""
    from . import cpp_api

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


def original(question: dict, voice: Voice, further: Optional[BinaryIO]) -> None:
    """Build the model, answer all inputs, and go on with its training; nothing is saved."""
    well, built = voice.attempt("build", lambda: build(question), silent=True)
    if well:
        case, model = built
        tell_answers(case, model, question, voice)
        tell_training(model, question, voice)


def save(question: dict, voice: Voice, further: Optional[BinaryIO]) -> None:
    """Build the model, answer inputs, save, and look again; or, live, answer as long as one asks.

    A saver that trains comes first: what it saves is the model as its training has made it.
    """
    home = os.getcwd()
    well, built = voice.attempt("build", lambda: build(question), silent=True)
    if not well:
        return
    case, model = built
    saver = importlib.import_module(ROOMS + ".routes").savers()[question["saver"]]
    if saver.trains and not save_it(case, model, question, voice):
        return
    if further:
        answer_live(voice, further, ways_to_ask(case, model))
        return
    put_back = tell_answers(case, model, question, voice)
    voice.tell("names", lambda: names_of(model))
    voice.tell("before", lambda: everything(case, model))
    if not saver.trains:
        if save_it(case, model, question, voice) and saver.is_saved_model:
            from . import look

            voice.tell("found", lambda: look.at_saved_model(question["artifact"]))
            voice.tell("fingerprint", lambda: look.fingerprint(question["artifact"]))
        voice.tell("after", lambda: everything(case, model))
        ask = asking.original(case.traits, model)
        voice.tell("again", lambda: asking.answers(ask, question["few"]))
        put_back()
    tell_saved_again(case, model, question, home, voice)
    tell_training(model, question, voice)


def save_it(case: Any, model: Any, question: dict, voice: Voice) -> bool:
    """Save, and say whether that went well and which files came of it."""
    well = voice.attempt("save", lambda: write(case, model, question["artifact"], question), silent=True)[0]
    if well:
        voice.tell("files", lambda: files_below(question["artifact"]))
    return well


def ways_to_ask(case: Any, model: Any) -> dict:
    """What asks the model, by the name of its side: `eager` and `graph`."""
    return {
        "eager": asking.original(case.traits, model),
        "graph": asking.original(case.traits, model, case.endpoints),
    }


def tell_answers(case: Any, model: Any, question: dict, voice: Voice) -> Callable[[], None]:
    """The answers to a few inputs, eagerly; then, on the sides that are asked for, those to all, and gradients.

    Returns:
        What puts the model back to where it was before it was asked, as it is now.
    """
    put_back = asking.keep_state(case.traits, model)
    ways = ways_to_ask(case, model)
    voice.tell("once", lambda: asking.answers(ways["eager"], question["few"]))
    put_back()
    for side in question["sides"]:
        voice.tell(side, lambda ask=ways[side]: asking.answers(ask, question["inputs"]))
        tell_gradients(voice, f"{side}_gradients", ways[side], question)
        put_back()
    return put_back


def tell_gradients(voice: Voice, section: str, ask: Any, question: dict) -> None:
    """The gradients by the inputs that the question names; nothing where it names none."""
    asked = [item for item in question["inputs"] if item["name"] in question["differentiate"]]
    if asked:

        def differentiate(endpoint: str, inputs: Any) -> Any:
            return asking.gradients(ask, endpoint, inputs)

        voice.tell(section, lambda: asking.answers(differentiate, asked))


def tell_training(model: Any, question: dict, voice: Voice) -> None:
    """How a compiled model is evaluated, and what comes of training it on: eagerly, unless the case is `traced`."""
    if not question["goes_on_training"]:
        return
    from . import look, training

    data = training.data(model, question["features"])

    def go_on() -> dict:
        training.go_on(model, data)
        return {"weights": look.weights(model), "training": look.training(model)}

    with asking.functions_run(eagerly="traced" not in question["traits"]):
        voice.tell("evaluated", lambda: training.evaluated(model, data))
        voice.tell("trained_on", go_on)


def tell_saved_again(case: Any, model: Any, question: dict, home: str, voice: Voice) -> None:
    """What comes of saving the same object elsewhere, in every form of path, and over something that is there."""
    from . import look

    for name, (path, before) in saving_again.ways(question, home).items():

        def save_again(path=path, before=before) -> dict:
            before()
            write(case, model, path, question)
            told = {"files": files_below(os.fspath(path))}
            if os.path.exists(os.path.join(path, "saved_model.pb")):
                told["fingerprint"] = look.fingerprint(os.fspath(path))
            return told

        voice.tell(f"again_{name}", save_again)


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


def write(case: Any, model: Any, path: Any, question: dict) -> None:
    """Call the saver, with what its function asks for."""
    saver = importlib.import_module(ROOMS + ".routes").savers()[question["saver"]]
    offers = {"model": model, "path": path, "signatures": None, "build": case.build_model}
    offers["existing"] = case.brought and case.brought["artifact"]
    offers["specifications"] = {name: asking.specifications(inputs) for name, inputs in case.endpoints.items()}
    if "has_signatures" in case.traits:
        offers["signatures"] = {endpoint: getattr(model, endpoint) for endpoint in case.endpoints}
    if saver.trains:
        from . import training

        offers["data"] = training.data(model, question["features"])
    give(saver.write, offers)


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
    offers: dict = {"path": question["artifact"], "keys": question["signature_keys"]}
    if not voice.attempt("prepare", lambda: prepare(loader, offers, question), silent=True)[0]:
        return
    well, root = voice.attempt("load", lambda: give(loader.read, offers), silent=True)
    if not well:
        return
    if given_objects.rivals:
        voice.tell("rivals_used", lambda: sorted(given_objects.rivals_used))
    ask = asking.loaded(loader.asked, root, question)
    if further:
        answer_live(voice, further, {loader.judged_against: ask})
        return
    if loader.asked == "as_original":
        tell_original(root, ask, question, voice)
    elif loader.asked != "as_layer":
        voice.tell("contract", lambda: asking.contract(root))
        if question["agent"] != "cpp" and not hasattr(root, "contract"):
            from . import look

            voice.tell("restored_weights", lambda: look.restored_weights(root))
    if question["resaved"]:
        voice.tell("resave", lambda: resave(root, question))
    voice.tell("answers", lambda: asking.answers(ask, question["inputs"]))
    if loader.asked in ("as_original", "by_function"):
        tell_gradients(voice, "gradients", ask, question)
    tell_training(root, question, voice)


def prepare(loader: Any, offers: dict, question: dict) -> None:
    """Add what the loader's function asks for to the offers.

    One that asks for no model is in a process that could not build it: only what the question names can be found.
    """
    wanted = importlib.import_module(ROOMS + ".routes").parameters(loader.read)
    if not wanted & {"model", "original", "unbuilt"}:
        offers["custom_objects"] = given_objects.known_objects(question)
        return
    case, model = build(question)
    offers["original"], offers["custom_objects"] = model, dict(case.custom_objects)
    if "data" in wanted:
        from . import training

        offers["data"] = training.data(model, question["features"])
    if "unbuilt" in wanted:
        offers["unbuilt"] = type(model).from_config(model.get_config())
    if "model" in wanted:
        from . import look

        look.forget(model)
        offers["model"] = model


def tell_original(root: Any, ask: Any, question: dict, voice: Voice) -> None:
    """The facts of what the case builds, once it has its variables."""
    from . import look

    if getattr(root, "built", True) is False:
        voice.attempt(
            "first_call", lambda: ask(question["inputs"][0]["endpoint"], question["inputs"][0]["value"]), silent=True
        )
    voice.tell("weights", lambda: look.weights(root))
    if "holds_keras_model" in question["traits"]:
        voice.tell("architecture", lambda: look.architecture(root))
        voice.tell("training", lambda: look.training(root))


def resave(root: Any, question: dict) -> None:
    """Save what was loaded: a Keras model with the saver that wrote it, a restored object as a SavedModel."""
    if "holds_keras_model" in question["traits"] and hasattr(root, "get_config"):
        saver = importlib.import_module(ROOMS + ".routes").savers()[question["saver"]]
        give(saver.write, {"model": root, "path": question["resaved"]})
        return
    saved_model = importlib.import_module("tensorflow").saved_model
    saved_model.save(root, question["resaved"], signatures=dict(root.signatures) or None)


def answer_live(voice: Voice, further: BinaryIO, sides: dict) -> None:
    """Answer lists of inputs, on every side, until no more come."""
    voice.say({"section": "live", "value": True})
    for inputs in wire.read_frames(further):
        voice.say({"answered": {side: asking.answers(ask, inputs) for side, ask in sides.items()}})


def build(question: dict) -> tuple:
    """The case that the question names, and its model."""
    models = importlib.import_module(ROOMS + ".models")
    models.built_op_libraries.update(question["op_libraries"])
    case = models.case_of(question)
    return case, case.build()


STEPS = {
    "catalogue": tell_catalogue,
    "brought": tell_brought,
    "compile": compile_op_library,
    "original": original,
    "save": save,
    "load": load,
}
