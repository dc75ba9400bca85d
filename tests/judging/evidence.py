"""Asks children for evidence, and keeps every response.

One child per case builds and answers; one per case and saver builds, saves and is looked at again; one per case and
route loads and answers. A question is asked when its response is first needed, and never twice.
"""

from __future__ import annotations

import dataclasses
import re
import shutil
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.both_sides import wire
from tests.both_sides.cases import CaseInfo
from tests.both_sides.catalogue import Catalogue
from tests.both_sides.plain import from_plain, to_plain
from tests.both_sides.questions import (
    SIDES,
    CompileQuestion,
    LoadQuestion,
    OriginalQuestion,
    Question,
    SaveQuestion,
    TrialQuestion,
)
from tests.both_sides.routes import LoaderInfo, Route, SaverInfo
from tests.both_sides.tensors import Input
from tests.both_sides.training_data import TrainingData
from tests.interpreters.agents import ROOT, AgentHandle
from tests.interpreters.child_handle import AgentLost
from tests.interpreters.limits import Limits
from tests.interpreters.response import Ending, MissingSection, Response
from tests.judging import inputs
from tests.judging.evidence_folder import EvidenceFolder
from tests.judging.load_request import LoadRequest

# The folder of a run, and the folder of a child in it, have different names every time.
CHILDS_FOLDER = r"(/[AB][a-z]/tmp\w+)?"


class NoEvidence(Exception):
    """Nobody could be asked, so the cell has no verdict, and the pair is not to blame."""


@dataclasses.dataclass(frozen=True)
class Needs:
    """The answers that routes need of an original, and whether they need its gradients and its further training."""

    sides: tuple[str, ...]
    gradients: bool
    resumed_training: bool


