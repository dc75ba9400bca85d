"""Models and artifacts that a user brings on the command line: `--model` and `--artifact`."""

from __future__ import annotations

import dataclasses
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.both_sides.cases import BroughtSource, CaseInfo
from tests.both_sides.plain import from_plain
from tests.both_sides.questions import BroughtQuestion, TrainingQuestion
from tests.both_sides.training_data import TrainingData, TriedTraining
from tests.interpreters.agents import AgentHandle
from tests.interpreters.response import MissingSection, Response
from tests.judging.inputs import training_data_of
from tests.run.artifact_path import NoArtifact, artifact_at, is_there, whole_artifact

FUNCTION = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_]\w*")
FUNCTION_AND_PATH = re.compile(rf"({FUNCTION.pattern})=(.*)", re.DOTALL)
LONGEST_REASON = 400
# How many values are tried as features to train on: the suite's own, and some of the user's inputs.
MOST_FEATURES = 3


class UnusableModel(Exception):
    """A model or artifact that cannot be judged; the message says why, in one line."""


@dataclasses.dataclass(frozen=True)
class DescribedCase:
    """A user's model as a case, and the user's inputs by endpoint and name; None if they are to be drawn.

    The user's inputs include those that were made from them. `training_data` is what it is trained on; None if it is
    not.
    """

    case: CaseInfo
    given: Mapping[str, Mapping[str, Any]] | None
    training_data: TrainingData | None = None


@dataclasses.dataclass(frozen=True)
class Brought:
    """One model or artifact; `option` is the option as it was written."""

    option: str
    name: str
    source: BroughtSource

    @classmethod
    def model(cls, text: str, folder: Path) -> Brought:
        """Return the model of `--model MODULE:FUNCTION`.

        Raises:
            UnusableModel: the text is not of that form.
        """
        if not FUNCTION.fullmatch(text):
            raise UnusableModel(f"--model: {text!r} is not MODULE:FUNCTION, such as shop.models:tower")
        return cls(f"--model {text}", text.partition(":")[2], BroughtSource(text, None, search_path(folder)))

    @classmethod
    def artifact(cls, text: str, folder: Path) -> Brought:
        """Return the artifact of `--artifact PATH` or `--artifact MODULE:FUNCTION=PATH`.

        Raises:
            UnusableModel: there is nothing at the path that could be judged.
        """
        function, path = None, text
        named = FUNCTION_AND_PATH.fullmatch(text)
        if named and not is_there(Path(folder, text)):
            function, path = named.groups()
        file = whole_artifact(Path(folder, path))
        if not is_there(file):
            raise UnusableModel(f"--artifact: there is nothing at {path!r}")
        try:
            source = BroughtSource(function, os.path.abspath(artifact_at(file)), search_path(folder))
        except NoArtifact as error:
            raise UnusableModel(f"--artifact {path}: {error}") from None
        return cls(f"--artifact {text}", next(_names(file)), source)

    @property
    def case(self) -> str:
        """The id of its case."""
        return f"mine.{self.name}"

    def described_by(self, agent: AgentHandle) -> DescribedCase:
        """Have a child of the pair that artifacts come from build or load it, and return it as a case.

        An artifact that cannot be loaded there is a case too: its docstring says why.

        Raises:
            UnusableModel: it cannot be built there, does not say what it takes, or cannot be trained on what the user
                gives for that; or there is no artifact.
        """
        question = BroughtQuestion(self.name, self.source)
        response = agent.run(question)
        unreadable = self._why_unreadable(response)
        if unreadable is not None:
            described = self._described(agent.run(dataclasses.replace(question, loads=False)))
            doc = f"{described.case.doc}. It cannot be loaded: {unreadable}"
            return dataclasses.replace(described, case=dataclasses.replace(described.case, doc=doc))
        described = self._described(response)
        return self._trained(described, agent) if "compiled" in described.case.traits else described

    def _why_unreadable(self, response: Response) -> str | None:
        """Return why the child could not load the artifact, in one line; None if it could, or never got there."""
        if self.source.artifact is None or "source" not in response:
            return None
        try:
            response["load"]
        except MissingSection as missing:
            is_ours = missing.error is not None and missing.error["ours"]
            return None if is_ours else in_one_line(missing)
        return None

    def _described(self, response: Response) -> DescribedCase:
        try:
            response["source"]
            for section in ("load", "built"):  # of an artifact that cannot be loaded, these are not sent
                if section in response.sections:
                    response[section]
            description = response["brought"]
        except MissingSection as missing:
            reason = " ".join(str(missing).split()).removeprefix("ValueError: ")
            if reason.startswith("ModuleNotFoundError"):
                reason += f" in {', '.join(self.source.search)} or beside its TensorFlow (set PYTHONPATH)"
            raise UnusableModel(f"{self.option}: {reason[:LONGEST_REASON]}") from None
        if "built" not in response:
            return DescribedCase(from_plain(CaseInfo, description["case"]), None)
        try:
            description = response["tried"]
        except MissingSection as missing:  # it can be judged all the same
            reason = in_one_line(missing)
            description["case"]["doc"] += f". Inputs: it could not be tried what the model knows and takes: {reason}"
        return DescribedCase(from_plain(CaseInfo, description["case"]), description["given"])

    def _trained(self, described: DescribedCase, agent: AgentHandle) -> DescribedCase:
        """Return a compiled model with the data that it is trained on, or with the reason why it is not.

        Raises:
            UnusableModel: the user's training data is wrong.
        """
        case, given = described.case, (described.given or {}).get("call", {})
        features = (training_data_of(case).features, *given.values())
        response = agent.run(TrainingQuestion(case, features[:MOST_FEATURES]))
        if response.error("given"):
            raise UnusableModel(f"{self.option}: {reason_of(response, 'given')}")
        try:
            tried = from_plain(TriedTraining, response["tried"])
        except MissingSection:
            tried = TriedTraining(None, f"it could not be trained: {reason_of(response, 'tried')}")
        return DescribedCase(dataclasses.replace(case, untrainable=tried.reason), described.given, tried.data)


