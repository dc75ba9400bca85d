"""conformance.json: what a run found, as one document with a schema."""

from __future__ import annotations

import collections
import datetime
import functools
import json
from pathlib import Path
from typing import Any

import jsonschema

from reports import claims
from tests.interpreters.response import Response
from tests.judging.requirement import requirements
from tests.judging.verdict import BAD
from tests.run.session import Session
from tests.run.stale_rows import stale_rows

SCHEMA_VERSION = 1
SCHEMA = Path(__file__).parent / "schema" / "conformance.schema.json"
NAME = "conformance.json"
# Which sections of a child's words are which part of the time that a run takes.
PARTS = {
    "build": "build",
    "prepare": "build",
    "save": "save",
    "load": "load",
    "eager": "answer",
    "graph": "answer",
    "once": "answer",
    "again": "answer",
    "answers": "answer",
}


class UnreadableDocument(Exception):
    """The file is not a conformance.json of this version; the message says why, in one line."""


def make(
    session: Session,
    rows: list[dict],
    *,
    started: datetime.datetime,
    narrowed: bool,
    complete: bool,
    unjudged: list[str],
) -> dict:
    """The document of a run, as far as it has come.

    Args:
        rows: a row per judged cell and hop.
        narrowed: whether only a part of the cells was asked for.
        complete: whether every cell that was asked for has been judged; only then is there a footer.
        unjudged: test ids without a verdict.
    """
    judged_requirements = {row["requirement"] for row in rows}
    cells = sorted([*rows, *_not_applicable(session, judged_requirements)], key=_order)
    catalogue = session.evidence.catalogue
    made: dict[str, Any] = {
        "schema": SCHEMA_VERSION,
        "started": started.isoformat(timespec="seconds"),
        "sides": session.surroundings,
        "known_pairs": {side: session.deviations.knows(pair) for side, pair in session.pairs.items()},
        "hops": [str(hop) for hop in session.wanted.hops],
        "narrowed": narrowed,
        "planned": dict(sorted(session.rows_by_case.items())),
        "requirements": {name: each.sentence for name, each in requirements().items()},
        "cases": {name: {"doc": case["doc"], "traits": case["traits"]} for name, case in catalogue["cases"].items()},
        "savers": {name: saver["doc"] for name, saver in catalogue["routes"]["savers"].items()},
        "loaders": {name: loader["doc"] for name, loader in catalogue["routes"]["loaders"].items()},
        "cells": cells,
        "claims": claims.verdicts(cells),
        "deviations": {
            row.id: {"kind": row.kind, "reason": row.reason, "link": row.link} for row in session.deviations.rows
        },
    }
    if not complete:
        made["unjudged"] = unjudged
        return made
    made["stale_rows"] = [row.id for row in stale_rows(session)]
    made["cpu_seconds"] = cpu_seconds(session, rows)
    made["disk_bytes"] = disk_bytes(session)
    made["footer"] = footer(made)
    return made


def footer(made: dict) -> dict:
    """The footer of a document that is complete but for it: what its cells come to."""
    return {
        "complete": True,
        "conforms": not any(map(is_bad, made["cells"])) and not stale(made),
        "outcomes": dict(sorted(collections.Counter(row["outcome"] for row in made["cells"]).items())),
        "finished": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
    }


def is_bad(row: dict) -> bool:
    """Whether a run with this row in it cannot end well."""
    return row["outcome"] in BAD or (row["outcome"] == "blocked" and not row["accepted"])


def stale(document: dict) -> list[str]:
    """The rows of the lists that speak of the run's pairs and of no cell; only a whole run fails on them."""
    return [] if document["narrowed"] else document.get("stale_rows", [])


def was_judged(row: dict) -> bool:
    """Whether a test has left this row, and it is not one of a cell that no hop can judge."""
    return "seconds" in row


def _order(row: dict) -> tuple:
    return row["case"], row["route"], row["requirement"], row["hop"]


def _not_applicable(session: Session, judged_requirements: set[str]) -> list[dict]:
    """Rows for cells that no hop can judge; the tests of the others leave their own."""
    return [
        {
            "case": planned.cell.case,
            "route": planned.cell.route,
            "requirement": planned.cell.requirement,
            "hop": str(hop),
            "outcome": "n/a",
            "message": reason,
        }
        for planned in session.plan
        if not planned.applies and planned.cell.requirement in judged_requirements
        for hop, reason in planned.hops.items()
    ]


def disk_bytes(session: Session) -> int:
    """What the run's folder takes on disk at its end, when it is at its largest; it is given back."""
    return sum(path.stat().st_blocks * 512 for path in session.folder.rglob("*") if path.is_file())


def cpu_seconds(session: Session, rows: list[dict]) -> dict[str, float]:
    """Where the run's CPU time went: importing, building, saving, loading, answering, looking, judging.

    `look` is what children spend on giving facts; `child` is forking, reading the question and talking.
    """
    spent: collections.Counter = collections.Counter()
    for side in session.surroundings.values():
        spent["import"] += sum(seconds["cpu"] for seconds in side["import_seconds"].values())
    for part in ("original", "saved", "loaded"):
        for path in (session.folder / "evidence" / part).rglob("*"):
            if not path.is_file() or path.suffix == ".lock":
                continue
            said = Response.decode(path.read_bytes())
            for section, seconds in said.seconds().items():
                spent[PARTS.get(section, "look")] += seconds
            spent["child"] += max(0.0, said.cpu - sum(said.seconds().values()))
    spent["judge"] = sum(row["seconds"] for row in rows)
    return {part: round(seconds, 2) for part, seconds in sorted(spent.items())}


def write(folder: Path, document: dict) -> None:
    """Write it as conformance.json, whole or not at all.

    Raises:
        jsonschema.ValidationError: it is not what the schema says.
    """
    validator().validate(document)
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / f".{NAME}"
    draft.write_text(json.dumps(document, indent=1, sort_keys=False, allow_nan=False, default=str) + "\n")
    draft.rename(folder / NAME)


def read(path: Path) -> dict:
    """A conformance.json.

    Raises:
        UnreadableDocument: it is not one of this version.
    """
    try:
        document = json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise UnreadableDocument(f"{path}: {error}") from None
    version = document.get("schema") if isinstance(document, dict) else None
    if version != SCHEMA_VERSION:
        raise UnreadableDocument(f"{path}: a report of schema {version!r}; this suite reads {SCHEMA_VERSION}")
    check_fits(path, document, validator())
    return document


def check_fits(path: Path, content: dict, schema: jsonschema.Draft202012Validator) -> None:
    """The content of that file is what the schema says.

    Raises:
        UnreadableDocument: it is not; the message names the first place.
    """
    error = next(schema.iter_errors(content), None)
    if error is not None:
        where = ".".join(str(part) for part in error.absolute_path)
        raise UnreadableDocument(f"{path}: {where}: {error.message[:200]}")


@functools.cache
def validator() -> jsonschema.Draft202012Validator:
    """Checks documents against the schema."""
    return jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text()))
