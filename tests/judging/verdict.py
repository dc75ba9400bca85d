"""From evidence to verdict: one cell in one hop, then what a gate makes of several hops.

Outcomes of one hop: `conforms`, `fails`, `deviates` (fails as a row of deviations.toml says), `unexpected-pass`
(such a row, and it holds), `blocked`, `crashed`, `timed-out`, `n/a`. In a gate the hop from the old pair to itself
is the control, and the others read `regressed`, `fixed`, `broken-before`, `changed` or `lost` against it.
"""

from __future__ import annotations

import dataclasses
import json
import time
from typing import Any

from tests.interpreters import response
from tests.interpreters.response import MissingSection
from tests.judging.cells import Cell, Pair, PlannedCell
from tests.judging.deviations import Deviation, Deviations
from tests.judging.evidence import Evidence
from tests.judging.requirement import (
    CHANGED,
    CRASH,
    EXCEPTION,
    LOST,
    MEMORY,
    TIMEOUT,
    Blocked,
    Requirement,
    Shortfall,
)
from tests.judging.seen import Hop, Seen

CONTROL = Hop("A", "A")
NEW_ONES = Hop("B", "B")
HOW_LOST = {
    response.CRASHED: ("crashed", CRASH),
    response.GARBLED: ("crashed", CRASH),
    response.OUT_OF_MEMORY: ("crashed", MEMORY),
    response.RAN_ON: ("timed-out", TIMEOUT),
}
NOT_OURS = "mine."
# Outcomes with which a run cannot end well.
BAD = ("fails", "unexpected-pass", "crashed", "timed-out", "regressed", "changed", "lost")
SHORT = ("fails", "crashed", "timed-out", "deviates")


@dataclasses.dataclass
class Judgement:
    """What was made of one cell in one hop; `found` holds every shortfall, `message` speaks of the first."""

    hop: Hop
    outcome: str
    message: str = ""
    found: list[Shortfall] = dataclasses.field(default_factory=list)
    blocked_by: str | None = None
    largest_ulp: float | None = None
    largest_absolute: float | None = None
    facts: dict[str, Any] = dataclasses.field(default_factory=dict)
    contract: dict[str, Any] = dataclasses.field(default_factory=dict)
    deviations: list[str] = dataclasses.field(default_factory=list)
    link: str | None = None
    log: str = ""
    seconds: float = 0.0
    accepted: bool = True
    shrunk: str | None = None

    @property
    def is_bad(self) -> bool:
        """Whether a run with this in it cannot end well."""
        return self.outcome in BAD or (self.outcome == "blocked" and not self.accepted)

    def text(self) -> str:
        """The judgement as a person reads it."""
        told = "\n".join(shortfall.text() for shortfall in self.found)
        return told if self.message in told else f"{self.message}\n{told}".rstrip()


def judge(requirement: Requirement, seen: Seen) -> Judgement:
    """One cell in one hop, without regard to any deviation."""
    started = time.process_time()
    judgement = Judgement(seen.hop, "conforms", facts=seen.facts, contract=seen.contract, found=seen.found)
    try:
        requirement(seen)
    except Shortfall as shortfall:
        seen.found.append(shortfall)
    except Blocked as blocked:
        judgement.outcome, judgement.message, judgement.blocked_by = "blocked", str(blocked), blocked.by
    except MissingSection as missing:
        if missing.error:
            seen.found.append(Shortfall(str(missing), symptom=EXCEPTION, exception=missing.error["type"]))
            judgement.log = missing.error.get("traceback", "")
        else:
            judgement.outcome, symptom = HOW_LOST.get(missing.how, ("crashed", CRASH))
            seen.found.append(Shortfall(str(missing), symptom=symptom))
            judgement.log = missing.log
    if seen.found:
        judgement.outcome = "fails" if judgement.outcome == "conforms" else judgement.outcome
        judgement.message = seen.found[0].message
    judgement.largest_ulp, judgement.largest_absolute = (
        seen.measured.largest_ulp,
        seen.measured.largest_absolute,
    )
    judgement.seconds = time.process_time() - started
    return judgement


