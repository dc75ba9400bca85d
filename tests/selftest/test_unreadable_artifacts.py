"""Artifacts that this TensorFlow cannot load: a failing `loads` cell says why, and bad usage stays bad usage."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import textwrap
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.run.brought import Brought, UnusableModel
from tests.selftest.whole_runs import report, run, run_with_scripts

SHELF = """
    import os

    import tensorflow as tf

    keras = tf.keras


    class Gate(keras.layers.Layer):
        def __init__(self, **kwargs):
            if os.environ.get("SHELF_IS_NEWER"):
                raise TypeError("Gate has gone")
            super().__init__(**kwargs)

        def call(self, inputs):
            return inputs * 2.0


    def gated():
        return keras.Sequential([keras.Input((3,)), Gate(), keras.layers.Dense(2)])


    gated_custom_objects = {"Gate": Gate}


    def plain():
        return keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])


    def wider():
        return keras.Sequential([keras.Input((3,)), keras.layers.Dense(5)])


    def broken():
        raise RuntimeError("no database")


    class Two(tf.Module):
        def __init__(self):
            self.weight = tf.Variable([[1.0], [2.0]])

        @tf.function(input_signature=[tf.TensorSpec((None, 2))])
        def serve(self, x):
            return {"y": x @ self.weight}
"""
WRITING = """
    import os
    import shelf
    import tensorflow as tf

    shelf.plain().save("plain.keras")
    shelf.plain().save("plain.h5")
    shelf.plain().save_weights("plain.weights.h5")
    shelf.gated().save("gated.keras")
    tf.train.Checkpoint(model=shelf.plain()).write("plain_checkpoint")
    tf.saved_model.save(shelf.Two(), "two")
"""


@pytest.fixture(scope="module")
def shelf(tmp_path_factory) -> Path:
    """A folder with the user's module, and what was saved of it."""
    folder = tmp_path_factory.mktemp("shelf")
    (folder / "shelf.py").write_text(textwrap.dedent(SHELF))
    command = [sys.executable, "-c", textwrap.dedent(WRITING)]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return folder


def cut(path: Path) -> None:
    """Keep the first half of a file."""
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def renamed_in_archive(path: Path, old: bytes, new: bytes) -> None:
    """Replace bytes in the config of a .keras file."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts["config.json"] = parts["config.json"].replace(old, new)
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


def renamed_in_h5(path: Path, old: str, new: str) -> None:
    """Replace text in the config of an .h5 file."""
    import h5py

    with h5py.File(path, "a") as file:
        config = file.attrs["model_config"]
        config = config.decode() if isinstance(config, bytes) else config
        file.attrs["model_config"] = config.replace(old, new)


def without_variables(path: Path) -> None:
    """Delete the variables of a SavedModel."""
    for part in (path / "variables").iterdir():
        part.unlink()


def index_cut(path: Path) -> None:
    """Keep the first half of the index of a checkpoint."""
    cut(Path(f"{path}.index"))


def of_elsewhere(path: Path) -> None:
    """Make an .h5 file with a layer's argument that this Keras does not know, as a newer one may write it."""
    renamed_in_h5(path, '"units"', '"wavelets"')


def of_elsewhere_too(path: Path) -> None:
    """Do the same with a .keras file."""
    renamed_in_archive(path, b'"units"', b'"wavelets"')


def as_it_is(path: Path) -> None:
    """Leave the artifact as it is."""


# Artifacts that cannot be loaded: the name of the copy, what it is a copy of, the function, what is done to it, and
# what at least one `loads` cell says.
UNREADABLE = {
    "cut": ("plain.keras", "", cut, "keras"),
    "classless": ("gated.keras", "", as_it_is, "Could not locate class 'Gate'"),
    "newer": ("plain.keras", "", of_elsewhere_too, "wavelets"),
    "newer_h5": ("plain.h5", "", of_elsewhere, "wavelets"),
    "cut_h5": ("plain.h5", "", cut, "truncated|[Uu]nable to"),
    "bare": ("two", "", without_variables, "variables"),
    "cut_weights": ("plain.weights.h5", "shelf:plain=", cut, "truncated|[Uu]nable to"),
    "cut_index": ("plain_checkpoint", "shelf:plain=", index_cut, "."),
    "other_weights": ("plain.weights.h5", "shelf:wider=", as_it_is, "shape"),
}


def copied(shelf: Path, to: Path, name: str, of: str, spoil: Any) -> Path:
    """Copy an artifact of the shelf under another name, spoil the copy, and return its path."""
    for part in shelf.glob(f"{of}*"):
        copy = to / (name + part.name[len(of.partition(".")[0]) :])
        shutil.copytree(part, copy) if part.is_dir() else shutil.copy(part, copy)
    path = to / (name + of[len(of.partition(".")[0]) :])
    spoil(path)
    return path


