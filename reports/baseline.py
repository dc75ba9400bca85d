"""A baseline: one run's conformance.json in a form that is small enough to keep, and shows in a diff what changed.

`python -m reports.baseline conformance.json [-o NAME.json]`. Rows that say the same are one entry, with the cells
that they are of as products of cases, routes and requirements. Left out is what differs from run to run or
machine to machine: times, logs, scripts, paths, and the facts that no table of the page is made from.
"""

from __future__ import annotations

import argparse
import collections
import functools
import itertools
import json
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import jsonschema

from reports import claims, document, wording
from reports.document import UnreadableDocument
from tests.judging.cells import Pair

SCHEMA = Path(__file__).parent / "schema" / "baseline.schema.json"
VERSION = 1
FACTS = (
    "needs", "refused_with", "refused_without", "argument_wins_over_registration", "scope_wins_over_registration",
    "wrong_objects", "bytes",
)  # fmt: skip
KEPT = ("outcome", "message", "found", "largest_ulp", "deviations", "blocked_by")
HEADER = ("schema", "started", "known_pairs", "requirements", "cases", "savers", "loaders", "stale_rows", "footer")
HOP = "B>B"
SIDE = ("python", "versions", "variables", "runtimes")
LONGEST_SAID = 300


def make(whole: dict) -> dict:
    """The baseline of a document."""
    groups: dict[str, list[tuple[str, str, str]]] = collections.defaultdict(list)
    for row in whole["cells"]:
        said = json.dumps(_kept(row), sort_keys=True)
        groups[said].append((row["case"], row["route"], row["requirement"]))
    cases = list(whole["cases"])
    entries = [{**json.loads(said), "of": products(cells, cases)} for said, cells in groups.items()]
    used = {name for row in whole["cells"] for name in row.get("deviations", [])}
    return {
        "baseline": VERSION,
        **{name: whole[name] for name in HEADER if name in whole},
        "sides": {side: {name: told[name] for name in SIDE if name in told} for side, told in whole["sides"].items()},
        "deviations": {name: told for name, told in whole["deviations"].items() if name in used},
        "cells": sorted(entries, key=lambda entry: (entry["outcome"], json.dumps(entry["of"]))),
    }


def _kept(row: dict) -> dict:
    kept = {name: row[name] for name in KEPT if row.get(name) not in (None, "", [], {}, 0)}
    facts = {name: value for name, value in row.get("facts", {}).items() if name in FACTS}
    if facts:
        kept["facts"] = facts
    if not row.get("accepted", True):
        kept["accepted"] = False
    if "found" in kept:
        kept["found"] = [{name: value for name, value in found.items() if value} for found in kept["found"]]
        if kept.get("message") == kept["found"][0]["message"]:
            del kept["message"]
    return _lasting(kept)


