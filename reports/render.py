"""What people read: summary.md, and the screen at the end of a run."""

from __future__ import annotations

import collections
import os
from pathlib import Path
from typing import Any

import jinja2
from rich.console import Console
from rich.table import Table
from rich.text import Text

from reports.document import is_bad

MOST_UNEXPECTED = 12
NARROWEST = 120
SHORTER = {"custom_objects": "objects", "training_state": "training", "architecture": "config"}
# Worst first; what a square of the grid shows beside its counts.
MARKS = {
    "bad": ("✗", "bold red"),
    "known": ("!", "yellow"),
    "fine": ("✓", "green"),
    "none": ("·", "dim"),
}


def verdict(document: dict) -> str:
    """The verdict in words, in one sentence."""
    bad = [row for row in document["cells"] if is_bad(row)]
    stale = document.get("stale_rows", [])
    if "footer" not in document:
        return f"INCOMPLETE: {len(document.get('unjudged', []))} cells have no verdict."
    to = pair_in_words(document, "B")
    found = collections.Counter(row["outcome"] for row in bad if row["outcome"] != "blocked")
    blocked = sum(row["outcome"] == "blocked" for row in bad)
    standing = f" ({blocked} more cells stand on these)" if blocked else ""
    if "A" in document["sides"]:
        fixed = sum(row["outcome"] == "fixed" for row in document["cells"])
        told = ", ".join(f"{count} {outcome}" for outcome, count in sorted(found.items())) or "nothing regressed"
        word = "BREAKS" if bad or stale else "SAFE"
        return f"{word}: from {pair_in_words(document, 'A')} to {to}: {told}{standing}; {fixed} fixed."
    if bad or stale:
        rows = f" and {len(stale)} stale rows in the list" * bool(stale)
        return f"DOES NOT CONFORM: {to}: {found.total()} unexpected cells{standing}{rows}."
    known = document["footer"]["outcomes"].get("deviates", 0)
    return f"CONFORMS: {to}, with {known} cells that deviate as recorded."


def pair_in_words(document: dict, side: str) -> str:
    """A side's pair, marked where nobody has run it before."""
    versions = document["sides"][side]["versions"]
    unknown = "" if document["known_pairs"][side] else " (unknown pair)"
    return f"TensorFlow {versions['tensorflow']} with Keras {versions['keras']}{unknown}"


def grid(document: dict) -> tuple[list[str], dict[str, dict[str, collections.Counter]]]:
    """The requirements, and for each route and requirement how many cells are bad, known, fine or n/a."""
    counts: dict[str, dict[str, collections.Counter]] = {}
    for row in document["cells"]:
        square = counts.setdefault(row["route"], {}).setdefault(row["requirement"], collections.Counter())
        square[kind_of(row)] += 1
    counts = {route: squares for route, squares in counts.items() if any(map(judged, squares.values()))}
    names = [
        name for name in document["requirements"] if any(name in by_requirement for by_requirement in counts.values())
    ]
    return names, dict(sorted(counts.items()))


def kind_of(row: dict) -> str:
    """Whether a row is `bad`, `known` to fall short, `fine`, or `none` of them."""
    if is_bad(row):
        return "bad"
    if row["outcome"] == "n/a":
        return "none"
    return "known" if row["outcome"] in ("deviates", "blocked", "broken-before") else "fine"


def square_in_words(square: collections.Counter | None) -> tuple[str, str]:
    """(text, style) of one square: how many hold, of how many, and a mark for the worst."""
    if square is None or not judged(square):
        return MARKS["none"]
    worst = next(kind for kind in ("bad", "known", "fine") if square[kind])
    mark, style = MARKS[worst]
    return f"{mark} {square['fine']}/{judged(square)}", style


def judged(square: collections.Counter) -> int:
    """How many cells of a square have a verdict."""
    return sum(count for kind, count in square.items() if kind != "none")


def unexpected(document: dict) -> list[dict]:
    """The rows that a person has to look at; of cells that are blocked, only what blocks them."""
    return [row for row in document["cells"] if is_bad(row) and row["outcome"] != "blocked"]


def shown_deviations(document: dict) -> list[dict]:
    """The deviations that cells of this run confirmed, with how many."""
    confirmed: collections.Counter = collections.Counter()
    for row in document["cells"]:
        if row["outcome"] in ("deviates", "broken-before"):
            confirmed.update(row.get("deviations", []))
    return [{"id": name, "cells": count, **document["deviations"][name]} for name, count in sorted(confirmed.items())]


def write_summary(folder: Path, document: dict) -> None:
    """Write summary.md, and add it to the job page of GitHub Actions where there is one."""
    names, counts = grid(document)
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    text = environment.get_template("summary.md.j2").render(
        document=document,
        verdict=verdict(document),
        names=names,
        grid={route: [square_in_words(squares.get(name))[0] for name in names] for route, squares in counts.items()},
        unexpected=unexpected(document),
        deviations=shown_deviations(document),
        pairs={side: pair_in_words(document, side) for side in document["sides"]},
        one_line=one_line,
    )
    (folder / "summary.md").write_text(text)
    page = os.environ.get("GITHUB_STEP_SUMMARY")
    if page:
        with Path(page).open("a") as file:
            file.write(text)


def one_line(text: Any, most: int = 160) -> str:
    """The text on one line, cut where it is long, safe in a table of Markdown."""
    flat = " ".join(str(text).split()).replace("|", "\\|")
    return flat if len(flat) <= most else flat[: most - 1] + "…"


def to_terminal(document: dict, writer: Any, folder: Path) -> None:
    """One screen: the verdict, the grid of route by requirement, and only what is unexpected."""
    console = Console(
        file=writer._file,
        force_terminal=writer.hasmarkup,
        no_color=not writer.hasmarkup,
        width=max(NARROWEST, writer.fullwidth),
    )
    names, counts = grid(document)
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 1))
    table.add_column("route", no_wrap=True)
    for name in names:
        table.add_column(SHORTER.get(name, name), no_wrap=True)
    for route, squares in counts.items():
        table.add_row(route, *(Text(*square_in_words(squares.get(name))) for name in names))
    bad = unexpected(document)
    console.rule("[bold]conformance")
    console.print(Text(verdict(document), style="bold red" if bad or "footer" not in document else "bold green"))
    console.print(table)
    for row in bad[:MOST_UNEXPECTED]:
        where = f"{row['hop']}  {row['case']} / {row['route']} / {row['requirement']}"
        console.print(Text(f"{row['outcome']}: {where}: {one_line(row['message'])}", style="red"))
    if len(bad) > MOST_UNEXPECTED:
        console.print(Text(f"and {len(bad) - MOST_UNEXPECTED} more", style="red"))
    for stale in document.get("stale_rows", []):
        console.print(
            Text(f"stale: row {stale!r} of deviations.toml speaks of this pair and of no cell", style="red")
        )
    console.print(Text(claims_in_words(document)))
    if "cpu_seconds" in document:
        spent = ", ".join(f"{part} {seconds:.0f}" for part, seconds in document["cpu_seconds"].items())
        console.print(Text(f"CPU seconds: {spent}"))
    console.print(Text(f"reports: {folder}/summary.md, conformance.json, repro/"))


def claims_in_words(document: dict) -> str:
    """The verdicts on the seed document's claims, in one line."""
    by_verdict: dict[str, list[str]] = {}
    for claim in document["claims"]:
        by_verdict.setdefault(claim["verdict"], []).append(claim["id"])
    return "claims: " + "; ".join(f"{' '.join(ids)} {verdict}" for verdict, ids in by_verdict.items())