@dataclasses.dataclass
class Evidence:
    """The responses of children about the cases, savers and loaders of a catalogue.

    Args:
        agents: by side ("A", "B") and kind.
        routes: the routes that the run judges.
        fresh: take every step in a truly new process.
        over_pairs: answers are compared with those of another pair, so that both answers of the original count.
    """

    folder: EvidenceFolder
    catalogue: Catalogue
    agents: Mapping[str, Mapping[str, AgentHandle]]
    routes: frozenset[Route]
    fresh: bool = False
    limits: Limits = dataclasses.field(default_factory=Limits)
    over_pairs: bool = True

    def case(self, name: str) -> CaseInfo:
        """Return the case of that id."""
        return self.catalogue.cases[name]

    def saver(self, name: str) -> SaverInfo:
        """Return the saver of that name."""
        return self.catalogue.savers[name]

    def loader(self, name: str) -> LoaderInfo:
        """Return the loader of that name."""
        return self.catalogue.loaders[name]

    def loader_of(self, route: Route) -> LoaderInfo:
        """Return the loader of a route that has one."""
        assert route.loader is not None
        return self.catalogue.loaders[route.loader]

    def responses(self) -> Iterator[Response]:
        """Return every response that children have sent so far."""
        return self.folder.responses()

    # Inputs

    def inputs(self, case: str) -> list[Input]:
        """Return the case's inputs, drawn once."""
        return self.folder.remember(
            f"inputs/{case}", lambda: _encoded(inputs.inputs_of(self.case(case))), _decoded_inputs
        )

    def few_inputs(self, case: str) -> list[Input]:
        """Return the few inputs that show whether a model is still the same."""
        return self.case(case).few_inputs(self.inputs(case))

    def inputs_for(self, case: str, route: Route, *, few: bool = False) -> list[Input]:
        """Return the inputs to ask the loaded model, of the endpoints that it can be asked.

        Args:
            few: just those that show whether a model is still the same, as always if the loader is slow.
        """
        loader = self.loader_of(route)
        asked = self.case(case).inputs_asked(self.inputs(case), self.saver(route.saver), loader)
        return self.case(case).few_inputs(asked) if few or loader.slow else asked

    def training_data(self, case: str) -> TrainingData | None:
        """Return what the case is trained on; None if it is not trained."""
        described = self.case(case)
        if not described.can_be_trained:
            return None
        if not described.brought:
            return inputs.training_data_of(described)
        return self.folder.remember(f"inputs/training/{case}", _never_kept, _decoded_training_data)

    def keep_given(
        self, case: str, given: Mapping[str, Mapping[str, Any]] | None, training_data: TrainingData | None
    ) -> None:
        """Keep the inputs that a user gives, in place of those that would be drawn, and what the model is trained on.

        Args:
            given: inputs by endpoint and name.
        """
        if given:
            encoded = _encoded(inputs.inputs_given(self.case(case), given))
            self.folder.keep(f"inputs/{case}", lambda: encoded, _decoded_inputs)
        if training_data:
            frame = wire.encode(to_plain(training_data))
            self.folder.keep(f"inputs/training/{case}", lambda: frame, _decoded_training_data)

    # Questions

    def question_to_answer(self, side: str, case: str) -> OriginalQuestion:
        """Return the question to the child that answers as the original of everything that is saved of a case."""
        savers = {route.saver for route in self.routes}
        answering = {saver for saver in savers if self.case(case).answers_in_its_own_child(self.saver(saver))}
        return OriginalQuestion(**self._about_original(side, case, answering))

    def question_to_save(self, side: str, case: str, saver: str) -> SaveQuestion:
        """Return the question to the child that saves. It answers too, unless the original has a child of its own."""
        described, writer = self.case(case), self.saver(saver)
        answering = set() if described.answers_in_its_own_child(writer) else {saver}
        return SaveQuestion(
            **self._about_original(side, case, answering),
            saver=saver,
            artifact=str(self.folder.written(side, case, saver) / writer.file_name),
            file_name=writer.file_name,
            save_again=described.ways_to_save_again(writer),
        )

    def question_to_load(self, loading: LoadRequest) -> LoadQuestion:
        """Return the question to the child that loads."""
        case, loader = self.case(loading.case), self.loader_of(loading.route)
        keys = case.signature_keys(self.saver(loading.route.saver))
        names = self.own_names(loading.hop.saved, loading.case, loading.route.saver)["inputs"]
        return LoadQuestion(
            **self._about_case(loading.case),
            inputs=tuple(self.inputs_for(loading.case, loading.route)),
            op_libraries=self.op_libraries(loading.hop.loaded, loading.case) if loading.with_op_library else {},
            differentiate=case.differentiable_inputs(self.inputs(loading.case)),
            resumes_training=case.resumes_training([loader]),
            saver=loading.route.saver,
            loader=loader.name,
            agent=loader.agent,
            artifact=str(self.artifact(loading.hop.saved, loading.case, loading.route.saver)),
            custom_objects=loading.custom_objects,
            input_names=None if names is None else tuple(names),
            signature_keys={endpoint: tuple(each) for endpoint, each in keys.items()},
            resaved=None,
        )

    def _about_case(self, case: str) -> dict[str, Any]:
        described = self.case(case)
        return {
            "case": case,
            "module": described.module,
            "traits": described.traits,
            "brought": described if described.brought else None,
            "training_data": self.training_data(case),
        }

    def _about_original(self, side: str, case: str, savers: Collection[str]) -> dict[str, Any]:
        """Return the fields that ask for the original's answers: what the routes with these savers need, no more."""
        described, all_inputs = self.case(case), self.inputs(case)
        needs = self._needs(case, savers)
        return {
            **self._about_case(case),
            "inputs": tuple(all_inputs),
            "op_libraries": self.op_libraries(side, case),
            "few": tuple(self.few_inputs(case)),
            "sides": needs.sides,
            "differentiate": described.differentiable_inputs(all_inputs) if needs.gradients else (),
            "resumes_training": needs.resumed_training,
        }

    def _needs(self, case: str, savers: Collection[str]) -> Needs:
        """Return what the routes with these savers need of the original."""
        loaders = [self.loader_of(route) for route in self.routes if route.loader and route.saver in savers]
        sides = {loader.judged_against for loader in loaders}
        if loaders and (self.over_pairs or any(loader.runs_elsewhere for loader in loaders)):
            sides = set(SIDES)  # they differ by the noise that is allowed
        return Needs(
            tuple(sorted(sides)),
            any(loader.has_gradients for loader in loaders),
            self.case(case).resumes_training(loaders),
        )

    def what_decides_questions(self, case: str, savers: Collection[str]) -> Any:
        """Return, as plain data, all that decides what is asked about a case and these savers within one pair.

        The inputs follow from it.
        """
        answering = {route.saver for route in self.routes} & {
            name for name, saver in self.catalogue.savers.items() if self.case(case).answers_in_its_own_child(saver)
        }
        return to_plain(
            {
                "case": self.case(case),
                "savers": self.catalogue.savers,
                "loaders": self.catalogue.loaders,
                "needs": {saver: self._needs(case, [saver]) for saver in sorted(savers)},
                "needs of the original": self._needs(case, answering),
                "fresh": self.fresh,
                "limits": self.limits,
            }
        )

    # Responses

    def has(self, side: str, case: str, route: Route) -> bool:
        """Return whether the evidence for a saver, and for loading it within one pair, is on disk."""
        if not self.folder.has_saved(side, case, route.saver):
            return False
        if route.loader is None or "save" not in self.saved(side, case, route.saver):
            return True
        if self.case(case).answers_in_its_own_child(self.saver(route.saver)):
            return self.folder.has_original(side, case) and self.folder.has_loaded(side, case, route)
        return self.folder.has_loaded(side, case, route)

    def original(self, side: str, case: str, saver: str) -> Response:
        """Return the response of the child that answered as the original of what the saver wrote."""
        if not self.case(case).answers_in_its_own_child(self.saver(saver)):
            return self.saved(side, case, saver)
        return self.response(
            f"original/{side}/{case}", lambda: self.run(side, "keras", self.question_to_answer(side, case))
        )

    def saved(self, side: str, case: str, saver: str) -> Response:
        """Return the response of the child that built and saved. Its artifact is moved before it can be loaded."""

        def ask() -> Response:
            question = self.question_to_save(side, case, saver)
            written = self.folder.written(side, case, saver)
            moved = self.folder.artifacts(side, case, saver)
            for leftover in (written, moved):  # of a worker that was killed here
                shutil.rmtree(leftover, ignore_errors=True)
            Path(question.artifact).parent.mkdir(parents=True)
            response = self.run(side, "keras", question)
            moved.parent.mkdir(parents=True, exist_ok=True)
            written.rename(moved)
            return response

        return self.response(f"saved/{side}/{case}/{saver}", ask)

    def loaded(self, loading: LoadRequest) -> Response:
        """Return the response of the child that loaded and answered."""

        def ask() -> Response:
            case, saver = self.case(loading.case), self.saver(loading.route.saver)
            loader = self.loader_of(loading.route)
            question = self.question_to_load(loading)
            resaved = self._resaved_path(loading)
            by_default = loading.custom_objects == case.default_objects(loader)
            if loading.resaved or not by_default:  # it is enough to know whether it loads, and as what
                few = tuple(self.inputs_for(loading.case, loading.route, few=True))
                question = dataclasses.replace(question, resumes_training=False, differentiate=(), inputs=few)
            if loading.resaved:
                question = dataclasses.replace(question, artifact=str(resaved))
            elif by_default and case.can_be_resaved(saver, loader):
                shutil.rmtree(self._resaved_folder(loading), ignore_errors=True)
                resaved.parent.mkdir(parents=True)
                question = dataclasses.replace(question, resaved=str(resaved))
            return self.run(loading.hop.loaded, loader.agent, question)

        return self.response(loading.key, ask)

    def tried(self, loading: LoadRequest) -> Response:
        """Return the response of the child that loaded in surroundings of every kind."""
        case, saver = self.case(loading.case), self.saver(loading.route.saver)
        loader = self.loader_of(loading.route)

        def ask() -> Response:
            few = tuple(self.inputs_for(loading.case, loading.route, few=True))
            fields = {**vars(self.question_to_load(loading)), "inputs": few, "differentiate": ()}
            fields.update(resumes_training=False, saves_again=case.can_be_resaved(saver, loader))
            return self.run(loading.hop.loaded, loader.agent, TrialQuestion(**fields, file_name=saver.file_name))

        return self.response(f"{loading.key}-trial", ask)

    def _resaved_folder(self, loading: LoadRequest) -> Path:
        hop, route = loading.hop, loading.route
        place = self.folder.root / "resaved" / hop.saved / hop.loaded / loading.case / route.saver
        return place / str(route.loader) / loading.digest

    def _resaved_path(self, loading: LoadRequest) -> Path:
        return self._resaved_folder(loading) / self.saver(loading.route.saver).file_name

    def artifact(self, side: str, case: str, saver: str) -> Path:
        """Return the path to which the artifact was moved after saving."""
        return self.folder.artifacts(side, case, saver) / self.saver(saver).file_name

    def own_names(self, side: str, case: str, saver: str) -> dict[str, list[str] | None]:
        """Return what the model that was saved calls its `inputs` and `outputs`; None where it does not say."""
        names: dict[str, list[str] | None] = {"inputs": None, "outputs": None}
        return self.saved(side, case, saver).get("names", names)  # type: ignore[no-any-return]

    def op_libraries(self, side: str, case: str) -> dict[str, str]:
        """Return the path of the case's library of ops, by its source; it is compiled once per side.

        A library that a package brings is found by the name of the package.

        Raises:
            MissingSection: the compiler failed.
        """
        described = self.case(case)
        source = described.op_library
        if source is None:
            return {}
        if not described.compiles_its_ops:
            return {source: source}
        library = self.folder.op_library(side, source)

        def ask() -> Response:
            library.parent.mkdir(parents=True, exist_ok=True)
            path = str(ROOT / "models" / "ops" / source)
            return self.run(side, "cpp", CompileQuestion(described.compiler or "", path, str(library)))

        self.response(f"compiled/{side}/{source}", ask)["compile"]
        return {source: str(library)}

    def run(self, side: str, kind: str, question: Question) -> Response:
        """Have a child of a side's agent answer a question.

        Raises:
            NoEvidence: nobody could be asked.
        """
        if kind not in self.agents.get(side, {}):
            raise NoEvidence("this was not recorded")
        try:
            response = self.agents[side][kind].run(question, limits=self.limits, fresh=self.fresh)
        except AgentLost as lost:
            raise NoEvidence(str(lost)) from lost
        if response.ending is Ending.REFUSED:
            raise NoEvidence(f"the child {response.detail}")
        return response.without(re.compile(re.escape(str(self.folder.root.parent)) + CHILDS_FOLDER))

    def response(self, key: str, ask: Callable[[], Response]) -> Response:
        """Return the response that is kept under a key; whoever needs it first asks for it."""

        def make() -> bytes:
            try:
                return ask().encode()
            except MissingSection as missing:  # of the library of ops that the child would have needed
                error = missing.error or {"type": "CompilerFailed", "message": str(missing), "bases": []}
                return Response({"build": {"error": error}, "load": {"error": error}}).encode()

        return self.folder.remember(key, make, Response.decode)


def _encoded(values: Sequence[Input]) -> bytes:
    return wire.encode(to_plain(list(values)))


def _never_kept() -> bytes:
    raise NoEvidence("it is not known what to train it on")


def _decoded_training_data(frame: bytes) -> TrainingData:
    return from_plain(TrainingData, wire.decode(frame))


def _decoded_inputs(frame: bytes) -> list[Input]:
    return [from_plain(Input, each) for each in wire.decode(frame)]
