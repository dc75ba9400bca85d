"""What people read: summary.md, and the screen at the end of a run."""

from __future__ import annotations

import collections
import dataclasses
import os
from pathlib import Path
from typing import Any

import jinja2
from rich.console import Console
from rich.table import Table
from rich.text import Text

from reports import gate
from reports.document import is_bad
from reports.document import stale as stale_rows

MOST_UNEXPECTED = 12
NARROWEST = 120
# Worst first; how a route is marked by the worst of its cells.
MARKS = {"bad": ("✗", "bold red"), "known": ("!", "yellow"), "fine": ("✓", "green")}


def verdict(document: dict) -> str:
    """The verdict in words, in one sentence."""
    bad = [row for row in document["cells"] if is_bad(row)]
    stale = stale_rows(document)
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


@dataclasses.dataclass(frozen=True)
class Line:
    """What became of one route: how many of its cells hold, of how many, and the requirements that do not all hold.

    `worst` is a key of MARKS; `short` maps a requirement to (cells that hold, cells that were judged).
    """

    route: str
    worst: str
    fine: int
    judged: int
    short: dict[str, tuple[int, int]]

    @property
    def count(self) -> str:
        """How many hold, of how many, with the mark."""
        return f"{MARKS[self.worst][0]} {self.fine}/{self.judged}"

    @property
    def told(self) -> str:
        """What does not all hold, in words."""
        return ", ".join(f"{name} {fine}/{judged}" for name, (fine, judged) in self.short.items())


def lines(document: dict) -> list[Line]:
    """A line for every route that has judged cells, in sorted order."""
    counts: dict[str, dict[str, collections.Counter]] = {}
    for row in document["cells"]:
        if row["outcome"] != "n/a":
            by_requirement = counts.setdefault(row["route"], collections.defaultdict(collections.Counter))
            by_requirement[row["requirement"]][kind_of(row)] += 1
    made = []
    for route, by_requirement in sorted(counts.items()):
        total = sum(by_requirement.values(), collections.Counter())
        worst = next(kind for kind in MARKS if total[kind])
        short = {
            name: (by_requirement[name]["fine"], by_requirement[name].total())
            for name in document["requirements"]
            if by_requirement[name].total() > by_requirement[name]["fine"]
        }
        made.append(Line(route, worst, total["fine"], total.total(), short))
    return made


def kind_of(row: dict) -> str:
    """Whether a judged row is `bad`, `known` to fall short, or `fine`."""
    if is_bad(row):
        return "bad"
    return "known" if row["outcome"] in ("deviates", "blocked", "broken-before") else "fine"


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
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    text = environment.get_template("summary.md.j2").render(
        document=document,
        stale=stale_rows(document),
        **(gate_in_words(document) if "A" in document["sides"] else {}),
        verdict=verdict(document),
        lines=lines(document),
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


def gate_in_words(document: dict) -> dict[str, Any]:
    """What the summary of a gate says beside the rest."""
    found = gate.findings(document)
    return {
        "is_gate": True,
        "tally": gate.tally(document),
        "breaks": {
            "What breaks": [each for each in found if each.outcome not in ("changed", "unexpected-pass")],
            "What clients see change": [each for each in found if each.outcome == "changed"],
            "Accepted, and not so": [each for each in found if each.outcome == "unexpected-pass"],
        },
        "better": gate.findings(document, ("fixed",)),
        "before": [each for each in gate.findings(document, ("broken-before",)) if each.hop != "A>A"],
        "by_hop": gate.by_hop(document),
        "moved": gate.moved_facts(document),
        "models": models_in_words,
        "ways": ways_in_words,
    }


def models_in_words(cases: tuple[str, ...], most: int = 3) -> str:
    """The cases, as many as fit."""
    more = f" and {len(cases) - most} more" if len(cases) > most else ""
    return ", ".join(cases[:most]) + more


def ways_in_words(finding: gate.Finding) -> str:
    """What holds instead, in words."""
    told = []
    for way in finding.ways_out:
        what = (
            f"load it by `{way.route.partition(':')[2]}`" if way.how == "read" else f"save and load by `{way.route}`"
        )
        told.append(what + f" ({len(way.cases)} of {len(finding.cases)})" * (len(way.cases) < len(finding.cases)))
    return "; or ".join(told) or "nothing that was tried"


def one_line(text: Any, most: int = 160) -> str:
    """The text on one line, cut where it is long, safe in a table of Markdown."""
    flat = " ".join(str(text).split()).replace("|", "\\|")
    return flat if len(flat) <= most else flat[: most - 1] + "…"


def to_terminal(document: dict, writer: Any, folder: Path) -> None:
    """One screen: the verdict, the routes on which not everything holds, and only what is unexpected."""
    console = Console(
        file=writer._file,
        force_terminal=writer.hasmarkup,
        no_color=not writer.hasmarkup,
        width=max(NARROWEST, writer.fullwidth),
    )
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for column in ("route", "hold", "what does not all hold"):
        table.add_column(column, overflow="fold")
    told = lines(document)
    for line in told:
        if line.short:
            table.add_row(line.route, Text(line.count, style=MARKS[line.worst][1]), line.told)
    whole = [line for line in told if not line.short]
    bad = unexpected(document)
    console.rule("[bold]conformance")
    console.print(Text(verdict(document), style="bold red" if bad or "footer" not in document else "bold green"))
    console.print(table)
    console.print(
        Text(f"and {len(whole)} savers and routes on which all of {sum(line.fine for line in whole)} cells hold")
    )
    for row in bad[:MOST_UNEXPECTED]:
        where = f"{row['hop']}  {row['case']} / {row['route']} / {row['requirement']}"
        console.print(Text(f"{row['outcome']}: {where}: {one_line(row['message'])}", style="red"))
    if len(bad) > MOST_UNEXPECTED:
        console.print(Text(f"and {len(bad) - MOST_UNEXPECTED} more", style="red"))
    for stale in stale_rows(document):
        console.print(
            Text(f"stale: row {stale!r} of deviations.toml speaks of this pair and of no cell", style="red")
        )
    console.print(Text(claims_in_words(document)))
    if "cpu_seconds" in document:
        spent = ", ".join(f"{part} {seconds:.0f}" for part, seconds in document["cpu_seconds"].items())
        console.print(Text(f"CPU seconds: {spent}"))
    if "disk_bytes" in document:
        console.print(Text(f"disk, given back: {document['disk_bytes'] / 2**20:.0f} MiB"))
    console.print(Text(f"reports: {folder}/summary.md, conformance.json, repro/"))


def claims_in_words(document: dict) -> str:
    """The verdicts on the seed document's claims, in one line."""
    by_verdict: dict[str, list[str]] = {}
    for claim in document["claims"]:
        by_verdict.setdefault(claim["verdict"], []).append(claim["id"])
    return "claims: " + "; ".join(f"{' '.join(ids)} {verdict}" for verdict, ids in by_verdict.items())
