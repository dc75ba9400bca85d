"""The steps that a child can take, by the question that asks for them.  [beside TensorFlow; imports neither]

Each step takes its question and the channel for its response. A live child also has a pipe on which further inputs
arrive.
"""

from __future__ import annotations

import importlib
import subprocess
from typing import Any, BinaryIO, Callable, Dict, Optional

from .. import routes
from ..both_sides.plain import to_plain
from ..both_sides.questions import BroughtQuestion, CatalogueQuestion, CompileQuestion, TrainingQuestion
from . import ROOMS
from .argument_steps import load_arguments, save_arguments, send_exported_arguments
from .channel import Channel
from .loading import load
from .saving import original, save
from .trials import trial


def send_catalogue(question: CatalogueQuestion, channel: Channel, further: Optional[BinaryIO]) -> None:
    """Send what all cases, savers and loaders declare."""

    def cases() -> Dict[str, Any]:
        models = importlib.import_module(ROOMS + ".models")
        return {name: to_plain(case.info) for name, case in models.catalogue().items()}

    channel.send_section("cases", cases)
    channel.send_section("routes", routes.describe)


def send_brought(question: BroughtQuestion, channel: Channel, further: Optional[BinaryIO]) -> None:
    """Send what a user brings as a case, and the inputs that stand beside it; then the same after asking it.

    What is wrong with the artifact's path or with the user's module shows before an artifact is loaded.
    """
    mine = importlib.import_module(ROOMS + ".models.mine")
    found, named = channel.attempt("source", lambda: mine.find(question.source))
    if not found:
        return
    if not question.loads:
        channel.send_section("brought", lambda: mine.describe_unloaded(question.name, named).to_plain())
        return
    loaded, model = channel.attempt("load", named.load)
    if not loaded:
        return
    described, brought = channel.attempt("built", lambda: mine.describe(question.name, named, model))
    if described:
        channel.send_section("brought", brought.to_plain)
        tried = importlib.import_module(ROOMS + ".models.mine_tried")
        channel.send_section("tried", lambda: tried.with_inputs_tried(brought.info, brought.model, brought.given))


def send_training_data(question: TrainingQuestion, channel: Channel, further: Optional[BinaryIO]) -> None:
    """Send on what data a user's model can be trained, or why it cannot be compared after training.

    What is wrong with the user's own data shows first.
    """
    mine_training = importlib.import_module(ROOMS + ".models.mine_training")
    begun, trial = channel.attempt("given", lambda: mine_training.begun(question.case))
    if begun:
        channel.send_section("tried", lambda: to_plain(trial.result(question.features)))


def compile_op_library(question: CompileQuestion, channel: Channel, further: Optional[BinaryIO]) -> None:
    """Compile a source file of ops against the TensorFlow of this interpreter."""
    from . import cpp_api

    def run_compiler() -> None:
        flags = cpp_api.op_library_flags()
        command = [question.compiler, question.source, "-o", question.library, *flags]
        ended = subprocess.run(command, capture_output=True, text=True, check=False)
        if ended.returncode:
            raise RuntimeError(f"{question.compiler} failed on {question.source}:\n{ended.stderr[-4000:]}")

    channel.send_section("compile", run_compiler)


STEPS: Dict[str, Callable[[Any, Channel, Optional[BinaryIO]], None]] = {
    "catalogue": send_catalogue,
    "brought": send_brought,
    "training": send_training_data,
    "compile": compile_op_library,
    "original": original,
    "save": save,
    "load": load,
    "trial": trial,
    "exported": send_exported_arguments,
    "arguments": save_arguments,
    "loaded_arguments": load_arguments,
}
