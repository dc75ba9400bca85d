"""Weights, checkpoints and SavedModels of every kind that a user may have are judged, or one line says why not."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest

from reports.scripts.brought import source_of_brought
from tests.run.brought import Brought, UnusableModel
from tests.selftest.whole_runs import report, run

SHELF = """
    import tensorflow as tf

    keras = tf.keras


    def net():
        layers = [keras.layers.Dense(4, name="first"), keras.layers.BatchNormalization(), keras.layers.Dense(2)]
        return keras.Sequential([keras.Input((3,)), *layers])


    def compiled():
        made = net()
        made.compile("adam", "mse")
        return made


    class Line(tf.Module):
        def __init__(self):
            self.slope = tf.Variable([[1.0], [2.0]], name="slope")
            self.start = tf.Variable([0.5], name="start")

        @tf.function(input_signature=[tf.TensorSpec((None, 2), name="x")])
        def serve(self, x):
            return {"y": x @ self.slope + self.start}


    def line():
        return Line()


    class Later(keras.Model):
        def __init__(self):
            super().__init__()
            self.dense = keras.layers.Dense(2)

        def call(self, inputs):
            return self.dense(inputs)


    def later():
        return Later()
"""
# Keras 3 writes no weights in the older layout by itself, and writes it as a part of whole models.
WRITING = """
    import os
    import h5py
    import numpy as np
    import shelf
    import tensorflow as tf
    from keras.src.legacy.saving import legacy_h5_format

    v1 = tf.compat.v1
    net = shelf.net()
    for name in ("older.h5", "older.hdf5", "misnamed.weights.h5"):
        with h5py.File(name, "w") as file:
            legacy_h5_format.save_weights_to_hdf5_group(file, net)
    net.save("whole.hdf5")
    net.save_weights("newer.weights.h5")
    os.symlink("newer.weights.h5", "newer.h5")
    with h5py.File("table.h5", "w") as file:
        file["rows"] = np.ones(3)
    net.save_weights("sharded/model.weights.json", max_shard_size=1e-7)

    trained = shelf.compiled()
    trained.fit(np.ones((8, 3), "float32"), np.ones((8, 2), "float32"), verbose=0)
    tf.train.Checkpoint(net).write("itself/ckpt")
    tf.train.Checkpoint(trained).write("trained/ckpt")
    steps, ema = tf.Variable(3, dtype=tf.int64), shelf.net()
    tf.train.Checkpoint(net=trained, optimizer=trained.optimizer, step=steps).save("loop/ckpt")
    tf.train.Checkpoint(model=trained, optimizer=trained.optimizer).save("guide/ckpt")
    tf.train.Checkpoint(net=net, ema=ema).write("twice/ckpt")
    tf.train.Checkpoint(shelf.line()).write("module/ckpt")
    tf.train.Checkpoint(slope=tf.Variable([[7.0], [8.0]]), start=tf.Variable([0.1])).write("variables/ckpt")


    def graph():
        x = v1.placeholder(tf.float32, (None, 2), name="x")
        y = x @ v1.get_variable("slope", initializer=[[3.0], [4.0]]) + v1.get_variable("start", initializer=[0.25])
        v1.get_default_session().run(v1.global_variables_initializer())
        return {"serving_default": v1.saved_model.predict_signature_def({"x": x}, {"y": y})}


    def in_session(write):
        with v1.Session(graph=tf.Graph()) as session, session.graph.as_default():
            write(session, graph())


    def build(path, tag_sets, as_text=False, signed=True):
        builder = v1.saved_model.Builder(path)

        def add(session, signatures):
            signatures = signatures if signed else None
            builder.add_meta_graph_and_variables(session, tag_sets[0], signature_def_map=signatures)
            for tags in tag_sets[1:]:
                builder.add_meta_graph(tags, signature_def_map=signatures)

        in_session(add)
        builder.save(as_text)


    build("v1_model", [["serve"]])
    build("v1_text", [["serve"]], as_text=True)
    build("v1_tagged", [["serve", "gpu"]])
    build("v1_two", [["train"], ["serve"]])
    build("v1_unsigned", [["serve"]], signed=False)
    os.makedirs("v1_saver")
    in_session(lambda session, _: v1.train.Saver().save(session, "v1_saver/model.ckpt", global_step=7))
    saver_def = v1.train.SaverDef.V1
    in_session(lambda session, _: v1.train.Saver(write_version=saver_def).save(session, "ancient.ckpt"))
    in_session(lambda session, _: v1.train.Saver().save(session, "moved/model.ckpt"))
    recorded = 'model_checkpoint_path: "/elsewhere/model.ckpt"'
    open("moved/checkpoint", "w").write(recorded)