def apply_deviations(judgement: Judgement, rows: list[Deviation], *, lenient: bool = False) -> Judgement:
    """Hold a judgement against the rows that speak of its cell, strictly and both ways.

    Every shortfall has to be one that a row expects, and every row has to find the one it expects. Blocked cells
    neither confirm nor refute.

    Args:
        lenient: the rows need not find what they expect: of a case that they could not know.
    """
    judgement.deviations = [row.id for row in rows]
    judgement.link = next((row.link for row in rows if row.link), None)
    if not rows or judgement.outcome == "blocked":
        return judgement
    unexplained = [found for found in judgement.found if not any(row.expects(found) for row in rows)]
    unconfirmed = unconfirmed_rows(judgement, rows, lenient)
    if unexplained:
        expired = "".join(f", {row.id} expired on {row.expires}" for row in rows if row.expired)
        ids = f"{', '.join(judgement.deviations)}{expired}"
        judgement.message = f"{unexplained[0].message} (which no row explains: {ids})"
    elif unconfirmed:
        judgement.outcome = "unexpected-pass"
        judgement.message = f"does not fall short as {' and '.join(unconfirmed)} says"
    elif judgement.found:
        judgement.outcome = "deviates"
    return judgement


def unconfirmed_rows(judgement: Judgement, rows: list[Deviation], lenient: bool) -> list[str]:
    """The rows that do not find what they expect; where one is lenient, only those of a team's own list count."""
    return [
        row.id
        for row in rows
        if not (lenient and not row.accepts) and not any(row.expects(found) for found in judgement.found)
    ]


def compare_with_control(judgements: dict[Hop, Judgement]) -> None:
    """Turn the outcomes of a gate's hops into what the upgrade does, measured against the control.

    A deviation of ours explains a regression and never silences it: what deviates under the new pair and held
    under the old one has regressed. A row of ours that has outlived its fault is no concern of a gate.
    """
    for judgement in judgements.values():
        if judgement.outcome == "unexpected-pass":
            judgement.outcome = "fails" if judgement.found else "conforms"
            judgement.message = judgement.found[0].message if judgement.found else ""
    control = judgements.get(CONTROL)
    held = control is not None and control.outcome == "conforms"
    broken = control is not None and control.outcome in (*SHORT, "blocked")
    absent = control is not None and control.outcome == "n/a"
    # Over two pairs less is compared than within one, so that what holds there alone is no fix.
    new = judgements.get(NEW_ONES)
    still_broken = new is not None and new.outcome != "conforms"
    for hop, judgement in judgements.items():
        if judgement.outcome in SHORT and (hop == CONTROL or broken or absent):
            judgement.outcome = "broken-before"
            if absent:  # nobody can have relied on it
                judgement.message = f"{judgement.message} ({control.message})"
        elif judgement.outcome in SHORT and held:
            judgement.outcome = "regressed"
        elif judgement.outcome == "n/a" and held:
            judgement.outcome = "lost"
            judgement.found.append(Shortfall(f"held before; now: {judgement.message}", symptom=LOST))
            judgement.message = judgement.found[0].message
        elif judgement.outcome == "conforms" and broken and (hop == NEW_ONES or not still_broken):
            judgement.outcome = "fixed"
    if control is not None:
        for hop, judgement in judgements.items():
            if hop != CONTROL and judgement.outcome in ("conforms", "broken-before"):
                note_changes(control, judgement)


def note_changes(control: Judgement, judgement: Judgement) -> None:
    """A contract that is another than the control's has changed, whether or not the cell held before."""
    if control.contract and judgement.contract:
        changes = contract_changes(control.contract, judgement.contract)
        if changes:
            judgement.outcome = "changed"
            judgement.found.insert(0, Shortfall("; ".join(changes), symptom=CHANGED))
            judgement.message = judgement.found[0].message


