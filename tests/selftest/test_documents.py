"""The documents are true: links lead somewhere, generated parts are current, and lists are complete."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from reports.docs.pages import DOCS, generated_parts
from reports.docs.parts import NoSuchPart, table, with_parts
from tests.both_sides.routes import Route
from tests.interpreters.agents import ROOT
from tests.judging.deviation_files import OURS, SCHEMA
from tests.judging.load_request import LoadRequest
from tests.judging.outcome import Outcome
from tests.judging.pairs import NEW_ARTIFACTS
from tests.judging.tolerance import ULP_CONVERTED, ULP_OVER_PAIRS
from tests.selftest.whole_runs import PRINTED

PAGES = [*(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")), *sorted(DOCS.glob("*.md"))]
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)


def anchors(page: Path) -> set[str]:
    """Return the anchors that a page's headings get."""
    headings = re.findall(r"^#+ (.+)$", FENCE.sub("", page.read_text()), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def in_code(page: str) -> set[str]:
    """Return what stands in backticks."""
    return set(re.findall(r"`([^`\n]+)`", page))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page):
    for target in LINK.findall(FENCE.sub("", page.read_text())):
        if target.startswith("https://"):
            continue
        name, _, anchor = target.partition("#")
        file = page.parent / name if name else page
        assert file.exists(), target
        assert not anchor or anchor in anchors(file), target


def test_generated_parts_are_current(session):
    for name, parts in generated_parts(session.catalogue).items():
        page = (DOCS / name).read_text()
        assert with_parts(page, parts) == page, f"docs/{name} is out of date: run `python -m reports.docs`"


def test_only_the_parts_of_a_page_are_replaced():
    page = "above\n<!-- begin one -->\nold\n<!-- end one -->\nbelow\n"
    assert with_parts(page, {"one": "new"}) == "above\n<!-- begin one -->\n\nnew\n\n<!-- end one -->\nbelow\n"
    with pytest.raises(NoSuchPart, match="other"):
        with_parts(page, {"other": "new"})


def test_a_cell_of_a_table_is_one_line_without_bars():
    assert table(["name"], [["a | b\n c"]]) == "| name |\n| --- |\n| a \\| b c |"


def test_the_readme_is_a_first_page():
    lines = (ROOT / "README.md").read_text().splitlines()
    assert len(lines) <= 120
    commands = "python -m pip install '.[tested]' && python -m pytest", "python -m pytest tests/selftest"
    assert set(commands) <= set(lines)


def test_the_gate_page_explains_every_option_and_outcome():
    explained = in_code((DOCS / "gate.md").read_text())
    options = re.findall(r'addoption\(\s*"(--[a-z-]+)"', (ROOT / "conftest.py").read_text())
    assert len(options) > 10
    for option in options:
        assert any(re.match(rf"{option}\b", text) for text in explained), option
    assert {str(outcome) for outcome in Outcome} <= explained


def test_the_page_on_deviations_explains_every_field():
    page = (DOCS / "deviations.md").read_text()
    row = json.loads(SCHEMA.read_text())["properties"]["deviation"]["items"]["properties"]
    assert set(row) <= in_code(page)
    example = re.search(r"```toml\n(.*?)```", page, re.DOTALL)
    assert example[1] in OURS.read_text()


def test_the_page_on_requirements_names_the_tolerances():
    page = (DOCS / "requirements.md").read_text()
    for dtype, ulp in ULP_OVER_PAIRS.items():
        assert re.search(rf"between two pairs \|.*`{dtype}`.*\| {ulp} ulp", page), dtype
    for dtype, ulp in ULP_CONVERTED.items():
        assert re.search(rf"different runtime \| `{dtype}` \| {ulp} ulp", page), dtype


def test_the_recipe_of_a_requirement_lists_sections_that_exist(session):
    recipe = (ROOT / "CONTRIBUTING.md").read_text().partition("| response | section |")[2].partition("\n\n")[0]
    case, route = "standard.batch_norm_trained", Route.parse("keras_archive:load_model")
    served = Route.parse("saved_model:restored")
    evidence = session.evidence
    seen = {
        *evidence.saved("B", case, "saved_model").sections,
        *evidence.original("B", case, "keras_archive").sections,
        *evidence.loaded(LoadRequest(NEW_ARTIFACTS, case, route)).sections,
        *evidence.loaded(LoadRequest(NEW_ARTIFACTS, case, served)).sections,
        *evidence.tried(LoadRequest(NEW_ARTIFACTS, case, route)).sections,
    }
    assert {name for name in in_code(recipe) if name.isidentifier() and name != "again_…"} <= seen


def test_inputs_of_the_action_are_never_part_of_a_script():
    scripts = re.findall(r"run: \|\n((?: {8}.*\n)+)", (ROOT / "action.yml").read_text())
    assert len(scripts) == 2
    assert not any("${{" in script for script in scripts)


@pytest.mark.parametrize("command", ["reports.docs", "tests.selftest.cost"])
@pytest.mark.parametrize(
    ("argument", "code", "printed"), [("--help", 0, "usage: "), ("--nonsense", 2, "unrecognized")]
)
def test_a_command_explains_itself_and_refuses_what_it_does_not_know(command, argument, code, printed):
    ended = subprocess.run([sys.executable, "-m", command, argument], cwd=ROOT, **PRINTED)
    assert ended.returncode == code
    assert printed in ended.stdout
    assert f"python -m {command}" in ended.stdout
