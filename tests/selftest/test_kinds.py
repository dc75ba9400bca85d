"""Scripts know kinds of shortfalls by words of their messages, and requirements use these words."""

from __future__ import annotations

import ast

import pytest

from reports.scripts.kinds import Kind
from tests.interpreters.agents import ROOT


def texts_in(name: str) -> list[str]:
    """The texts of a requirement's file, or of a module of `tests/judging`, with each f-string as one text."""
    requirement = ROOT / "tests" / f"test_{name}.py"
    path = requirement if requirement.exists() else ROOT / "tests" / "judging" / f"{name}.py"
    tree = ast.parse(path.read_text())
    documentation = {
        ast.get_docstring(node, clean=False)
        for node in ast.walk(tree)
        if hasattr(node, "body") and isinstance(node, (ast.Module, ast.FunctionDef))
    }
    texts = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    return [text for text in texts if text not in documentation]


@pytest.mark.parametrize("kind", Kind, ids=lambda kind: kind.name.lower())
def test_the_requirement_uses_the_words_by_which_scripts_know_a_kind(kind: Kind):
    for name in kind.files:
        assert any(kind.words in text for text in texts_in(name)), name
