"""Scripts about what a user brings: they import the user's module, and show the fault."""

from __future__ import annotations

import ast
import dataclasses
import shutil
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from reports.document.rows import Row
from reports.scripts import scripts
from tests.both_sides.routes import Route
from tests.judging.cells import Cell
from tests.judging.judgement import judge
from tests.judging.pairs import NEW_ARTIFACTS
from tests.judging.requirement import requirements
from tests.judging.seen import Seen
from tests.run.brought import Brought
from tests.run.session import Session
from tests.selftest.executed import Forks

# The module and its functions have names that scripts use for things of their own.
MODULE = """
    import tensorflow as tf

    register = tf.keras.utils.register_keras_serializable


    @register("yard")
    class Scaled(tf.keras.layers.Layer):
        def build(self, shape):
            self.by = self.add_weight(shape=(shape[-1],), name="by")

        def call(self, inputs):
            return inputs * self.by


    class Shifted(Scaled):
        def call(self, inputs):
            return inputs + self.by


    def over(layer):
        inputs = tf.keras.Input((4,))
        return tf.keras.Model(inputs, layer(inputs))


    def folder():
        return over(Scaled())


    def model():
        return over(Shifted())


    model_custom_objects = {"Shifted": Shifted}


    def both():
        return over(Scaled())


    both_custom_objects = {"yard>Scaled": Scaled}


    def registered_while_building():
        @register("yard")
        class Local(Scaled):
            pass

        return over(Local())


    class Net(tf.Module):
        def __init__(self):
            super().__init__()
            self.weight = tf.Variable(tf.random.normal((4, 2)))

        @tf.function(input_signature=[tf.TensorSpec((None, 4), tf.float32, name="x")])
        def serve(self, x):
            return {"y": x @ self.weight}


    def net():
        return Net()
"""
# A function, a route with a fault, the same route without it, and the requirements that find the fault.
FAULTY = [
    ("folder", "keras_archive:drops_a_weight", "keras_archive:load_model", ["outputs", "weights"]),
    ("model", "keras_archive:drops_a_weight", "keras_archive:load_model", ["outputs"]),
    ("folder", "keras_archive:hides_why_it_refuses", "keras_archive:load_model", ["custom_objects"]),
    ("both", "keras_archive:refuses_without_saying_why", "keras_archive:load_model", ["custom_objects"]),
    ("model", "keras_archive:takes_no_scope", "keras_archive:load_model", ["custom_objects"]),
    ("both", "keras_archive:takes_no_scope", "keras_archive:load_model", ["custom_objects"]),
    ("both", "keras_archive:answers_wrongly_without_its_class", "keras_archive:load_model", ["custom_objects"]),
    ("net", "saved_model:reports_different_signatures", "saved_model:signature", ["signatures"]),
]
# The name of an artifact, what it is a copy of, and as above.
FAULTY_ARTIFACTS = [
    ("1.keras", ("folder", "keras_archive"), "existing_keras_archive:drops_a_weight", ["outputs"]),
    ("tf-model (日本).keras", ("model", "keras_archive"), "existing_keras_archive:drops_a_weight", ["weights"]),
    ("class [2]", ("net", "saved_model"), "existing_saved_model:reports_different_signatures", ["signatures"]),
]
SOUND = {"existing_keras_archive": "load_model", "existing_saved_model": "signature"}


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> Path:
    """A folder with a user's module."""
    path = tmp_path_factory.mktemp("project") / "yard" / "loaded.py"
    path.parent.mkdir()
    path.write_text(textwrap.dedent(MODULE))
    return path.parents[1]


@pytest.fixture
def bring(session: Session, project: Path) -> Callable[[Brought], tuple[Session, str]]:
    """A function that returns a session with what is brought as a case, and that case."""

    def brought(each: Brought) -> tuple[Session, str]:
        case = each.described_by(session.evidence.agents["B"]["keras"]).case
        catalogue = session.catalogue.with_cases({case.id: case})
        state = dataclasses.replace(session.state, catalogue=catalogue)
        return dataclasses.replace(session, state=state), case.id

    return brought


def rows_of(session: Session, case: str, route: str, requirement: str) -> list[Row]:
    """Return a row for each shortfall that a requirement finds on the route."""
    parsed = Route.parse(route)
    evidence = dataclasses.replace(session.evidence, routes=frozenset([parsed]), over_pairs=False)
    session.evidence = evidence
    judgement = judge(requirements()[requirement], Seen(evidence, NEW_ARTIFACTS, case, parsed))
    assert judgement.shortfalls, judgement.text()
    cell = Cell(case, parsed, requirement)
    return [
        Row.of(cell, dataclasses.replace(judgement, shortfalls=[found], message=found.message))
        for found in judgement.shortfalls
    ]


def check(rows: list[Row], sound: str, session: Session, forking: Forks, folder: Path) -> None:
    """Check that the script of each row reproduces, and does not on the route without the fault."""
    for number, row in enumerate(rows):
        text = scripts.script(row, session).text()
        shown = forking.execute(text, folder / f"faulty-{number}")
        assert shown.verdict is True, f"{row.message}\n{text}\n{shown}"
        without = dataclasses.replace(row, route=Route.parse(sound))
        text = scripts.script(without, session).text()
        shown = forking.execute(text, folder / f"sound-{number}")
        assert shown.verdict is False, f"{row.message}\n{text}\n{shown}"


@pytest.mark.parametrize(("function", "route", "sound", "found_by"), FAULTY)
def test_the_script_of_a_user_s_model_shows_the_fault(
    bring, project, forking, tmp_path, function, route, sound, found_by
):
    session, case = bring(Brought.model(f"yard.loaded:{function}", project))
    rows = [row for requirement in found_by for row in rows_of(session, case, route, requirement)]
    check(rows, sound, session, forking, tmp_path)


@pytest.mark.parametrize(("name", "made_from", "route", "found_by"), FAULTY_ARTIFACTS)
def test_the_script_of_a_user_s_artifact_shows_the_fault(
    bring, project, forking, tmp_path, name, made_from, route, found_by
):
    function, saver = made_from
    made, case = bring(Brought.model(f"yard.loaded:{function}", project))
    made.evidence.saved("B", case, saver)["save"]
    source, path = made.evidence.artifact("B", case, saver), tmp_path / name
    (shutil.copytree if Path(source).is_dir() else shutil.copy)(source, path)
    named = f"yard.loaded:{function}={path}" if saver == "keras_archive" else str(path)
    session, case = bring(Brought.artifact(named, project))
    rows = [row for requirement in found_by for row in rows_of(session, case, route, requirement)]
    existing = Route.parse(route).saver
    check(rows, f"{existing}:{SOUND[existing]}", session, forking, tmp_path)


def test_the_script_of_a_class_that_only_building_registers_shows_that_it_does_not_load(
    bring, project, forking, tmp_path
):
    session, case = bring(Brought.model("yard.loaded:registered_while_building", project))
    (row,) = rows_of(session, case, "keras_archive:load_model", "loads")
    shown = forking.execute(scripts.script(row, session).text(), tmp_path / "script")
    assert shown.verdict is True, shown


def test_the_module_s_folders_are_in_the_script_s_search_path(bring, project, monkeypatch, tmp_path):
    monkeypatch.setenv("PYTHONPATH", str(project))
    session, case = bring(Brought.model("yard.loaded:folder", tmp_path))
    row = rows_of(session, case, "keras_archive:drops_a_weight", "outputs")[0]
    text = scripts.script(row, session).text()
    ast.parse(text)
    assert f"sys.path[:0] = ['{tmp_path}', '{project}']\nimport yard.loaded as brought" in text
