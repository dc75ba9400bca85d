"""A folder with a manifest that has the SHA-256 of each file in it: whole and undamaged, or not used at all."""

from __future__ import annotations

import contextlib
import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

MANIFEST = "manifest.json"


class DamagedFolder(Exception):
    """The files are not those that the manifest lists; the message says what is wrong, after the folder's name."""


@contextlib.contextmanager
def written(folder: Path, manifest: dict[str, Any]) -> Iterator[Path]:
    """Give a draft to fill, and put it in place of the folder with its manifest: the whole of it, or nothing."""
    draft = folder.with_name(f"{folder.name}.draft")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    yield draft
    files = {name: sha256(path) for name, path in files_below(draft)}
    content = {**manifest, "files": files}
    (draft / MANIFEST).write_text(json.dumps({**content, "seal": seal(content)}, indent=1, sort_keys=True) + "\n")
    shutil.rmtree(folder, ignore_errors=True)
    draft.rename(folder)


def check_all(folder: Path) -> dict[str, Any]:
    """Return the manifest of a folder, after checking it and every file.

    Raises:
        DamagedFolder: they are not as they were written.
    """
    try:
        manifest = json.loads((folder / MANIFEST).read_text())
    except (OSError, ValueError):
        raise DamagedFolder(f"has no {MANIFEST} that can be read") from None
    if not isinstance(manifest, dict) or manifest.pop("seal", None) != seal(manifest):
        raise DamagedFolder(f"is damaged: {MANIFEST} is not what was written")
    check_files(folder, manifest["files"])
    return manifest


def seal(manifest: Mapping[str, Any]) -> str:
    """Return a digest of all that a manifest says."""
    return hashlib.sha256(json.dumps(manifest, sort_keys=True).encode()).hexdigest()


def check_files(folder: Path, files: Mapping[str, str]) -> None:
    """Check that just these files are there, with these digests.

    Raises:
        DamagedFolder: they are not.
    """
    unlisted = {name: path for name, path in files_below(folder) if name != MANIFEST}
    for name, digest in files.items():
        if name not in unlisted:
            raise DamagedFolder(f"is incomplete: {name} is missing")
        if sha256(unlisted.pop(name)) != digest:
            raise DamagedFolder(f"is damaged: {name} is not what was recorded")
    if unlisted:
        raise DamagedFolder(f"has a file that was not recorded: {min(unlisted)}")


def files_below(folder: Path) -> Iterator[tuple[str, Path]]:
    """Return (relative name, path) of every file, in sorted order."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield path.relative_to(folder).as_posix(), path


def sha256(path: Path) -> str:
    """Return the digest of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
