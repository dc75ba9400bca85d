"""The steps that try constructor arguments: one child saves many objects, another loads them.  [beside TensorFlow]

Each class is a section of the response, so that a child which is lost has sent what it found before.
"""

from __future__ import annotations

import importlib
import os
from typing import Any, BinaryIO, Dict, List, Optional

from ..both_sides.argument_trials import CLONE, KERAS, Trial, Tried, TriedArgument
from ..both_sides.plain import to_plain
from ..both_sides.questions import ArgumentsQuestion, ExportedQuestion, LoadedArgumentsQuestion
from . import ROOMS
from .channel import Channel


def arguments_room(module: str) -> Any:
    """Return a module of `models/arguments/`."""
    return importlib.import_module(f"{ROOMS}.models.arguments.{module}")


def send_exported_arguments(question: ExportedQuestion, channel: Channel, further: Optional[BinaryIO]) -> None:
    """Send the names of the arguments of every class that this Keras exports, by class."""
    classes = arguments_room("classes")

    def named() -> Dict[str, List[str]]:
        by_class = {
            name: [each.name for each in classes.arguments_of(name, exported)]
            for name, exported in classes.exported_classes().items()
        }
        return {name: arguments for name, arguments in sorted(by_class.items()) if arguments}

    channel.send_section("exported", named)


def save_arguments(question: ArgumentsQuestion, channel: Channel, further: Optional[BinaryIO]) -> None:
    """Build objects of each class, save them, and send what they were."""
    subjects, trying = arguments_room("subjects"), arguments_room("trying")
    names = arguments_room("functions").namespace(arguments_room("classes").keras())
    plan = arguments_room("plan").Plan(question.whole)
    thorough = arguments_room("plan").Plan(whole=True)
    counted = 0

    def plan_of(subject: Any) -> Any:
        return plan if subject.argument else thorough

    def tried(candidates: List[Any]) -> TriedArgument:
        nonlocal counted
        trials: List[Tried] = []
        refused: Dict[str, str] = {}
        for subject in candidates:
            kinds = {each.trial.kind for each in trials}
            if len(kinds) == plan.most_values:
                break
            try:
                kind = subjects.kind_of(subject.evaluated(subject.value or "None", names))
                if kind in kinds:
                    continue
                counted += 1
                folder = os.path.join(question.folder, str(counted))
                trials.append(trying.save(subject, kind, names, folder, plan_of(subject)))
            except trying.NotLegal as error:
                refused[subject.value] = str(error)
        return TriedArgument(tuple(trials), refused)

    def of_class(name: str) -> Dict[str, Any]:
        trying.start_anew()
        wanted = question.classes[name]
        found = {
            argument: tried(candidates)
            for argument, candidates in subjects.subjects_of(name)
            if not wanted or argument in wanted
        }
        trials = [each.trial for argument in found.values() for each in argument.trials]
        # What the class loses whatever its arguments are. Without files, that is hardly ever anything.
        if "" in wanted or any(KERAS in each.written for each in trials):
            found[""] = tried([subjects.plain_subject(name)])
        return to_plain(found)  # type: ignore[no-any-return]

    for name in question.classes:
        channel.send_section(name, lambda name=name: of_class(name))  # type: ignore[misc]


def load_arguments(question: LoadedArgumentsQuestion, channel: Channel, further: Optional[BinaryIO]) -> None:
    """Load what was saved of each class in every way, and send what it is: a list in the order of the trials."""
    trying = arguments_room("trying")
    arguments_room("functions").namespace(arguments_room("classes").keras())

    def attempt(trial: Trial, way: str) -> Dict[str, Any]:
        try:
            return {"value": trying.load(trial, os.path.join(question.folder, trial.folder), way)}
        except Exception as error:
            return {"raised": {"type": type(error).__name__, "message": str(error)[: trying.LONGEST_MESSAGE]}}

    def of_class(trials: List[Trial]) -> List[Dict[str, Any]]:
        trying.start_anew()
        return [{way: attempt(trial, way) for way in trial.written if way != CLONE} for trial in trials]

    by_class: Dict[str, List[Trial]] = {}
    for trial in question.trials:
        by_class.setdefault(trial.of, []).append(trial)
    for name, trials in by_class.items():
        channel.send_section(name, lambda trials=trials: of_class(trials))  # type: ignore[misc]
