"""What a user brings on the command line: `--model` and `--artifact`.  [pytest's side]"""

from __future__ import annotations

import dataclasses
import os
import re
from pathlib import Path

from tests.interpreters.agents import AgentHandle
from tests.interpreters.response import MissingSection

FUNCTION = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_]\w*")


class UnusableModel(Exception):
    """What was brought cannot be judged; the message says why, in one line."""


@dataclasses.dataclass(frozen=True)
class Brought:
    """One model or artifact: `asked` is the option as it was given, `search` where the user's modules are found."""

    asked: str
    name: str
    function: str | None
    artifact: str | None
    search: tuple[str, ...]

    @classmethod
    def model(cls, text: str, folder: Path) -> Brought:
        """What `--model MODULE:FUNCTION` names.

        Raises:
            UnusableModel: it is not of that form.
        """
        if not FUNCTION.fullmatch(text):
            raise UnusableModel(f"--model: {text!r} is not MODULE:FUNCTION, such as shop.models:tower")
        return cls(f"--model {text}", text.partition(":")[2], text, None, search_path(folder))

    @classmethod
    def existing(cls, text: str, folder: Path) -> Brought:
        """What `--artifact PATH` or `--artifact MODULE:FUNCTION=PATH` names.

        Raises:
            UnusableModel: there is nothing at the path.
        """
        function, _, path = text.rpartition("=")
        if not FUNCTION.fullmatch(function):
            function, path = "", text
        artifact = Path(folder, path)
        if not artifact.exists() and not Path(f"{artifact}.index").exists():
            raise UnusableModel(f"--artifact: there is nothing at {path!r}")
        name = re.sub(r"\W+", "_", artifact.name.partition(".")[0])
        return cls(f"--artifact {text}", name, function or None, os.path.abspath(artifact), search_path(folder))

    @property
    def case(self) -> str:
        """The id of its case."""
        return f"mine.{self.name}"

    def described_by(self, agent: AgentHandle) -> dict:
        """Its `case` as it stands in a catalogue, and the inputs that were `given` for it, as a child tells of them.

        Raises:
            UnusableModel: it cannot be built or loaded there, or does not say what it takes.
        """
        question = {
            "name": self.name,
            "brought": {"function": self.function, "artifact": self.artifact, "search": list(self.search)},
        }
        try:
            return agent.run("brought", question)["brought"]
        except MissingSection as missing:
            why = " ".join(str(missing).split()).removeprefix("ValueError: ")
            if why.startswith("ModuleNotFoundError"):
                why += f" in {', '.join(self.search)} or beside its TensorFlow (set PYTHONPATH)"
            raise UnusableModel(f"{self.asked}: {why[:400]}") from None


def search_path(folder: Path) -> tuple[str, ...]:
    """Where `python -m` would find the user's modules: the folder where pytest was started, and PYTHONPATH."""
    named = [each for each in os.environ.get("PYTHONPATH", "").split(os.pathsep) if each]
    return (str(folder), *(os.path.abspath(each) for each in named))


def unlike(brought: list[Brought]) -> tuple[Brought, ...]:
    """All of them.

    Raises:
        UnusableModel: two would be cases of one name.
    """
    by_name: dict[str, Brought] = {}
    for each in brought:
        if each.name in by_name:
            raise UnusableModel(f"{by_name[each.name].asked} and {each.asked} would both be {each.case}")
        by_name[each.name] = each
    return tuple(brought)
