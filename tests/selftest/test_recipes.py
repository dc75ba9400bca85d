"""The recipes of CONTRIBUTING.md work exactly as they are printed."""

from __future__ import annotations

import dataclasses
import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import tomllib

from tests.interpreters.agents import ROOT

# A fenced block, and the line above it that names a file.
BLOCK = re.compile(
    r"(?:^(?P<where>[^\n]*`(?P<file>[\w./]+)`:)\n\n)?^```\w+\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE
)
EXIT_CODE = re.compile(r"# exit code (\d)$")
# Written anew by a command of the recipes.
GENERATED = {"docs/catalogue.md", "docs/requirements.md", "docs/results.md"}
SAID_BY_A_PERSON = ("id", "kind", "reason", "link")
LEFT_OUT = (".git", "__pycache__", "out", "*.egg-info", "build", ".*_cache", ".hypothesis", ".venv")


@dataclasses.dataclass(frozen=True)
class Writing:
    """A file that a recipe makes, or adds lines to."""

    file: str
    text: str
    is_new: bool

    def do(self, folder: Path) -> None:
        """Write it in the project in that folder."""
        path = folder / self.file
        assert path.exists() != self.is_new, self.file
        path.write_text(self.text if self.is_new else f"{path.read_text()}\n{self.text}")


@dataclasses.dataclass(frozen=True)
class Command:
    """A command that a recipe runs, and the exit code that it says."""

    line: str
    exit_code: int

    def do(self, folder: Path) -> None:
        """Run it in that folder, as a newcomer would, in one worker."""
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
        environment = {**os.environ, "PATH": path, "PYTEST_ADDOPTS": "-n1"}
        for name in ("GITHUB_STEP_SUMMARY", "PYTEST_XDIST_WORKER", "PYTEST_XDIST_WORKER_COUNT"):
            environment.pop(name, None)
        ended = subprocess.run(
            ["bash", "-c", self.line], cwd=folder, env=environment, capture_output=True, text=True, check=False
        )
        printed = (ended.stdout + ended.stderr)[-3000:]
        assert ended.returncode == self.exit_code, f"{self.line}\n{printed}"


@dataclasses.dataclass(frozen=True)
class Recipe:
    """A chapter of CONTRIBUTING.md, as its steps in order."""

    title: str
    steps: list[Writing | Command]

    @property
    def writings(self) -> list[Writing]:
        """The steps that write files."""
        return [step for step in self.steps if isinstance(step, Writing)]


def recipes(text: str) -> Iterator[Recipe]:
    """Yield the recipes in the text of CONTRIBUTING.md, in order."""
    for chapter in text.split("\n## ")[1:]:
        steps: list[Writing | Command] = []
        for block in BLOCK.finditer(chapter):
            if block["file"]:
                steps.append(Writing(block["file"], block["text"], not block["where"].startswith("Lines added to")))
                continue
            for line in block["text"].splitlines():
                code = EXIT_CODE.search(line)
                steps.append(Command(line, int(code[1]) if code else 0))
        if steps:
            yield Recipe(chapter.partition("\n")[0], steps)


RECIPES = list(recipes((ROOT / "CONTRIBUTING.md").read_text()))


def digests(folder: Path) -> dict[str, str]:
    """Return the digest of every file that a run does not write."""
    files = {path.relative_to(folder): path for path in folder.rglob("*.*") if path.is_file()}
    return {
        str(name): hashlib.sha256(path.read_bytes()).hexdigest()
        for name, path in files.items()
        if not {"__pycache__", "out", ".hypothesis"} & set(name.parts)
    }


def without_what_a_person_says(rows: str) -> list[dict[str, object]]:
    """Return rows of deviations in TOML without the fields that a draft leaves to a person."""
    parsed = tomllib.loads(rows)["deviation"]
    return [{name: value for name, value in row.items() if name not in SAID_BY_A_PERSON} for row in parsed]


def test_there_is_a_recipe_for_everything_that_can_be_added():
    titles = {recipe.title for recipe in RECIPES}
    assert titles >= {"Add a case", "Add a saver with its loader", "Add a deviation", "Add a requirement"}


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.title.replace(" ", "-"))
def test_a_recipe_works_as_it_is_printed(recipe, tmp_path, session):
    if recipe.title == "Add a deviation" and session.pairs["B"].name not in recipe.writings[0].text:
        pytest.skip("its row names a different pair")
    project = tmp_path / "project"
    shutil.copytree(ROOT, project, ignore=shutil.ignore_patterns(*LEFT_OUT))
    for earlier in RECIPES[: RECIPES.index(recipe)]:
        for writing in earlier.writings:
            writing.do(project)
    before = digests(project)
    for step in recipe.steps:
        if isinstance(step, Writing) and step.file == "tests/deviations.toml":
            draft = (project / "reports" / "out" / "deviations-draft.toml").read_text()
            assert without_what_a_person_says(step.text) == without_what_a_person_says(draft)
        step.do(project)
    changed = {name for name, digest in digests(project).items() if before.get(name) != digest}
    assert changed - GENERATED == {writing.file for writing in recipe.writings}


def test_one_file_is_enough_for_a_case_and_for_a_saver_with_its_loader():
    files = {recipe.title: [writing.file for writing in recipe.writings] for recipe in RECIPES}
    assert len(files["Add a case"]) == len(files["Add a saver with its loader"]) == 1
    requirement, fault = files["Add a requirement"]
    assert requirement.startswith("tests/test_")
    assert fault.startswith("tests/selftest/beside_tensorflow/faults/")
