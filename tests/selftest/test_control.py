"""The control that is remembered: used if asking again would say the same, and never otherwise."""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
import threading
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.both_sides.origins import Origins
from tests.both_sides.routes import Route
from tests.interpreters.agents import ROOT
from tests.interpreters.identity import identity
from tests.interpreters.limits import ROOMY
from tests.interpreters.response import Response
from tests.interpreters.where import interpreter_at
from tests.judging.evidence import NoEvidence
from tests.judging.evidence_folder import EvidenceFolder
from tests.judging.load_request import LoadRequest
from tests.judging.pairs import CONTROL
from tests.judging.plan import Selection
from tests.run import control, record
from tests.run.checked_folder import MANIFEST, DamagedFolder, check_all, written
from tests.run.control import Control
from tests.run.request import RunRequest
from tests.run.start import StartedRun, start

CASES = ("standard.dense_classifier", "custom_op.module_two_signatures")
ROUTES = (Route("weights_h5", "load_weights"), Route("checkpoint_v1", "restore"))
DENSE, LOADED = CASES[0], Route("weights_h5", "load_weights")


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    """A cache of this module's own."""
    before, folder = os.environ.get("XDG_CACHE_HOME"), tmp_path_factory.mktemp("cache")
    os.environ["XDG_CACHE_HOME"] = str(folder)
    yield folder
    if before is None:
        del os.environ["XDG_CACHE_HOME"]
    else:
        os.environ["XDG_CACHE_HOME"] = before


@pytest.fixture(scope="module", autouse=True)
def identified():
    """Have each environment looked through once, and not for each test."""
    known: dict[str, dict[str, str]] = {}

    def identity_once(of: Origins) -> dict[str, str]:
        if repr(of) not in known:
            known[repr(of)] = identity(of)
        return known[repr(of)]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(control, "identity", identity_once)
        yield


@pytest.fixture(scope="module")
def gate(cache):
    """A gate from this pair to itself, with agents."""
    here = interpreter_at(None)
    started = start(
        RunRequest({"A": here, "B": here}, case_globs=CASES, route_globs=(str(LOADED), "saved_model:signature"))
    )
    yield started
    started.close()


@pytest.fixture(scope="module")
def remembered(gate: StartedRun) -> Control:
    """Its control, after it was asked for one case, and remembered."""
    gate.use_control()
    told = gate.session.control
    assert told is not None
    assert told.line == "control: asked anew"
    ask(gate.session.evidence)
    assert told.remember() == ""
    return told


def ask(evidence) -> Response:
    """Return what loading the dense classifier says in the control."""
    assert "save" in evidence.saved("A", DENSE, LOADED.saver)
    assert "eager" in evidence.original("A", DENSE, LOADED.saver)
    return evidence.loaded(LoadRequest(CONTROL, DENSE, LOADED))


def later(told: Control, folder: Path, **changed) -> Control:
    """Return the control of a later run, in which nobody can be asked, as it is before it is given anything."""
    evidence = dataclasses.replace(told.evidence, folder=EvidenceFolder(folder), agents={})
    return dataclasses.replace(told, evidence=evidence, **{"given": {}, "digests": {}, "line": "", **changed})


@pytest.fixture
def copied(remembered: Control, tmp_path, monkeypatch) -> Control:
    """The control of a later run, with a copy of the cache, to be damaged."""
    shutil.copytree(remembered.folder, tmp_path / "cache" / "tf-save-conformance" / "control")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return later(remembered, tmp_path / "evidence", digests=remembered.digests)


# It is used


def test_a_later_gate_does_not_ask_what_is_remembered(remembered, tmp_path):
    told = later(remembered, tmp_path)
    told.give()
    today = json.loads((remembered.entry(DENSE) / MANIFEST).read_text())["made"]
    assert told.line == f"control: remembered from {today} for 1 of 2 cases; --fresh-control asks anew"
    assert told.damage == ""
    fresh, again = (each.evidence.loaded(LoadRequest(CONTROL, DENSE, LOADED)) for each in (remembered, told))
    assert json.dumps(again.sections["weights"], default=repr) == json.dumps(
        fresh.without_costs().sections["weights"], default=repr
    )
    assert ask(told.evidence).cpu == 0
    assert told.evidence.artifact("A", DENSE, LOADED.saver).exists()
    with pytest.raises(NoEvidence):  # what is not remembered is asked
        told.evidence.saved("A", DENSE, "saved_model")
    before = (told.entry(DENSE) / MANIFEST).stat().st_ino
    assert told.remember() == ""
    assert (told.entry(DENSE) / MANIFEST).stat().st_ino == before, "nothing new is not written again"


def test_a_run_of_fewer_cases_uses_what_a_run_of_more_has_left(gate, remembered, tmp_path):
    plan = gate.session.plan_of(Selection((DENSE,), (str(LOADED), "saved_model:signature")))
    told = later(remembered, tmp_path, plan=plan)
    told.give()
    assert set(told.given) == {DENSE}
    assert " for " not in told.line


