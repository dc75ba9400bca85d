"""Which pages have generated parts, and what they are made from."""

from __future__ import annotations

from pathlib import Path

from reports.baselines.baselines import BASELINES, read
from reports.docs.catalogue import catalogue_parts, requirement_parts
from reports.docs.differences import differences_parts
from reports.docs.results import results_parts
from reports.page.versions import in_order
from tests.both_sides.catalogue import Catalogue
from tests.judging import deviation_files
from tests.judging.requirement import requirements

DOCS = Path(__file__).parents[2] / "docs"
# What the newest pair's default run of all cases found, which the other baselines do not have.
DEFAULT_RUN = BASELINES / "default_run" / "2.21.0-keras-3.15.1.json"


def generated_parts(catalogue: Catalogue) -> dict[str, dict[str, str]]:
    """Return the generated parts of each page, by the page's name and the part's."""
    documents = in_order(read(path) for path in sorted(BASELINES.glob("*.json")))
    rows = {row.id: row for row in deviation_files.read().rows}
    return {
        "catalogue.md": catalogue_parts(catalogue),
        "key-differences.md": differences_parts(read(DEFAULT_RUN)),
        "requirements.md": requirement_parts(requirements()),
        "results.md": results_parts(documents, rows),
    }
