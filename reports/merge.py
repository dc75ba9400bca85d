"""Puts the reports of one run's parts together: `python -m reports.merge -o DIR PART [PART ...]`.

The parts are runs of the same suite on the same pairs, each of a share of the cells, as several machines split them
by `--case` or by a plugin that splits tests. What they make together has to be whole: a hole, a cell that two parts
have judged, or parts of other pairs are refused, and nothing is written.
"""

from __future__ import annotations

import argparse
import collections
import shutil
import sys
from pathlib import Path

from reports import claims, document, page, render

SAME = ("schema", "hops", "planned", "known_pairs", "requirements", "deviations")
PASSED, FAILED, BAD_USAGE = 0, 1, 4


class CannotMerge(Exception):
    """The parts do not make one whole; the message says why, in one line."""


def merged(parts: dict[str, dict]) -> dict:
    """The document of all parts together.

    Args:
        parts: documents by what they are called in messages.

    Raises:
        CannotMerge: a part is incomplete or of another run, or cells are missing or judged twice.
    """
    first_name, first = next(iter(parts.items()))
    for name, part in parts.items():
        if "footer" not in part:
            raise CannotMerge(f"{name} is incomplete: its run was cut off, or some of its cells have no verdict")
        if _pairs(part) != _pairs(first):
            raise CannotMerge(f"{name} is of {_told(part)}, and {first_name} is of {_told(first)}")
        unlike = [field for field in SAME if part.get(field) != first.get(field)]
        if unlike:
            raise CannotMerge(f"{name} and {first_name} are not parts of one run: other {', '.join(unlike)}")
    cells = _all_cells(parts)
    _check_whole(cells, first["planned"])
    spent: collections.Counter = collections.Counter()
    for part in parts.values():
        spent.update(part["cpu_seconds"])
    made = {
        **first,
        "started": min(part["started"] for part in parts.values()),
        "narrowed": False,
        "cells": cells,
        "claims": claims.verdicts(cells),
        "cpu_seconds": {name: round(seconds, 2) for name, seconds in sorted(spent.items())},
    }
    made["footer"] = document.footer(made)
    return made


def _pairs(part: dict) -> dict:
    return {
        side: {name: said[name] for name in ("python", "versions", "variables") if name in said}
        for side, said in part["sides"].items()
    }


def _told(part: dict) -> str:
    return " and ".join(render.pair_in_words(part, side) for side in sorted(part["sides"]))


def _all_cells(parts: dict[str, dict]) -> list[dict]:
    rows: dict[tuple, dict] = {}
    told_by: dict[tuple, str] = {}
    for name, part in parts.items():
        for row in part["cells"]:
            key = row["case"], row["route"], row["requirement"], row["hop"]
            judged = document.was_judged(row)
            if judged and key in told_by:
                cell = f"{' / '.join(key[:3])} ({key[3]})"
                raise CannotMerge(f"{told_by[key]} and {name} have both judged {cell}")
            if judged:
                told_by[key] = name
            if judged or key not in rows:
                rows[key] = row
    return [rows[key] for key in sorted(rows)]


def _check_whole(cells: list[dict], planned: dict[str, int]) -> None:
    judged = collections.Counter(row["case"] for row in cells if document.was_judged(row))
    short = {case: count for case, count in planned.items() if judged[case] != count}
    if short:
        case = min(short)
        more = f", and of {len(short) - 1} more cases" if len(short) > 1 else ""
        raise CannotMerge(f"of {case} only {judged[case]} of {short[case]} cells are judged{more}: a part is missing")


def write(folder: Path, made: dict, scripts: list[Path]) -> None:
    """Write the reports of the whole, with the scripts that the parts have written."""
    document.write(folder, made)
    for script in scripts:
        (folder / "repro").mkdir(exist_ok=True)
        shutil.copy(script, folder / "repro")
    render.write_summary(folder, made)
    page.write(folder, made)


def main(arguments: list[str]) -> int:
    """Merge what the command line names; returns pytest's exit code for what it says together."""
    parser = argparse.ArgumentParser(prog="python -m reports.merge", description=__doc__.partition("\n")[0])
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="DIR", help="where the reports go")
    parser.add_argument(
        "parts", type=Path, nargs="+", metavar="PART", help="a report folder, or its conformance.json"
    )
    options = parser.parse_args(arguments)
    files = [part / document.NAME if part.is_dir() else part for part in options.parts]
    try:
        if len(set(map(Path.absolute, files))) < len(files):
            raise CannotMerge("a part is named twice")
        made = merged({str(path): document.read(path) for path in files})
    except (CannotMerge, document.UnreadableDocument) as error:
        print(f"reports.merge: {error}", file=sys.stderr)
        return BAD_USAGE
    write(options.output, made, [script for path in files for script in sorted(path.parent.glob("repro/*.py"))])
    print(render.verdict(made))
    return PASSED if made["footer"]["conforms"] else FAILED


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