@pytest.fixture(scope="module")
def judged(shelf, tmp_path_factory) -> dict[str, Any]:
    """The report of one run over all artifacts that cannot be loaded, and what it printed."""
    folder = tmp_path_factory.mktemp("unreadable")
    named = [
        f"--artifact={function}{copied(shelf, folder, name, of, spoil)}"
        for name, (of, function, spoil, _) in UNREADABLE.items()
    ]
    ended = run(folder, *named, "--case=mine.*", PYTHONPATH=str(shelf))
    assert ended.returncode == 1, ended.stdout
    return {**report(folder), "printed": ended.stdout}


def test_the_script_of_an_artifact_that_cannot_be_loaded_shows_it(shelf, tmp_path):
    of, function, spoil, _ = UNREADABLE["cut"]
    path = copied(shelf, tmp_path, "cut", of, spoil)
    routes = ["--route=existing_keras_archive:load_model", "--case=mine.*"]
    run_with_scripts(tmp_path, f"--artifact={function}{path}", *routes, PYTHONPATH=str(shelf))
    (row,) = (row for row in report(tmp_path)["cells"] if row["outcome"] == "fails")
    assert row["reproduced"] is True


@pytest.mark.parametrize("name", UNREADABLE)
def test_an_artifact_that_cannot_be_loaded_fails_its_loads_cells(judged, name):
    rows = [row for row in judged["cells"] if row["case"] == f"mine.{name}" and row["outcome"] != "n/a"]
    loads = [row for row in rows if row["requirement"] == "loads"]
    assert {row["requirement"] for row in rows} == {"saves", "loads"}
    assert {row["outcome"] for row in rows if row["requirement"] == "saves"} == {"conforms"}
    assert len(loads) > 1 or name in ("cut_weights", "other_weights", "cut_index")  # other loaders are tried
    failing = [row for row in loads if row["outcome"] == "fails"]
    assert any(re.search(UNREADABLE[name][3], row["message"]) for row in failing)
    reasons = judged["footer"]["reasons"]
    assert any(reason.startswith(f"mine.{name} was not compared: the pair that it comes from") for reason in reasons)
    assert "It cannot be loaded: " in judged["cases"][f"mine.{name}"]["doc"]


def test_what_the_new_pair_cannot_load_has_regressed(shelf, tmp_path):
    artifact = copied(shelf, tmp_path, "kept", "gated.keras", as_it_is)
    ended = run(
        tmp_path,
        f"--from={sys.executable}",
        f"--to=SHELF_IS_NEWER=1 {sys.executable}",
        f"--artifact=shelf:gated={artifact}",
        "--case=mine.*",
        "--route=existing_keras_archive:load_model",
        PYTHONPATH=str(shelf),
    )
    assert ended.returncode == 1, ended.stdout
    rows = {(row["requirement"], row["hop"]): row for row in report(tmp_path)["cells"] if row["case"] == "mine.kept"}
    assert rows["loads", "A>A"]["outcome"] == "conforms"
    assert (rows["loads", "A>B"]["outcome"], "Gate has gone" in rows["loads", "A>B"]["message"]) == (
        "regressed",
        True,
    )


def test_a_gate_over_what_neither_pair_can_load_is_not_safe(shelf, tmp_path):
    artifact = copied(shelf, tmp_path, "never", "gated.keras", as_it_is)
    ended = run(
        tmp_path,
        f"--from={sys.executable}",
        f"--to={sys.executable}",
        f"--artifact={artifact}",
        "--case=mine.*",
        "--route=existing_keras_archive:load_model",
        PYTHONPATH=str(shelf),
    )
    assert ended.returncode == 1, ended.stdout
    assert "INCOMPLETE" in ended.stdout
    assert "SAFE" not in ended.stdout


@pytest.mark.parametrize(
    ("artifact", "message"),
    [
        ("nowhere.keras", "there is nothing at 'nowhere.keras'"),
        ("folder", "is no SavedModel, .keras, .h5 or checkpoint"),
        ("checkpoints", "checkpoints/checkpoint names no checkpoint"),
        ("plain.weights.h5", "holds weights alone: say MODULE:FUNCTION="),
        ("shelf:nothing=plain.keras", "module 'shelf' has no attribute 'nothing'"),
        ("shelf:broken=plain.weights.h5", "RuntimeError: no database"),
    ],
)
def test_what_is_no_artifact_is_bad_usage(session, shelf, tmp_path, artifact, message):
    (shelf / "folder").mkdir(exist_ok=True)
    (shelf / "checkpoints").mkdir(exist_ok=True)
    (shelf / "checkpoints" / "checkpoint").write_text("model_checkpoint_p")
    with pytest.raises(UnusableModel) as refused:
        Brought.artifact(artifact, shelf).described_by(session.evidence.agents["B"]["keras"])
    assert message in str(refused.value)
    assert "\n" not in str(refused.value)
