"""A mistake in a file of the project is one line that names the file, before anything is judged."""

from __future__ import annotations

import importlib
import re
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from tests.both_sides.declarations import WrongDeclaration, importing
from tests.both_sides.routes import Route
from tests.interpreters.agents import ROOT
from tests.interpreters.response import MissingSection, Response, UnknownSection
from tests.judging.judgement import judge
from tests.judging.pairs import NEW_ARTIFACTS
from tests.judging.requirement import requirements
from tests.judging.seen import Seen
from tests.selftest.whole_runs import PRINTED, variables

BAD_USAGE = 4
LEFT_OUT = (".git", "__pycache__", "out", "*.egg-info", "build", ".*_cache", ".hypothesis", ".venv", "pictures")
CASE = '''
"""Cases.  [beside TensorFlow]"""
import tensorflow as tf
from .. import Tensor, case


{decorator}
def mistaken():
    """Something that could get lost."""
    {body}
'''
ROUTE = '''
"""Routes.  [beside TensorFlow]"""
from . import loader, saver


{decorator}
def mistaken(path, model):
    """Something."""
'''
REQUIREMENT = '''
"""Requirement: something."""
from tests.judging.requirement import Shortfall, requirement
{imports}

{decorator}
def {name}(seen):
    """Something holds."""
    {body}


def test_{test}(cell):
    cell.judge({name})
'''


def case(decorator: str, body: str = "return None") -> str:
    """Return a file with one case."""
    return CASE.format(decorator=decorator, body=body)


def requirement(decorator: str, name: str = "mistaken", imports: str = "", body: str = "", test: str = "") -> str:
    """Return a file with one requirement."""
    return REQUIREMENT.format(
        decorator=decorator, name=name, imports=imports, body=body or "seen.loaded", test=test or name
    )


TENSOR = "Tensor((None, 3))"
SAVER = "@saver(writes='h5')"
FINE = "@requirement(over='routes')"
MODELS, ROUTES, TESTS = "models/standard/mistaken.py", "tests/routes/mistaken.py", "tests/test_mistaken.py"
# A file of the project, its text, and what the line says; the place comes first.
FILES = [
    (MODELS, case("@case"), f"{MODELS}:6: it cannot be imported: TypeError: .*write @case\\(...\\)"),
    (MODELS, case(f"@case(input={TENSOR})"), f"{MODELS}:6: .*'input' is unknown: did you mean 'inputs'"),
    (
        MODELS,
        case(f"@case(inputs={TENSOR}, custom_objects=(1,))"),
        f"{MODELS}: mistaken: custom_objects=.* is no dict",
    ),
    (MODELS, case(f"@case(inputs={TENSOR})", "return ("), f"{MODELS}:9: it cannot be imported: SyntaxError"),
    (MODELS, f"from .. import Cases{case('')}", f"{MODELS}:1: it cannot be imported: ImportError: .*Cases"),
    (
        "models/mistaken.py",
        case(f"@case(inputs={TENSOR})"),
        "models/mistaken.py: mistaken: a case is found only in models/FAMILY/FILE.py",
    ),
    (
        "models/standard/more/it.py",
        case(f"@case(inputs={TENSOR})"),
        "models/standard/more/it.py: mistaken: a case is found",
    ),
    (ROUTES, ROUTE.format(decorator="@saver()"), f"{ROUTES}:5: .*missing 1 required keyword-only argument: 'writes'"),
    (
        ROUTES,
        ROUTE.format(decorator="@loader(reads=('h5',), asked='as_original')"),
        f"{ROUTES}:5: .*'judged_against'",
    ),
    (ROUTES, f"from .nothing import x{ROUTE}", f"{ROUTES}:1: it cannot be imported: ModuleNotFoundError"),
    (
        ROUTES,
        ROUTE.format(decorator="@saver(writes='h5')").replace('    """Something."""', "    pass"),
        "a docstring",
    ),
    (
        "tests/routes/more/it.py",
        ROUTE.format(decorator="@saver(writes='h5')"),
        "tests/routes/more/it.py: mistaken: a saver is found only in tests/routes/FILE.py: move it there",
    ),
    (
        "tests/mistaken.py",
        requirement(FINE),
        "tests/mistaken.py: mistaken: a requirement is found only in tests/test_mistaken.py: move it there",
    ),
    (
        TESTS,
        requirement(FINE) + "def test_more(cell):\n    cell.judge(mistaken)\n",
        f"{TESTS}: test_more: it would get no cells",
    ),
    (TESTS, requirement("@requirement"), f"{TESTS}:5: it cannot be imported: .*write @requirement\\(...\\)"),
    (TESTS, requirement(FINE, imports="from tests.nothing import x"), f"{TESTS}:3: .*ModuleNotFoundError"),
    (
        TESTS,
        requirement(FINE, name="saves", test="mistaken"),
        f"{TESTS}: saves: its file is named after it: call it mistaken",
    ),
    (TESTS, requirement(FINE) + requirement(FINE), f"{TESTS}: mistaken: tests.test_mistaken already declares"),
    (TESTS, requirement(FINE, name="other"), f"{TESTS}: other: its file is named after it: call it mistaken"),
    (TESTS, requirement(FINE, test="other"), f"{TESTS}: mistaken: its file has no test_mistaken\\(cell\\)"),
    (TESTS, "x = 1\n", f"{TESTS}: it declares no requirement"),
]


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A copy of the project."""
    copied = tmp_path_factory.mktemp("wrong") / "project"
    shutil.copytree(ROOT, copied, ignore=shutil.ignore_patterns(*LEFT_OUT))
    return copied


def run(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the copied suite, in this process's Python."""
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "tests.selftest.no_scripts",
        "-n0",
        "--report-dir=out",
        "--case=standard.dense_classifier",
    ]
    return subprocess.run([*command, *arguments], cwd=project, env=variables({}), **PRINTED)


