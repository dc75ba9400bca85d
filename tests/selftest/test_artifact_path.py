"""A folder of versions and a zip mean the model inside; what nobody loads is one clear line."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from tests.run.artifact_path import NoArtifact, artifact_at
from tests.run.brought import Brought, UnusableModel


@pytest.fixture(autouse=True)
def cache(monkeypatch, tmp_path) -> Path:
    """A cache of the test's own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache"


def saved_model(folder: Path) -> Path:
    """Return the folder, with what a SavedModel has."""
    (folder / "variables").mkdir(parents=True)
    (folder / "saved_model.pb").write_bytes(b"graph")
    (folder / "variables" / "variables.index").write_bytes(b"index")
    return folder


def zipped(content: Path, path: Path, below: str = "") -> Path:
    """Return a zip of a folder or a file."""
    files = [content] if content.is_file() else [each for each in content.rglob("*") if each.is_file()]
    root = content.parent if content.is_file() else content
    with zipfile.ZipFile(path, "w") as archive:
        for each in files:
            archive.write(each, str(Path(below, each.relative_to(root))))
    return path


def test_a_path_to_a_model_means_itself(tmp_path):
    model = saved_model(tmp_path / "tower")
    assert artifact_at(model) == model
    file = tmp_path / "tower.keras"
    file.write_bytes(b"")
    assert artifact_at(file) == file


def test_a_folder_of_versions_means_the_newest(tmp_path):
    for version in ("2", "10", "9"):
        saved_model(tmp_path / "tower" / version)
    (tmp_path / "tower" / "11").mkdir()  # not yet written
    (tmp_path / "tower" / "latest").mkdir()
    assert artifact_at(tmp_path / "tower") == tmp_path / "tower" / "10"
    brought = Brought.artifact("tower", tmp_path)
    assert (brought.case, brought.source.artifact) == ("mine.tower", str(tmp_path / "tower" / "10"))


@pytest.mark.parametrize("below", ["", "tower", "models/tower", "tower/7", "7"])
def test_a_zip_means_the_model_that_it_holds(tmp_path, cache, below):
    path = zipped(saved_model(tmp_path / "made"), tmp_path / "tower.zip", below)
    found = artifact_at(path)
    assert (found / "saved_model.pb").read_bytes() == b"graph"
    assert found.is_relative_to(cache)
    assert artifact_at(path) == found  # unpacked once
    assert Brought.artifact("tower.zip", tmp_path).case == "mine.tower"


def test_a_zip_may_hold_a_file(tmp_path):
    file = tmp_path / "net.keras"
    file.write_bytes(b"weights")
    found = artifact_at(zipped(file, tmp_path / "net.zip"))
    assert (found.name, found.read_bytes()) == ("net.keras", b"weights")


def test_what_mac_os_adds_to_a_zip_is_no_model(tmp_path):
    path = zipped(saved_model(tmp_path / "made"), tmp_path / "tower.zip", "tower")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("__MACOSX/._tower", b"")
        archive.writestr(".DS_Store", b"")
    assert (artifact_at(path) / "saved_model.pb").exists()


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("net.tflite", "net.tflite is a TFLite model, "),
        ("net.onnx", "net.onnx is an ONNX model, "),
        ("frozen.pb", "frozen.pb is a graph without its SavedModel: "),
        ("model.ckpt.meta", "model.ckpt.meta is the graph of a TensorFlow 1 checkpoint: "),
        ("model.json", "model.json is a config without weights: "),
        ("broken.zip", "broken.zip cannot be unpacked: "),
    ],
)
def test_what_nobody_loads_is_one_line_that_says_what_to_bring(tmp_path, name, message):
    (tmp_path / name).write_bytes(b"content")
    with pytest.raises(UnusableModel) as refused:
        Brought.artifact(name, tmp_path)
    assert str(refused.value).startswith(f"--artifact {name}: {message}")
    assert "\n" not in str(refused.value)


def test_a_zip_of_several_models_names_them(tmp_path):
    for name in ("one", "two"):
        saved_model(tmp_path / "made" / name)
    with pytest.raises(NoArtifact, match=r"^both.zip holds one, two, and has to hold one model: unzip it"):
        artifact_at(zipped(tmp_path / "made", tmp_path / "both.zip"))
