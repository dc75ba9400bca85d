"""Models and artifacts of a user's own: found as they are, described rightly, and refused in one clear line."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.judging.inputs import inputs_given
from tests.run.brought import Brought, DescribedCase, UnusableModel, distinct
from tests.selftest.brought_in_session import OWN_MODELS
from tests.selftest.whole_runs import report, run, run_with_scripts


@pytest.fixture(scope="session")
def shop(tmp_path_factory) -> Path:
    """A folder with the user's package."""
    folder = tmp_path_factory.mktemp("user")
    (folder / "shop").mkdir()
    (folder / "shop" / "__init__.py").touch()
    shutil.copy(OWN_MODELS / "shop_models.py", folder / "shop" / "models.py")
    shutil.copy(OWN_MODELS / "registered.py", folder / "shop")
    return folder


@pytest.fixture
def describe(session, shop, monkeypatch):
    """A function that describes a model of the shop, or an artifact."""

    def described(model: str = "", artifact: str = "") -> DescribedCase:
        brought = Brought.artifact(artifact, shop) if artifact else Brought.model(f"shop.models:{model}", shop)
        return brought.described_by(session.evidence.agents["B"]["keras"])

    return described


def test_a_functional_model_says_itself_what_it_takes(describe):
    described = describe("tower")
    case = described.case
    assert (case.id, described.given, case.custom_objects) == ("mine.tower", None, ("Gate",))
    inputs = case.endpoints["call"]
    assert list(inputs.by_name) == ["zebra", "apple"]
    assert [(each.dtype, each.shape) for each in inputs.tensors] == [("int32", (None, 2)), ("float32", (None, 3))]
    traits = {"functional", "compiled", "several_inputs", "integer_inputs", "holds_keras_model", "tries_twins"}
    assert traits <= case.traits
    assert not {"trained", "slots"} & case.traits


def test_a_trained_model_has_the_traits_by_which_known_losses_of_its_optimizer_are_explained(describe):
    assert {"compiled", "trained", "slots"} <= describe("fitted").case.traits


def test_given_inputs_are_taken_as_they_are_and_say_what_the_model_takes(describe):
    described = describe("told")
    (tensor,) = described.case.endpoints["call"].tensors
    assert (tensor.dtype, tensor.shape) == ("float32", (None, 4))
    one, two, *_ = inputs_given(described.case, described.given)
    assert [(each.name, each.special, each.magnitude) for each in (one, two)] == [
        ("given-1", False, 1.0),
        ("given-2", True, 3.0),
    ]
    assert one.value.shape == (2, 4)
    assert "subclassed" in described.case.traits


def test_a_module_is_asked_by_its_functions(describe):
    case = describe("module").case
    assert set(case.endpoints) == {"serve", "nested"}
    assert list(case.endpoints["serve"].by_name) == ["x", "words"]
    assert {"holds_module", "has_signatures", "string_inputs"} <= case.traits


@pytest.mark.parametrize(
    ("model", "message"),
    [
        ("untold", r"^--model shop\.models:untold: .*put a function untold_inputs\(\) beside untold\(\)"),
        ("broken", r"^--model shop\.models:broken: RuntimeError: no database$"),
        ("missing", r"^--model shop\.models:missing: AttributeError: .*missing"),
        ("nothing", "it has no function with an input_signature"),
        ("forgets", r"^--model shop\.models:forgets: it returned None, and has to return a model$"),
        ("of_any_rank", r"inputs for TensorSpec\(shape=<unknown>.* cannot be drawn"),
    ],
)
def test_what_cannot_be_judged_is_one_clear_line(describe, model, message):
    with pytest.raises(UnusableModel, match=message) as refused:
        describe(model)
    assert "\n" not in str(refused.value)


def test_a_module_that_is_not_found_says_where_it_was_looked_for(session, tmp_path):
    with pytest.raises(UnusableModel, match=f"No module named 'nowhere' in {tmp_path}.*set PYTHONPATH"):
        Brought.model("nowhere:f", tmp_path).described_by(session.evidence.agents["B"]["keras"])


@pytest.mark.parametrize("text", ["shop", "shop:", ":f", "shop:f()", "a b:c"])
def test_a_model_is_named_by_module_and_function(tmp_path, text):
    with pytest.raises(UnusableModel, match=r"is not MODULE:FUNCTION, such as shop\.models:tower"):
        Brought.model(text, tmp_path)


def test_two_of_one_name_are_refused(tmp_path):
    both = [Brought.model("a:tower", tmp_path), Brought.model("b:tower", tmp_path)]
    with pytest.raises(UnusableModel, match=r"--model a:tower and --model b:tower would both be mine\.tower"):
        distinct(both)


