"""The control of a gate, remembered: what the old pair said is kept in the user's cache for the next gate from it.

There is one entry for each case, under a digest of everything that the answers depend on: the suite's sources, the
whole environment of the pair to the byte, the processor, and what decides the questions. So an entry is found only if
asking again would say the same. It is checked to the byte, and used whole or not at all.

What raised, or was lost, is never remembered, because a disk that was full must not count as a shortfall for months.
Neither is what cannot be seen through: models that users bring, with all that their modules import, and libraries of
ops, which the machine's compiler makes.
"""

from __future__ import annotations

import dataclasses
import datetime
import functools
import hashlib
import json
import os
import platform
import shutil
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from importlib import metadata
from pathlib import Path

import platformdirs
from filelock import FileLock

from tests.both_sides.origins import Origins
from tests.interpreters.identity import NoIdentity, identity
from tests.interpreters.response import Response
from tests.judging.cells import PlannedCell
from tests.judging.evidence import Evidence
from tests.judging.evidence_folder import RESPONSES
from tests.judging.pairs import CONTROL
from tests.run.checked_folder import DamagedFolder, check_all, files_below, written
from tests.run.record import suite_digest
from tests.run.request import RunRequest

FORM = 1
DRAWS_INPUTS = ("hypothesis", "ml_dtypes", "numpy")
MOST_BYTES = 2 * 2**30
MOST_DAYS = 30
SECONDS_TO_WAIT = 120  # for another run that reads or writes here


@dataclasses.dataclass
class Control:
    """The remembered answers of the old pair: those that a gate is given, and those that it leaves to the next one.

    Args:
        origins: what the code of the old pair comes from.
        line: what was done, for the header of the run.
        damage: what was found damaged, in one line; empty if nothing was.
        given: the names of the files that the run was given, by case.
        digests: of all that the answers depend on, by case, for those that can be remembered.
    """

    request: RunRequest
    plan: Sequence[PlannedCell]
    evidence: Evidence
    origins: Origins
    line: str = ""
    damage: str = ""
    given: dict[str, frozenset[str]] = dataclasses.field(default_factory=dict)
    digests: Mapping[str, str] = dataclasses.field(default_factory=dict)

    @property
    def folder(self) -> Path:
        """The folder of all entries."""
        return platformdirs.user_cache_path("tf-save-conformance") / "control"

    def entry(self, case: str) -> Path:
        """Return the folder of a case's entry."""
        return self.folder / f"{case}-{self.digests[case][:24]}"

    @functools.cached_property
    def savers(self) -> dict[str, set[str]]:
        """The savers whose artifacts the control is about, by case."""
        found: dict[str, set[str]] = {}
        for planned in self.plan:
            if CONTROL in planned.hops and planned.hops[CONTROL] is None:
                found.setdefault(planned.cell.case, set()).add(planned.cell.route.saver)
        return found

    # At the start of a run

    def give(self) -> None:
        """Copy the remembered answers into the run, unless it is to ask anew, and say in `line` what was done."""
        self.line = "control: asked anew"
        try:
            self.digests = self.current_digests()
            if self.request.fresh_control:
                return
            dates, damaged = self._give_all()
        except NoIdentity as unknown:
            self.line = f"control: asked anew, and not remembered, because {unknown}"
            return
        except OSError as error:
            self.digests = {}
            self.line = f"control: asked anew, because what is remembered cannot be read: {error}"
            return
        if dates:
            made = " to ".join(sorted({min(dates), max(dates)}))
            part = f" for {len(dates)} of {len(self.savers)} cases" if len(dates) < len(self.savers) else ""
            self.line = f"control: remembered from {made}{part}; --fresh-control asks anew"
        if damaged:
            case, reason = next(iter(damaged.items()))
            more = f", and {len(damaged) - 1} more" if len(damaged) > 1 else ""
            self.damage = f"control: asked anew for {case}{more}: what was remembered {reason}"

    def current_digests(self) -> dict[str, str]:
        """Return a digest of all that the answers depend on, by case, as it is now.

        Raises:
            NoIdentity: the answers depend on something that cannot be told, or on chance.
        """
        if not self.request.steady:
            raise NoIdentity("this profile draws other inputs in each run")
        if self.request.further_routes:
            raise NoIdentity("there are further savers and loaders")
        shared = [FORM, suite_digest(), identity(self.origins), platform.python_version()]
        shared += [metadata.version(name) for name in DRAWS_INPUTS]
        found = {}
        for name, savers in self.savers.items():
            case = self.evidence.case(name)
            if not case.brought and not case.compiles_its_ops:
                text = json.dumps([shared, self.evidence.what_decides_questions(name, savers)], sort_keys=True)
                found[name] = hashlib.sha256(text.encode()).hexdigest()
        return found

    def _give_all(self) -> tuple[list[str], dict[str, str]]:
        """Return the dates of what was given, and why entries were not, by case."""
        dates, damaged = [], {}
        with self._lock():
            for case in sorted(self.digests):
                if self.entry(case).is_dir():
                    try:
                        dates.append(self._give(case))
                    except DamagedFolder as damage:
                        damaged[case] = str(damage)
        return dates, damaged

    def _give(self, case: str) -> str:
        """Copy the remembered answers about a case into the run, and return the day on which they were kept.

        Raises:
            DamagedFolder: it is not what was written, or belongs elsewhere.
        """
        root = self.evidence.folder.root
        draft = root / "given" / case
        try:
            shutil.copytree(self.entry(case), draft)  # what is checked is the copy, which nobody else can change
            manifest = check_all(draft)
            if manifest.get("control") != self.digests[case]:
                raise DamagedFolder("is of something else")
            for part in parts(case):
                if (draft / part).exists():
                    (root / part).parent.mkdir(parents=True, exist_ok=True)
                    (draft / part).rename(root / part)
        except shutil.Error as error:
            raise DamagedFolder(f"cannot be read: {error}") from None
        finally:
            shutil.rmtree(draft, ignore_errors=True)
        self.given[case] = frozenset(manifest["files"])
        os.utime(self.entry(case))  # it is in use
        return str(manifest["made"])

    # At the end of a run

    def remember(self) -> str:
        """Keep the answers of the old pair for later gates; return why that is impossible, or an empty text."""
        try:
            new = {case: files for case in self.digests if (files := self._new_files(case))}
            if not new:
                return ""
            if self.current_digests() != self.digests:
                return "control: not remembered, because the suite or the environment has changed during the run"
            with self._lock():
                for case, files in new.items():
                    self._write(case, files)
                remove_old(self.folder)
        except NoIdentity as unknown:
            return f"control: not remembered, because {unknown}"
        except OSError as error:
            return f"control: not remembered: {error}"
        return ""

    def _new_files(self, case: str) -> dict[str, Path]:
        """Return the files to remember of a case, by name; none if they are just those that the run was given."""
        root = self.evidence.folder.root
        files = {path.relative_to(root).as_posix(): path for path in worth_remembering(root, case)}
        return {} if self.given.get(case) == frozenset(files) else files

    def _write(self, case: str, files: Mapping[str, Path]) -> None:
        today = datetime.date.today().isoformat()
        with written(self.entry(case), {"control": self.digests[case], "made": today}) as draft:
            for name, path in files.items():
                (draft / name).parent.mkdir(parents=True, exist_ok=True)
                if name.partition("/")[0] in RESPONSES:
                    response = Response.decode(path.read_bytes())
                    (draft / name).write_bytes(response.without_costs().encode())
                else:
                    shutil.copy2(path, draft / name)

    def _lock(self) -> FileLock:
        self.folder.mkdir(parents=True, exist_ok=True)
        return FileLock(self.folder / ".lock", timeout=SECONDS_TO_WAIT)


