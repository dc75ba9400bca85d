"""Sections that saving and loading both send, and what they need for them.  [beside TensorFlow; imports neither]"""

from __future__ import annotations

import functools
import importlib
from typing import Any, BinaryIO, Callable, Dict, Mapping, Tuple

from ..both_sides import wire
from ..both_sides.plain import from_plain
from ..both_sides.questions import CaseQuestion
from ..both_sides.tensors import Input
from . import ROOMS, asking
from .channel import Channel


def build(question: CaseQuestion) -> Tuple[Any, Any]:
    """Return the case that the question names, and its model."""
    models = importlib.import_module(ROOMS + ".models")
    models.built_op_libraries.update(question.op_libraries)
    case = models.case_of(question)
    return case, case.build()


def send_gradients(channel: Channel, section: str, ask: asking.Ask, question: CaseQuestion) -> None:
    """Send the gradients by the inputs that the question names; send nothing if it names none."""
    inputs = [each for each in question.inputs if each.name in question.differentiate]
    if inputs:

        def differentiate(endpoint: str, value: Any) -> Any:
            return asking.gradients(ask, endpoint, value)

        channel.send_section(section, lambda: asking.answers(differentiate, inputs))


def send_training(model: Any, question: CaseQuestion, channel: Channel) -> None:
    """Evaluate the model and train it further, if the question asks for it; eagerly, unless the case is `traced`."""
    if not question.resumes_training:
        return
    from . import look, training

    assert question.training_data is not None

    @functools.cache
    def data() -> Any:  # may ask the model, which may raise
        return training.arguments(model, question.training_data)

    def resume() -> Dict[str, Any]:
        training.resume(model, data())
        return {"weights": look.weights(model), "training": look.training(model)}

    with asking.functions_run(eagerly="traced" not in question.traits):
        if question.training_data.evaluates:
            channel.send_section("evaluated", lambda: training.evaluated(model, data()))
        channel.send_section("trained_on", resume)


def answer_live(channel: Channel, further: BinaryIO, ways: Mapping[str, Callable[[str, Any], Any]]) -> None:
    """Answer further inputs in each of these ways, until the pipe is closed."""
    channel.send({"section": "live", "value": True})
    for frame in wire.read_frames(further):
        inputs = [from_plain(Input, each) for each in frame]
        channel.send({"answered": {side: asking.answers(ask, inputs) for side, ask in ways.items()}})