"""
# Executes the sources in texts.json one after the other, and writes the variables of two models of each.
BUILDING = """
import json
built = []
for text in json.load(open("texts.json")):
    names = {}
    exec(text, names)
    models = [names["build_model"]() for _ in range(2)]
    built.append([[variable.numpy().tolist() for variable in model.variables] for model in models])
json.dump(built, open("built.json", "w"))
"""
# What is judged: the option, and the loaders of a default run that read it.
READ = {
    "older.h5": ("shelf:net=", {"load_weights", "load_weights_by_name"}),
    "older.hdf5": ("shelf:compiled=", {"load_weights", "load_weights_by_name"}),
    "sharded/model.weights.json": ("shelf:net=", {"load_weights"}),
    "itself/ckpt": ("shelf:net=", {"read_weights_tf"}),
    "trained/ckpt.index": ("shelf:compiled=", {"read_weights_tf"}),
    "loop/checkpoint": ("shelf:net=", {"read_named_checkpoint"}),
    "guide": ("shelf:net=", {"read_named_checkpoint"}),
    "module": ("shelf:line=", {"read_named_checkpoint"}),
    "variables/ckpt.data-00000-of-00001": ("shelf:line=", {"read_named_checkpoint"}),
    "v1_saver": ("shelf:line=", {"read_checkpoint"}),
    "v1_model/variables": ("shelf:line=", {"read_checkpoint"}),
    "v1_text/saved_model.pbtxt": ("", {"cpp", "signature", "signature_no_keras", "tfsm_layer"}),
    "v1_tagged": ("", {"signature", "signature_no_keras", "tfsm_layer"}),
}
KINDS = {
    "older.h5": "weights_legacy_h5",
    "older.hdf5": "weights_legacy_h5",
    "sharded/model.weights.json": "weights_sharded",
    "itself/ckpt": "weights_tf",
    "trained/ckpt.index": "weights_tf",
    "loop/checkpoint": "named_checkpoint",
    "guide": "named_checkpoint",
    "module": "named_checkpoint",
    "variables/ckpt.data-00000-of-00001": "named_checkpoint",
    "v1_saver": "checkpoint",
    "v1_model/variables": "checkpoint",
    "v1_text/saved_model.pbtxt": "saved_model",
    "v1_tagged": "other_tags_saved_model",
}
WITHOUT_FUNCTION = "holds weights alone: say MODULE:FUNCTION="
REFUSED = {
    "older.h5": WITHOUT_FUNCTION,
    "older.hdf5": WITHOUT_FUNCTION,
    "sharded/model.weights.json": WITHOUT_FUNCTION,
    "itself/ckpt": WITHOUT_FUNCTION,
    "loop": WITHOUT_FUNCTION,
    "v1_saver": WITHOUT_FUNCTION,
    "misnamed.weights.h5": "is in the older layout of .h5 files",
    "newer.h5": "name it .weights.h5",
    "table.h5": "holds neither a Keras model nor its weights",
    "v1_two": "has 2 graphs, by their tags: train; serve. Bring a SavedModel of one graph",
    "v1_unsigned": "it has no signatures",
    "ancient.ckpt": "is in the older format of TensorFlow 1's Saver",
    "moved": "names /elsewhere/model.ckpt, which is not there",
    "shelf:net=twice/ckpt": "ema and net fit the model",
    "shelf:later=loop": "put a function later_inputs() beside later()",
}


@pytest.fixture(scope="module")
def shelf(tmp_path_factory) -> Path:
    """A folder with the user's module, and what was saved of it."""
    folder = tmp_path_factory.mktemp("shelf")
    (folder / "shelf.py").write_text(textwrap.dedent(SHELF))
    (folder / "sharded").mkdir()
    command = [sys.executable, "-c", textwrap.dedent(WRITING)]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return folder


