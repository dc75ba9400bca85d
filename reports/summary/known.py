"""Lines about models that a user brings, from the list of known shortfalls."""

from __future__ import annotations

from reports.document.contents import Document
from tests.judging.consequence import MINOR, Consequence
from tests.judging.outcome import Outcome


def known_of_brought(document: Document) -> list[str]:
    """Return a line for each row that explains what models of a user's fall short of, the gravest first.

    It says for which models and routes, why, and where upstream discusses it. What is only renamed or harmless has no
    line.
    """
    found: dict[str, tuple[int, set[str], set[str]]] = {}
    for row in document.cells:
        if row.cell.is_brought and row.outcome is Outcome.DEVIATES and row.consequence not in (None, *MINOR):
            for name in row.deviations:
                gravity, cases, routes = found.setdefault(name, (row.consequence.gravity, set(), set()))
                cases.add(row.case)
                routes.add(str(row.route))
    lines = []
    for name, (gravity, cases, routes) in sorted(found.items(), key=lambda each: (each[1][0], each[0])):
        described = document.deviations[name]
        where = f"{', '.join(sorted(cases))} on {', '.join(sorted(routes))}"
        link = f" ({described.link})" if described.link else ""
        lines.append(f"known ({list(Consequence)[gravity]}): {where}: {' '.join(described.reason.split())}{link}")
    return lines
