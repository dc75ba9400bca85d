"""The generated parts of `docs/key-differences.md`: the claims and the key differences, from one default run."""

from __future__ import annotations

from reports.docs.parts import table
from reports.document.contents import Document
from reports.page import differences
from reports.page.differences import Reading, Square


def differences_parts(document: Document) -> dict[str, str]:
    """Return the parts of `docs/key-differences.md`."""
    return {"pair": f"For {document.pair}:", "claims": _claims(document), "differences": _differences(document)}


def _claims(document: Document) -> str:
    return table(("", "claim", "verdict"), [(claim.id, claim.claim, claim.in_words()) for claim in document.claims])


def _differences(document: Document) -> str:
    """Return a table for each question: a way and its reader per row, because a page is narrower than the report."""
    ways = differences.ways()
    sections = []
    for line in differences.table(document):
        rows = [
            (f"`{way.name}`" if at == 0 else "", reading.reader, _answer(reading), reading.shortfalls)
            for way, square in zip(ways, line.squares, strict=True)
            for at, reading in enumerate(square.readings)
        ]
        rest = [f"`{way.name}`" for way, square in zip(ways, line.squares, strict=True) if not square.readings]
        sections.append(
            f"#### {line.question}\n\n"
            + table(("way to save", "read by", "models", "the others"), rows)
            + (f"\n\nDoes not apply to {', '.join(rest)}: {_why(line.squares)}." if rest else "")
        )
    return "\n\n".join(sections)


def _answer(reading: Reading) -> str:
    return f"{reading.holding} of {reading.models}" if reading.models else str(reading.answer)


def _why(squares: tuple[Square, ...]) -> str:
    return next(square.why for square in squares if not square.readings)
