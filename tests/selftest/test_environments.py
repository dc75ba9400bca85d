"""Environments for versions and requirements: resolved, made once, and every way in which that can fail."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.both_sides.surroundings import Surroundings
from tests.interpreters import environments, package_settings
from tests.interpreters.environments import requirements_in
from tests.interpreters.interpreter import UnusableInterpreter
from tests.interpreters.where import interpreter_at
from tests.judging.pairs import Pair

HERE = f"{sys.version_info.major}{sys.version_info.minor}"


def wheel(folder: Path, name: str, version: str, needs: tuple[str, ...] = (), tag: str = "py3") -> None:
    """A wheel with one empty module."""
    folder.mkdir(exist_ok=True)
    module = name.replace("-", "_")
    info = f"{module}-{version}.dist-info"
    metadata = "".join(f"Requires-Dist: {each}\n" for each in needs)
    with zipfile.ZipFile(folder / f"{module}-{version}-{tag}-none-any.whl", "w") as archive:
        archive.writestr(f"{module}.py", f"VERSION = {version!r}\n")
        archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{metadata}")
        archive.writestr(
            f"{info}/WHEEL", f"Wheel-Version: 1.0\nGenerator: x\nRoot-Is-Purelib: true\nTag: {tag}-none-any\n"
        )
        archive.writestr(f"{info}/RECORD", "")


@pytest.fixture
def index(tmp_path, monkeypatch) -> Path:
    """A folder of wheels that is all that pip and uv know, and a cache of its own."""
    folder = tmp_path / "wheels"
    wheel(folder, "keras", "3.9.0")
    wheel(folder, "keras", "3.3.3")
    wheel(folder, "tensorflow", "2.16.2", needs=("keras>=3.0.0",))
    wheel(folder, "tensorflow", "2.16.1", needs=("keras>=3.0.0",))
    wheel(folder, "tensorflow-cpu", "2.16.2", needs=("keras>=3.0.0",))
    wheel(folder, "tf-keras", "2.16.0", needs=("tensorflow<2.17,>=2.16",))
    wheel(folder, "keras-nightly", "3.16.0", needs=())
    wheel(folder, "tensorflow", "2.22.0", needs=("keras-nightly>=3.16.0",))
    wheel(folder, "tensorflow", "2.5.0", tag="cp38")
    wheel(folder, "tensorflow", "2.6.0", tag="cp310" if HERE != "310" else "cp39")
    for name in list(package_settings.os.environ):
        if name.startswith(("UV_", "PIP_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "uv"))
    for cached in (package_settings.of_pip, environments._arguments):
        cached.cache_clear()
    yield folder
    for cached in (package_settings.of_pip, environments._arguments):
        cached.cache_clear()


def installed(python: str) -> dict[str, str]:
    """Return the versions of all distributions beside a Python, by name."""
    program = "import importlib.metadata as m\nfor each in m.distributions(): print(each.name, each.version)"
    printed = subprocess.run([python, "-I", "-c", program], capture_output=True, text=True, check=True).stdout
    return dict(line.split() for line in printed.splitlines())


@pytest.mark.parametrize(
    ("text", "requirements"),
    [
        ("2.15.1", ["tensorflow==2.15.1"]),
        ("2.22.0rc0", ["tensorflow==2.22.0rc0"]),
        ("2.15", ["tensorflow==2.15.*"]),
        ("tensorflow==2.16.2 keras==3.3.3", ["tensorflow==2.16.2", "keras==3.3.3"]),
        ("keras==3.3.3", ["keras==3.3.3", "tensorflow"]),
        ("tf-nightly", ["tf-nightly"]),
        ("keras-nightly", ["keras-nightly", "tensorflow"]),
        ("python3.9", None),
        ("nonsense", None),
        ("tensorflow== 2", None),
        ("", None),
    ],
)
def test_a_version_or_requirements_stand_for_packages(text, requirements):
    assert requirements_in(text) == requirements


def test_a_version_is_what_pip_would_give_in_the_build_without_cuda_and_nothing_more(index):
    interpreter = interpreter_at("2.16.2")
    assert installed(interpreter.python) == {"tensorflow-cpu": "2.16.2", "keras": "3.9.0"}
    assert "tensorflow-cpu-2.16.2-keras-3.9.0-python-" in interpreter.python


def test_where_there_is_no_build_without_cuda_the_other_is_taken(index):
    assert installed(interpreter_at("2.16.1").python) == {"tensorflow": "2.16.1", "keras": "3.9.0"}


def test_tf_keras_is_the_legacy_flavour_beside_the_tensorflow_that_it_needs(index):
    interpreter = interpreter_at("tensorflow==2.16.2 tf_keras==2.16.0")
    assert interpreter.variables == (("TF_USE_LEGACY_KERAS", "1"),)
    assert installed(interpreter.python) == {"tensorflow": "2.16.2", "keras": "3.9.0", "tf-keras": "2.16.0"}


def test_two_distributions_over_one_folder_are_refused_before_anything_is_made(index, tmp_path):
    with pytest.raises(UnusableInterpreter) as refused:
        interpreter_at("tensorflow==2.22.0 keras==3.9.0")
    assert str(refused.value) == (
        "tensorflow==2.22.0 keras==3.9.0 installs keras==3.9.0 and keras-nightly==3.16.0 into one folder: TensorFlow "
        "brings keras-nightly itself, so leave keras out or name keras-nightly==3.16.0 instead"
    )
    assert not (tmp_path / "cache" / "tf-save-conformance" / "environments").exists()


def test_a_nightly_keras_is_in_the_name_of_its_environment(index):
    python = interpreter_at("2.22.0").python
    assert installed(python) == {"tensorflow": "2.22.0", "keras-nightly": "3.16.0"}
    assert "tensorflow-2.22.0-keras-nightly-3.16.0-python-" in python


def test_an_environment_is_made_once_and_for_one_set_of_packages(index, monkeypatch):
    first = interpreter_at("tensorflow==2.16.2 keras==3.3.3").python
    made = Path(first).parents[1] / "a-mark"
    made.touch()
    assert interpreter_at("keras==3.3.3  tensorflow==2.16.2").python == first
    assert made.exists()
    assert interpreter_at("2.16.2").python != first


def test_a_creation_that_was_cut_off_is_made_anew(index):
    python = interpreter_at("2.16.2").python
    environment = Path(python).parents[1]
    (environment / environments.MADE).unlink()  # written last of all
    (environment / "half").touch()
    assert interpreter_at("2.16.2").python == python
    assert not (environment / "half").exists()
    assert installed(python)["keras"] == "3.9.0"


def test_several_runs_may_ask_at_once(index, capfd):
    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(lambda _: interpreter_at("2.16.2").python, range(4)))) == 1
    assert capfd.readouterr().err.count("making an environment") == 1


@pytest.mark.parametrize("where", ["A=b {}", "=A=b {}", "= A=b {}", " A=b  {}"])
def test_an_equals_sign_before_a_pair_means_nothing(where):
    interpreter = interpreter_at(where.format(sys.executable))
    assert (interpreter.python, interpreter.variables) == (sys.executable, (("A", "b"),))
    assert interpreter_at(f"={sys.executable}").python == sys.executable


@pytest.mark.parametrize(("value", "legacy"), [("1", True), ("true", True), ("True", True), ("0", False)])
def test_tf_keras_is_called_tf_keras(value, legacy):
    versions = {"tensorflow": "2.21.0", "keras": "2.21.0", "tf_keras": "2.21.0", "h5py": None}
    there = Surroundings("3.11.7", versions, {"TF_USE_LEGACY_KERAS": value})
    keras = "" if legacy else "keras 2.21.0, "
    assert there.versions_in_words == f"tensorflow 2.21.0, {keras}tf_keras 2.21.0, python 3.11.7"
    assert str(Pair.of(there)) == f"TensorFlow 2.21.0, {'tf_keras' if legacy else 'Keras'} 2.21.0"


@pytest.mark.parametrize(
    ("where", "reason"),
    [
        ("9.9.9", r"^tensorflow==9\.9\.9 cannot be had: Because .*9\.9\.9"),
        ("tensorflow==2.16.2 keras==2.1", r"^tensorflow==2\.16\.2 keras==2\.1 cannot be had: Because "),
        ("2.5.0", r"^tensorflow==2\.5\.0 cannot be had: .*(ABI|Python) tag"),
        ("nonsense", "^'nonsense' is neither the path of a Python, nor a version, nor requirements$"),
    ],
)
def test_what_cannot_be_had_is_one_clear_line(index, where, reason):
    with pytest.raises(UnusableInterpreter, match=reason) as refused:
        interpreter_at(where)
    assert "\n" not in str(refused.value)


def test_a_tensorflow_that_needs_another_python_takes_one_that_is_here_or_says_which(index, monkeypatch):
    needed = "3.10" if HERE != "310" else "3.9"
    monkeypatch.setattr(environments, "_pythons", lambda: iter([(f"3.{HERE[1:]}", sys.executable)]))
    with pytest.raises(UnusableInterpreter, match=rf"needs Python {needed}; this machine has 3\.{HERE[1:]}$"):
        interpreter_at("2.6.0")


def test_without_an_index_what_was_resolved_before_is_used_and_nothing_else(index, monkeypatch, capfd):
    python = interpreter_at("2.16.2").python
    uv = environments._uv

    def cut_off(*arguments, **given):
        if "compile" in arguments:
            return subprocess.CompletedProcess(arguments, 2, "", "error: Request failed\n  cause: no route to host\n")
        return uv(*arguments, **given)

    monkeypatch.setattr(environments, "_uv", cut_off)
    assert interpreter_at("2.16.2").python == python
    assert "no route to host; tensorflow==2.16.2 as it was resolved before" in capfd.readouterr().err
    with pytest.raises(UnusableInterpreter, match=r"^tensorflow==2\.16\.1 cannot be looked up: no route to host$"):
        interpreter_at("2.16.1")


def test_an_environment_that_cannot_be_installed_leaves_nothing(index, monkeypatch, tmp_path):
    uv = environments._uv

    def fails(*arguments, **given):
        if "install" in arguments:
            return subprocess.CompletedProcess(arguments, 1, "", "error: No space left on device\n")
        return uv(*arguments, **given)

    monkeypatch.setattr(environments, "_uv", fails)
    with pytest.raises(UnusableInterpreter, match=r"tensorflow-cpu==2\.16\.2 cannot be installed: No space left"):
        interpreter_at("2.16.2")
    assert not list((tmp_path / "cache").rglob("bin/python"))


def test_pip_s_settings_become_uv_s_unless_uv_has_its_own(monkeypatch):
    settings = {
        "index-url": "https://a.example/simple",
        "extra-index-url": "https://b.example/simple https://c.example/simple",
        "constraint": "/c.txt",
        "pre": "1",
        "no-index": "false",
    }
    for name in (
        "UV_INDEX_URL",
        "UV_DEFAULT_INDEX",
        "UV_CONSTRAINT",
        "UV_PRERELEASE",
        "UV_INDEX",
        "UV_EXTRA_INDEX_URL",
    ):
        monkeypatch.delenv(name, raising=False)
    assert package_settings.as_arguments(settings) == [
        "--index-url", "https://a.example/simple",
        "--extra-index-url", "https://b.example/simple", "--extra-index-url", "https://c.example/simple",
        "--constraints", "/c.txt", "--prerelease", "allow", "--index-strategy", "unsafe-best-match",
    ]  # fmt: skip
    monkeypatch.setenv("UV_DEFAULT_INDEX", "https://d.example/simple")
    assert "--index-url" not in package_settings.as_arguments(settings)
