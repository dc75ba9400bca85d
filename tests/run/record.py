"""What one pair said, kept in a folder for a gate on another machine: `--record DIR`, then `--from=DIR`.

A folder holds artifacts, inputs, answers and facts, the libraries of compiled ops, and a manifest with the SHA-256
of each file; no pickle, no times, and no names of folders that are other in every run. It is read by the version of
the suite that wrote it, since what children were asked is part of what they said.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from tests.interpreters.agents import ROOT
from tests.interpreters.response import Response
from tests.judging.cells import PlannedCell
from tests.judging.evidence import Evidence
from tests.judging.seen import Hop

if TYPE_CHECKING:
    from tests.run.session import RunRequest

MANIFEST, VERSION = "manifest.json", 1
# Where in a folder of evidence what side B said is, and where it is in a recorded folder; {side} is its name.
PARTS = {
    "inputs": "inputs",
    "original/{side}": "original",
    "saved/{side}": "saved",
    "loaded/{side}{side}": "loaded",
    "compiled/{side}": "compiled",
    "artifacts/{side}": "artifacts",
    "op-libraries/{side}": "op-libraries",
}
TESTIMONIES = ("original", "saved", "loaded", "compiled")


class UnusableRecord(Exception):
    """The folder cannot be used; the message says why, in one line."""


@dataclasses.dataclass(frozen=True)
class Record:
    """A recorded folder that has been found whole."""

    folder: Path
    manifest: dict

    @classmethod
    def read(cls, folder: Path) -> Record:
        """The record in a folder, every file of it checked.

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
        there = {name: path for name, path in files_below(folder) if name != MANIFEST}
        for name, digest in manifest["files"].items():
            if name not in there:
                raise UnusableRecord(f"{folder} is incomplete: {name} is missing")
            if sha256(there.pop(name)) != digest:
                raise UnusableRecord(f"{folder} is damaged: {name} is not what was recorded")
        if there:
            raise UnusableRecord(f"{folder} has a file that was not recorded: {min(there)}")
        return cls(folder, manifest)

    def restrict(self, wanted: RunRequest) -> RunRequest:
        """What is asked for, restricted as the recording run was where nothing else is said.

        Raises:
            UnusableRecord: the record does not go with it.
        """
        told = self.manifest
        if wanted.steady != told["steady"]:
            raise UnusableRecord(f"{self.folder} was recorded under another --hypothesis-profile")
        asked = {each.case for each in wanted.brought}
        for case in told["brought"].values():
            if case["id"] not in asked and not case["exists_as"] and not wanted.case_globs:
                function = case["brought"]["function"]
                raise UnusableRecord(
                    f"{self.folder} was recorded with --model {function}: say so here too, or restrict with --case"
                )
        return dataclasses.replace(
            wanted,
            case_globs=wanted.case_globs or tuple(told["case_globs"]),
            route_globs=wanted.route_globs or tuple(told["route_globs"]),
            every_route=wanted.every_route or (told["every_route"] and not wanted.route_globs),
        )

    def check_covers(self, plan: list[PlannedCell], evidence: Evidence) -> None:
        """All that the control stands on has been recorded.

        Raises:
            UnusableRecord: something has not.
        """
        control = Hop("A", "A")
        for planned in plan:
            cell = planned.cell
            judged = control in planned.hops and planned.hops[control] is None
            if judged and not evidence.has("A", cell.case, cell.saver, cell.loader):
                raise UnusableRecord(
                    f"{self.folder} does not hold {cell.case} / {cell.route}: record it, or restrict this run with "
                    "--case and --route"
                )

    def give_to(self, evidence: Path, side: str) -> None:
        """Put what was said where a run looks for what that side has said."""
        for here, there in PARTS.items():
            if (self.folder / there).exists():
                shutil.copytree(self.folder / there, evidence / here.format(side=side), dirs_exist_ok=True)


def check_place(folder: Path) -> None:
    """Whether a record may be written there.

    Raises:
        UnusableRecord: something else is there.
    """
    if folder.exists() and not (folder.is_dir() and ((folder / MANIFEST).exists() or not any(folder.iterdir()))):
        raise UnusableRecord(f"{folder} exists and is no recorded folder, so nothing is written there")


def write(folder: Path, evidence: Path, about: dict, side: str = "B") -> None:
    """Record what a side has said, in place of what was recorded there before; whole, or not at all.

    Args:
        evidence: the folder of a run's evidence.
        about: what else the manifest says: surroundings, cases, and what the run was asked for.
    """
    draft = folder.with_name(f"{folder.name}.draft")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    for here, there in PARTS.items():
        part = evidence / here.format(side=side)
        if part.exists():
            shutil.copytree(part, draft / there, ignore=shutil.ignore_patterns("*.lock", "*.draft"))
    for name in TESTIMONIES:
        for _, path in files_below(draft / name):
            path.write_bytes(Response.decode(path.read_bytes()).settled().encode())
    files = {name: sha256(path) for name, path in files_below(draft)}
    manifest = {"record": VERSION, "suite": suite_digest(), **about, "files": files}
    (draft / MANIFEST).write_text(json.dumps(manifest, indent=1, sort_keys=True) + "\n")
    shutil.rmtree(folder, ignore_errors=True)
    draft.rename(folder)


def files_below(folder: Path) -> Iterator[tuple[str, Path]]:
    """(relative name, path) of every file, in sorted order."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield path.relative_to(folder).as_posix(), path


def sha256(path: Path) -> str:
    """The digest of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def suite_digest() -> str:
    """A digest of what is asked and how it is judged: the sources of `models/` and `tests/`, self-tests aside."""
    digest = hashlib.sha256()
    for room in ("models", "tests"):
        for name, path in files_below(ROOT / room):
            if path.suffix in (".py", ".cc") and not name.startswith("selftest/"):
                digest.update(f"{room}/{name} {sha256(path)}\n".encode())
    return digest.hexdigest()