def _lasting(value: Any) -> Any:
    """The value with its texts as another run and machine would say them too, cut where they are long."""
    if isinstance(value, dict):
        return {name: _lasting(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_lasting(part) for part in value]
    return wording.cut(wording.lasting(value), LONGEST_SAID) if isinstance(value, str) else value


def products(cells: list[tuple[str, str, str]], cases: list[str]) -> list[dict]:
    """The cells as few products of cases, routes and requirements; `family.*` stands for all cases of a family."""
    by_route: dict[tuple[str, str], list[str]] = collections.defaultdict(list)
    for case, route, requirement in sorted(cells):
        by_route[route, requirement].append(case)
    by_cases: dict[tuple[str, tuple[str, ...]], list[str]] = collections.defaultdict(list)
    for (route, requirement), named in by_route.items():
        by_cases[route, tuple(_families(named, cases))].append(requirement)
    routes: dict[tuple[tuple[str, ...], tuple[str, ...]], list[str]] = collections.defaultdict(list)
    for (route, named), requirements in by_cases.items():
        routes[named, tuple(sorted(requirements))].append(route)
    return [
        {"case": list(named), "route": sorted(names), "requirement": list(requirements)}
        for (named, requirements), names in sorted(routes.items())
    ]


def _families(named: list[str], cases: list[str]) -> list[str]:
    """The names, with the families that are there whole as globs."""
    left = set(named)
    globs = []
    for family in sorted({case.partition(".")[0] for case in named}):
        members = {case for case in cases if case.startswith(f"{family}.")}
        if len(members) > 1 and members <= left:
            globs.append(f"{family}.*")
            left -= members
    return sorted([*globs, *left])


def whole(baseline: dict) -> dict:
    """The document that a baseline was made of, as far as it was kept; it fits the schema of conformance.json."""
    told = {name: value for name, value in baseline.items() if name != "baseline"}
    told["sides"] = {side: {**said, "import_seconds": {}} for side, said in baseline["sides"].items()}
    told["hops"], told["narrowed"] = [HOP], False
    cells = []
    for entry in baseline["cells"]:
        said = {name: value for name, value in entry.items() if name != "of"}
        if "found" in said:
            said.setdefault("message", said["found"][0]["message"])
        for of in entry["of"]:
            named = [case for case in baseline["cases"] if any(fnmatchcase(case, glob) for glob in of["case"])]
            for case, route, requirement in itertools.product(named, of["route"], of["requirement"]):
                cells.append({"case": case, "route": route, "requirement": requirement, "hop": HOP, **said})
    told["cells"] = sorted(cells, key=lambda row: (row["case"], row["route"], row["requirement"]))
    told["claims"] = claims.verdicts(told["cells"])
    return told


def to_text(baseline: dict) -> str:
    """The baseline as JSON with a line per product, for a diff to be read."""
    rest = {name: value for name, value in baseline.items() if name != "cells"}
    parts = [f'"{name}": {json.dumps(value, ensure_ascii=False)}' for name, value in rest.items()]
    entries = []
    for entry in baseline["cells"]:
        said = json.dumps({name: value for name, value in entry.items() if name != "of"}, ensure_ascii=False)
        of = ",\n   ".join(json.dumps(product, ensure_ascii=False) for product in entry["of"])
        entries.append(f'  {said[:-1]}, "of": [\n   {of}]}}')
    cells = ",\n".join(entries)
    return "{\n " + ",\n ".join(parts) + f',\n "cells": [\n{cells}\n ]\n}}\n'


def read(path: Path) -> dict:
    """A document, of a conformance.json or of a baseline.

    Raises:
        UnreadableDocument: it is neither, or not of this version.
    """
    try:
        told = json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise UnreadableDocument(f"{path}: {error}") from None
    if not isinstance(told, dict) or "baseline" not in told:
        return document.read(path)
    if told["baseline"] != VERSION:
        raise UnreadableDocument(f"{path}: a baseline of form {told['baseline']!r}; this suite reads {VERSION}")
    document.check_fits(path, told, validator())
    return whole(told)


@functools.cache
def validator() -> jsonschema.Draft202012Validator:
    """Checks baselines against their schema."""
    return jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text()))


def name_of(whole: dict) -> str:
    """What a baseline's file is called: TensorFlow and the Keras that goes with it."""
    pair = Pair.of(whole["sides"]["B"])
    return f"{pair.tensorflow}-{'tf_keras' if pair.legacy else 'keras'}-{pair.keras}.json"


def main(arguments: list[str] | None = None) -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m reports.baseline", description=__doc__.partition("\n")[0])
    parser.add_argument("report", type=Path, help="a conformance.json of a whole run")
    parser.add_argument("-o", "--output", type=Path, help="default: named after the pair, in reports/baselines/")
    chosen = parser.parse_args(arguments)
    try:
        found = document.read(chosen.report)
    except UnreadableDocument as error:
        parser.error(str(error))
    if "A" in found["sides"] or "footer" not in found or found["narrowed"]:
        parser.error(f"{chosen.report}: a baseline is made of a whole and finished run of one pair")
    path = chosen.output or Path(__file__).parent / "baselines" / name_of(found)
    path.write_text(to_text(make(found)))
    print(path)


if __name__ == "__main__":
    main()
