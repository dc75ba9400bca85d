"""The generated parts of `docs/results.md`: the pairs that were run whole, and what changed from one to the next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reports.docs.parts import code, table
from reports.document.claim_verdicts import ClaimVerdict, Verdict
from reports.document.contents import Document
from reports.page.versions import Change, Event, Standing, Step, steps
from tests.judging.deviations import Deviation

SIGNS = {Verdict.HOLDS: "✓", Verdict.DOES_NOT_HOLD: "✗", Verdict.NOT_OFFERED: "−", Verdict.NOT_JUDGED: "·"}
MOST_ROUTES = 3


def results_parts(documents: Sequence[Document], deviations: Mapping[str, Deviation]) -> dict[str, str]:
    """Return the parts of `docs/results.md`.

    Args:
        documents: a whole run of each pair, in order.
        deviations: the rows of the list by id; their reasons are more recent than those in the documents.
    """
    return {
        "pairs": _pairs(documents),
        "claims": _claims(documents),
        "changes": "\n\n".join(_step(step, documents, deviations) for step in steps(documents)),
    }


def _keras(document: Document) -> str:
    return f"tf_keras {document.pair.keras}" if document.pair.legacy else document.pair.keras


def _pairs(documents: Sequence[Document]) -> str:
    rows = []
    for document in documents:
        standing = Standing.of(document)
        counts = (standing.hold, standing.deviate, standing.blocked, standing.unexpected)
        rows.append((document.pair.tensorflow, _keras(document), *map(str, counts)))
    return table(("TensorFlow", "Keras", "conform", "deviate", "blocked", "unexpected"), rows)


def _claims(documents: Sequence[Document]) -> str:
    columns = [f"{document.pair.tensorflow} / {_keras(document)}" for document in documents]
    rows = [
        (claim.id, claim.claim, *(_sign(document.claims[at]) for document in documents))
        for at, claim in enumerate(documents[0].claims)
    ]
    return table(("claim", "", *columns), rows)


def _sign(claim: ClaimVerdict) -> str:
    """Return the sign of the verdict; for how many models it holds, if that is a part of them."""
    return SIGNS.get(claim.verdict, f"{claim.holding}/{claim.judged}")


def _step(step: Step, documents: Sequence[Document], deviations: Mapping[str, Deviation]) -> str:
    before, after = documents[step.before], documents[step.after]
    counts = "; ".join(f"{step.count(event)} {event.in_sum}" for event in Event if step.count(event))
    rows = [
        (
            f"{change.event.sign} {change.event}",
            str(len(change.rows)),
            _why(change, after, before, deviations),
            code(map(str, change.routes[:MOST_ROUTES])) + _and_more(len(change.routes) - MOST_ROUTES),
        )
        for change in step.changes
    ]
    heading = f"### {before.pair} → {after.pair}"
    return f"{heading}\n\nCells: {counts}.\n\n" + table(("", "cells", "why", "routes"), rows)


def _and_more(count: int) -> str:
    return f" and {count} more" if count > 0 else ""


def _why(change: Change, after: Document, before: Document, deviations: Mapping[str, Deviation]) -> str:
    """Return the reasons of the rows that explain the change, each with its link; else what one of the cells says."""
    if not change.deviations:
        return change.message
    reasons = []
    for name in change.deviations:
        row = deviations.get(name) or after.deviations.get(name) or before.deviations[name]
        reasons.append(f"{row.reason} ([more]({row.link}))" if row.link else row.reason)
    return " ".join(reasons)