def reason_of(response: Response, section: str) -> str:
    """Return why a child did not send a section, in one line."""
    try:
        response[section]
    except MissingSection as missing:
        return in_one_line(missing).removeprefix("ValueError: ")
    return ""


def in_one_line(missing: MissingSection) -> str:
    """Return why a section is missing, in one line that is not too long."""
    return " ".join(str(missing).split())[:LONGEST_REASON]


OURS = Path(__file__).resolve().parents[2]


def search_path(folder: Path) -> tuple[str, ...]:
    """Return where `python -m` would find the user's modules: the folder where pytest was started, and PYTHONPATH.

    If that folder is the suite's own, it comes last: a user's `models.py` is not our `models/`.
    """
    named = [os.path.abspath(each) for each in os.environ.get("PYTHONPATH", "").split(os.pathsep) if each]
    return (*named, str(folder)) if folder.resolve() == OURS else (str(folder), *named)


def _names(artifact: Path) -> Iterator[str]:
    """Return names for an artifact: the name of its file, and longer ones for when others have the same.

    `foo/1` is `1`, or else `foo_1`; `model.keras` is `model`, or else `model_keras`.
    """
    artifact = Path(os.path.abspath(artifact))
    folders = artifact.parent.parts[1:]
    for depth in range(len(folders) + 1):
        for name in (artifact.name.partition(".")[0] or artifact.name, artifact.name):
            yield re.sub(r"\W+", "_", "_".join([*folders[len(folders) - depth :], name]))


def distinct(brought: Sequence[Brought]) -> tuple[Brought, ...]:
    """Return all of them, each with a name of its own: artifacts that share one take more of their paths into it.

    Raises:
        UnusableModel: two would be cases of one name.
    """
    groups: dict[str, list[Brought]] = {}
    for each in brought:
        groups.setdefault(each.name, []).append(each)
    taken = {name for name, sharing in groups.items() if len(sharing) == 1}
    renamed: dict[int, str] = {}
    for sharing in groups.values():
        artifacts = [each for each in sharing if each.source.artifact]
        if len(sharing) == 1 or len(artifacts) < len(sharing) - 1:
            continue
        taken |= {each.name for each in sharing if not each.source.artifact}
        for names in zip(*(_names(Path(each.source.artifact or "")) for each in artifacts), strict=False):
            if len(set(names)) == len(names) and not taken & set(names):
                renamed |= {id(each): name for each, name in zip(artifacts, names, strict=True)}
                taken |= set(names)
                break
    result = tuple(dataclasses.replace(each, name=renamed.get(id(each), each.name)) for each in brought)
    by_name: dict[str, Brought] = {}
    for each in result:
        if each.name in by_name:
            raise UnusableModel(f"{by_name[each.name].option} and {each.option} would both be {each.case}")
        by_name[each.name] = each
    return result
