"""Asks children to try constructor arguments, many classes to a child, and keeps every response."""

from __future__ import annotations

import dataclasses
import functools
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.both_sides.argument_trials import Trial, TriedArgument
from tests.both_sides.plain import from_plain
from tests.both_sides.questions import ArgumentsQuestion, LoadedArgumentsQuestion
from tests.interpreters.response import MissingSection, Response
from tests.judging.evidence import Evidence, NoEvidence
from tests.judging.pairs import Hop

BATCHES, BATCHES_OF_WHOLE = 12, 48
# What a child found about one class: its arguments by name.
TriedClass = Mapping[str, TriedArgument]
# What loading gave for one trial, by way: {"value": an observation} or {"raised": {"type", "message"}}.
LoadedTrial = Mapping[str, Mapping[str, Any]]


@dataclasses.dataclass(frozen=True)
class Alone:
    """A class that is tried again in children of its own, and which of its arguments."""

    of: str
    arguments: tuple[str, ...]


@dataclasses.dataclass
class ArgumentEvidence:
    """The responses of children about constructor arguments.

    Args:
        evidence: of the run, which asks and keeps.
        classes: the arguments of every class, by side and class.
        whole: whether every kind of value is tried, in every way.
    """

    evidence: Evidence
    classes: Mapping[str, Mapping[str, tuple[str, ...]]]
    whole: bool

    @functools.cached_property
    def _batches(self) -> dict[str, dict[str, tuple[str, ...]]]:
        """The classes that share a child, by side and class."""
        most = BATCHES_OF_WHOLE if self.whole else BATCHES
        found: dict[str, dict[str, tuple[str, ...]]] = {}
        for side, classes in self.classes.items():
            names = sorted(classes)
            batches = [tuple(names[first::most]) for first in range(most)]  # costly classes are neighbours
            found[side] = {name: batch for batch in batches for name in batch}
        return found

    def tried(self, side: str, of: str, alone: Alone | None = None) -> TriedClass:
        """Return what the saving child found about a class.

        Raises:
            MissingSection: the child was lost there, even with this class alone.
            NoEvidence: our own code failed.
        """
        section = _section_of(self._asked_to_save(side, self._together(side, of, alone)), of)
        return {name: from_plain(TriedArgument, each) for name, each in section.items()}

    def loaded(self, hop: Hop, of: str, alone: Alone | None = None) -> dict[str, LoadedTrial]:
        """Return what loading gave, by the folder of the trial.

        Raises:
            MissingSection, NoEvidence: as for `tried`.
        """
        together = self._together(hop.saved, of, alone)
        wanted = self._trials(hop.saved, of, alone)
        if not wanted:
            return {}

        def trials() -> list[Trial]:
            beside = [name for name in together if self._together(hop.saved, name, alone) == together]
            return [each for name in beside for each in self._trials(hop.saved, name, alone)]

        response = self._asked_to_load(hop, together, trials)
        if of not in response.sections and len(together) > 1:  # which class takes the child with it
            response = self._asked_to_load(hop, together, lambda: wanted, f" of {of}")
        return {trial.folder: each for trial, each in zip(wanted, _section_of(response, of), strict=True)}

    def _together(self, side: str, of: str, alone: Alone | None) -> dict[str, tuple[str, ...]]:
        """Return the classes that share the child of a class, with the arguments that are tried; none for all.

        A class that its batch has lost is tried alone.
        """
        if alone is not None:
            return {of: alone.arguments}
        batch: dict[str, tuple[str, ...]] = dict.fromkeys(self._batches[side][of], ())
        if of not in self._asked_to_save(side, batch).sections:
            return {of: ()}
        return batch

    def _trials(self, side: str, of: str, alone: Alone | None) -> list[Trial]:
        try:
            tried = self.tried(side, of, alone)
        except (MissingSection, NoEvidence):  # that class crashes, or has no verdict; the others have one
            return []
        return [each.trial for argument in tried.values() for each in argument.trials if each.trial.written]

    def _folder(self, side: str, together: Mapping[str, tuple[str, ...]]) -> Path:
        return self.evidence.folder.root / "written_arguments" / side / name_of(together)

    def _asked_to_save(self, side: str, together: Mapping[str, tuple[str, ...]]) -> Response:
        folder = self._folder(side, together)

        def ask() -> Response:
            shutil.rmtree(folder, ignore_errors=True)  # of a worker that was killed here
            folder.mkdir(parents=True)
            return self.evidence.run(side, "keras", ArgumentsQuestion(together, str(folder), self.whole))

        return self.evidence.response(f"arguments/{side}/{name_of(together)}", ask)

    def _asked_to_load(
        self, hop: Hop, together: Mapping[str, tuple[str, ...]], trials: Callable[[], list[Trial]], again: str = ""
    ) -> Response:
        folder = str(self._folder(hop.saved, together))
        return self.evidence.response(
            f"loaded_arguments/{hop.saved}{hop.loaded}/{name_of(together)}{again}",
            lambda: self.evidence.run(hop.loaded, "keras", LoadedArgumentsQuestion(tuple(trials()), folder)),
        )


def name_of(together: Mapping[str, Sequence[str]]) -> str:
    """Return the name of a batch in the folder of evidence."""
    first = next(iter(together))
    if len(together) > 1:
        return f"{first} and others"
    return f"{first} alone" + "".join(f" {argument}" for argument in together[first])


def _section_of(response: Response, of: str) -> Any:
    error = response.error(of)
    if error is not None:
        raise NoEvidence(f"a fault of the suite, not of {of}: {error['type']}: {error['message']}")
    return response[of]