def parts(case: str) -> tuple[str, ...]:
    """Return the files and folders of one case in a folder of evidence."""
    return f"inputs/{case}", f"original/A/{case}", f"saved/A/{case}", f"loaded/AA/{case}", f"artifacts/A/{case}"


def worth_remembering(root: Path, case: str) -> Iterator[Path]:
    """Return the files of a folder of evidence that a later run could use in place of asking.

    What was loaded belongs to the artifact that it was loaded from, so it is kept with that artifact alone. What was
    loaded and saved again is not kept, so a child that is to load it must have been asked already.
    """
    inputs, original, saved, loaded, artifacts = (root / part for part in parts(case))
    yield from (path for path in (inputs,) if path.exists())
    yield from (path for path in (original,) if is_without_error(path))
    for saving in responses_in(saved):
        if not is_without_error(saving):
            continue
        saver = saving.name
        yield saving
        yield from (path for _, path in files_below(artifacts / saver))
        for loading in responses_in(loaded / saver):
            loader, _, digest = loading.name.rpartition("-")
            again = loading.with_name(f"{loading.name}-again")
            asked_again = (root / "resaved" / "A" / "A" / case / saver / loader / digest).exists() or again.exists()
            if digest != "again" and is_without_error(loading) and (not asked_again or is_without_error(again)):
                yield loading
                yield from (path for path in (again,) if asked_again)


def responses_in(folder: Path) -> list[Path]:
    """Return the files of responses in a folder, in sorted order."""
    return sorted(path for path in folder.glob("*") if path.is_file() and path.suffix not in (".lock", ".draft"))


def is_without_error(path: Path) -> bool:
    """Return whether there is a response in which nothing raised."""
    return path.exists() and Response.decode(path.read_bytes()).is_without_error


def remove_old(folder: Path) -> None:
    """Remove the entries that were not used for long, and those that take too much space, the oldest first."""
    drafts: Collection[Path] = list(folder.glob("*.draft"))  # of runs that were killed here
    used = {path: path.stat().st_mtime for path in folder.iterdir() if path.is_dir() and path not in drafts}
    for draft in drafts:
        shutil.rmtree(draft, ignore_errors=True)
    size = 0
    for path in sorted(used, key=lambda each: used[each], reverse=True):
        size += sum(file.stat().st_size for _, file in files_below(path))
        if size > MOST_BYTES or used[path] < time.time() - MOST_DAYS * 24 * 3600:
            shutil.rmtree(path, ignore_errors=True)
