"""Finds the artifact that a user's path means: itself, the newest version in its folder, or what a zip holds."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
import zipfile
from pathlib import Path

import platformdirs

# What a SavedModel's folder has; TensorFlow reads the text form too.
SAVED_MODEL = ("saved_model.pb", "saved_model.pbtxt")
# What the folders of all kinds of artifacts have.
IN_FOLDERS = (*SAVED_MODEL, "config.json", "checkpoint")
# How the names of a checkpoint's files end.
PART_OF_CHECKPOINT = re.compile(r"\.(index|data-\d+-of-\d+)$")
# What lists the shards of weights; other .json files are configs.
SHARDED_WEIGHTS = ".weights.json"
# Files that TensorFlow and Keras do not load, and what to bring instead.
OTHER_KINDS = {
    ".tflite": "a TFLite model, which is judged as what a converter writes: bring the model that it was made of",
    ".onnx": "an ONNX model, which is judged as what an exporter writes: bring the model that it was made of",
    ".pb": "a graph without its SavedModel: bring the folder that holds saved_model.pb and variables/",
    ".meta": "the graph of a TensorFlow 1 checkpoint: bring a SavedModel of it",
    ".json": "a config without weights: bring the function that builds the model, or a .keras file",
}


class NoArtifact(Exception):
    """There is nothing to judge at the path; the message says why, in one line."""


def is_there(path: Path) -> bool:
    """Return whether there is something at the path: a file, a folder, or the prefix of a checkpoint's files."""
    return path.exists() or Path(f"{path}.index").exists()


def whole_artifact(path: Path) -> Path:
    """Return the artifact of which a path names one file; the path itself if it names something else."""
    if not path.is_file():
        return path
    if path.name in (*SAVED_MODEL, "checkpoint"):
        return path.parent
    prefix = path.with_name(PART_OF_CHECKPOINT.sub("", path.name))
    return prefix if is_there(prefix) else path


def artifact_at(path: Path) -> Path:
    """Return the path of the artifact that a user's path means.

    A folder of versions, as TensorFlow Serving has them, means its newest one. A zip means what it holds; it is
    unpacked into the cache of this suite, once. Another folder means the only checkpoint in it.

    Raises:
        NoArtifact: a zip holds several things, or it is of a kind that nobody loads.
    """
    if path.is_file() and path.suffix in OTHER_KINDS and not path.name.endswith(SHARDED_WEIGHTS):
        raise NoArtifact(f"{path.name} is {OTHER_KINDS[path.suffix]}")
    if path.is_file() and path.suffix == ".zip":
        return artifact_at(_only_content(_unpacked(path), path))
    if path.is_dir() and not any((path / name).exists() for name in SAVED_MODEL):
        versions = [each for each in path.iterdir() if each.name.isdigit() and (each / SAVED_MODEL[0]).exists()]
        if versions:
            return max(versions, key=lambda each: int(each.name))
        indices = [] if (path / "checkpoint").exists() else list(path.glob("*.index"))
        return indices[0].with_suffix("") if len(indices) == 1 else path
    return path


def _unpacked(path: Path) -> Path:
    """Return the folder into which a zip is unpacked, which is the same for the same content.

    Raises:
        NoArtifact: it is no zip.
    """
    digest = hashlib.sha256(path.read_bytes()).hexdigest()[:16]
    folder = platformdirs.user_cache_path("tf-save-conformance") / "unpacked" / digest
    if folder.exists():
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as made:
        unpacked = Path(made) / "unpacked"
        try:
            with zipfile.ZipFile(path) as archive:
                archive.extractall(unpacked)
        except zipfile.BadZipFile as error:
            raise NoArtifact(f"{path.name} cannot be unpacked: {error}") from None
        if not folder.exists():
            os.rename(unpacked, folder)
    return folder


def _only_content(folder: Path, zipped: Path) -> Path:
    """Return the model that was unpacked: a file, or a folder that holds a model or versions of one.

    Raises:
        NoArtifact: there are several things, or none.
    """
    # What macOS adds to each zip is no content.
    found = [each for each in sorted(folder.iterdir()) if each.name != "__MACOSX" and not each.name.startswith(".")]
    holds_model = any((folder / name).exists() for name in IN_FOLDERS) or any(folder.glob("*.index"))
    if holds_model or (found and all(each.name.isdigit() for each in found)):
        return folder
    if len(found) == 1:
        return _only_content(found[0], zipped) if found[0].is_dir() else found[0]
    names = ", ".join(each.name for each in found[:5]) or "nothing"
    raise NoArtifact(f"{zipped.name} holds {names}, and has to hold one model: unzip it, and say the path of one")
