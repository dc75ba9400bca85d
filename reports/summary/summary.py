"""summary.md: the verdict and its tables, for the job page of a CI run."""

from __future__ import annotations

import collections
import dataclasses
import functools
import os
from pathlib import Path

import jinja2

from reports.document import files
from reports.document.contents import Document, Titles
from reports.gate.counts import Count, by_hop, tally
from reports.gate.findings import BAD, Finding, findings
from reports.gate.moved_facts import MovedFact, moved_facts
from reports.gate.moved_warnings import MovedWarning, moved_warnings
from reports.summary.executed_scripts import executed_scripts
from reports.summary.not_judged import not_judged
from reports.summary.route_lines import route_lines
from reports.summary.step_warnings import warned_in_words
from reports.summary.verdict import verdict
from reports.summary.wording import for_table, some_of
from tests.both_sides.routes import Route
from tests.judging.outcome import Outcome
from tests.judging.pairs import CONTROL, Hop

NAME = "summary.md"
TEMPLATE = "summary.md.j2"


@dataclasses.dataclass(frozen=True)
class ConfirmedDeviation:
    """A row of the list that cells of the run confirmed, with their number."""

    id: str
    cells: int
    kind: str
    reason: str
    link: str | None


@dataclasses.dataclass(frozen=True)
class GateTables:
    """The tables of a gate's summary.

    `breaks` maps a heading to findings, `before` are shortfalls of the old pair that remain, and `by_hop` counts
    cells by route and hop.
    """

    tally: dict[str, int]
    breaks: dict[str, list[Finding]]
    better: list[Finding]
    before: list[Finding]
    moved: list[MovedFact]
    warnings: list[MovedWarning]
    by_hop: dict[Route, dict[Hop, Count]]

    @classmethod
    def of(cls, document: Document) -> GateTables:
        """Return the tables of a gate."""
        found = findings(document)
        by_outcome = {outcome: [each for each in found if each.outcome is outcome] for outcome in BAD}
        return cls(
            tally(document),
            {
                "What breaks": [
                    each for each in found if each.outcome not in (Outcome.CHANGED, Outcome.UNEXPECTED_PASS)
                ],
                "What clients see change": by_outcome[Outcome.CHANGED],
                "Accepted shortfalls that did not occur": by_outcome[Outcome.UNEXPECTED_PASS],
            },
            findings(document, (Outcome.FIXED,)),
            [each for each in findings(document, (Outcome.BROKEN_BEFORE,)) if each.hop != CONTROL],
            moved_facts(document),
            moved_warnings(document),
            by_hop(document),
        )


def write(folder: Path, document: Document) -> None:
    """Write summary.md, and append it to the job page of GitHub Actions if there is one."""
    text = markdown(document)
    files.write_text(folder / NAME, text)
    job_page = os.environ.get("GITHUB_STEP_SUMMARY")
    if job_page:
        files.write_text(Path(job_page), text, "a")


def markdown(document: Document) -> str:
    """Return the summary of a run."""
    return (
        _templates()
        .get_template(TEMPLATE)
        .render(
            document=document,
            verdict=verdict(document),
            gate=GateTables.of(document) if document.is_gate else None,
            lines=route_lines(document),
            deviations=confirmed_deviations(document),
            executed=executed_scripts(document),
            not_judged=not_judged(document),
            title=document.titles.of,
            warned=warned_in_words,
            ways_out=lambda finding: ways_in_words(document.titles, finding),
        )
    )


def ways_in_words(titles: Titles, finding: Finding) -> str:
    """Return what to do instead, with the ids of the routes."""
    cases = len(finding.cases)
    ways = []
    for way in finding.ways_out:
        part = f" for {len(way.cases)} of {cases} cases" if len(way.cases) < cases else ""
        ways.append(f"{way.what_to_do(titles)} (`{way.route}`){part}")
    return "; or ".join(ways) or "no judged route carries it"


def confirmed_deviations(document: Document) -> list[ConfirmedDeviation]:
    """Return the rows of the list that cells of this run confirmed."""
    confirmed: collections.Counter[str] = collections.Counter()
    for row in document.cells:
        if row.outcome in (Outcome.DEVIATES, Outcome.BROKEN_BEFORE):
            confirmed.update(row.deviations)
    return [
        ConfirmedDeviation(name, cells, deviation.kind, deviation.reason, deviation.link)
        for name, cells in sorted(confirmed.items())
        for deviation in (document.deviation(name),)
    ]


@functools.cache
def _templates() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent), trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {"for_table": for_table, "some_of": some_of}
    return environment
