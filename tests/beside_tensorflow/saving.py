"""The steps that build a case, answer as the original, and save it.  [beside TensorFlow; imports it where needed]"""

from __future__ import annotations

import importlib
import inspect
import os
from typing import Any, BinaryIO, Callable, Dict, List, Mapping, Optional

from .. import routes
from ..both_sides.cases import CaseInfo
from ..both_sides.questions import OriginalQuestion, SaveQuestion
from . import asking, saving_again
from .channel import Channel
from .sections import answer_live, build, send_gradients, send_training


def original(question: OriginalQuestion, channel: Channel, further: Optional[BinaryIO]) -> None:
    """Build the model, answer all inputs, and train it further; save nothing."""
    built, case_and_model = channel.attempt("build", lambda: build(question))
    if built:
        case, model = case_and_model
        send_answers(case, model, question, channel)
        send_training(model, question, channel)


def save(question: SaveQuestion, channel: Channel, further: Optional[BinaryIO]) -> None:
    """Build the model, answer inputs, save it, and look at it again. A live child answers further inputs instead.

    A saver that trains comes first, because the model that it saves is the trained one.
    """
    home = os.getcwd()
    built, case_and_model = channel.attempt("build", lambda: build(question))
    if not built:
        return
    case, model = case_and_model
    if case.info.is_unreadable:  # there is a file to copy, and no original to ask
        send_save(case, None, question, channel)
        return
    saver = routes.savers()[question.saver].info
    if saver.trains and not send_save(case, model, question, channel):
        return
    if further:
        answer_live(channel, further, ways_to_ask(case, model))
        return
    restore_state = send_answers(case, model, question, channel)
    channel.send_section("names", lambda: names_of(model))
    channel.send_section("before", lambda: facts_of(case, model))
    if not saver.trains:
        if send_save(case, model, question, channel) and saver.is_saved_model:
            from . import look

            channel.send_section("found", lambda: look.at_saved_model(question.artifact))
            channel.send_section("fingerprint", lambda: look.fingerprint(question.artifact))
        channel.send_section("after", lambda: facts_of(case, model))
        ask = asking.original(case.info.traits, model, functions=case.info.functions)
        channel.send_section("again", lambda: asking.answers(ask, question.few))
        restore_state()
    send_saved_again(case, model, question, home, channel)
    send_training(model, question, channel)


def send_save(case: Any, model: Any, question: SaveQuestion, channel: Channel) -> bool:
    """Save the model, send which files were written, and return whether saving succeeded."""
    saved, _ = channel.attempt_step("save", lambda: write(case, model, question.artifact, question))
    if saved:
        channel.send_section("files", lambda: files_below(question.artifact))
    return saved


def ways_to_ask(case: Any, model: Any) -> Dict[str, asking.Ask]:
    """Return functions that ask the model, by side: `eager`, `graph` and `unoptimized`.

    An unoptimized graph is one that TensorFlow runs as it was traced.
    """
    eager = asking.original(case.info.traits, model, None, case.info.functions)
    graph = asking.original(case.info.traits, model, case.info.endpoints, case.info.functions)
    return {"eager": eager, "graph": graph, "unoptimized": asking.unoptimized(graph)}


def send_answers(case: Any, model: Any, question: OriginalQuestion, channel: Channel) -> Callable[[], None]:
    """Send eager answers to a few inputs, then answers to all inputs, and gradients, on the sides that count.

    Returns:
        a function that puts the model back into the state that it had before it was asked.
    """
    restore_state = asking.keep_state(case.info.traits, model)
    ways = ways_to_ask(case, model)
    channel.send_section("once", lambda: asking.answers(ways["eager"], question.few))
    restore_state()
    for side in question.sides:
        channel.send_section(side, lambda ask=ways[side]: asking.answers(ask, question.inputs))  # type: ignore[misc]
        if side != "unoptimized":
            send_gradients(channel, f"{side}_gradients", ways[side], question)
        restore_state()
    return restore_state