@pytest.mark.parametrize(
    ("paths", "names"),
    [
        (["foo/1"], ["1"]),
        (["foo/1", "bar/1"], ["foo_1", "bar_1"]),
        (["a/model.keras", "a/model.h5", "a/other.h5"], ["model_keras", "model_h5", "other"]),
        (["a/model.keras", "b/model.keras"], ["a_model", "b_model"]),
        (["x/a/1", "y/a/1", "x_a_1"], ["FOLDER_x_a_1", "FOLDER_y_a_1", "x_a_1"]),
        (["tower.keras", "a/tower.keras"], ["FOLDER_tower", "a_tower"]),
        (["a=b/[x y]/模型 1.keras"], ["模型_1"]),
        (["my.module:f=p.keras"], ["my"]),
    ],
)
def test_artifacts_of_one_name_are_distinct_by_their_paths(tmp_path, paths, names):
    for path in paths:
        (tmp_path / path).mkdir(parents=True)
    artifacts = [Brought.artifact(path, tmp_path) for path in paths]
    *found, model = distinct([*artifacts, Brought.model("my_models:tower", tmp_path)])
    assert model.name == "tower"
    assert [each.name.replace(tmp_path.name, "FOLDER") for each in found] == names
    assert [each.source.artifact for each in found] == [str(tmp_path / path) for path in paths]


def test_one_artifact_named_twice_is_refused(tmp_path):
    (tmp_path / "one.keras").touch()
    with pytest.raises(UnusableModel, match=r"would both be mine\.one"):
        distinct([Brought.artifact("one.keras", tmp_path)] * 2)


def test_a_function_may_stand_before_a_path_with_equals_signs(tmp_path):
    (tmp_path / "a=b.keras").touch()
    source = Brought.artifact("shop.models:tower=a=b.keras", tmp_path).source
    assert (source.function, source.artifact) == ("shop.models:tower", str(tmp_path / "a=b.keras"))


@pytest.mark.parametrize(
    ("case", "saver", "file_name"),
    [
        ("standard.named_branches", "keras_archive", "模型 [1].keras"),
        ("standard.dense_classifier", "h5", "x=1 (a).h5"),
        ("custom_op.module_two_signatures", "saved_model", "a=[b] *"),
        ("standard.named_branches", "export", "[1]"),
    ],
)
def test_an_artifact_may_lie_at_any_path(session, describe, tmp_path, case, saver, file_name):
    session.evidence.saved("B", case, saver)["save"]
    path = tmp_path / "עברית [a-c] = ?" / file_name
    path.parent.mkdir()
    path.symlink_to(session.evidence.artifact("B", case, saver))
    assert describe(artifact=str(path)).case.brought.artifact == str(path)


@pytest.mark.parametrize("named", ["folder", "prefix"])
def test_a_checkpoint_may_lie_at_any_path(session, describe, shop, tmp_path, named):
    folder = tmp_path / "a [b-c]"
    folder.mkdir()
    prefix = str(folder / "x[1]")
    writing = f"import tensorflow as tf, shop.models as m; tf.train.Checkpoint(model=m.told()).save({prefix!r})"
    subprocess.run([sys.executable, "-c", writing], cwd=shop, check=True, capture_output=True)
    path = folder if named == "folder" else folder / "x[1]-1"
    assert describe(artifact=f"shop.models:told={path}").case.exists_as == "checkpoint"


def test_a_config_of_another_program_makes_no_keras_folder(describe, tmp_path):
    (tmp_path / "config.json").write_text('{"architectures": ["BertModel"], "hidden_size": 768}')
    with pytest.raises(UnusableModel, match=r"is no SavedModel, .*: its config\.json is not Keras's"):
        describe(artifact=str(tmp_path))


@pytest.mark.parametrize(
    ("case", "saver", "kind", "endpoints"),
    [
        ("standard.named_branches", "keras_archive", "keras_archive", ["call"]),
        ("standard.named_branches", "export", "saved_model", ["serve", "serving_default"]),
        ("custom_op.module_two_signatures", "saved_model", "saved_model", ["project", "shift"]),
        ("standard.dense_classifier", "h5", "h5", ["call"]),
        ("standard.dense_classifier", "keras_folder", "keras_folder", ["call"]),
    ],
)
def test_an_artifact_says_itself_what_it_is(session, describe, case, saver, kind, endpoints):
    session.evidence.saved("B", case, saver)["save"]
    described = describe(artifact=str(session.evidence.artifact("B", case, saver))).case
    assert (described.exists_as, sorted(described.endpoints)) == (kind, endpoints)
    assert described.brought.artifact == str(session.evidence.artifact("B", case, saver))


