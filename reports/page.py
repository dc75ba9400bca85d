"""The page that people look at: one static file, of one run or over the runs of many pairs."""

from __future__ import annotations

import base64
import functools
import gzip
import json
from pathlib import Path
from typing import Any

import jinja2
import markupsafe

from reports import costs, differences, gate, needs, render, versions, wording
from reports.cell_table import OUTCOMES, CellTable, Column
from reports.document import stale
from tests.judging.cells import Pair

NAME = "matrix.html"
TEMPLATES = Path(__file__).parent / "templates"
BETTER = ("fixed",)
CHANGED = ("changed", "unexpected-pass")
LINES_SHOWN = 10


def write(folder: Path, document: dict) -> None:
    """Write the page of a run beside its conformance.json, with the scripts that lie there."""
    scripts = {}
    for name in sorted({row["repro"] for row in document["cells"] if "repro" in row}):
        if (folder / name).exists():
            scripts[name] = (folder / name).read_text()
    (folder / NAME).write_text(of_run(document, scripts))


def of_run(document: dict, scripts: dict[str, str]) -> str:
    """The page of one run, which may be a gate; `scripts` are the texts of those that its rows name."""
    columns = [Column(hop, _hop_in_words(document, hop), 0, hop) for hop in document["hops"]]
    is_gate = "A" in document["sides"]
    return _render(
        [document],
        columns,
        scripts,
        verdict=render.verdict(document),
        chosen=0,
        stale=stale(document),
        shortfalls=versions.shortfalls([document]),
        upgrade=_upgrade(document) if is_gate else [],
        moved=gate.moved_facts(document) if is_gate else [],
        unexpected=[] if is_gate else render.unexpected(document),
    )


def _upgrade(document: dict) -> list[tuple[str, list[gate.Finding]]]:
    """What a gate found, by what people ask."""
    found = gate.findings(document)
    return [
        ("What breaks", [each for each in found if each.outcome not in CHANGED]),
        ("What changes", [each for each in found if each.outcome in CHANGED]),
        ("What gets better", gate.findings(document, BETTER)),
    ]


def over_versions(documents: list[dict]) -> str:
    """The page over the runs of several pairs, with the pairs as columns."""
    documents = versions.in_order(documents)
    columns = [Column(short_name(each), str(versions.pair(each)), i, "B>B") for i, each in enumerate(documents)]
    numbers = sorted({versions.pair(each).tensorflow for each in documents}, key=versions.Version)
    chosen, steps = versions.newest(documents), versions.steps(documents)
    return _render(
        documents,
        columns,
        {},
        verdict=f"{len(documents)} pairs, TensorFlow {numbers[0]} to {numbers[-1]}: of the cells that were judged "
        f"{_hold(documents[0])} and {_hold(documents[chosen])} hold. When did what break, and when was it fixed?",
        chosen=chosen,
        steps=sorted(steps, key=lambda step: (step.after > chosen, -step.after)),
        hardest=max(steps, key=lambda step: step.broke),
        shortfalls=versions.shortfalls(documents),
    )


def _hold(document: dict) -> str:
    counts = versions.counts(document)
    return f"{counts['hold']} of {sum(counts.values())} with {versions.pair(document)}"


def short_name(document: dict) -> str:
    """How a column is headed: `2.21.0/3.15.1`, with `tf_keras` where that is the Keras."""
    pair = versions.pair(document)
    return f"{pair.tensorflow}/{'tf_keras ' if pair.legacy else ''}{pair.keras}"


def _hop_in_words(document: dict, hop: str) -> str:
    saved, loaded = (str(Pair.of(document["sides"][side])) for side in (hop[0], hop[-1]))
    return f"saved and loaded with {saved}" if saved == loaded else f"saved with {saved}, loaded with {loaded}"


def _render(documents: list[dict], columns: list[Column], scripts: dict[str, str], **told: Any) -> str:
    table = CellTable.of(documents, columns)
    evidence: list[tuple[str, list[int], int]] = []

    def show(title: str, rows: list[dict], run: int = 0) -> int:
        """The number under which the page finds the rows' cells again; `run` is the column to look at first."""
        return show_cells(title, [(row["case"], row["route"], row["requirement"]) for row in rows], run)

    def show_cells(title: str, cells: list[tuple[str, str, str]], run: int = 0) -> int:
        """The same, of cells."""
        evidence.append((title, table.numbers(set(cells)), run))
        return len(evidence) - 1

    def data() -> markupsafe.Markup:
        return embedded({**_data(documents, table, evidence), "chosen": told["chosen"]})

    newest = documents[-1]
    return (
        environment()
        .get_template("page/page.html.j2")
        .render(
            documents=documents,
            columns=columns,
            pairs=[versions.pair(each) for each in documents],
            several=len(documents) > 1,
            is_gate="A" in newest["sides"],
            ways=differences.ways(),
            differences=[differences.table(each) for each in documents],
            needs=[needs.table(each) for each in documents],
            needing=[needs.cases(each) for each in documents],
            cpu_seconds=costs.parts(newest),
            slowest=costs.slowest_cases(newest),
            show=show,
            show_cells=show_cells,
            data=data,
            details=compressed({"texts": table.texts, "scripts": scripts, "scriptOf": table.scripts}),
            claims=_claims(documents),
            counts=[versions.counts(each) for each in documents],
            lines_shown=LINES_SHOWN,
            hops=newest["hops"],
            **told,
        )
    )


def _claims(documents: list[dict]) -> list[dict]:
    """Each claim of the newest run, with its verdict in every run and the cells that are against it there."""
    by_id = [{claim["id"]: claim for claim in document["claims"]} for document in documents]
    return [
        {"id": name, "claim": claim["claim"], "verdicts": [_verdict(each.get(name, {})) for each in by_id]}
        for name, claim in by_id[-1].items()
    ]


def _verdict(claim: dict) -> dict:
    against = [tuple(cell.split(" / ")) for cell in claim.get("against", [])]
    return {"verdict": claim.get("verdict", "not judged"), "against": against}


def _data(documents: list[dict], table: CellTable, evidence: list) -> dict:
    """All that the page's script works on, but for the notes and scripts, which are compressed."""
    used = {name for text in table.texts for name in text.get("deviations", [])}
    newest = documents[-1]
    return {
        **table.as_data(),
        "outcomes": [[letter, name, sign, kind] for name, (letter, sign, kind) in OUTCOMES.items()],
        "documented": {
            "case": {name: case["doc"] for name, case in newest["cases"].items()},
            "saver": newest["savers"],
            "loader": newest["loaders"],
            "requirement": newest["requirements"],
        },
        "deviations": {name: told for each in documents for name, told in each["deviations"].items() if name in used},
        "evidence": evidence,
        "sizes": [costs.sizes(each) for each in documents],
        "several": len(documents) > 1,
    }


def embedded(value: Any) -> markupsafe.Markup:
    """The value as JSON that can stand in a script element."""
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return markupsafe.Markup(text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029"))


def compressed(value: Any) -> markupsafe.Markup:
    """The value as JSON, as gzip, in base64; the page unpacks it when somebody looks."""
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return markupsafe.Markup(base64.b64encode(gzip.compress(text.encode(), 9, mtime=0)).decode())


@functools.cache
def environment() -> jinja2.Environment:
    """The templates, which escape what they are given, and put the page's own files in as they stand."""
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    made.globals["file"] = lambda name: markupsafe.Markup((TEMPLATES / "page" / name).read_text())
    made.filters |= {"one_line": wording.one_line, "in_words": wording.in_words}
    return made