@pytest.mark.parametrize(
    ("file", "text", "message"), FILES, ids=lambda value: value[:60] if "\n" not in value else ""
)
def test_a_mistake_in_a_file_is_one_line_that_names_it(project, file, text, message):
    path = project / file
    path.parent.mkdir(exist_ok=True)
    path.write_text(text.lstrip("\n") if text.startswith('\n"""') else text)
    try:
        ended = run(project, "--route=keras_archive:load_model")
    finally:
        path.unlink()
    (line,) = [line for line in ended.stdout.splitlines() if line.startswith("ERROR: ")]
    assert re.search(message, line), line
    assert (ended.returncode, "Traceback" in ended.stdout) == (BAD_USAGE, False)


@pytest.mark.parametrize(
    ("file", "decorator", "said"),
    [
        (MODELS, "@case", "write @case\\(...\\)"),
        (MODELS, f"@case(input={TENSOR})", "did you mean 'inputs'"),
        ("models/mistaken.py", f"@case(inputs={TENSOR})", "a case is found only in models/FAMILY/FILE.py"),
    ],
)
def test_a_mistake_in_a_new_case_is_said_if_it_is_asked_for_by_name(project, file, decorator, said):
    path = project / file
    path.write_text(case(decorator).lstrip())
    try:
        ended = run(project, "--case=standard.mistaken")
    finally:
        path.unlink()
    (line,) = [line for line in ended.stdout.splitlines() if line.startswith("ERROR: ")]
    assert line.startswith(f"ERROR: {file}:")
    assert re.search(said, line), line
    assert ended.returncode == BAD_USAGE


def test_a_file_that_an_agent_without_keras_cannot_import_is_one_line(project):
    path = project / ROUTES
    path.write_text(f"import tensorflow as tf\nlayers = tf.keras.layers\n{ROUTE.format(decorator=SAVER)}")
    try:
        ended = run(project, "--route=export:*", "-k", "loads")
    finally:
        path.unlink()
    (line,) = [line for line in ended.stdout.splitlines() if line.startswith("ERROR: ")]
    assert re.search(f"{ROUTES}:2: it cannot be imported: .*in the no-keras agent of ", line), line
    assert ended.returncode == BAD_USAGE


