"""The custom objects of a user's project: registered, given or both; loaded as their users do, and judged without."""

from __future__ import annotations

import dataclasses
import importlib
import os
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.beside_tensorflow.users_modules import UsersModules
from tests.both_sides.cases import BroughtSource
from tests.both_sides.routes import Route
from tests.judging.judgement import Judgement, judge
from tests.judging.outcome import Outcome
from tests.judging.pairs import NEW_ARTIFACTS
from tests.judging.requirement import requirements
from tests.judging.seen import Seen
from tests.run.brought import Brought

LIBRARIES = Path(".venv", "lib", "python3", "site-packages")
PROJECT = {
    "stall/__init__.py": "",
    "stall/late.py": "def doubled(values):\n    return values * 2.0\n",
    "stall/layers.py": """
        import tensorflow as tf

        register = tf.keras.utils.register_keras_serializable


        class Scaled(tf.keras.layers.Layer):
            def __init__(self, by=2.0, **kwargs):
                super().__init__(**kwargs)
                self.by = by

            def call(self, inputs):
                from stall.late import doubled

                return doubled(inputs) * self.by

            def get_config(self):
                return {**super().get_config(), "by": self.by}


        @register("stall")
        class Packed(Scaled):
            pass


        @register()
        class Unpacked(Scaled):
            pass


        @register("stall", name="Other")
        class Renamed(Scaled):
            pass


        @register("stall")
        class Unused(Scaled):
            pass


        @register("stall")
        class Cell(tf.keras.layers.SimpleRNNCell):
            pass


        @register("stall")
        def smooth(values):
            return values * tf.sigmoid(values)
    """,
    "stall/models.py": """
        import tensorflow as tf
        from gifts import Gift

        from stall.layers import Cell, Packed, Renamed, Scaled, Unpacked, register, smooth


        def over(*layers):
            inputs = outputs = tf.keras.Input((4,))
            for layer in layers:
                outputs = layer(outputs)
            return tf.keras.Model(inputs, outputs)


        def packed():
            return over(Packed(3.0))


        def unpacked():
            return over(Unpacked(3.0))


        def renamed():
            return over(Renamed(3.0))


        def activated():
            return over(tf.keras.layers.Dense(2, activation=smooth))


        def of_library():
            return over(Gift(), Packed(3.0))


        def packed_and_given():
            return packed()


        packed_and_given_custom_objects = {"Packed": Packed, "stall>Packed": Packed}


        def mixed():
            return over(Packed(3.0), Scaled(0.5), tf.keras.layers.Dense(2, activation=smooth))


        mixed_custom_objects = {"Scaled": Scaled}


        def registered_while_building():
            @register("stall")
            class Local(Scaled):
                pass

            return over(Local(3.0))


        def recurrent():
            layer = tf.keras.layers.RNN(Cell(2))
            return over(tf.keras.layers.Reshape((2, 2)), tf.keras.layers.Bidirectional(layer))


        def plain():
            return over(tf.keras.layers.Dense(2))
    """,
    "stall/single.py": """
        import tensorflow as tf


        @tf.keras.utils.register_keras_serializable("stall")
        class Single(tf.keras.layers.Layer):
            def call(self, inputs):
                return inputs * 3.0


        def single():
            inputs = tf.keras.Input((4,))
            return tf.keras.Model(inputs, Single()(inputs))


        single_custom_objects = {"stall>Single": Single}
    """,
    LIBRARIES / "gifts" / "__init__.py": """
        import tensorflow as tf


        @tf.keras.utils.register_keras_serializable("gifts")
        class Gift(tf.keras.layers.Layer):
            def call(self, inputs):
                return inputs + 1.0
    """,
}
NEEDS = {
    "packed": ["stall>Packed"],
    "unpacked": ["Custom>Unpacked"],
    "renamed": ["stall>Other"],
    "activated": ["stall>smooth"],
    "of_library": ["stall>Packed"],
    "packed_and_given": ["stall>Packed"],
    "mixed": ["Scaled", "stall>Packed", "stall>smooth"],
    "plain": [],
}


