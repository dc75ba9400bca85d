"""What the children said, once and for all who judge it.

One child per case builds and answers; one per case and saver builds, saves and looks again; one per case and route
loads and answers. What they said is kept on disk, under a lock, so that every worker judges the same evidence, and
whoever needs it first has it made.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from filelock import FileLock

from tests.both_sides import wire
from tests.interpreters.agents import ROOT, AgentHandle, AgentLost, Limits
from tests.interpreters.response import REFUSED, MissingSection, Response
from tests.judging import inputs as strategies
from tests.judging.catalogue import (
    answers_that_count,
    asked_alone,
    default_custom_objects,
    differentiable,
    few,
    goes_on_training,
    resaves,
    signature_keys,
    takes_gradients,
    trainable,
    ways_to_save_again,
)

# The folder of a run, and in it that of one child, have other names every time.
CHILDS_FOLDER = r"(/[AB][a-z]/tmp\w+)?"


class NoEvidence(Exception):
    """Nobody could be asked: whoever judges can say nothing, of the pair least of all."""


@dataclasses.dataclass
class Evidence:
    """Children's words about the cases, savers and loaders of a catalogue.

    Args:
        folder: where it is kept; private to one run.
        catalogue: `cases` and `routes`, as an agent's child has told them.
        agents: by side ("A", "B") and kind.
        routes: those that the run judges.
        fresh: whether every step is taken in a truly new process.
        over_pairs: whether answers are held against those of another pair, for which both of the original's count.
    """

    folder: Path
    catalogue: dict
    agents: dict[str, dict[str, AgentHandle]]
    routes: frozenset[str]
    fresh: bool = False
    limits: Limits = dataclasses.field(default_factory=Limits)
    over_pairs: bool = True
    _latest: dict[str, Any] = dataclasses.field(default_factory=dict, repr=False)

    def inputs(self, case: str) -> list[dict]:
        """The case's inputs, drawn once."""
        return self._remembered(
            f"inputs/{case}", lambda: wire.encode(strategies.inputs_of(self.case(case))), wire.decode
        )

    def few_inputs(self, case: str) -> list[dict]:
        """Those of them that are enough to see whether a model is still the same."""
        return few(self.case(case), self.inputs(case))

    def inputs_for(self, case: str, loader: str) -> list[dict]:
        """Those of them that what the loader returns is asked."""
        return self.few_inputs(case) if self.loader(loader)["slow"] else self.inputs(case)

    def keep_given(self, given: dict[str, dict | None]) -> None:
        """Keep the inputs that were given for cases, by case and endpoint, in place of any that would be drawn."""
        for case, endpoints in given.items():
            if endpoints:
                self._kept(
                    f"inputs/{case}", lambda told=endpoints: wire.encode(strategies.inputs_given(told)), wire.decode
                )

    def has(self, side: str, case: str, saver: str, loader: str | None) -> bool:
        """Whether what was said of that saver is kept, and where it saved, what was said of the route in one pair."""
        if not (self.folder / "saved" / side / case / saver).exists():
            return False
        if loader is None or "save" not in self.saved(side, case, saver):
            return True
        if asked_alone(self.case(case), self.saver(saver)) and not (self.folder / "original" / side / case).exists():
            return False
        return any((self.folder / "loaded" / (side + side) / case / saver).glob(f"{loader}-*"))

    def case(self, name: str) -> dict:
        """The case as it stands in the catalogue."""
        return self.catalogue["cases"][name]

    def saver(self, name: str) -> dict:
        """The saver as it stands in the catalogue."""
        return self.catalogue["routes"]["savers"][name]

    def loader(self, name: str) -> dict:
        """The loader as it stands in the catalogue."""
        return self.catalogue["routes"]["loaders"][name]

    def artifact(self, side: str, case: str, saver: str) -> Path:
        """Where the artifact of the case lies on that side: elsewhere than the saver wrote it."""
        return self.folder / "artifacts" / side / case / saver / self.saver(saver)["file_name"]

    def original(self, side: str, case: str, saver: str) -> Response:
        """What the child said that answered as the original of what the saver wrote, and went on training it."""
        if not asked_alone(self.case(case), self.saver(saver)):
            return self.saved(side, case, saver)
        return self._testimony(
            f"original/{side}/{case}",
            lambda: self._run(side, "keras", "original", self.question_to_answer(side, case)),
        )

    def saved(self, side: str, case: str, saver: str) -> Response:
        """What the child said that built and saved; its artifact is moved before anyone can load it."""

        def ask() -> Response:
            question = self.question_to_save(side, case, saver)
            written = self._written(side, case, saver)
            moved = self.folder / "artifacts" / side / case / saver
            for leftover in (written, moved):  # of a worker that was killed here
                shutil.rmtree(leftover, ignore_errors=True)
            (written / self.saver(saver)["file_name"]).parent.mkdir(parents=True)
            said = self._run(side, "keras", "save", question)
            moved.parent.mkdir(parents=True, exist_ok=True)
            written.rename(moved)
            return said

        return self._testimony(f"saved/{side}/{case}/{saver}", ask)

    def _written(self, side: str, case: str, saver: str) -> Path:
        return self.folder / "written" / side / case / saver

    def question_to_answer(self, side: str, case: str) -> dict:
        """What a child has to know to build the case and answer as the original of all that is saved of it."""
        savers = {route.partition(":")[0] for route in self.routes}
        alone = {saver for saver in savers if asked_alone(self.case(case), self.saver(saver))}
        return {**self._question(case), **self._to_be_told(side, case, alone)}

    def question_to_save(self, side: str, case: str, saver: str) -> dict:
        """What a child has to know to build and save, and where the original is not asked alone, to answer."""
        tells = set() if asked_alone(self.case(case), self.saver(saver)) else {saver}
        return {
            **self._question(case),
            **self._to_be_told(side, case, tells),
            "saver": saver,
            "artifact": str(self._written(side, case, saver) / self.saver(saver)["file_name"]),
            "file_name": self.saver(saver)["file_name"],
            "save_again": ways_to_save_again(self.case(case), self.saver(saver)),
        }

    def _to_be_told(self, side: str, case: str, savers: set[str]) -> dict:
        """What a child is asked of the original, for the routes of this run with these savers, and no more."""
        routes = [route.partition(":") for route in self.routes]
        loaders = [self.loader(loader) for saver, _, loader in routes if loader and saver in savers]
        differentiates = any(map(takes_gradients, loaders))
        return {
            "op_libraries": self.op_libraries(side, case),
            "few": self.few_inputs(case),
            "sides": ["eager", "graph"] if self.over_pairs and loaders else answers_that_count(loaders),
            "differentiate": differentiable(self.case(case), self.inputs(case)) if differentiates else [],
            "goes_on_training": goes_on_training(self.case(case), loaders),
        }

    def _question(self, case: str) -> dict:
        described = self.case(case)
        return {
            "case": case,
            "module": described["module"],
            "traits": described["traits"],
            "brought": described if described["brought"] else None,
            "inputs": self.inputs(case),
            "features": strategies.features_of(described) if trainable(described) else None,
        }

    def loaded(
        self,
        saved_side: str,
        side: str,
        case: str,
        saver: str,
        loader: str,
        *,
        custom_objects: dict | None = None,
        with_op_library: bool = True,
        resaved: bool = False,
    ) -> Response:
        """What the child said that loaded and answered.

        Args:
            resaved: whether it loads what another child has loaded and saved again.
            custom_objects: `{"by": ..., "names": [...]}`, by `argument`, `scope`, `registration` or `rival`; None
                gives it none, and the child never sees their classes.
            with_op_library: whether the case's op library is loaded first.
        """

        def ask() -> Response:
            question = self.question_to_load(saved_side, side, case, saver, loader, custom_objects, with_op_library)
            resaving = self.folder / "resaved" / saved_side / side / case / saver / loader / digest
            path = resaving / self.saver(saver)["file_name"]
            as_given = custom_objects == default_custom_objects(self.case(case), self.loader(loader))
            if resaved or not as_given:  # whether it loads, and as what, will do
                question |= {"goes_on_training": False, "differentiate": [], "inputs": self.few_inputs(case)}
            if resaved:
                question["artifact"] = str(path)
            elif as_given and resaves(self.case(case), self.saver(saver), self.loader(loader)):
                shutil.rmtree(resaving, ignore_errors=True)
                path.parent.mkdir(parents=True)
                question["resaved"] = str(path)
            return self._run(side, self.loader(loader)["agent"], "load", question)

        given = json.dumps([custom_objects, with_op_library], sort_keys=True)
        digest = hashlib.sha256(given.encode()).hexdigest()[:8]
        again = "-again" * resaved
        return self._testimony(f"loaded/{saved_side}{side}/{case}/{saver}/{loader}-{digest}{again}", ask)

    def question_to_load(
        self,
        saved_side: str,
        side: str,
        case: str,
        saver: str,
        loader: str,
        custom_objects: dict | None,
        with_op_library: bool = True,
    ) -> dict:
        """What a child has to know to load and answer."""
        return {
            **self._question(case),
            "saver": saver,
            "inputs": self.inputs_for(case, loader),
            "loader": loader,
            "agent": self.loader(loader)["agent"],
            "artifact": str(self.artifact(saved_side, case, saver)),
            "op_libraries": self.op_libraries(side, case) if with_op_library else {},
            "custom_objects": custom_objects,
            "input_names": self.own_names(saved_side, case, saver)["inputs"],
            "signature_keys": signature_keys(self.case(case), self.saver(saver)),
            "differentiate": differentiable(self.case(case), self.inputs(case)),
            "goes_on_training": goes_on_training(self.case(case), [self.loader(loader)]),
            "resaved": None,
        }

    def own_names(self, side: str, case: str, saver: str) -> dict:
        """What the model that was saved calls its `inputs` and `outputs`; None where it does not say."""
        return self.saved(side, case, saver).get("names", {"inputs": None, "outputs": None})

    def op_libraries(self, side: str, case: str) -> dict[str, str]:
        """The library of the case's compiled op, by the name of its source; built once per side.

        One that a package brings lies where the package does, and its name is all that has to be known.

        Raises:
            MissingSection: the compiler failed.
        """
        source = self.case(case)["op_library"]
        if source is None:
            return {}
        if not source.endswith(".cc"):
            return {source: source}
        library = self.folder / "op-libraries" / side / f"{source}.so"

        def ask() -> Response:
            library.parent.mkdir(parents=True, exist_ok=True)
            question = {
                "compiler": self.case(case)["compiler"],
                "source": str(ROOT / "models" / "ops" / source),
                "library": str(library),
            }
            return self._run(side, "cpp", "compile", question)

        said = self._testimony(f"compiled/{side}/{source}", ask)
        said["compile"]
        return {source: str(library)}

    def _run(self, side: str, kind: str, step: str, question: dict) -> Response:
        if kind not in self.agents.get(side, {}):
            raise NoEvidence("this was not recorded")
        try:
            said = self.agents[side][kind].run(step, question, limits=self.limits, fresh=self.fresh)
        except AgentLost as lost:
            raise NoEvidence(str(lost)) from lost
        if said.how == REFUSED:
            raise NoEvidence(f"the child {said.detail}")
        return said.without(re.compile(re.escape(str(self.folder.parent)) + CHILDS_FOLDER))

    def _testimony(self, key: str, ask: Callable[[], Response]) -> Response:
        def make() -> bytes:
            try:
                return ask().encode()
            except MissingSection as missing:  # of the op library that the child would have needed
                error = missing.error or {"type": "CompilerFailed", "message": str(missing), "bases": []}
                return Response({"build": {"error": error}, "load": {"error": error}}).encode()

        return self._remembered(key, make, Response.decode)

    def _remembered(self, key: str, make: Callable[[], bytes], read: Callable[[bytes], Any]) -> Any:
        """What is kept, without reading it anew each time: the last that were asked for."""
        if key not in self._latest:
            if len(self._latest) >= 32:
                self._latest.pop(next(iter(self._latest)))
            self._latest[key] = self._kept(key, make, read)
        return self._latest[key]

    def _kept(self, key: str, make: Callable[[], bytes], read: Callable[[bytes], Any]) -> Any:
        path = self.folder / key
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            with FileLock(f"{path}.lock"):
                if not path.exists():
                    draft = path.with_name(f"{path.name}.draft")
                    draft.write_bytes(make())
                    draft.rename(path)
        return read(path.read_bytes())
