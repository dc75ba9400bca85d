"""The end of the terminal's output: the verdict, and the cells that a person has to look at."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

from _pytest._io import TerminalWriter
from rich.console import Console
from rich.table import Table
from rich.text import Text

from reports.document.contents import Document
from reports.document.rows import Row
from reports.drafts import drafts
from reports.summary.executed_scripts import executed_scripts
from reports.summary.known import known_of_brought
from reports.summary.not_judged import not_judged
from reports.summary.route_lines import RouteLine, route_lines
from reports.summary.step_warnings import warned_in_words
from reports.summary.verdict import claims_in_words, verdict
from reports.summary.wording import counted, one_line

MOST_UNEXPECTED = 12
MOST_KNOWN = 8
MOST_NOT_JUDGED = 6
LONGEST_MESSAGE = 160
NARROWEST = 120


class _Printed(io.StringIO):
    """Text for a terminal, of which an encoding may not have every character."""

    def __init__(self, encoding: str):
        super().__init__()
        self.terminals_encoding = encoding

    @property
    def encoding(self) -> str:  # type: ignore[override]  # rich draws lines by what it can encode
        """The encoding of the terminal."""
        return self.terminals_encoding

    def encodable(self) -> str:
        """Return the text, with escapes for what the terminal cannot show."""
        return self.getvalue().encode(self.encoding, "backslashreplace").decode(self.encoding)


def show(document: Document, writer: TerminalWriter, folder: Path) -> None:
    """Print the verdict, the routes that fall short of something, and the unexpected cells."""
    printed = _Printed(getattr(writer._file, "encoding", None) or "utf-8")
    console = Console(
        file=printed,
        force_terminal=writer.hasmarkup,
        no_color=not writer.hasmarkup,
        width=max(NARROWEST, writer.fullwidth),
    )
    lines = route_lines(document)
    unexpected = document.unexpected
    lines_of_unexpected = unexpected_lines(unexpected)
    whole = [line for line in lines if not line.short]
    console.rule("[bold]conformance")
    is_good = document.is_complete and not unexpected and not document.footer_reasons
    style = "bold green" if is_good else "bold red"
    console.print(Text(verdict(document), style=style))
    for each in document.compared:
        console.print(Text(f"compared: {each.in_words()}"))
    left_out = not_judged(document)
    for line in left_out[:MOST_NOT_JUDGED]:
        console.print(Text(line, style="dim"))
    if len(left_out) > MOST_NOT_JUDGED:
        console.print(Text(f"and {len(left_out) - MOST_NOT_JUDGED} more that were not judged: summary.md names them"))
    if any(line.short for line in lines):
        console.print(_table([line for line in lines if line.short]))
    if whole:
        console.print(Text(_all_hold(whole, others=len(whole) < len(lines))))
    for row, count in lines_of_unexpected[:MOST_UNEXPECTED]:
        message = one_line(row.message, LONGEST_MESSAGE)
        if row.was_not_built:
            cells = f"{counted(count, 'cell')} in all"
            console.print(Text(f"{row.outcome}: {row.hop}  {row.case}: {message} ({cells})", style="red"))
            continue
        consequence = f" ({row.consequence})" if row.consequence else ""
        console.print(Text(f"{row.outcome}{consequence}: {row.hop}  {row.cell}: {message}", style="red"))
        title = document.titles.of(row.route)
        if title is not None:
            console.print(Text(f"    {title}", style="dim"))
        warned = warned_in_words(row.warnings)
        if warned is not None:
            console.print(Text(f"    {one_line(warned, NARROWEST - 4)}", style="dim"))
    if len(lines_of_unexpected) > MOST_UNEXPECTED:
        console.print(Text(f"and {len(lines_of_unexpected) - MOST_UNEXPECTED} more", style="red"))
    known = known_of_brought(document)
    for line in known[:MOST_KNOWN]:
        console.print(Text(line, style="yellow"))
    if len(known) > MOST_KNOWN:
        console.print(Text(f"and {len(known) - MOST_KNOWN} more that are known: the page shows them", style="yellow"))
    executed = executed_scripts(document)
    if executed:
        console.print(Text(executed))
    for name in document.failing_stale_rows:
        console.print(
            Text(
                f"stale: row {name!r} of the list of deviations covers this pair, but no cell matches it", style="red"
            )
        )
    for line in claims_in_words(document):
        console.print(Text(line))
    if document.cpu_seconds is not None:
        spent = ", ".join(f"{part} {seconds:.0f}" for part, seconds in document.cpu_seconds.items())
        console.print(Text(f"CPU seconds: {spent}"))
    if document.space_in_words is not None:
        console.print(Text(document.space_in_words))
    written = [
        name for name in ("matrix.html", "summary.md", "conformance.json", "repro/") if (folder / name).exists()
    ]
    console.print(Text(f"reports: {folder}/{', '.join(written)}"))
    if (folder / drafts.NAME).exists():
        console.print(Text(f"rows to accept or explain what is unexpected: {folder / drafts.NAME}"))
    writer._file.write(printed.encodable())


def unexpected_lines(rows: Sequence[Row]) -> list[tuple[Row, int]]:
    """Return the rows that get a line, each with the number of rows that it stands for.

    A model that cannot be built fails with every saver for the one reason, so that is one line.
    """
    lines: dict[object, tuple[Row, int]] = {}
    for row in rows:
        key = (row.case, row.hop, row.outcome, row.message) if row.was_not_built else (row.cell, row.hop)
        first, count = lines.get(key, (row, 0))
        lines[key] = first, count + 1
    return list(lines.values())


def _all_hold(whole: list[RouteLine], *, others: bool) -> str:
    cells = sum(line.count.judged for line in whole)
    every = f"all {cells} cells hold" if cells > 1 else "the one cell holds"
    return f"On {counted(len(whole), 'other route' if others else 'route')} {every}."


def _table(lines: list[RouteLine]) -> Table:
    """Return a table of the routes, each id with the route's name for people below it."""
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    table.add_column("route", overflow="fold", ratio=10)
    table.add_column("hold", no_wrap=True)
    table.add_column("falls short of", overflow="fold", ratio=11)
    for line in lines:
        route = Text(str(line.route))
        if line.title is not None:
            route.append(f"\n{line.title}", style="dim")
        table.add_row(route, Text(line.marked_count, style=line.worst.style), line.shortfalls)
    return table