@pytest.fixture(scope="session")
def project(tmp_path_factory) -> Path:
    """A folder with a user's project and its virtual environment."""
    folder = tmp_path_factory.mktemp("project")
    for name, text in PROJECT.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(textwrap.dedent(text))
    return folder


@pytest.fixture
def see(session, project, monkeypatch) -> Callable[..., Seen]:
    """A function that returns the evidence on a model of the project, or on an artifact of it."""
    monkeypatch.setenv("PYTHONPATH", str(project / LIBRARIES))

    def seen(function: str, route: str, artifact: Path | None = None) -> Seen:
        name = f"stall.{'single' if function == 'single' else 'models'}:{function}"
        brought = Brought.artifact(f"{name}={artifact}", project) if artifact else Brought.model(name, project)
        if artifact:
            brought = dataclasses.replace(brought, name=f"kept_{function}_{artifact.suffix[1:]}")
        case = brought.described_by(session.evidence.agents["B"]["keras"]).case
        catalogue = session.catalogue.with_cases({case.id: case})
        evidence = dataclasses.replace(
            session.evidence, catalogue=catalogue, routes=frozenset([Route.parse(route)]), over_pairs=False
        )
        return Seen(evidence, NEW_ARTIFACTS, case.id, Route.parse(route))

    return seen


def judged(seen: Seen, requirement: str) -> Judgement:
    """Return the judgement of one requirement."""
    return judge(requirements()[requirement], seen)


@pytest.mark.parametrize("route", ["keras_archive:load_model", "h5:load_model"])
@pytest.mark.parametrize("function", NEEDS)
def test_a_model_loads_where_its_module_is_imported_and_needs_what_it_uses(see, function, route):
    for requirement in ("loads", "outputs", "resaves"):
        judgement = judged(see(function, route), requirement)
        assert judgement.outcome is Outcome.CONFORMS, judgement.text()
    judgement = judged(see(function, route), "custom_objects")
    assert (judgement.outcome, judgement.facts["needs"]) == (Outcome.CONFORMS, NEEDS[function]), judgement.text()


@pytest.mark.parametrize("saver", ["keras_archive", "h5"])
@pytest.mark.parametrize("function", ["packed", "mixed"])
def test_an_artifact_loads_where_the_module_of_its_function_is_imported(see, function, saver):
    saved = see(function, f"{saver}:load_model")
    saved.saved["save"]
    artifact = saved.evidence.artifact("B", saved.case_id, saver)
    seen = see(function, f"existing_{saver}:load_model", artifact)
    for requirement in ("loads", "outputs"):
        judgement = judged(seen, requirement)
        assert judgement.outcome is Outcome.CONFORMS, judgement.text()
    judgement = judged(seen, "custom_objects")
    assert (judgement.outcome, judgement.facts["needs"]) == (Outcome.CONFORMS, NEEDS[function]), judgement.text()


def test_an_object_that_cannot_be_passed_is_one_finding_and_others_are_not_asked_for(see):
    judgement = judged(see("recurrent", "h5:load_model"), "custom_objects")
    assert judgement.outcome is Outcome.FAILS
    assert [each.message.partition(":")[0] for each in judgement.shortfalls] == ["given by argument"]
    assert "Could not locate class 'Cell'" in judgement.text()
    assert judgement.facts["needs"] == ["stall>Cell"]
    judgement = judged(see("recurrent", "keras_archive:load_model"), "custom_objects")
    assert (judgement.outcome, judgement.facts["needs"]) == (Outcome.CONFORMS, ["stall>Cell"]), judgement.text()


def test_what_only_building_registers_is_missing_where_the_module_is_imported(see):
    seen = see("registered_while_building", "keras_archive:load_model")
    assert "stall>Local" in seen.case.registered_objects
    judgement = judged(seen, "loads")
    assert (judgement.outcome, "Local" in judgement.text()) == (Outcome.FAILS, True), judgement.text()


