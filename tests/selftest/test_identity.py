"""The identity of an environment: whatever can change an answer changes it."""

from __future__ import annotations

import dataclasses
import json
import os
import sys
from pathlib import Path

import pytest

from tests.both_sides.origins import Origins, origins
from tests.interpreters import identity
from tests.interpreters.identity import NoIdentity


@pytest.fixture
def environment(tmp_path) -> Origins:
    """A small environment, with one library of its own and one of the system."""
    packages = tmp_path / "env" / "lib" / "packages"
    for name in ("tensorflow/__init__.py", "tensorflow/core.so", "tensorflow/__pycache__/core.pyc", "sourceless.pyc"):
        (packages / name).parent.mkdir(parents=True, exist_ok=True)
        (packages / name).write_text("as it was")
    (packages / "tensorflow-2.0.dist-info").mkdir()
    (packages / "tensorflow-2.0.dist-info" / "direct_url.json").write_text('{"dir_info": {"editable": false}}')
    (tmp_path / "libc.so").write_text("as it was")
    return Origins(
        python="3.11.7",
        system="Linux",
        path=(str(packages), str(packages / "tensorflow"), str(tmp_path / "env" / "missing.zip")),
        prefixes=(str(tmp_path / "env"),),
        libraries=(str(packages / "tensorflow" / "core.so"), str(tmp_path / "libc.so")),
        variables={"LD_PRELOAD": "", "SHLVL": "1", "KERAS_HOME": "/run-1"},
    )


def packages_of(environment: Origins) -> Path:
    """The folder of its packages."""
    return Path(environment.path[0])


def edit_in_place(path: Path) -> None:
    """Change a file so that neither its size nor its time shows it."""
    before = path.stat()
    path.write_text("as it is.")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


CHANGES = {
    "a source": lambda folder: edit_in_place(folder / "tensorflow" / "__init__.py"),
    "a library": lambda folder: edit_in_place(folder / "tensorflow" / "core.so"),
    "bytecode without a source": lambda folder: edit_in_place(folder / "sourceless.pyc"),
    "a library of the system": lambda folder: edit_in_place(folder.parents[2] / "libc.so"),
    "a new file": lambda folder: (folder / "sitecustomize.py").touch(),
    "a file that is gone": lambda folder: (folder / "sourceless.pyc").unlink(),
    "a file of another name": lambda folder: (folder / "sourceless.pyc").rename(folder / "other.pyc"),
    "a link": lambda folder: (folder / "tf").symlink_to(folder / "tensorflow"),
    "a version": lambda folder: (folder / "tensorflow-2.0.dist-info").rename(folder / "tensorflow-2.1.dist-info"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_whatever_is_installed_otherwise_is_another_environment(environment, change):
    before = identity.identity(environment)
    assert identity.identity(environment) == before
    change(packages_of(environment))
    assert identity.identity(environment) != before


@pytest.mark.parametrize(
    "changed",
    [
        {"python": "3.11.7 (another build)"},
        {"system": "Linux with another C library"},
        {"path": ()},
        {"libraries": ()},
        {"variables": {"LD_PRELOAD": "/x.so", "SHLVL": "1", "KERAS_HOME": "/run-1"}},
        {"variables": {"SHLVL": "1", "KERAS_HOME": "/run-1"}},
    ],
)
def test_a_process_that_was_given_something_else_is_another(environment, changed):
    assert identity.identity(dataclasses.replace(environment, **changed)) != identity.identity(environment)


@pytest.mark.parametrize(
    ("before", "after", "is_other"),
    [
        ("model name\t: Xeon", "model name\t: EPYC", True),
        ("flags\t\t: fma avx512f", "flags\t\t: fma", True),
        ("Features\t: asimd sve", "Features\t: asimd", True),
        ("cpu MHz\t\t: 2000.1", "cpu MHz\t\t: 2999.9", False),
    ],
)
def test_another_processor_is_another_machine_and_a_faster_clock_is_not(
    environment, tmp_path, monkeypatch, before, after, is_other
):
    found = []
    monkeypatch.setattr(identity, "PROCESSORS", tmp_path / "cpuinfo")
    for text in (before, after):
        (tmp_path / "cpuinfo").write_text(f"processor\t: 0\n{text}\n\n")
        found.append(identity.identity(environment))
    assert (found[0] != found[1]) == is_other


def test_what_differs_in_each_run_is_left_out(environment):
    before = identity.identity(environment)
    (packages_of(environment) / "tensorflow" / "__pycache__" / "more.pyc").touch()
    variables = {"LD_PRELOAD": "", "SHLVL": "2", "KERAS_HOME": "/run-2", "GITHUB_RUN_ID": "7", "PYTEST_VERSION": "9"}
    assert identity.identity(dataclasses.replace(environment, variables=variables)) == before


def outside(folder: Path) -> Path:
    """A folder with a module, which belongs to no environment."""
    (folder.parents[2] / "repository").mkdir()
    return folder.parents[2] / "repository"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda folder: (folder / "__editable___shop_finder.py").touch(), "can be edited"),
        (
            lambda folder: (folder / "tensorflow-2.0.dist-info" / "direct_url.json").write_text(
                json.dumps({"dir_info": {"editable": True}})
            ),
            "can be edited",
        ),
        (
            lambda folder: (folder / "tensorflow-2.0.dist-info" / "direct_url.json").write_text("{"),
            "can be edited",
        ),
        (lambda folder: (folder / "shop").symlink_to(outside(folder)), "leads to a folder that is not a part"),
    ],
    ids=["finder", "editable", "unreadable", "link"],
)
def test_an_environment_that_takes_code_from_elsewhere_has_no_identity(environment, change, reason):
    change(packages_of(environment))
    with pytest.raises(NoIdentity, match=reason) as unknown:
        identity.identity(environment)
    assert "\n" not in str(unknown.value)


def test_a_path_outside_of_the_environment_has_no_identity(environment, tmp_path):
    path = (*environment.path, str(outside(packages_of(environment))))
    with pytest.raises(NoIdentity, match=r"finds modules in .*/repository, which is not a part of it"):
        identity.identity(dataclasses.replace(environment, path=path))


def test_origins_say_where_this_process_has_its_code_from():
    here = origins()
    assert sys.prefix in here.prefixes
    assert here.path == tuple(sys.path)
    assert here.variables == dict(os.environ)
    assert any(Path(each).name.startswith(("libc.", "libc-", "ld-")) for each in here.libraries)