def test_a_family_needs_no_init_file(project):
    path = project / "models" / "family" / "small.py"
    path.parent.mkdir()
    text = case(
        f"@case(inputs={TENSOR})", "return tf.keras.Sequential([tf.keras.Input((3,)), tf.keras.layers.Dense(2)])"
    )
    path.write_text(text.lstrip())
    try:
        ended = run(project, "--case=family.mistaken", "--route=weights_h5:load_weights", "-k", "loads")
    finally:
        shutil.rmtree(path.parent)
    assert ended.returncode == 0, ended.stdout


@pytest.mark.parametrize(
    ("body", "traits", "message"),
    [
        ("tf.keras.Sequential()", "()", f"{MODELS}: mistaken: it returns None, and has to return the model"),
        (
            "return tf.keras.Sequential([tf.keras.Input((3,))])",
            "('compiled', 'trained')",
            f"{MODELS}: mistaken: it has the trait 'compiled', and the model is not compiled",
        ),
        (
            "return tf.keras.callbacks.History()",
            "()",
            f"{MODELS}: mistaken: it returns a History, and has to return a Keras model, as it has inputs",
        ),
    ],
)
def test_a_case_that_is_no_model_is_no_verdict(project, body, traits, message):
    path = project / MODELS
    path.write_text(case(f"@case(inputs={TENSOR}, traits={traits})", body).lstrip())
    try:
        ended = run(project, "--case=standard.mistaken", "--route=keras_archive:load_model", "-k", "saves")
    finally:
        path.unlink()
    assert ended.returncode == 1
    assert "INCOMPLETE" in ended.stdout
    assert message in " ".join(ended.stdout.split())


def test_a_module_without_its_endpoint_is_no_verdict(project):
    path = project / MODELS
    endpoints = "@case(endpoints={'scale': {'x': Tensor((None, 3))}})"
    path.write_text(case(endpoints, "return tf.Module()").lstrip())
    try:
        ended = run(project, "--case=standard.mistaken", "--route=saved_model:restored", "-k", "saves")
    finally:
        path.unlink()
    said = f"{MODELS}: mistaken: it returns a Module, which has no function 'scale', its endpoint"
    assert ("INCOMPLETE" in ended.stdout, said in " ".join(ended.stdout.split())) == (True, True), ended.stdout


def test_a_case_that_cannot_be_built_says_so_once_and_where(project):
    path = project / MODELS
    path.write_text(case(f"@case(inputs={TENSOR})", "raise ValueError('no units')").lstrip())
    try:
        routes = ["--route=keras_archive:load_model", "--route=h5:load_model"]
        ended = run(project, "--case=standard.mistaken", *routes, "-k", "saves")
    finally:
        path.unlink()
    said = (
        f"fails: B>B  standard.mistaken: {MODELS}: mistaken() cannot be built: ValueError: no units (2 cells in all)"
    )
    assert " ".join(ended.stdout.split()).count(" ".join(said.split())) == 1, ended.stdout


def test_a_loader_that_forgets_to_return_is_no_verdict(project):
    path = project / ROUTES
    text = ROUTE.format(decorator="@loader(reads=('weights_h5',), asked='as_original', judged_against='eager')")
    path.write_text(f"{text.lstrip()}    model.load_weights(path)\n")
    try:
        ended = run(project, "--route=weights_h5:mistaken", "-k", "loads")
    finally:
        path.unlink()
    assert "INCOMPLETE" in ended.stdout
    assert f"{ROUTES}: mistaken: it returns None, and has to return what it loads" in " ".join(ended.stdout.split())