@pytest.mark.parametrize(
    ("fault", "messages"),
    [
        ("refuses_without_saying_why", ["does not name what is missing: ValueError: no"]),
        (
            "answers_wrongly_without_its_class",
            ["it loads without what it needs", "registration and importing the module give different models"],
        ),
        ("takes_no_scope", ["given by scope: TypeError", "given by registration: TypeError"]),
    ],
)
def test_a_loader_that_is_wrong_about_them_is_caught(see, fault, messages):
    seen = see("single", f"keras_archive:{fault}")
    assert judged(seen, "loads").outcome is Outcome.CONFORMS
    judgement = judged(seen, "custom_objects")
    assert judgement.outcome is Outcome.FAILS
    assert [message for message in messages if message not in judgement.text()] == [], judgement.text()


def test_no_module_of_the_project_can_be_imported_where_they_are_left_out(see):
    judgement = judged(see("packed", "keras_archive:load_model_and_import"), "custom_objects")
    assert (judgement.outcome, judgement.facts["needs"]) == (Outcome.CONFORMS, ["stall>Packed"]), judgement.text()


# Which modules are the user's


@pytest.fixture
def modules_of(tmp_path, monkeypatch) -> Iterator[Callable[..., UsersModules]]:
    """A function that writes files into a folder, which the user names as the search path, and imports modules."""
    before, finders = set(sys.modules), list(sys.meta_path)

    def users_modules(files: dict[str, str], *imported: str, function: str | None = None) -> UsersModules:
        for name, text in files.items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(text)
        for folder in (tmp_path, tmp_path / LIBRARIES):
            monkeypatch.syspath_prepend(str(folder))
        modules = UsersModules(BroughtSource(function, None, (str(tmp_path),)))
        for name in imported:
            importlib.import_module(name)
        return modules

    yield users_modules
    sys.meta_path[:] = finders
    for name in set(sys.modules) - before:
        del sys.modules[name]


def is_importable(name: str) -> bool:
    """Return whether code that is not the user's can import a module."""
    try:
        importlib.import_module(name)
    except ModuleNotFoundError:
        return False
    return True


def test_modules_of_the_project_are_hidden_and_those_of_its_environment_are_not(modules_of):
    files = {
        "yard/__init__.py": "",
        "yard/never_imported.py": "",
        "shed/without_init.py": "",
        str(LIBRARIES / "bought.py"): "",
        str(LIBRARIES / "bought_late.py"): "",
    }
    modules_of(files, "yard", "shed.without_init", "bought").hide()
    names = ["yard", "yard.never_imported", "shed.without_init", "bought", "bought_late", "wave", "os"]
    assert list(filter(is_importable, names)) == ["bought", "bought_late", "wave", "os"]


def test_the_package_of_the_function_is_the_user_s_wherever_it_lies(modules_of):
    files = {str(LIBRARIES / "sold" / "__init__.py"): "", str(LIBRARIES / "sold" / "layers.py"): ""}
    modules_of(files, "sold.layers", function="sold.models:tower").hide()
    assert not is_importable("sold.layers")


def test_a_package_that_was_imported_before_is_not_the_user_s(modules_of):
    modules_of({"shared/__init__.py": "", "shared/part.py": ""}, "shared")
    modules_of({}, function="shared:tower").hide()
    assert is_importable("shared.part")


def test_the_user_s_own_code_may_import_late(modules_of):
    files = {
        "barn/__init__.py": "loaded = []",
        "barn/early.py": "import barn\nbarn.loaded.append(1)",
        "barn/hay.py": "def fetch():\n    from barn import early, late\n    return early, late",
        "barn/late.py": "",
    }
    modules = modules_of(files, "barn.early", "barn.hay")
    hay, early = sys.modules["barn.hay"], sys.modules["barn.early"]
    modules.hide()
    assert not is_importable("barn.early")
    assert hay.fetch()[0] is early
    assert early.barn.loaded == [1]


def test_a_linked_folder_is_the_same_folder(modules_of, tmp_path, monkeypatch):
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    (tmp_path / "real" / "linked.py").touch()
    for searched, imported in (("link", "real"), ("real", "link")):
        modules = UsersModules(BroughtSource(None, None, (str(tmp_path / searched),)))
        assert modules.has_file(os.fspath(tmp_path / imported / "linked.py"))