@pytest.fixture(scope="module")
def judged(shelf, tmp_path_factory) -> dict[str, Any]:
    """The report of one run over everything that is read."""
    folder = tmp_path_factory.mktemp("judged")
    named = [f"--artifact={function}{shelf / name}" for name, (function, _) in READ.items()]
    ended = run(folder, *named, "--case=mine.*", PYTHONPATH=str(shelf))
    assert ended.returncode == 0, ended.stdout
    return report(folder)


def case_of(name: str, judged: dict[str, Any], shelf: Path) -> str:
    """Return the case of the artifact at a path."""
    whole = Brought.artifact(str(shelf / name), shelf).source.artifact
    (found,) = (case for case, each in judged["cases"].items() if whole in each["doc"])
    return found


@pytest.mark.parametrize("name", READ)
def test_what_a_loader_reads_is_judged_by_its_values(shelf, judged, name):
    case = case_of(name, judged, shelf)
    rows = [row for row in judged["cells"] if row["case"] == case and row["outcome"] != "n/a"]
    outcomes = {row["outcome"] for row in rows if row["requirement"] != "places"}  # brackets hide all but HDF5
    assert outcomes == {"conforms"}
    loads = {row["route"].partition(":")[2] for row in rows if row["requirement"] == "loads"}
    assert loads >= READ[name][1]
    compared = {(row["route"].partition(":")[2], row["requirement"]) for row in rows}
    assert {(loader, "outputs") for loader in loads} <= compared
    if READ[name][0]:
        assert {(loader, "weights") for loader in loads} <= compared


@pytest.mark.parametrize("name", READ)
def test_an_artifact_is_of_the_kind_that_its_content_says(session, shelf, name):
    brought = Brought.artifact(f"{READ[name][0]}{name}", shelf)
    described = brought.described_by(session.evidence.agents["B"]["keras"])
    assert (described.case.exists_as, "It cannot be loaded" in described.case.doc) == (KINDS[name], False)


@pytest.mark.parametrize("artifact", REFUSED)
def test_what_cannot_be_judged_is_one_line(session, shelf, artifact):
    with pytest.raises(UnusableModel) as refused:
        Brought.artifact(artifact, shelf).described_by(session.evidence.agents["B"]["keras"])
    assert REFUSED[artifact] in str(refused.value)
    assert "\n" not in str(refused.value)


def test_weights_of_another_model_do_not_load(shelf, tmp_path):
    named = [f"--artifact=shelf:line={shelf / name}" for name in ("itself/ckpt", "loop")]
    ended = run(tmp_path, *named, "--case=mine.*", PYTHONPATH=str(shelf))
    assert ended.returncode == 1, ended.stdout
    loads = [row for row in report(tmp_path)["cells"] if row["requirement"] == "loads" and row["outcome"] != "n/a"]
    assert {row["case"] for row in loads} == {"mine.ckpt", "mine.loop"}
    assert {(row["outcome"], "not bound to checkpointed values" in row["message"]) for row in loads} == {
        ("fails", True)
    }


def test_scripts_load_what_the_suite_loads(session, shelf, tmp_path):
    """A script builds the model twice. Weights that are not loaded are random, so they would differ."""
    written = []
    for name, (function, _) in READ.items():
        brought = Brought.artifact(f"{function}{name}", shelf)
        case = brought.described_by(session.evidence.agents["B"]["keras"]).case
        source = source_of_brought(case, brought.source, needs_all_objects=False)
        written.append("\n".join(["import sys", *source.imports, *source.definitions]))
    (tmp_path / "texts.json").write_text(json.dumps(written))
    subprocess.run([sys.executable, "-c", BUILDING], cwd=tmp_path, check=True, capture_output=True)
    built = json.loads((tmp_path / "built.json").read_text())
    assert {name: once == again for name, (once, again) in zip(READ, built, strict=True)} == dict.fromkeys(READ, True)
