"""The claims of the seed document. Each verdict follows from named cells, never from code of its own."""

from __future__ import annotations

import collections
import dataclasses
import functools
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path

import tomllib

from reports.document.claim_verdicts import ClaimVerdict, Verdict
from reports.document.ends import Ends, ends
from reports.document.named_cells import CellGlob, NamedRows
from reports.document.rows import Row
from tests.judging.cells import PlannedCell
from tests.judging.outcome import Outcome
from tests.judging.pairs import NEW_ARTIFACTS, Hop

CLAIMS = Path(__file__).with_name("claims.toml")


@dataclasses.dataclass(frozen=True)
class WholeRun:
    """The run of all cells of which rows are a part, or the whole.

    Args:
        traits: of each case.
        narrowed: True if only a part of the cells was asked for.
        models: how many models decide each claim in the whole run; a claim that is not there has those of the rows.
    """

    traits: Mapping[str, Collection[str]]
    narrowed: bool = False
    models: Mapping[str, int] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class Claim:
    """A claim, and the cells that decide it.

    Args:
        hop: in a gate, claims are judged on what the new pair writes and reads itself, unless they say otherwise.
        shown_by_one: True for a claim that something may not work: one model for which it does not is enough.
        refusal_counts: True if a refusal of what the pair does not offer contradicts the claim.
        counts_against: a pattern; only a message that matches it contradicts the claim.
    """

    id: str
    claim: str
    cells: tuple[CellGlob, ...]
    hop: Hop = NEW_ARTIFACTS
    shown_by_one: bool = False
    refusal_counts: bool = False
    counts_against: str | None = None

    def verdict(self, rows: NamedRows, run: WholeRun) -> ClaimVerdict:
        """Return what these rows say about the claim."""
        named = rows.named_by(self.cells, self.hop)
        applying = [row for row in named if row.outcome.is_judged]
        judged = [row for row in applying if self.refusal_counts or not row.is_refusal]
        short = [row for row in judged if self._contradicts(row)]
        models, failing = {row.case for row in judged}, {row.case for row in short}
        if any(row.is_refusal for row in short):
            failing = models  # one model stands for all: what the pair refuses, it refuses for each
        showing = failing if self.shown_by_one else models - failing
        against = short
        if self.shown_by_one:
            against = [] if short else judged
        every = run.models.get(self.id, len({row.case for row in applying}))
        is_part = run.narrowed or len({row.case for row in applying}) < every
        return ClaimVerdict(
            self.id,
            self.claim,
            self._verdict(bool(named), len(models), len(showing), is_part),
            dict(sorted(collections.Counter(row.outcome for row in named).items())),
            tuple(row.cell for row in against),
            judged=len(models),
            holding=len(showing),
            models=max(every, len(models)) if models else 0,
            shown_by_one=self.shown_by_one,
            ends=Ends() if self.shown_by_one or not showing else ends(failing, showing, run.traits),
        )

    def _verdict(self, is_named: bool, judged: int, holding: int, is_part: bool) -> Verdict:
        if not judged:
            return Verdict.NOT_OFFERED if is_named else Verdict.NOT_JUDGED
        if is_part:
            return Verdict.JUDGED_IN_PART
        if not holding:
            return Verdict.DOES_NOT_HOLD
        return Verdict.HOLDS if holding == judged or self.shown_by_one else Verdict.IN_PART

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
            shown_by_one=content.get("holds_when") == "some fail",
            refusal_counts=content.get("refusal_counts", False),
            counts_against=content.get("counts_against"),
        )
        for content in tomllib.loads(CLAIMS.read_text())["claim"]
    )


def verdicts(rows: Iterable[Row], run: WholeRun) -> tuple[ClaimVerdict, ...]:
    """Return the verdict on each claim."""
    named = NamedRows.of(rows)
    return tuple(claim.verdict(named, run) for claim in claims())


def models_of_claims(planned: Sequence[PlannedCell]) -> dict[str, int]:
    """Return how many models decide each claim in a run of these cells."""
    rows = NamedRows.of(
        Row(each.cell.case, each.cell.route, each.cell.requirement, hop, Outcome.CONFORMS)
        for each in planned
        for hop, reason in each.hops.items()
        if reason is None
    )
    return {claim.id: len({row.case for row in rows.named_by(claim.cells, claim.hop)}) for claim in claims()}
