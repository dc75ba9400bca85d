"""The responses about one pair, kept in a folder for a gate on another machine: `--record DIR`, then `--from=DIR`.

A folder holds artifacts, inputs, responses, compiled libraries of ops, and a manifest with the SHA-256 of each file.
It holds no pickle, no times, and no names of temporary folders. Only the version of the suite that wrote it can read
it, because the responses depend on the questions.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.both_sides.cases import CaseInfo
from tests.both_sides.plain import from_plain, to_plain
from tests.both_sides.surroundings import Surroundings
from tests.interpreters.agents import ROOT
from tests.interpreters.response import Response
from tests.judging.cells import PlannedCell
from tests.judging.evidence import Evidence
from tests.judging.evidence_folder import RESPONSES
from tests.judging.pairs import CONTROL
from tests.run.checked_folder import MANIFEST, DamagedFolder, check_files, files_below, sha256, written
from tests.run.request import RunRequest

VERSION = 3
# Parts of a folder of evidence about one side, and where they lie in a recorded folder; {side} is its name.
PARTS = {
    "inputs": "inputs",
    "original/{side}": "original",
    "saved/{side}": "saved",
    "loaded/{side}{side}": "loaded",
    "compiled/{side}": "compiled",
    "artifacts/{side}": "artifacts",
    "op-libraries/{side}": "op-libraries",
}


class UnusableRecord(Exception):
    """The folder cannot be used; the message says why, in one line."""


@dataclasses.dataclass(frozen=True)
class RecordedRun:
    """The run that was recorded: its pair, what a user brought by case, and what the run was asked for."""

    surroundings: Surroundings
    brought: Mapping[str, CaseInfo]
    steady: bool
    case_globs: tuple[str, ...]
    route_globs: tuple[str, ...]
    every_route: bool


@dataclasses.dataclass(frozen=True)
class Record:
    """A recorded folder that is complete and undamaged."""

    folder: Path
    run: RecordedRun

    @classmethod
    def read(cls, folder: Path) -> Record:
        """Return the record in a folder, after checking every file of it.

        Raises:
            UnusableRecord: it is none, is of another version of the suite, or is damaged or incomplete.
        """
        try:
            manifest = json.loads((folder / MANIFEST).read_text())
        except OSError:
            raise UnusableRecord(f"{folder} is no recorded folder: it has no {MANIFEST}") from None
        except ValueError:
            raise UnusableRecord(f"{folder / MANIFEST} is damaged: it is not JSON") from None
        if not isinstance(manifest, dict) or manifest.get("record") != VERSION:
            raise UnusableRecord(f"{folder} is not of this suite: its {MANIFEST} has no record {VERSION}")
        if manifest["suite"] != suite_digest():
            raise UnusableRecord(f"{folder} was recorded by another version of this suite: record it anew")
        try:
            check_files(folder, manifest["files"])
        except DamagedFolder as damaged:
            raise UnusableRecord(f"{folder} {damaged}") from None
        return cls(folder, from_plain(RecordedRun, manifest["run"]))

    def restrict(self, request: RunRequest) -> RunRequest:
        """Return the request. Where it sets no restriction, it gets that of the recording run.

        Raises:
            UnusableRecord: the record does not fit the request.
        """
        run = self.run
        if request.steady != run.steady:
            raise UnusableRecord(f"{self.folder} was recorded under another --hypothesis-profile")
        asked = {each.case for each in request.brought}
        for case in run.brought.values():
            if case.brought and case.id not in asked and not case.exists_as and not request.case_globs:
                function = case.brought.function
                raise UnusableRecord(
                    f"{self.folder} was recorded with --model {function}: say so here too, or restrict with --case"
                )
        return dataclasses.replace(
            request,
            case_globs=request.case_globs or run.case_globs,
            route_globs=request.route_globs or run.route_globs,
            every_route=request.every_route or (run.every_route and not request.route_globs),
        )

    def check_covers(self, plan: Sequence[PlannedCell], evidence: Evidence) -> None:
        """Check that everything that the control needs has been recorded.

        Raises:
            UnusableRecord: something has not.
        """
        for planned in plan:
            cell = planned.cell
            is_judged = CONTROL in planned.hops and planned.hops[CONTROL] is None
            if is_judged and not evidence.has("A", cell.case, cell.route):
                raise UnusableRecord(
                    f"{self.folder} does not hold {cell.case} / {cell.route}: record it, or restrict this run with "
                    "--case and --route"
                )

    def give_to(self, evidence: Path, side: str) -> None:
        """Copy the record to where a run looks for the responses about that side."""
        for here, there in PARTS.items():
            if (self.folder / there).exists():
                shutil.copytree(self.folder / there, evidence / here.format(side=side), dirs_exist_ok=True)


def check_place(folder: Path) -> None:
    """Check that a record may be written to a folder.

    Raises:
        UnusableRecord: something else is there.
    """
    if folder.exists() and not (folder.is_dir() and ((folder / MANIFEST).exists() or not any(folder.iterdir()))):
        raise UnusableRecord(f"{folder} exists and is no recorded folder, so nothing is written there")


def write(folder: Path, evidence: Path, run: RecordedRun, side: str = "B") -> None:
    """Record the responses about a side, in place of an earlier record; the whole of them, or nothing.

    Args:
        evidence: the folder of a run's evidence.
    """
    manifest = {"record": VERSION, "suite": suite_digest(), "run": to_plain(run)}
    with written(folder, manifest) as draft:
        for here, there in PARTS.items():
            part = evidence / here.format(side=side)
            if part.exists():
                shutil.copytree(part, draft / there, ignore=shutil.ignore_patterns("*.lock", "*.draft"))
        for name in RESPONSES:
            for _, path in files_below(draft / name):
                path.write_bytes(Response.decode(path.read_bytes()).settled().encode())


def suite_digest() -> str:
    """Return a digest of the questions and of how they are judged: of `models/` and `tests/` without self-tests."""
    digest = hashlib.sha256()
    for room in ("models", "tests"):
        for name, path in files_below(ROOT / room):
            # The lists beside the requirements only judge.
            asks = room == "models" or path.suffix == ".py" or "/" in name
            if asks and not name.startswith("selftest/") and "__pycache__" not in path.parts:
                digest.update(f"{room}/{name} {sha256(path)}\n".encode())
    return digest.hexdigest()