def test_asking_anew_replaces_what_is_remembered(copied):
    told = dataclasses.replace(copied, request=dataclasses.replace(copied.request, fresh_control=True), digests={})
    told.give()
    assert (told.line, told.given) == ("control: asked anew", {})
    root, entry = told.evidence.folder.root, told.entry(DENSE)
    shutil.copytree(entry / "inputs", root / "inputs")
    assert told.remember() == ""
    assert set(check_all(entry)["files"]) == {f"inputs/{DENSE}"}


def test_two_gates_at_once_leave_and_find_whole_entries(copied, tmp_path):
    def one(name: str) -> None:
        for turn in range(3):
            told = later(copied, tmp_path / name / str(turn))
            told.give()
            told.given = {}  # as if all of it were new
            ended.append(told.remember())
            found.append((told.line.partition(" from ")[0], told.damage, DENSE in told.digests))

    ended: list[str] = []
    found: list[tuple] = []
    threads = [threading.Thread(target=one, args=(name,)) for name in "abc"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ended == [""] * 9
    assert set(found) == {("control: remembered", "", True)}
    check_all(copied.entry(DENSE))


# It is not used if something differs


def digest_with(told: Control, **changed) -> str:
    """Return the digest of the dense classifier's entry in a run in which these things are different."""
    return dataclasses.replace(told, **changed).current_digests()[DENSE]


def with_request(told: Control, **changed) -> dict:
    """Return the field of a control whose run is asked for something else."""
    return {"request": dataclasses.replace(told.request, **changed)}


CHANGES = {
    "new processes": lambda told: {"evidence": dataclasses.replace(told.evidence, fresh=True)},
    "limits": lambda told: {"evidence": dataclasses.replace(told.evidence, limits=ROOMY)},
    "answers": lambda told: {"evidence": dataclasses.replace(told.evidence, routes=frozenset([LOADED.of_saver]))},
    "a declaration": lambda told: {"evidence": dataclasses.replace(told.evidence, catalogue=with_a_trait(told))},
    "a variable": lambda told: {
        "origins": dataclasses.replace(told.origins, variables={"TF_ENABLE_ONEDNN_OPTS": "1"})
    },
}


def with_a_trait(told: Control):
    """Return the catalogue, in which the dense classifier is said to be something that it was not."""
    catalogue = told.evidence.catalogue
    case = catalogue.cases[DENSE]
    return catalogue.with_cases({DENSE: dataclasses.replace(case, traits=case.traits | {"subclassed"})})


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_another_pair_machine_or_question_finds_nothing(copied, change):
    assert digest_with(copied) == copied.digests[DENSE]
    told = dataclasses.replace(copied, digests={}, **change(copied))
    told.give()
    assert (told.line, told.damage, told.given) == ("control: asked anew", "", {})
    assert told.digests[DENSE] != copied.digests[DENSE]


@pytest.mark.parametrize("name", ["hypothesis", "numpy"])
def test_other_inputs_find_nothing(copied, monkeypatch, name):
    known = control.metadata.version
    monkeypatch.setattr(control.metadata, "version", lambda each: "0.0" if each == name else known(each))
    assert digest_with(copied) != copied.digests[DENSE]


@pytest.mark.parametrize(
    "name",
    [
        "models/standard/layers.py",
        "models/ops/conformance_clamp.cc",
        "models/data.json",
        "tests/routes/weights.py",
        "tests/beside_tensorflow/look.py",
        "tests/both_sides/wire.py",
        "tests/judging/battery.py",
        "tests/interpreters/interpreter.py",
        "tests/test_outputs.py",
    ],
)
def test_other_sources_find_nothing(tmp_path, monkeypatch, name):
    for room in ("models", "tests"):
        shutil.copytree(ROOT / room, tmp_path / room, ignore=shutil.ignore_patterns("selftest", "__pycache__"))
    before = record.suite_digest()
    monkeypatch.setattr(record, "ROOT", tmp_path)
    assert record.suite_digest() == before
    with (tmp_path / name).open("a") as file:
        file.write("\n")
    assert record.suite_digest() != before


def test_what_depends_on_chance_or_cannot_be_seen_through_is_not_remembered(remembered, tmp_path):
    for changed, reason in (
        ({"steady": False}, "this profile draws other inputs in each run"),
        ({"further_routes": (tmp_path,)}, "there are further savers and loaders"),
    ):
        told = later(remembered, tmp_path, **with_request(remembered, **changed))
        told.give()
        assert told.line == f"control: asked anew, and not remembered, because {reason}"
        assert (told.given, told.digests) == ({}, {})


@pytest.mark.parametrize("changed", [{"op_library": "x.cc"}, {"brought": object()}])
def test_a_user_s_model_and_a_compiled_library_are_not_remembered(remembered, changed):
    catalogue = remembered.evidence.catalogue
    case = dataclasses.replace(catalogue.cases[DENSE], **changed)
    evidence = dataclasses.replace(remembered.evidence, catalogue=catalogue.with_cases({DENSE: case}))
    assert set(dataclasses.replace(remembered, evidence=evidence).current_digests()) == {*CASES} - {DENSE}


def test_what_changes_during_the_run_is_not_remembered(copied, monkeypatch):
    copied.give()
    copied.given = {}
    shutil.rmtree(copied.folder)
    monkeypatch.setattr(control, "suite_digest", lambda: "edited")
    assert copied.remember() == (
        "control: not remembered, because the suite or the environment has changed during the run"
    )
    assert not copied.folder.exists()


# It is not used if it is damaged


def responses(entry: Path) -> list[Path]:
    """The responses in an entry."""
    return [path for path in sorted((entry / "loaded").rglob("*")) if path.is_file()]


def truncate(entry: Path) -> None:
    path = responses(entry)[0]
    path.write_bytes(path.read_bytes()[:-1])


def plant_stale(entry: Path) -> None:
    """Put what another suite said there, whole and undamaged."""
    manifest = check_all(entry)
    stale = entry.with_name("stale")
    with written(stale, {**manifest, "control": "0" * 64}) as draft:
        shutil.copytree(entry, draft, dirs_exist_ok=True)
        (draft / MANIFEST).unlink()
    shutil.rmtree(entry)
    stale.rename(entry)


def change_manifest(entry: Path) -> None:
    manifest = json.loads((entry / MANIFEST).read_text())
    (entry / MANIFEST).write_text(json.dumps({**manifest, "made": "2020-01-01"}))


DAMAGE = {
    "truncated": (truncate, "is damaged: loaded/"),
    "missing": (lambda entry: responses(entry)[0].unlink(), "is incomplete: loaded/"),
    "foreign file": (
        lambda entry: (entry / "saved" / "more").touch(),
        "has a file that was not recorded: saved/more",
    ),
    "no manifest": (lambda entry: (entry / MANIFEST).unlink(), "has no manifest.json"),
    "not JSON": (lambda entry: (entry / MANIFEST).write_bytes(b"\xff{"), "has no manifest.json"),
    "not a manifest": (lambda entry: (entry / MANIFEST).write_text("[]"), "is damaged: manifest.json"),
    "another date": (change_manifest, "is damaged: manifest.json"),
    "stale": (plant_stale, "is of something else"),
    "empty": (lambda entry: (shutil.rmtree(entry), entry.mkdir()), "has no manifest.json"),
}


@pytest.mark.parametrize(("damage", "reason"), DAMAGE.values(), ids=DAMAGE)
def test_what_is_damaged_or_foreign_is_asked_anew_and_made_again(copied, damage, reason):
    damage(copied.entry(DENSE))
    told = dataclasses.replace(copied, digests={})
    told.give()
    assert told.line == "control: asked anew"
    assert told.damage.startswith(f"control: asked anew for {DENSE}: what was remembered {reason}")
    assert "\n" not in told.damage
    root = told.evidence.folder.root
    assert [path for path in root.rglob("*") if path.is_file()] == []
    response = root / "saved" / "A" / DENSE / "weights_h5"  # as if it had been asked
    response.parent.mkdir(parents=True, exist_ok=True)
    response.write_bytes(Response({"save": {"value": 1}}).encode())
    assert told.remember() == ""
    assert set(check_all(told.entry(DENSE))["files"]) == {f"saved/A/{DENSE}/weights_h5"}


@pytest.fixture(scope="module")
def small(tmp_path_factory) -> tuple[Path, dict[str, bytes]]:
    """A small checked folder, and the contents of its files."""
    folder = tmp_path_factory.mktemp("small") / "entry"
    with written(folder, {"control": "ab" * 32, "made": "2026-01-02"}) as draft:
        (draft / "saved").mkdir()
        (draft / "saved" / "h5").write_bytes(Response({"save": {"value": 1}}).encode())
        (draft / "empty").touch()
    return folder, {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_changed_byte_is_taken_for_what_was_written(small, data):
    folder, contents = small
    before = check_all(folder)
    path = data.draw(st.sampled_from(sorted(path for path in folder.rglob("*") if path.is_file())))
    content = bytearray(contents[path.name])
    if content and data.draw(st.booleans()):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    else:
        content = content[: data.draw(st.integers(0, len(content)))] + data.draw(st.binary(max_size=3))
    path.write_bytes(content)
    try:
        assert check_all(folder) == before
        assert path.name == MANIFEST or bytes(content) == contents[path.name]
    except DamagedFolder:
        pass
    finally:
        path.write_bytes(contents[path.name])


def test_a_cache_that_cannot_be_used_keeps_no_run_from_its_verdict(copied, tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    told = dataclasses.replace(copied, digests={})
    told.give()
    assert told.line.startswith("control: asked anew, because what is remembered cannot be read: ")
    assert told.remember() == ""
    told.digests = copied.digests
    (told.evidence.folder.root / "inputs").mkdir(parents=True)
    (told.evidence.folder.root / "inputs" / DENSE).touch()
    assert told.remember().startswith("control: not remembered: ")