def accept(judgement: Judgement, rows: list[Deviation]) -> None:
    """In a gate, let the rows of a team's own list accept what the upgrade does: all of it, and nothing else.

    A row that speaks of the cell and finds nothing that it accepts has outlived its purpose, and says so.
    """
    if not rows or judgement.outcome in ("blocked", "n/a", "broken-before"):
        return
    judgement.deviations = [*judgement.deviations, *(row.id for row in rows)]
    unconfirmed = unconfirmed_rows(judgement, rows, lenient=False)
    changed = judgement.outcome == "changed"  # what fell short before as well is no concern of the upgrade
    new = [found for found in judgement.found if not changed or found.symptom == CHANGED]
    if judgement.is_bad and all(any(row.expects(found) for row in rows) for found in new):
        judgement.outcome = "deviates"
    elif not judgement.is_bad and unconfirmed:
        judgement.outcome = "unexpected-pass"
        judgement.message = f"does not fall short as {' and '.join(unconfirmed)} accepts"
    else:
        expired = [f"{row.id} accepted it until {row.expires}" for row in rows if row.expired]
        judgement.message += f" ({'; '.join(expired)})" if expired and judgement.is_bad else ""


def contract_changes(before: Any, after: Any, where: str = "") -> list[str]:
    """Every place in which two contracts differ, in words."""
    if isinstance(before, dict) and isinstance(after, dict):
        changes = []
        for key in sorted(before.keys() | after.keys()):
            place = f"{where}.{key}".lstrip(".")
            if key not in after:
                changes.append(f"{place} is gone")
            elif key not in before:
                changes.append(f"{place} is new")
            else:
                changes += contract_changes(before[key], after[key], place)
        return changes
    same = json.dumps(before, sort_keys=True) == json.dumps(after, sort_keys=True)
    return [] if same else [f"{where} was {before}, is {after}"]


@dataclasses.dataclass(frozen=True)
class Bench:
    """All that judging a cell takes: evidence, plan, requirements, deviations, and the pairs of both sides."""

    evidence: Evidence
    planned: dict[Cell, PlannedCell]
    requirements: dict[str, Requirement]
    deviations: Deviations
    pairs: dict[str, Pair]

    @property
    def is_gate(self) -> bool:
        """Whether there is an old pair to hold the new one against."""
        return "A" in self.pairs

    def judge(self, cell: Cell) -> dict[Hop, Judgement]:
        """The cell in every hop of the run; what is blocked says whether what blocks it is accepted."""
        planned = self.planned[cell]
        judgements = {}
        theirs: dict[Hop, list[Deviation]] = {}
        for hop, reason in planned.hops.items():
            rows = self.rows_of(cell, hop)
            theirs[hop] = [row for row in rows if row.accepts and self.is_gate]
            if reason is not None:
                judgements[hop] = Judgement(hop, "n/a", reason)
                continue
            judgement = judge(self.requirements[cell.requirement], self.seen(cell, hop, hop in planned.refused_on))
            explaining = [row for row in rows if row not in theirs[hop]]
            judgements[hop] = apply_deviations(judgement, explaining, lenient=cell.case.startswith(NOT_OURS))
        if self.is_gate:
            compare_with_control(judgements)
            for hop, rows in theirs.items():
                accept(judgements[hop], rows)
        for judgement in judgements.values():
            if judgement.outcome == "blocked":
                blocker = self.blocker(cell, judgement)
                judgement.accepted = not blocker.is_bad
                judgement.deviations = blocker.deviations
        return judgements

    def blocker(self, cell: Cell, judgement: Judgement) -> Judgement:
        """The judgement of the saves or loads cell that a blocked one stands on."""
        if judgement.blocked_by == "saves":
            cell, hop = Cell(cell.case, cell.saver, "saves"), Hop(judgement.hop.saved, judgement.hop.saved)
        else:
            cell, hop = Cell(cell.case, cell.route, "loads"), judgement.hop
        return self.judge(cell)[hop]

    def seen(self, cell: Cell, hop: Hop, expects_refusal: bool = False) -> Seen:
        """The evidence on a cell in one hop."""
        return Seen(self.evidence, hop, cell.case, cell.saver, cell.loader, expects_refusal)

    def rows_of(self, cell: Cell, hop: Hop) -> list[Deviation]:
        """The deviations that speak of a cell in one hop."""
        traits = self.evidence.case(cell.case)["traits"]
        return self.deviations.of(cell, traits, self.pairs[hop.saved], self.pairs[hop.loaded])
