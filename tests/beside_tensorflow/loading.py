"""The step that loads an artifact and asks what was loaded.  [beside TensorFlow; imports it only where needed]"""

from __future__ import annotations

import importlib
from typing import Any, BinaryIO, Dict, Optional

from .. import routes
from ..both_sides.cases import CaseInfo
from ..both_sides.questions import LoadQuestion
from . import ROOMS, asking, given_objects
from .channel import Channel
from .sections import answer_live, build, send_gradients, send_training


def load(question: LoadQuestion, channel: Channel, further: Optional[BinaryIO]) -> None:
    """Load the artifact, send its facts, and answer all inputs. A live child answers further inputs instead."""
    loader = routes.loaders(agent=question.agent)[question.loader]
    offers: Dict[str, Any] = {"path": question.artifact, "keys": question.signature_keys}
    if not channel.attempt("prepare", lambda: offers.update(prepared(loader, question)))[0]:
        return
    loaded, root = channel.attempt_step("load", lambda: loader(**offers))
    if not loaded:
        return
    if "unreadable" in question.traits:
        return  # there is no original to compare it with
    if given_objects.rivals:
        channel.send_section("rivals_used", lambda: sorted(given_objects.rivals_used))
    asked = loader.info.asked
    ask = asking.loaded(asked, root, question)
    if further:
        answer_live(channel, further, {loader.info.judged_against: ask})
        return
    if asked == "as_original":
        send_facts(root, ask, question, channel)
    elif asked != "as_layer":
        channel.send_section("contract", lambda: asking.contract(root))
        if question.agent != "cpp" and not hasattr(root, "contract"):
            from . import look

            channel.send_section("restored_weights", lambda: look.restored_weights(root))
    if question.resaved:
        channel.send_section("resave", lambda: resave(root, question))
    restore_state = asking.keep_state(question.traits, root) if question.resumes_training else lambda: None
    channel.send_section("answers", lambda: asking.answers(ask, question.inputs))
    if loader.info.has_gradients:
        send_gradients(channel, "gradients", ask, question)
    restore_state()
    send_training(root, question, channel)


def prepared(loader: routes.Loader, question: LoadQuestion) -> Dict[str, Any]:
    """Return what the loader may need beside the artifact.

    A loader that needs no model runs in a process that cannot build it: it finds only the objects that the question
    names.
    """
    if not loader.info.builds_from_source:
        return {"custom_objects": given_objects.known_objects(question)}
    if "unbuilt" in loader.info.takes and question.brought:
        return {"unbuilt": returned_by_user(question.brought)}
    from . import look, training

    case, model = build(question)
    offers: Dict[str, Any] = {"original": model, "custom_objects": dict(case.custom_objects)}
    if "data" in loader.info.takes:
        offers["data"] = training.arguments(model, question.training_data)
    if "unbuilt" in loader.info.takes:
        offers["unbuilt"] = type(model).from_config(model.get_config())
        look.forget_initial_values()
    if "model" in loader.info.takes:
        if case.info.brought and "unbuilt" in question.traits and question.inputs:
            first = question.inputs[0]  # its users call it before they load weights into it
            asking.original(case.info.traits, model, functions=case.info.functions)(first.endpoint, first.value)
        look.forget(model)
        offers["model"] = model
    return offers


def returned_by_user(case: CaseInfo) -> Any:
    """Return what a user's function builds, which need not have a config; its variables hold wrong values.

    It is called once, because Keras counts its names up. Variables that are made later hold wrong values too.
    """
    from . import look

    mine = importlib.import_module(ROOMS + ".models.mine")
    model = mine.returned_by_function(case.brought)
    look.forget(model)
    look.forget_initial_values()
    return model


def send_facts(root: Any, ask: asking.Ask, question: LoadQuestion, channel: Channel) -> None:
    """Send the facts of a loaded model that is what the case builds, once it has its variables."""
    from . import look

    if getattr(root, "built", True) is False:
        first = question.inputs[0]
        channel.attempt("first_call", lambda: ask(first.endpoint, first.value))
    channel.send_section("weights", lambda: look.weights(root))
    if "holds_keras_model" in question.traits:
        channel.send_section("architecture", lambda: look.architecture(root))
        channel.send_section("training", lambda: look.training(root))


def resave(root: Any, question: LoadQuestion) -> None:
    """Save what was loaded: a Keras model with the saver that wrote it, a restored object as a SavedModel."""
    assert question.resaved is not None
    if "holds_keras_model" in question.traits and hasattr(root, "get_config"):
        routes.savers()[question.saver](model=root, path=question.resaved)
        return
    saved_model = importlib.import_module("tensorflow").saved_model
    # A user's functions that can be no signature were not passed as one, and TensorFlow would choose one of them.
    none = {} if question.brought and question.brought.functions else None
    saved_model.save(root, question.resaved, signatures=dict(root.signatures) or none)
