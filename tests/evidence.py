"""What the children said, once and for all who judge it.

One child per case and saver builds, answers, saves and looks again; one child per case and route loads and
answers. What they said is kept on disk, under a lock, so that every worker judges the same evidence, and whoever
needs it first has it made.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from filelock import FileLock

from tests import strategies
from tests.interpreters import wire
from tests.interpreters.driver import ROOT, Agent, AgentLost, Limits
from tests.interpreters.testimony import CRASHED, NotSaid, Testimony


@dataclasses.dataclass
class Evidence:
    """Children's words about the cases, savers and loaders of a catalogue.

    Args:
        folder: where it is kept; private to one run.
        catalogue: `cases` and `routes`, as an agent's child has told them.
        agents: by side ("A", "B") and kind.
        fresh: whether every step is taken in a truly new process.
    """

    folder: Path
    catalogue: dict
    agents: dict[str, dict[str, Agent]]
    fresh: bool = False
    limits: Limits = dataclasses.field(default_factory=Limits)
    compiler: str | None = None
    _latest: dict[str, Testimony] = dataclasses.field(default_factory=dict, repr=False)

    def inputs(self, case: str) -> list[dict]:
        """The case's inputs, drawn once."""
        return self._kept(f"inputs/{case}", lambda: wire.encode(strategies.inputs_of(self.case(case))), wire.decode)

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
        """Where the saver writes the case's artifact on that side."""
        return self.folder / "artifacts" / side / case / saver / self.saver(saver)["file_name"]

    def saved(self, side: str, case: str, saver: str) -> Testimony:
        """What the child said that built, answered and saved."""

        def ask() -> Testimony:
            question = self.question_to_save(side, case, saver)
            Path(question["artifact"]).parent.mkdir(parents=True, exist_ok=True)
            return self._run(side, "keras", "save", question)

        return self._testimony(f"saved/{side}/{case}/{saver}", ask)

    def question_to_save(self, side: str, case: str, saver: str) -> dict:
        """What a child has to know to build, answer and save."""
        return {
            "case": case,
            "saver": saver,
            "inputs": self.inputs(case),
            "artifact": str(self.artifact(side, case, saver)),
            "op_libraries": self.op_libraries(side, case),
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
    ) -> Testimony:
        """What the child said that loaded and answered.

        Args:
            custom_objects: `{"by": "argument" or "registration", "names": [...]}`; None gives it none, and the
                child never sees their classes.
            with_op_library: whether the case's op library is loaded first.
        """

        def ask() -> Testimony:
            question = self.question_to_load(saved_side, side, case, saver, loader, custom_objects, with_op_library)
            return self._run(side, self.loader(loader)["agent"], "load", question)

        given = json.dumps([custom_objects, with_op_library], sort_keys=True)
        digest = hashlib.sha256(given.encode()).hexdigest()[:8]
        return self._testimony(f"loaded/{saved_side}{side}/{case}/{saver}/{loader}-{digest}", ask)

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
        described = self.case(case)
        return {
            "case": case,
            "loader": loader,
            "agent": self.loader(loader)["agent"],
            "artifact": str(self.artifact(saved_side, case, saver)),
            "inputs": self.inputs(case),
            "op_libraries": self.op_libraries(side, case) if with_op_library else {},
            "custom_objects": custom_objects,
            "holds_module": "holds_module" in described["traits"],
            "input_names": self.own_names(saved_side, case, saver)["inputs"],
            "signature_keys": self.signature_keys(case),
        }

    def signature_keys(self, case: str) -> dict[str, str]:
        """The key of the signature that answers for each endpoint."""
        return {name: "serving_default" if name == "call" else name for name in self.case(case)["endpoints"]}

    def own_names(self, side: str, case: str, saver: str) -> dict:
        """What the model that was saved calls its `inputs` and `outputs`; None where it does not say."""
        return self.saved(side, case, saver).get("names", {"inputs": None, "outputs": None})

    def op_libraries(self, side: str, case: str) -> dict[str, str]:
        """The library of the case's compiled op, by the name of its source; built once per side.

        Raises:
            NotSaid: the compiler failed.
        """
        source = self.case(case)["op_library"]
        if source is None:
            return {}
        library = self.folder / "op-libraries" / side / f"{source}.so"

        def ask() -> Testimony:
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

    def _run(self, side: str, kind: str, step: str, question: dict) -> Testimony:
        try:
            return self.agents[side][kind].run(step, question, limits=self.limits, fresh=self.fresh)
        except AgentLost as lost:
            return Testimony({}, how=CRASHED, detail=f"was lost: {lost}")

    def _testimony(self, key: str, ask: Callable[[], Testimony]) -> Testimony:
        def make() -> bytes:
            try:
                return ask().encode()
            except NotSaid as missing:  # of the op library that the child would have needed
                error = missing.error or {"type": "CompilerFailed", "message": str(missing), "bases": []}
                return Testimony({"build": {"error": error}, "load": {"error": error}}).encode()

        if key not in self._latest:
            if len(self._latest) >= 32:
                self._latest.pop(next(iter(self._latest)))
            self._latest[key] = self._kept(key, make, Testimony.decode)
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
