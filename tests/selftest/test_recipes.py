"""The recipes of CONTRIBUTING.md work exactly as they are printed."""

from __future__ import annotations

import dataclasses
import filecmp
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.interpreters.agents import ROOT

# A fenced block, and the line above it that names a file.
BLOCK = re.compile(
    r"(?:^(?P<where>[^\n]*`(?P<file>[\w./]+)`:)\n\n)?^```\w+\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE
)
EXIT_CODE = re.compile(r"# exit code (\d)$")
# Written anew by a command of the recipes.
GENERATED = {"docs/catalogue.md", "docs/requirements.md", "docs/results.md"}
LEFT_OUT = (".git", "__pycache__", "out", "*.egg-info", "build", ".*_cache", ".hypothesis", ".venv")


@dataclasses.dataclass(frozen=True)
class Recipe:
    """A chapter of CONTRIBUTING.md: files with what is written, and commands with the exit code of each."""

    title: str
    new_files: dict[str, str]
    added_lines: dict[str, str]
    commands: list[tuple[str, int]]

    @property
    def files(self) -> set[str]:
        """The files that it says to change."""
        return {*self.new_files, *self.added_lines}

    def write(self, folder: Path) -> None:
        """Do to the project in that folder what the recipe says."""
        for name, text in self.new_files.items():
            assert not (folder / name).exists(), f"{name} is not new"
            (folder / name).write_text(text)
        for name, text in self.added_lines.items():
            with (folder / name).open("a") as file:
                file.write(f"\n{text}")


def recipes(text: str) -> Iterator[Recipe]:
    """Return the recipes in the text of CONTRIBUTING.md, in order."""
    for chapter in text.split("\n## ")[1:]:
        new_files, added_lines, commands = {}, {}, []
        for block in BLOCK.finditer(chapter):
            if block["file"] is None:
                for command in block["text"].splitlines():
                    code = EXIT_CODE.search(command)
                    commands.append((command, int(code[1]) if code else 0))
            elif block["where"].startswith("Lines added to"):
                added_lines[block["file"]] = block["text"]
            else:
                new_files[block["file"]] = block["text"]
        if commands:
            yield Recipe(chapter.partition("\n")[0], new_files, added_lines, commands)


RECIPES = list(recipes((ROOT / "CONTRIBUTING.md").read_text()))


def files_that_differ(one: Path, other: Path) -> set[str]:
    """Return the files of `one` that `other` lacks, or has with different content."""
    names = [path.relative_to(one) for path in one.rglob("*.*") if path.is_file()]
    return {
        str(name)
        for name in names
        if not {"__pycache__", "out", ".hypothesis"} & set(name.parts)
        if not ((other / name).exists() and filecmp.cmp(one / name, other / name, shallow=False))
    }


def run(command: str, folder: Path) -> tuple[int, str]:
    """Run a command in the folder as a newcomer would, in one worker; return its exit code and what it printed."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = {**os.environ, "PATH": path, "PYTEST_ADDOPTS": "-n1"}
    for name in ("GITHUB_STEP_SUMMARY", "PYTEST_XDIST_WORKER", "PYTEST_XDIST_WORKER_COUNT"):
        environment.pop(name, None)
    ended = subprocess.run(
        ["bash", "-c", command], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    return ended.returncode, ended.stdout + ended.stderr


def test_there_is_a_recipe_for_everything_that_can_be_added():
    titles = {recipe.title for recipe in RECIPES}
    assert titles == {"Add a case", "Add a saver with its loader", "Add a deviation", "Add a requirement"}


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.title.replace(" ", "-"))
def test_a_recipe_works_as_it_is_printed(recipe, tmp_path, session):
    if recipe.title == "Add a deviation" and session.pairs["B"].name not in str(recipe.added_lines):
        pytest.skip("its row names a different pair")
    project = tmp_path / "project"
    shutil.copytree(ROOT, project, ignore=shutil.ignore_patterns(*LEFT_OUT))
    earlier = RECIPES[: RECIPES.index(recipe)]
    for each in (*earlier, recipe):
        each.write(project)
    for command, code in recipe.commands:
        ended, printed = run(command, project)
        assert ended == code, f"{command}\n{printed[-3000:]}"
    written = {name for each in (*earlier, recipe) for name in each.files}
    assert files_that_differ(project, ROOT) - GENERATED == written


def test_one_file_is_enough_for_a_case_and_for_a_saver_with_its_loader():
    files = {recipe.title: recipe.files for recipe in RECIPES}
    assert len(files["Add a case"]) == len(files["Add a saver with its loader"]) == 1
    requirement, fault = sorted(files["Add a requirement"], reverse=True)
    assert (Path(requirement).parent, Path(fault).parent.name) == (Path("tests"), "faults")