def send_saved_again(case: Any, model: Any, question: SaveQuestion, home: str, channel: Channel) -> None:
    """Save the same object again in other ways, and send the files and the fingerprint of each."""
    from . import look

    for name, (path, prepare) in saving_again.ways(question, home).items():

        def save_again(path: Any = path, prepare: Callable[[], None] = prepare) -> Dict[str, Any]:
            prepare()
            write(case, model, path, question)
            result: Dict[str, Any] = {"files": files_below(os.fspath(path))}
            if os.path.exists(os.path.join(path, "saved_model.pb")):
                result["fingerprint"] = look.fingerprint(os.fspath(path))
            return result

        channel.send_section(f"again_{name}", save_again)


def facts_of(case: Any, model: Any) -> Dict[str, Any]:
    """Return everything that a save must leave as it was."""
    from . import look

    facts = {
        "weights": look.weights(model),
        "random_state": look.random_state(),
        "registries": look.registries(),
    }
    if case.info.is_keras_model:
        facts["architecture"] = look.architecture(model)
        facts["training"] = look.training(model)
    return facts


def names_of(model: Any) -> Dict[str, Optional[List[str]]]:
    """Return a Keras model's names of its inputs and outputs, in its own order; None where it has no names."""

    def names(tensors: Any) -> Optional[List[str]]:
        return [tensor.name.partition(":")[0] for tensor in tensors] if tensors else None

    return {
        "inputs": names(getattr(model, "inputs", None)),
        "outputs": getattr(model, "output_names", None) or None,
    }


def write(case: Any, model: Any, path: Any, question: SaveQuestion) -> None:
    """Have the saver write the model to the path."""
    saver = routes.savers()[question.saver]
    endpoints = case.info.endpoints
    offers: Dict[str, Any] = {
        "model": model,
        "path": path,
        "signatures": None,
        "build": case.build_model,
        "existing": case.info.brought and case.info.brought.artifact,
        "keys": case.info.signature_keys(saver.info),
        "specifications": {name: asking.specifications(inputs) for name, inputs in endpoints.items()},
    }
    if model is not None:
        offers["signatures"] = signatures_of(case.info, model, offers["specifications"])
        # Keras has this argument since 3.8.
        takes_it = "input_signature" in inspect.signature(getattr(model, "export", print)).parameters
        signed = "own_signature" in case.info.traits and takes_it
        offers["input_signature"] = [offers["specifications"]["call"]] if signed else None
    if saver.info.trains:
        from . import training

        offers["data"] = training.arguments(model, question.training_data)
    saver(**offers)


def signatures_of(info: CaseInfo, model: Any, specifications: Mapping[str, Any]) -> Optional[Dict[str, Any]]:
    """Return the functions to pass as signatures, by key; None to pass no argument.

    TensorFlow itself would choose one of a user's functions.
    """
    if "own_signature" in info.traits:
        tf = importlib.import_module("tensorflow")
        call = tf.function(lambda inputs: model(inputs, training=False), input_signature=[specifications["call"]])
        return {"serving_default": call}
    passed = {key: getattr(model, endpoint) for key, endpoint in info.passed_as_signatures().items()}
    for key, endpoint in info.passed_as_signatures().items():
        if info.function(endpoint).is_signed_by_user:
            passed[key] = passed[key].get_concrete_function(*specifications[endpoint].values())
    return passed if passed or info.functions else None


def files_below(path: str) -> Dict[str, int]:
    """Return the size in bytes of every file at or below the path, by relative name."""
    if os.path.isfile(path):
        return {os.path.basename(path): os.path.getsize(path)}
    sizes = {}
    for folder, _, names in os.walk(path):
        for name in names:
            full = os.path.join(folder, name)
            sizes[os.path.relpath(full, path)] = os.path.getsize(full)
    return dict(sorted(sizes.items()))