def test_a_section_that_no_child_sends_is_a_mistake_in_the_requirement(project):
    path = project / TESTS
    path.write_text(requirement(FINE, body='seen.loaded["answer"]').lstrip())
    try:
        ended = run(project, "--route=keras_archive:load_model", "-k", "mistaken")
    finally:
        path.unlink()
    printed = " ".join(ended.stdout.split())
    assert "INCOMPLETE" in printed
    assert "a mistake in the requirement mistaken: the section 'answer' is unknown: did you mean 'answers'" in printed


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "it has no list PLANTED"),
        ("PLANTED = [name]\n", ":1: PLANTED has to be a literal"),
        ('PLANTED = [{"route": "h5:x"}]\n', "an entry of PLANTED has the fields case, caught_by, instead_of, route"),
        ("PLANTED = [\n", "SyntaxError"),
        (
            'PLANTED = [{"route": "h5:x", "instead_of": "h5", "case": "a.b", "caught_by": {"wieghts": "x"}}]\n',
            "the requirement 'wieghts' is unknown: did you mean 'weights'",
        ),
    ],
)
def test_a_mistake_in_a_file_of_planted_faults_is_one_line(project, text, message):
    path = project / "tests" / "selftest" / "beside_tensorflow" / "faults" / "mistaken.py"
    path.write_text(text)
    try:
        ended = subprocess.run(
            [sys.executable, "-m", "pytest", "-n0", "tests/selftest/test_rooms.py"],
            cwd=project,
            env=variables({}),
            **PRINTED,
        )
    finally:
        path.unlink()
    (line,) = [line for line in ended.stdout.splitlines() if line.startswith("ERROR: ")]
    assert "faults/mistaken.py" in line
    assert message in line
    assert ended.returncode == BAD_USAGE


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("requirement", "'wieghts'", "no requirement matches 'wieghts'; did you mean weights?"),
        ("case", "'standard.lsmt'", "no case matches 'standard.lsmt'; did you mean"),
        ("route", "'h5:load_modle'", "no route matches 'h5:load_modle'; did you mean h5:load_model"),
        ("traits", "'sequental'", "the trait 'sequental' is unknown: did you mean 'sequential'?"),
    ],
)
def test_a_row_about_nothing_that_exists_is_refused(project, field, value, message):
    fields = {"requirement": "'weights'", "case": "'mine.tower'", "route": "'h5:*'"} | {field: value}
    lines = "\n".join(f"{name} = [{each}]" for name, each in fields.items())
    row = """
        [[deviation]]
        id = "mistaken"
        kind = "by-design"
        outcome = "mismatch"
        message = "x"
        reason = "so"
    """
    (project / "rows.toml").write_text(textwrap.dedent(row) + lines)
    ended = run(project, "--deviations=rows.toml", "--route=h5:load_model", "-k", "loads")
    (line,) = [line for line in ended.stdout.splitlines() if line.startswith("ERROR: ")]
    assert line.startswith("ERROR: row 'mistaken' of deviations: ")
    assert message in line
    assert ended.returncode == BAD_USAGE


def test_what_tensorflow_raises_while_it_is_imported_is_named_with_the_line(tmp_path, monkeypatch):
    (tmp_path / "declaring_module.py").write_text("x = 1\n\n\ndef f():\n    return 1 / 0\n\n\nf()\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    path = str(tmp_path / "declaring_module.py")
    message = r"declaring_module\.py:8: it cannot be imported: ZeroDivisionError"
    with pytest.raises(WrongDeclaration, match=message), importing(path):
        importlib.import_module("declaring_module")


def test_what_was_not_sent_is_blamed_on_a_step_that_failed_and_else_on_the_reader():
    error = {"type": "ValueError", "message": "no", "bases": []}
    with pytest.raises(MissingSection, match="ValueError: no"):
        Response({"build": {"error": error}})["save"]
    for others in ({}, {"training": {"error": error}}):
        with pytest.raises(UnknownSection, match="did you mean 'answers'"):
            Response({"load": {"value": None}, "answers": {"value": []}, **others})["answer"]


def test_rows_match_what_the_pair_raises_although_a_message_names_the_case(bench):
    error = {"type": "ValueError", "message": "no units", "bases": [], "traceback": ""}
    judgement = judge(requirements()["saves"], Building(Response({"build": {"error": error}}), bench.evidence))
    assert judgement.shortfalls[0].text() == "ValueError: no units"
    assert judgement.message.endswith("dense_classifier() cannot be built: ValueError: no units")


class Building(Seen):
    """The evidence on a case that cannot be built."""

    def __init__(self, response, evidence):
        super().__init__(evidence, NEW_ARTIFACTS, "standard.dense_classifier", Route("h5"))
        self.response = response

    @property
    def saving(self):
        return self.response
