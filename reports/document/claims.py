"""The claims of the seed document. Each verdict follows from named cells, never from code of its own."""

from __future__ import annotations

import collections
import dataclasses
import functools
import re
from collections.abc import Iterable
from pathlib import Path

import tomllib

from reports.document.contents import ClaimVerdict, Verdict
from reports.document.named_cells import CellGlob, NamedRows
from reports.document.rows import Row
from tests.judging.outcome import Outcome
from tests.judging.pairs import NEW_ARTIFACTS, Hop

CLAIMS = Path(__file__).with_name("claims.toml")


@dataclasses.dataclass(frozen=True)
class Claim:
    """A claim, and the cells that decide it.

    Args:
        hop: in a gate, claims are judged on what the new pair writes and reads itself, unless they say otherwise.
        holds_if_some_fail: True for a claim that something may not work: one failing cell is enough.
        refusal_counts: True if a refusal of what the pair does not offer contradicts the claim.
        counts_against: a pattern; only a message that matches it contradicts the claim.
    """

    id: str
    claim: str
    cells: tuple[CellGlob, ...]
    hop: Hop = NEW_ARTIFACTS
    holds_if_some_fail: bool = False
    refusal_counts: bool = False
    counts_against: str | None = None

    def verdict(self, rows: NamedRows) -> ClaimVerdict:
        """Return what these rows say about the claim."""
        named = rows.named_by(self.cells, self.hop)
        counts = collections.Counter(row.outcome for row in named)
        judged = [row for row in named if row.outcome.is_judged and (self.refusal_counts or not row.is_refusal)]
        short = [row for row in judged if self._contradicts(row)]
        against = short
        if self.holds_if_some_fail:
            against = [] if short else judged
        if judged:
            verdict = Verdict.DOES_NOT_HOLD if against else Verdict.HOLDS
        else:
            verdict = Verdict.NOT_OFFERED if named else Verdict.NOT_JUDGED
        return ClaimVerdict(
            self.id, self.claim, verdict, dict(sorted(counts.items())), tuple(row.cell for row in against)
        )

    def _contradicts(self, row: Row) -> bool:
        if row.outcome.holds:
            return row.is_refusal
        pattern = self.counts_against
        return pattern is None or row.outcome is Outcome.BLOCKED or bool(re.search(pattern, row.message))


@functools.cache
def claims() -> tuple[Claim, ...]:
    """Return all claims, in their order."""
    return tuple(
        Claim(
            id=content["id"],
            claim=content["claim"],
            cells=tuple(CellGlob(**glob) for glob in content["cells"]),
            hop=Hop.parse(content["hop"]) if "hop" in content else NEW_ARTIFACTS,
            holds_if_some_fail=content.get("holds_when") == "some fail",
            refusal_counts=content.get("refusal_counts", False),
            counts_against=content.get("counts_against"),
        )
        for content in tomllib.loads(CLAIMS.read_text())["claim"]
    )


def verdicts(rows: Iterable[Row]) -> tuple[ClaimVerdict, ...]:
    """Return the verdict on each claim."""
    named = NamedRows.of(rows)
    return tuple(claim.verdict(named) for claim in claims())
