"""The page that people look at: one static file, of one run or over the runs of many pairs."""

from __future__ import annotations

import base64
import dataclasses
import functools
import gzip
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import jinja2
import markupsafe
from packaging.version import Version

from reports.document import files
from reports.document.claim_verdicts import ClaimVerdict
from reports.document.contents import NOT_DESCRIBED, Document
from reports.document.rows import Row
from reports.gate.findings import Finding, findings
from reports.gate.moved_facts import MovedFact, moved_facts
from reports.gate.moved_warnings import MovedWarning, moved_warnings
from reports.page import costs, differences, needs, versions
from reports.page.cell_lists import CellLists
from reports.page.cell_table import CellTable, Column
from reports.page.shown_outcomes import shown_outcomes
from reports.summary.verdict import verdict
from reports.summary.wording import in_words, one_line
from tests.judging.outcome import Outcome
from tests.judging.pairs import NEW_ARTIFACTS, Hop

NAME = "matrix.html"
TEMPLATES = Path(__file__).parent / "templates"
CHANGES = (Outcome.CHANGED, Outcome.UNEXPECTED_PASS)
LINES_SHOWN = 10


@dataclasses.dataclass(frozen=True)
class Contents:
    """The parts of the page that are not on all pages.

    `chosen` is the document whose tables are shown first. `upgrade`, `moved`, `warnings` and `unexpected` are for one
    run, `steps` and `hardest` for a page over versions.
    """

    verdict: str
    shortfalls: Sequence[versions.KnownShortfall]
    chosen: int = 0
    stale: Sequence[str] = ()
    upgrade: Sequence[tuple[str, list[Finding]]] = ()
    moved: Sequence[MovedFact] = ()
    warnings: Sequence[MovedWarning] = ()
    unexpected: Sequence[Row] = ()
    steps: Sequence[versions.Step] = ()
    hardest: versions.Step | None = None


@dataclasses.dataclass(frozen=True)
class ClaimLine:
    """A claim of the newest run, with its verdict in every run; None where the run does not have the claim."""

    id: str
    claim: str
    verdicts: tuple[ClaimVerdict | None, ...]


def write(folder: Path, document: Document) -> None:
    """Write the page of a run beside its conformance.json, with the scripts that are there."""
    names = sorted({row.repro for row in document.cells if row.repro is not None})
    scripts = {name: (folder / name).read_text("utf-8") for name in names if (folder / name).exists()}
    files.write_text(folder / NAME, of_run(document, scripts))


def of_run(document: Document, scripts: Mapping[str, str]) -> str:
    """Return the page of one run, which may be a gate; `scripts` are the texts of the scripts that rows name."""
    columns = [Column(str(hop), _hop_in_words(document, hop), 0, hop) for hop in document.hops]
    contents = Contents(
        verdict(document),
        versions.known_shortfalls([document]),
        stale=document.failing_stale_rows,
        upgrade=_upgrade(document) if document.is_gate else (),
        moved=moved_facts(document) if document.is_gate else (),
        warnings=moved_warnings(document) if document.is_gate else (),
        unexpected=() if document.is_gate else document.unexpected,
    )
    return _render([document], columns, scripts, contents)


def _upgrade(document: Document) -> list[tuple[str, list[Finding]]]:
    """Return what an upgrade does, under the headings of the page."""
    found = findings(document)
    return [
        ("What breaks", [each for each in found if each.outcome not in CHANGES]),
        ("What changes", [each for each in found if each.outcome in CHANGES]),
        ("What gets better", findings(document, (Outcome.FIXED,))),
    ]


def over_versions(documents: Sequence[Document]) -> str:
    """Return the page over the runs of several pairs, with the pairs as columns."""
    documents = versions.in_order(documents)
    columns = [Column(short_name(each), str(each.pair), i, NEW_ARTIFACTS) for i, each in enumerate(documents)]
    numbers = sorted({document.pair.tensorflow for document in documents}, key=Version)
    chosen, steps = versions.newest(documents), versions.steps(documents)
    contents = Contents(
        f"{len(documents)} pairs, TensorFlow {numbers[0]} to {numbers[-1]}: "
        f"{_standing(documents[0], 'judged cells hold')}, and {_standing(documents[chosen])}. "
        "What broke when, and when was it fixed?",
        versions.known_shortfalls(documents),
        chosen=chosen,
        steps=sorted(steps, key=lambda step: (step.after > chosen, -step.after)),
        hardest=max(steps, key=lambda step: step.count(versions.Event.BROKE)),
    )
    return _render(documents, columns, {}, contents)


