"""Records of one pair: reproducible and checked to the byte, and as good as the pair itself."""

from __future__ import annotations

import dataclasses
import json
import shutil
import sys
from pathlib import Path

import pytest

from tests.both_sides.routes import Route
from tests.judging.evidence_folder import EvidenceFolder
from tests.judging.load_request import LoadRequest
from tests.judging.pairs import NEW_ARTIFACTS
from tests.run import record
from tests.run.record import Record, UnusableRecord
from tests.selftest.whole_runs import report, run

CELLS = [
    "--case=standard.dense_classifier",
    "--case=custom_op.module_two_signatures",
    "--case=custom_op.compiled",
    "--route=weights_h5:load_weights",
    "--route=saved_model:cpp",
]
# What TensorFlow writes otherwise each time it saves, and what is said of it.
UNSTEADY = ("saved_model.pb", "fingerprint.pb")


def manifest_of(folder: Path) -> dict:
    """Return the manifest of a recorded folder that is whole."""
    Record.read(folder)
    return json.loads((folder / record.MANIFEST).read_text())


@pytest.fixture(scope="module")
def recorded(tmp_path_factory) -> Path:
    """A recorded folder."""
    folder = tmp_path_factory.mktemp("record")
    ended = run(folder, *CELLS, f"--record={folder / 'kept'}")
    assert ended.returncode == 0, ended.stdout
    return folder / "kept"


@pytest.fixture
def copied(recorded, tmp_path) -> Path:
    """A copy of it, to be damaged."""
    return Path(shutil.copytree(recorded, tmp_path / "copy"))


def test_a_record_holds_artifacts_inputs_answers_and_op_libraries_and_no_pickle(recorded):
    names = [name for name, _ in record.files_below(recorded)]
    assert {name.partition("/")[0] for name in names} == {*record.PARTS.values(), record.MANIFEST}
    assert "artifacts/standard.dense_classifier/weights_h5/model.weights.h5" in names
    assert "op-libraries/conformance_clamp.cc.so" in names
    manifest = manifest_of(recorded)
    assert set(manifest["files"]) == {*names} - {record.MANIFEST}
    assert manifest["run"]["surroundings"]["versions"]["tensorflow"]
    assert not any(
        path.read_bytes()[:1] == b"\x80" for name, path in record.files_below(recorded) if ".so" not in name
    )


def test_it_is_the_same_to_the_byte_but_for_what_tensorflow_writes_otherwise_each_time(recorded, tmp_path):
    ended = run(tmp_path, *CELLS, "-n1", f"--record={tmp_path / 'kept'}")
    assert ended.returncode == 0, ended.stdout
    one, two = (manifest_of(folder)["files"] for folder in (recorded, tmp_path / "kept"))
    assert set(one) == set(two)
    other = {name for name in one if one[name] != two[name]}
    saved = {name for name in other if name.startswith("saved/") and name.endswith("/saved_model")}  # tells hashes
    assert {name.rpartition("/")[2] for name in other - saved} <= set(UNSTEADY)


def test_a_gate_from_a_record_says_what_a_gate_from_the_pair_says(recorded, tmp_path):
    verdicts = []
    for name, where in (("record", str(recorded)), ("pair", sys.executable)):
        cells = [] if name == "record" else CELLS  # a record says itself what it is of
        ended = run(tmp_path / name, *cells, f"--from={where}")
        assert ended.returncode == 0, ended.stdout
        assert "SAFE: from TensorFlow" in ended.stdout
        verdicts.append(
            [
                (row["case"], row["route"], row["requirement"], row["hop"], row["outcome"])
                for row in report(tmp_path / name)["cells"]
            ]
        )
    assert verdicts[0] == verdicts[1]
    assert {hop for *_, hop, _ in verdicts[0]} == {"A>A", "A>B", "B>B"}


def test_a_gate_asks_no_more_than_what_was_recorded(recorded, tmp_path):
    ended = run(tmp_path, f"--from={recorded}", "--case=standard.lstm_masked", "--route=weights_h5:load_weights")
    assert ended.returncode == 4, ended.stdout
    assert "does not hold standard.lstm_masked / weights_h5" in ended.stdout


def test_what_was_saved_and_never_asked_is_not_covered(session, tmp_path):
    case, route = "standard.dense_classifier", Route("weights_h5", "load_weights")
    evidence = session.evidence
    evidence.original("B", case, route.saver)
    evidence.loaded(LoadRequest(NEW_ARTIFACTS, case, route))
    assert evidence.has("B", case, route)
    for part in ("saved/B", "loaded/BB"):
        shutil.copytree(evidence.folder.root / part / case, tmp_path / part / case)
    recorded = dataclasses.replace(evidence, folder=EvidenceFolder(tmp_path))
    assert recorded.has("B", case, route.of_saver)
    assert not recorded.has("B", case, route)


def damage_a_byte(folder: Path) -> None:
    path = folder / "artifacts" / "standard.dense_classifier" / "weights_h5" / "model.weights.h5"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)


def in_manifest(**fields):
    def change(folder: Path) -> None:
        manifest = json.loads((folder / record.MANIFEST).read_text())
        (folder / record.MANIFEST).write_text(json.dumps({**manifest, **fields}))

    return change


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (damage_a_byte, r"is damaged: artifacts/.*/model\.weights\.h5 is not what was recorded"),
        (
            lambda folder: (folder / "inputs" / "standard.dense_classifier").unlink(),
            "is incomplete: inputs/standard.d",
        ),
        (lambda folder: (folder / "more").touch(), "has a file that was not recorded: more"),
        (lambda folder: (folder / record.MANIFEST).write_text("{"), "is damaged: it is not JSON"),
        (lambda folder: (folder / record.MANIFEST).unlink(), "is no recorded folder: it has no manifest.json"),
        (in_manifest(record=1), "is not of this suite"),
        (in_manifest(suite="of another day"), "was recorded by another version of this suite: record it anew"),
    ],
)
def test_a_folder_that_is_damaged_incomplete_or_foreign_is_one_clear_line(copied, change, reason):
    change(copied)
    with pytest.raises(UnusableRecord, match=reason) as refused:
        Record.read(copied)
    assert "\n" not in str(refused.value)


def test_a_record_is_written_over_a_record_and_nothing_else(recorded, copied, tmp_path):
    record.check_place(copied)
    record.check_place(tmp_path / "new")
    (tmp_path / "empty").mkdir()
    record.check_place(tmp_path / "empty")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.tex").touch()
    with pytest.raises(UnusableRecord, match="mine exists and is no recorded folder, so nothing is written there"):
        record.check_place(tmp_path / "mine")
