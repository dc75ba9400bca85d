"""The step that loads an artifact in surroundings of every kind.  [beside TensorFlow; imports neither]"""

from __future__ import annotations

import dataclasses
import functools
import os
from typing import Any, BinaryIO, Callable, Dict, List, Mapping, Optional

from .. import routes
from ..both_sides import wire
from ..both_sides.questions import TrialQuestion
from ..both_sides.trials import CYCLES
from . import asking, trials_at_once, trials_in_places
from .channel import Channel, error_facts
from .leftovers import state_of_surroundings
from .loading import prepared, resave
from .saving import files_below

# The result of one load: {"value": answers}, or {"raised": {"type", "message"}}.
Result = Dict[str, Any]


class Loads:
    """Loads an artifact any number of times in this process."""

    def __init__(self, question: TrialQuestion):
        self.question = question
        self.loader = routes.loaders(agent=question.agent)[question.loader]
        self.given: Optional[Dict[str, Any]] = None

    def prepare(self) -> Dict[str, Any]:
        """Return the loader's arguments beside the path: a new model for each load, and the same custom objects."""
        if self.given is None or self.loader.info.builds_from_source:
            self.given = prepared(self.loader, self.question)
        return self.given

    def load(self, path: str, given: Optional[Mapping[str, Any]] = None) -> Any:
        """Return what the loader returns."""
        offers = self.prepare() if given is None else given
        return self.loader(path=path, keys=self.question.signature_keys, **offers)

    def result(self, path: str, given: Optional[Mapping[str, Any]] = None) -> Result:
        """Load the artifact, ask it, and return its answers, or the exception that loading raised."""
        return result_of(lambda: self.answers(self.load(path, given)))

    def answers(self, root: Any) -> List[Dict[str, Any]]:
        """Return the answers of what was loaded; of an exception, only the type counts."""
        ask = asking.loaded(self.loader.info.asked, root, self.question)
        answers = asking.answers(ask, self.question.inputs)
        for each in answers:
            if "raised" in each:
                each["raised"]["message"] = ""
        return answers


def result_of(action: Callable[[], Any]) -> Result:
    """Return the value of the action, or the exception that it raised."""
    try:
        return {"value": action()}
    except Exception as error:
        facts = error_facts(error)
        return {"raised": {"type": facts["type"], "message": facts["message"][:2000]}}


def is_same(one: Result, other: Result) -> bool:
    """Return whether both loads gave the same answers, bit for bit."""
    return wire.encode(one) == wire.encode(other)


def trial(question: TrialQuestion, channel: Channel, further: Optional[BinaryIO]) -> None:
    """Load the artifact in surroundings of every kind, and send the result of each load.

    Processes come first, because they have to be forked before TensorFlow runs an op.
    """
    trials_in_places.obey_permissions()
    channel.send_section("processes", lambda: trials_at_once.in_processes(Loads(question)))
    loads = Loads(question)
    if not channel.attempt("prepare", loads.prepare)[0]:
        return
    before = state_of_surroundings(question)
    loaded, root = channel.attempt("load", lambda: loads.load(question.artifact, loads.given))
    if not loaded:
        return
    channel.send_section("left_behind", lambda: changes(before, state_of_surroundings(question)))
    plain = result_of(lambda: loads.answers(root))
    channel.send_section("plain", lambda: plain)
    channel.send_section("places", lambda: trials_in_places.in_places(loads, plain))
    if question.saves_again:
        channel.send_section("cycles", lambda: in_cycles(loads, root))
    channel.send_section("threads", lambda: trials_at_once.in_threads(loads))


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> List[List[Any]]:
    """Return [what, before, after] of everything that is not as it was; random states differ from run to run."""
    names = [name for name in sorted({*before, *after}) if before.get(name) != after.get(name)]
    return [
        [name, "a state", "another"] if name.startswith("random state") else [name, before.get(name), after.get(name)]
        for name in names
    ]


def in_cycles(loads: Loads, root: Any) -> Dict[str, List[Any]]:
    """Save what was loaded, load that, and so on; return sizes of files, number of variables and answers by cycle.

    A model that is stateful or draws is not asked: its answers depend on what it was asked before, or on chance.
    """
    files, variables, answers = [], [], []
    for cycle in range(1, CYCLES + 1):
        path = os.path.join(os.getcwd(), f"cycle-{cycle}", loads.question.file_name)
        os.makedirs(os.path.dirname(path))
        resave(root, dataclasses.replace(loads.question, resaved=path))
        root = loads.load(path)
        files.append(files_below(path))
        variables.append(number_of_variables(root))
        if not {"stateful", "draws", "unrepeatable"} & loads.question.traits:
            answers.append(result_of(functools.partial(loads.answers, root)))
    return {"files": files, "variables": variables, "answers": answers}


def number_of_variables(root: Any) -> int:
    """Return the number of variables of a loaded model or SavedModel."""
    from . import look

    if hasattr(root, "get_config"):
        return len(look.variables_of(root))
    return len(look.restored_weights(root)["found"])
