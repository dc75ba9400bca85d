"""Declarations that cannot be meant are errors where they are made, with one line that names file and function."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.interpreters.agents import ROOT

DECLARING = Path(__file__).parent / "beside_tensorflow" / "declaring.py"
# How a message starts, for a function in that file.
PLACE = f"WrongDeclaration: {DECLARING.relative_to(ROOT)}: "
# A decorator, the function that it decorates, and what the message says.
WRONG = [
    ("case(inputs=Tensor((None, 3)), traits=('sequental',))", "declared", "the trait 'sequental' is unknown"),
    ("case(inputs=Tensor((None, 3)), traits=('sequental',))", "declared", "did you mean 'sequential'?"),
    (
        "case(inputs=Tensor((None, 3)), traits=('sequential', 'subclassed'))",
        "declared",
        "the traits 'sequential' and 'subclassed' exclude each other",
    ),
    ("case(inputs=Tensor((None, 3)), traits=('traced',))", "declared", "the trait 'traced' requires 'trained'"),
    (
        "case(inputs=Tensor((None, 3)), traits=('string_inputs',))",
        "declared",
        "the trait 'string_inputs' contradicts its inputs or endpoints",
    ),
    ("case(inputs=Tensor((None, 3)), traits='quick')", "declared", "traits='quick' is no tuple"),
    ("case()", "declared", "a case takes either inputs or endpoints"),
    ("case(inputs=Tensor((None, 3)), endpoints={})", "declared", "a case takes either inputs or endpoints"),
    ("case(inputs=Tensor((None, 3)))", "undocumented", "it needs a docstring that says why the case is there"),
    ("case(inputs=3)", "declared", "inputs are made of Tensor(...), in dicts or lists"),
    (
        "case(inputs=Tensor((None, 3)), targets=Tensor((None, 1)))",
        "declared",
        "it has targets, so it needs the trait 'compiled'",
    ),
    (
        "case(inputs=Tensor((None, 3)), traits=('compiled',), targets=3)",
        "declared",
        "targets are made of Tensor(...), in dicts or lists",
    ),
    (
        "case(inputs=Tensor((None, 3)), traits=('compiled',), targets=Tensor((None,), 'itn32'))",
        "declared",
        "the dtype 'itn32' is unknown",
    ),
    ("case(inputs=Tensor((None, 3), layout='raged'))", "declared", "did you mean 'ragged'?"),
    ("case(inputs=Tensor((None, 3), 'int32', low=3, high=1))", "declared", "a Tensor has low=3 above high=1"),
    ("case(inputs=Tensor((None, 3), 'flaot32'))", "declared", "the dtype 'flaot32' is unknown"),
    ("case(inputs=Tensor((None, 3)), offered={'kreas': '>=3'})", "declared", "did you mean 'keras'?"),
    ("case(inputs=Tensor((None, 3)), offered={'keras': '3'})", "declared", "the condition '3' on keras"),
    ("case(inputs=Tensor((None, 3)), package='onxruntime')", "declared", "did you mean 'onnxruntime'?"),
    ("case(inputs=Tensor((None, 3)), op_library='conformance_clmp.cc')", "declared", "'conformance_clamp.cc'"),
    ("saver(writes=('h5',))", "declared", "writes=('h5',) is no text"),
    ("saver(writes='h5', promises=('tags',))", "declared", "promises=('tags',) is no dict"),
    (
        "loader(reads=('h5',), asked='as_original', judged_against='eager', offered='>=3')",
        "declared",
        "offered='>=3' is no dict",
    ),
    ("case(inputs=Tensor((None, 3)), offered='>=3')", "declared", "offered='>=3' is no dict"),
    ("saver(writes='h5')", "mistyped", "the parameter 'modle' is unknown: did you mean 'model'?"),
    ("saver(writes='h5')", "trained", "it takes 'data', so it needs trains=True"),
    ("saver(writes='h5', needs='frozen')", "declared", "the needed trait 'frozen' is unknown"),
    ("saver(writes='h5', promises={'tag': ()})", "declared", "did you mean 'tags'?"),
    ("saver(writes='h5', existing=True)", "declared", "existing=True, so it has to take 'existing'"),
    ("loader(reads=('h5',), asked='as_orignal', judged_against='eager')", "declared", "did you mean 'as_original'?"),
    ("loader(reads=('h5',), asked='as_original', judged_against='eagr')", "declared", "did you mean 'eager'?"),
    ("loader(reads='h5', asked='as_original', judged_against='eager')", "declared", "reads='h5' is no tuple"),
    (
        "loader(reads=('h5',), asked='as_original', judged_against='eager', restores=('trainig',))",
        "declared",
        "did you mean 'training'?",
    ),
    (
        "loader(reads=('h5',), asked='as_original', judged_against='eager', agent='cpp')",
        "declared",
        "a file whose name starts with cpp",
    ),
]


@pytest.fixture(scope="module")
def errors():
    """The error of each wrong declaration, from one process that imports no TensorFlow."""
    declarations = [declaration[:2] for declaration in WRONG]
    ended = subprocess.run(
        [sys.executable, str(DECLARING), str(ROOT)],
        input=json.dumps(declarations),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return json.loads(ended.stdout)


@pytest.mark.parametrize("at", range(len(WRONG)), ids=lambda at: f"{WRONG[at][2]}-{at}")
def test_a_wrong_declaration_is_one_line_that_names_its_place(errors, at):
    _, function, message = WRONG[at]
    assert errors[at].startswith(f"{PLACE}{function}: ")
    assert message in errors[at]
    assert "\n" not in errors[at]
