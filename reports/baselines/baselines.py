"""A baseline: one run's conformance.json in a form that is small enough to keep, and whose diffs show what changed.

Rows that say the same are one entry, with their cells as products of cases, routes and requirements. What differs
between runs or machines is left out: times, logs, scripts, paths, and facts that the page shows in no table.
"""

from __future__ import annotations

import collections
import dataclasses
import functools
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jsonschema

from reports.baselines.products import Product, products
from reports.document import claims, files
from reports.document.contents import Document
from reports.document.files import UnreadableDocument
from reports.document.rows import EMPTY, Row
from reports.summary.wording import cut, reproducible
from tests.judging.cells import Cell
from tests.judging.pairs import NEW_ARTIFACTS

BASELINES = Path(__file__).parent
SCHEMA = BASELINES / "schema" / "baseline.schema.json"
VERSION = 2
KEPT_FACTS = (
    "needs", "refused_with", "refused_without", "argument_wins_over_registration", "scope_wins_over_registration",
    "wrong_objects", "bytes",
)  # fmt: skip
KEPT_FIELDS = ("outcome", "message", "shortfalls", "largest_ulp", "deviations", "blocked_by")
KEPT_HEADER = (
    "schema", "started", "known_pairs", "requirements", "cases", "savers", "loaders", "titles", "stale_rows",
    "footer",
)  # fmt: skip
KEPT_SURROUNDINGS = ("python", "versions", "variables", "runtimes")
LONGEST_TEXT = 300


def of_document(document: Document) -> dict[str, Any]:
    """Return the baseline of a document, as JSON."""
    groups: dict[str, list[Cell]] = collections.defaultdict(list)
    for row in document.cells:
        groups[json.dumps(_kept(row), sort_keys=True)].append(row.cell)
    cases = list(document.cases)
    entries = [
        {**json.loads(kept), "of": [product.as_json() for product in products(cells, cases)]}
        for kept, cells in groups.items()
    ]
    used = {name for row in document.cells for name in row.deviations}
    content = document.as_json()
    return {
        "baseline": VERSION,
        **{name: content[name] for name in KEPT_HEADER if name in content},
        "sides": {
            side: {name: surroundings[name] for name in KEPT_SURROUNDINGS}
            for side, surroundings in content["sides"].items()
        },
        "deviations": {name: each for name, each in content["deviations"].items() if name in used},
        "cells": sorted(entries, key=lambda entry: (entry["outcome"], json.dumps(entry["of"]))),
    }


def _kept(row: Row) -> dict[str, Any]:
    content = row.as_json()
    kept = {name: content[name] for name in KEPT_FIELDS if content.get(name) not in (*EMPTY, 0)}
    facts = {name: value for name, value in row.facts.items() if name in KEPT_FACTS}
    if facts:
        kept["facts"] = facts
    if not row.accepted:
        kept["accepted"] = False
    if row.shortfalls and row.message == row.shortfalls[0].message:
        kept.pop("message", None)
    return dict(_reproducible(kept))


def _reproducible(value: Any) -> Any:
    """Return the value with all texts cut, and without what differs between runs and machines."""
    if isinstance(value, dict):
        return {name: _reproducible(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_reproducible(part) for part in value]
    return cut(reproducible(value), LONGEST_TEXT) if isinstance(value, str) else value


def to_document(baseline: Mapping[str, Any]) -> Document:
    """Return the document that a baseline was made of, as far as the baseline keeps it. Claims are judged anew."""
    rows = []
    for entry in baseline["cells"]:
        content = {name: value for name, value in entry.items() if name != "of"}
        if "shortfalls" in content:
            content.setdefault("message", content["shortfalls"][0]["message"])
        # Any cell will do at first; the entry's own cells are put in its place.
        like = Row.from_json({**content, "case": "", "route": "", "requirement": "", "hop": str(NEW_ARTIFACTS)})
        for product in map(Product.from_json, entry["of"]):
            rows += [dataclasses.replace(like, **vars(cell)) for cell in product.cells(baseline["cases"])]
    header = {"hops": [str(NEW_ARTIFACTS)], "narrowed": False, "claims": []}
    document = Document.from_json({**baseline, **header, "cells": []})
    cells = tuple(sorted(rows, key=lambda row: (row.case, str(row.route), row.requirement)))
    whole = claims.WholeRun({name: case.traits for name, case in document.cases.items()})
    return dataclasses.replace(document, cells=cells, claims=claims.verdicts(cells, whole))


def to_text(baseline: Mapping[str, Any]) -> str:
    """Return the baseline as JSON with a line per product, which makes readable diffs."""
    rest = {name: value for name, value in baseline.items() if name != "cells"}
    parts = [f'"{name}": {json.dumps(value, ensure_ascii=False)}' for name, value in rest.items()]
    entries = []
    for entry in baseline["cells"]:
        content = json.dumps({name: value for name, value in entry.items() if name != "of"}, ensure_ascii=False)
        of = ",\n   ".join(json.dumps(product, ensure_ascii=False) for product in entry["of"])
        entries.append(f'  {content[:-1]}, "of": [\n   {of}]}}')
    cells = ",\n".join(entries)
    return "{\n " + ",\n ".join(parts) + f',\n "cells": [\n{cells}\n ]\n}}\n'


def read(path: Path) -> Document:
    """Return the document of a conformance.json, or of a baseline.

    Raises:
        UnreadableDocument: the file is neither, or not of this version.
    """
    content = files.content_of(path)
    if not isinstance(content, dict) or "baseline" not in content:
        return files.from_content(path, content)
    if content["baseline"] != VERSION:
        raise UnreadableDocument(f"{path}: a baseline of form {content['baseline']!r}; this suite reads {VERSION}")
    files.check_fits(path, content, validator())
    return to_document(content)


@functools.cache
def validator() -> jsonschema.Draft202012Validator:
    """Return the validator of baselines."""
    return jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text()))


def file_name(document: Document) -> str:
    """Return the name of a baseline's file: TensorFlow, and the Keras that goes with it."""
    pair = document.pair
    return f"{pair.tensorflow}-{'tf_keras' if pair.legacy else 'keras'}-{pair.keras}.json"
