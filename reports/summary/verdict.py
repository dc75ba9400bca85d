"""The verdict of a run, and its consequences, in words."""

from __future__ import annotations

import collections

from reports.document.claim_verdicts import Verdict as OnClaim
from reports.document.contents import Document
from reports.summary.wording import counted
from tests.judging.consequence import Consequence
from tests.judging.outcome import Outcome

CLAIMS = {
    OnClaim.HOLDS: "claims that hold for all judged models",
    OnClaim.IN_PART: "claims that hold for some models",
    OnClaim.DOES_NOT_HOLD: "claims that hold for no model",
    OnClaim.JUDGED_IN_PART: "claims that this run cannot decide, because it judged only a part of the cells",
    OnClaim.NOT_OFFERED: "claims about what this pair does not offer",
    OnClaim.NOT_JUDGED: "claims not judged by this run",
}


def verdict(document: Document) -> str:
    """Return the verdict of the run in one sentence, and the consequences of what is unexpected in another."""
    if document.footer is None:
        return f"INCOMPLETE: the run did not finish{_without_verdict(len(document.unjudged))}."
    to = document.pair_in_words("B")
    bad = collections.Counter(row.outcome for row in document.cells if row.is_bad)
    blocked = bad.pop(Outcome.BLOCKED, 0)
    consequences = consequences_in_words(document)
    fails = bool(bad or blocked or document.failing_stale_rows)
    not_compared = "".join(f" {reason}." for reason in document.footer.reasons)
    if document.footer.reasons and not fails:
        return f"INCOMPLETE: {to}: nothing is unexpected, but {'; '.join(document.footer.reasons)}."
    if document.is_gate:
        fixed = sum(row.outcome is Outcome.FIXED for row in document.cells)
        parts = [f"{count} {outcome}" for outcome, count in sorted(bad.items())]
        parts += [_blocked(blocked, by_these=bool(bad))] if blocked else []
        changes = ", ".join(parts) or "nothing regressed"
        word = "BREAKS" if fails else "SAFE"
        pairs = f"from {document.pair_in_words('A')} to {to}"
        return f"{word}: {pairs}: {changes}; {fixed} fixed.{consequences}{not_compared}"
    if fails:
        stale = len(document.failing_stale_rows)
        wrong = [counted(bad.total(), "unexpected cell")] if bad else []
        wrong += [_blocked(blocked, by_these=bool(bad))] if blocked else []
        wrong += [f"{counted(stale, 'stale row')} in the list of deviations"] if stale else []
        return f"DOES NOT CONFORM: {to}: {', '.join(wrong)}.{consequences}{not_compared}"
    known = document.footer.outcomes.get(Outcome.DEVIATES, 0)
    if not known:
        return f"CONFORMS: {to}, and nothing is unexpected."
    return (
        f"CONFORMS: {to}, with {counted(known, 'cell')} that {'deviates' if known == 1 else 'deviate'} as recorded."
    )


def _without_verdict(count: int) -> str:
    return f", and {counted(count, 'cell')} {'has' if count == 1 else 'have'} no verdict" if count else ""


def _blocked(count: int, *, by_these: bool) -> str:
    """Return how many cells are blocked by what is unexpected; in a list, by what stands before."""
    return f"{counted(count, 'cell')} blocked by {'these' if by_these else 'what no row explains'}"


def consequences_in_words(document: Document) -> str:
    """Return how many unexpected cells have which consequence, as a sentence that follows the verdict."""
    counts = collections.Counter(row.consequence for row in document.unexpected)
    named = [f"{counts[each]} {each}" for each in Consequence if counts[each]]
    return f" Consequences: {', '.join(named)}." if named else ""


def claims_in_words(document: Document) -> list[str]:
    """Return the verdicts on the seed document's claims, in a line for each kind of verdict."""
    by_verdict: dict[OnClaim, list[str]] = {}
    for claim in document.claims:
        by_verdict.setdefault(claim.verdict, []).append(claim.in_short())
    if set(by_verdict) <= {OnClaim.NOT_JUDGED, OnClaim.NOT_OFFERED}:
        return []
    return [f"{words}: {', '.join(by_verdict[each])}" for each, words in CLAIMS.items() if each in by_verdict]
