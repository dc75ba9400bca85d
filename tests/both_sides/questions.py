"""The questions that pytest asks of children, one dataclass for each step, and their encoding.  [both sides]"""

from __future__ import annotations

import dataclasses
from typing import Any, ClassVar, FrozenSet, Mapping, Optional, Tuple, Union, get_args

from . import wire
from .argument_trials import Trial
from .cases import BroughtSource, CaseInfo
from .plain import from_plain, to_plain
from .routes import GivenObjects
from .tensors import Input
from .training_data import TrainingData

# The ways in which the original answers: op by op, as a function, and as a function whose graph is not optimized.
SIDES = ("eager", "graph", "unoptimized")


@dataclasses.dataclass(frozen=True)
class CatalogueQuestion:
    """Ask for all cases, savers and loaders."""

    step: ClassVar[str] = "catalogue"


@dataclasses.dataclass(frozen=True)
class BroughtQuestion:
    """Ask for a user's model as a case, and for the inputs that stand beside it.

    Without `loads`, an artifact is described without loading it.
    """

    step: ClassVar[str] = "brought"
    name: str
    source: BroughtSource
    loads: bool = True


@dataclasses.dataclass(frozen=True)
class TrainingQuestion:
    """Ask on what data a user's compiled model can be trained, and whether it then repeats itself.

    Args:
        features: inputs to train on where no training data stands beside the user's function; the first that the
            model takes.
    """

    step: ClassVar[str] = "training"
    case: CaseInfo
    features: Tuple[Any, ...]


@dataclasses.dataclass(frozen=True)
class CompileQuestion:
    """Ask for a library of ops, compiled from a source file against this TensorFlow."""

    step: ClassVar[str] = "compile"
    compiler: str
    source: str
    library: str


@dataclasses.dataclass(frozen=True)
class CaseQuestion:
    """The part that all questions about a case share.

    Args:
        case, module: the case's id, and the file in `models/` that declares it.
        brought: the whole case, if a user brings it.
        training_data: what to train on; None where it is not trained.
        op_libraries: paths of libraries of ops, by the name of their source or package.
        differentiate: the names of the inputs by which gradients are taken.
        resumes_training: whether to evaluate the model, and to train it for two more epochs.
    """

    case: str
    module: str
    traits: FrozenSet[str]
    brought: Optional[CaseInfo]
    inputs: Tuple[Input, ...]
    training_data: Optional[TrainingData]
    op_libraries: Mapping[str, str]
    differentiate: Tuple[str, ...]
    resumes_training: bool


@dataclasses.dataclass(frozen=True)
class OriginalQuestion(CaseQuestion):
    """Ask for the answers of the original, and for the result of its training. Nothing is saved.

    Args:
        few: the inputs that show whether two models are the same.
        sides: which answers to all inputs count: some of `SIDES`, or none.
    """

    step: ClassVar[str] = "original"
    few: Tuple[Input, ...]
    sides: Tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class SaveQuestion(OriginalQuestion):
    """Ask a child to build the model and save it.

    Args:
        artifact: the path to save to.
        file_name: what the path ends with, as the saver declares it.
        save_again: the ways in which the same object is saved once more.
    """

    step: ClassVar[str] = "save"
    saver: str
    artifact: str
    file_name: str
    save_again: Tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class LoadQuestion(CaseQuestion):
    """Ask a child to load the artifact, and to answer with what it has loaded.

    Args:
        agent: the kind of agent in whose child this is.
        custom_objects: None to give none; the child then never sees their classes.
        input_names: what the model that was saved calls its inputs; None where it does not say.
        resaved: where to save what was loaded once more; None to not do so.
    """

    step: ClassVar[str] = "load"
    saver: str
    loader: str
    agent: str
    artifact: str
    custom_objects: Optional[GivenObjects]
    input_names: Optional[Tuple[str, ...]]
    signature_keys: Mapping[str, Tuple[str, ...]]
    resaved: Optional[str]


@dataclasses.dataclass(frozen=True)
class TrialQuestion(LoadQuestion):
    """Ask a child to load the artifact in surroundings of every kind.

    Args:
        file_name: what the artifact's path ends with, as the saver declares it.
        saves_again: whether what was loaded is saved and loaded again, several times.
    """

    step: ClassVar[str] = "trial"
    file_name: str
    saves_again: bool


@dataclasses.dataclass(frozen=True)
class ExportedQuestion:
    """Ask for the constructor arguments of every class that Keras exports."""

    step: ClassVar[str] = "exported"


@dataclasses.dataclass(frozen=True)
class ArgumentsQuestion:
    """Ask to build objects of these classes, each with one argument of another value, and to save them.

    Args:
        classes: which of their arguments are tried, by class; all of them where none is named.
        folder: where to write.
        whole: every kind of value, in every way; otherwise a fixed share.
    """

    step: ClassVar[str] = "arguments"
    classes: Mapping[str, Tuple[str, ...]]
    folder: str
    whole: bool


@dataclasses.dataclass(frozen=True)
class LoadedArgumentsQuestion:
    """Ask for what becomes of saved objects when they are loaded.

    Args:
        folder: where they were written.
    """

    step: ClassVar[str] = "loaded_arguments"
    trials: Tuple[Trial, ...]
    folder: str


Question = Union[
    CatalogueQuestion,
    BroughtQuestion,
    TrainingQuestion,
    CompileQuestion,
    OriginalQuestion,
    SaveQuestion,
    LoadQuestion,
    TrialQuestion,
    ExportedQuestion,
    ArgumentsQuestion,
    LoadedArgumentsQuestion,
]
KINDS = get_args(Question)


def encode(question: Question) -> bytes:
    """Return the question as one frame of the wire."""
    return wire.encode({"step": question.step, "question": to_plain(question)})


def decode(frame: bytes) -> Question:
    """Return the question in a frame.

    Raises:
        wire.WireError: the bytes are not a frame.
    """
    sent = wire.decode(frame)
    kind: Any = next(each for each in KINDS if each.step == sent["step"])
    question: Question = from_plain(kind, sent["question"])
    return question