def _standing(document: Document, what: str = "") -> str:
    standing = versions.Standing.of(document)
    return f"{standing.hold} of {standing.judged} {what} with {document.pair}".replace("  ", " ")


def short_name(document: Document) -> str:
    """Return the heading of a column: `2.21.0/3.15.1`, with `tf_keras` if that is its Keras."""
    pair = document.pair
    return f"{pair.tensorflow}/{'tf_keras ' if pair.legacy else ''}{pair.keras}"


def _hop_in_words(document: Document, hop: Hop) -> str:
    saved, loaded = document.pairs[hop.saved], document.pairs[hop.loaded]
    return f"saved and loaded with {saved}" if saved == loaded else f"saved with {saved}, loaded with {loaded}"


def _render(
    documents: Sequence[Document], columns: Sequence[Column], scripts: Mapping[str, str], contents: Contents
) -> str:
    table = CellTable.of(documents, columns)
    lists = CellLists(table)
    newest = documents[-1]

    def data() -> markupsafe.Markup:
        """Return the page's data. The template calls it last, when all lists of cells have been made."""
        return embedded({**_data(documents, table), "evidence": lists.as_json(), "chosen": contents.chosen})

    return (
        environment()
        .get_template("page.html.j2")
        .render(
            documents=documents,
            newest=newest,
            columns=columns,
            several=len(documents) > 1,
            ways=differences.ways(),
            differences=[differences.table(document) for document in documents],
            needs=[needs.table(document) for document in documents],
            needing=[needs.cases(document) for document in documents],
            cpu_seconds=costs.time_by_part(newest),
            slowest=costs.slowest_cases(newest),
            list_of_rows=lists.of_rows,
            list_of_cells=lists.of_cells,
            data=data,
            details=compressed({"texts": table.texts, "scripts": scripts, "scriptOf": table.scripts_by_place()}),
            claims=_claims(documents),
            standings=[versions.Standing.of(document) for document in documents],
            events=list(versions.Event),
            lines_shown=LINES_SHOWN,
            hops=list(newest.hops),
            **vars(contents),
        )
    )


def _claims(documents: Sequence[Document]) -> list[ClaimLine]:
    by_id = [{claim.id: claim for claim in document.claims} for document in documents]
    return [
        ClaimLine(name, claim.claim, tuple(claims.get(name) for claims in by_id)) for name, claim in by_id[-1].items()
    ]


def _data(documents: Sequence[Document], table: CellTable) -> dict[str, Any]:
    """Return all that the page's script needs, except for the notes and scripts, which are compressed."""
    noted = {name for text in table.texts for name in text.get("deviations", [])}
    described = {name: each for document in documents for name, each in document.deviations.items()}
    deviations = {name: described.get(name, NOT_DESCRIBED) for name in sorted(noted)}
    newest = documents[-1]
    cells = table.as_json()
    return {
        **cells,
        "routeTitles": [newest.titles.of(route) for route in sorted({cell.route for cell in table.numbers})],
        "outcomes": [[each.letter, each.name, each.sign, each.kind.word] for each in shown_outcomes()],
        "documented": {
            "case": {name: case.doc for name, case in newest.cases.items()},
            "saver": newest.savers,
            "loader": newest.loaders,
            "requirement": newest.requirements,
        },
        "deviations": {name: dataclasses.asdict(each) for name, each in deviations.items()},
        "sizes": [costs.sizes(document) for document in documents],
        "several": len(documents) > 1,
    }


def embedded(value: Any) -> markupsafe.Markup:
    """Return the value as JSON that is safe in a script element."""
    text = _json(value)
    return markupsafe.Markup(text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029"))


def compressed(value: Any) -> markupsafe.Markup:
    """Return the value as JSON in gzip in base64. The page unpacks it when somebody looks."""
    return markupsafe.Markup(
        base64.b64encode(gzip.compress(_json(value).encode("utf-8", "backslashreplace"), 9, mtime=0)).decode()
    )


def _json(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


@functools.cache
def environment() -> jinja2.Environment:
    """Return the templates. They escape all values, and include the page's own files as they are."""
    templates = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    templates.globals["file"] = lambda name: markupsafe.Markup((TEMPLATES / name).read_text())
    templates.filters |= {"one_line": one_line, "in_words": in_words}
    return templates