def test_weights_alone_need_the_function_that_builds_the_model(session, describe, shop, tmp_path):
    session.evidence.saved("B", "standard.dense_classifier", "weights_h5")["save"]
    path = session.evidence.artifact("B", "standard.dense_classifier", "weights_h5")
    with pytest.raises(UnusableModel, match="holds weights alone: say MODULE:FUNCTION="):
        describe(artifact=str(path))
    with pytest.raises(UnusableModel, match="--artifact: there is nothing at 'nowhere'"):
        Brought.artifact("nowhere", tmp_path)
    (tmp_path / "notes.txt").touch()
    with pytest.raises(UnusableModel, match=r"notes\.txt is no SavedModel, \.keras, \.h5 or checkpoint"):
        describe(artifact=str(tmp_path / "notes.txt"))


def test_inputs_may_lie_beside_an_artifact(session, describe):
    session.evidence.saved("B", "standard.dense_classifier", "keras_archive")["save"]
    path = session.evidence.artifact("B", "standard.dense_classifier", "keras_archive")
    beside = path.with_name("model.keras.inputs-1.npz")
    try:
        np.savez(beside, x=np.ones((2, 784), "float32"))
        described = describe(artifact=str(path))
        given, *_ = inputs_given(described.case, described.given)
        assert given.value.shape == (2, 784)
        np.savez(beside, x=np.ones(2), y=np.ones(2))
        with pytest.raises(UnusableModel, match=r"model\.keras\.inputs-1\.npz holds x, y, which no function takes"):
            describe(artifact=str(path))
    finally:
        beside.unlink()


def test_a_user_s_model_and_artifact_are_judged_by_the_routes_that_apply(session, shop, tmp_path):
    session.evidence.saved("B", "custom_op.module_two_signatures", "saved_model")["save"]
    artifact = session.evidence.artifact("B", "custom_op.module_two_signatures", "saved_model")
    ended = run(
        tmp_path,
        "--model=shop.models:tower",
        f"--artifact={artifact}",
        "--case=mine.*",
        "--route=weights_h5:load_weights",
        "--route=existing_saved_model:signature",
        PYTHONPATH=str(shop),
    )
    assert ended.returncode == 0, ended.stdout
    judged = {
        (row["case"], row["route"], row["requirement"]): row["outcome"]
        for row in report(tmp_path)["cells"]
        if row["outcome"] != "n/a"
    }
    assert judged.pop(("mine.model", "existing_saved_model:signature", "places")) == "deviates"  # on any SavedModel
    assert set(judged.values()) == {"conforms"}
    assert judged["mine.tower", "weights_h5:load_weights", "outputs"]
    assert judged["mine.model", "existing_saved_model:signature", "outputs"]
    assert judged["mine.model", "existing_saved_model:signature", "weights"]
    assert not any(case == "mine.model" and route.startswith("weights") for case, route, _ in judged)


def test_a_model_that_lost_its_class_is_refused_without_it_and_its_script_needs_nothing_of_ours(shop, tmp_path):
    ended = run_with_scripts(
        tmp_path,
        "--model=shop.models:tower",
        "--case=mine.*",
        "--route=h5:load_model",
        "--route=keras_archive:load_model",
        PYTHONPATH=str(shop),
    )
    assert ended.returncode == 0, ended.stdout
    assert "known (refused): mine.tower on h5:load_model: Keras 3.15.1 cannot load an .h5 file" in ended.stdout
    rows = {(row["route"], row["requirement"]): row for row in report(tmp_path)["cells"]}
    custom = rows["keras_archive:load_model", "custom_objects"]
    assert (custom["outcome"], custom["facts"]["needs"]) == ("conforms", ["Gate"])
    script = tmp_path / "out" / rows["h5:load_model", "loads"]["repro"]
    assert "import shop.models" in script.read_text()
    surroundings = {**os.environ, "PYTHONPATH": str(shop)}
    executed = subprocess.run([sys.executable, script], capture_output=True, text=True, env=surroundings, check=False)
    assert executed.returncode == 1, executed.stderr
    assert executed.stdout.splitlines()[-1].startswith("reproduced: ")


@pytest.mark.parametrize("model", ["registered", "half_told"])
def test_what_importing_the_module_registers_is_known_and_not_asked_of_its_owner(shop, tmp_path, model):
    ended = run(
        tmp_path,
        f"--model=shop.registered:{model}",
        "--case=mine.*",
        "--route=h5:load_model",
        "--route=keras_archive:load_model",
        PYTHONPATH=str(shop),
    )
    assert ended.returncode == 0, ended.stdout
    rows = {(row["route"], row["requirement"]): row for row in report(tmp_path)["cells"]}
    for route in ("h5:load_model", "keras_archive:load_model"):
        assert rows[route, "loads"]["outcome"] == rows[route, "outputs"]["outcome"] == "conforms"
        custom = rows[route, "custom_objects"]
        # The module registers `shop>Unused` too, which this model does not need.
        assert (custom["outcome"], custom["facts"]["needs"]) == ("conforms", ["shop>Registered", "shop>twice"])
        assert set(custom["facts"]["refused_without"]) == {"shop>Registered", "shop>twice"}
