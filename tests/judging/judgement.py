"""From evidence to judgement: one cell in one hop, and the known deviations that explain it."""

from __future__ import annotations

import dataclasses
import re
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.both_sides.cases import CaseInfo
from tests.both_sides.declarations import WrongDeclaration
from tests.both_sides.step_warnings import StepWarning
from tests.interpreters.response import Ending, MissingSection, UnknownSection
from tests.judging.consequence import MINOR, consequence_of
from tests.judging.deviations import Deviation
from tests.judging.evidence import NoEvidence
from tests.judging.outcome import Outcome
from tests.judging.pairs import Hop
from tests.judging.requirement import Blocked, NothingToJudge, Place, Requirement, Shortfall, Symptom
from tests.judging.seen import Seen

# What it means for a cell that a child was lost.
LOSSES = {
    Ending.CRASHED: (Outcome.CRASHED, Symptom.CRASH),
    Ending.GARBLED: (Outcome.CRASHED, Symptom.CRASH),
    Ending.OUT_OF_MEMORY: (Outcome.CRASHED, Symptom.MEMORY),
    Ending.TIMED_OUT: (Outcome.TIMED_OUT, Symptom.TIMEOUT),
}


# The sections in which children only look at something. An exception of the suite's own code there says nothing about
# the model.
LOOKS = (
    "names", "before", "after", "found", "fingerprint", "files", "weights", "architecture", "training",
    "restored_weights", "contract", "left_behind", "plain", "places", "processes", "threads", "cycles",
)  # fmt: skip
FRAME = re.compile(r'^ *File "([^"]+)", line (\d+)', re.MULTILINE)


@dataclasses.dataclass
class Judgement:
    """The verdict on one cell in one hop.

    Args:
        message: what is wrong, or why it does not apply; of several shortfalls, the first.
        shortfalls: every shortfall.
        new: in a gate, the shortfalls that the control has not, if some of `found` are known from it.
        fixed: in a gate, the messages of the control's shortfalls that are gone.
        blocked_by: the requirement whose failure blocks this one.
        deviations: ids of the rows that apply to the cell.
        log: the traceback, or the end of what a lost process printed.
        seconds: CPU seconds of judging.
        accepted: of a blocked cell, whether the failure that blocks it is known.
        largest_ulp, largest_absolute: the largest errors; None if the cell falls short in nothing that has an error.
        shrunk: the smallest failing input, as Python source.
        warnings: what was warned of while saving and loading.
    """

    hop: Hop
    outcome: Outcome
    message: str = ""
    shortfalls: list[Shortfall] = dataclasses.field(default_factory=list)
    new: list[Shortfall] | None = None
    fixed: list[str] = dataclasses.field(default_factory=list)
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
    warnings: list[StepWarning] = dataclasses.field(default_factory=list)

    @property
    def is_bad(self) -> bool:
        """True if the run fails because of it."""
        return self.outcome.is_bad or (self.outcome is Outcome.BLOCKED and not self.accepted)

    def text(self) -> str:
        """Return the judgement as a person reads it."""
        shortfalls = "\n".join(shortfall.text() for shortfall in self.shortfalls)
        return shortfalls if self.message in shortfalls else f"{self.message}\n{shortfalls}".rstrip()


def innermost_frame(text: str) -> str:
    """Return the file and line of the innermost frame of a traceback; empty if there is none."""
    frames = FRAME.findall(text)
    return f"{Path(frames[-1][0]).name}, line {frames[-1][1]}" if frames else ""


def judge(requirement: Requirement, seen: Seen) -> Judgement:
    """Judge one cell in one hop, without regard to deviations.

    Raises:
        NoEvidence: nobody could be asked, or the suite's own code failed, so the cell has no verdict.
    """
    started = time.process_time()
    judgement = Judgement(
        seen.hop, Outcome.CONFORMS, facts=seen.facts, contract=seen.contract, shortfalls=seen.shortfalls
    )
    try:
        requirement(seen)
    except Shortfall as shortfall:
        seen.shortfalls.append(shortfall)
    except Blocked as blocked:
        judgement.outcome, judgement.message, judgement.blocked_by = Outcome.BLOCKED, str(blocked), blocked.by
    except NothingToJudge as reason:
        judgement.outcome, judgement.message = Outcome.NOT_APPLICABLE, str(reason)
    except UnknownSection as error_of_ours:
        raise NoEvidence(f"a mistake in the requirement {requirement.name}: {error_of_ours}") from error_of_ours
    except MissingSection as missing:
        if missing.error:
            error = missing.error
            if error["type"] == WrongDeclaration.__name__:
                raise NoEvidence(error["message"]) from missing
            if error.get("ours") and missing.section in LOOKS:
                frame = innermost_frame(error.get("traceback", ""))
                raise NoEvidence(f"a fault of the suite, not of the model: {missing} ({frame})") from missing
            place = Place(missing.section)
            seen.shortfalls.append(
                Shortfall(str(missing), symptom=Symptom.EXCEPTION, exception=error["type"], places=(place,))
            )
            judgement.log = error.get("traceback", "")
        else:
            judgement.outcome, symptom = LOSSES.get(missing.ending, (Outcome.CRASHED, Symptom.CRASH))
            seen.shortfalls.append(Shortfall(str(missing), symptom=symptom, places=(Place(missing.section),)))
            judgement.log = missing.log
    if judgement.shortfalls:
        judgement.message = judgement.shortfalls[0].message
        if Place("build") in judgement.shortfalls[0].places and not seen.case.brought:
            # In the message alone: rows match the shortfall, which is what the pair raises.
            judgement.message = f"{builder(seen.case)} cannot be built: {judgement.message}"
        if judgement.outcome is Outcome.CONFORMS:
            judgement.outcome = Outcome.FAILS
    if seen.values_differ or not judgement.shortfalls:  # a different shape has no error
        judgement.largest_ulp = seen.measured.largest_ulp
        judgement.largest_absolute = seen.measured.largest_absolute
    judgement.warnings = seen.warnings
    judgement.seconds = time.process_time() - started
    return judgement


def builder(case: CaseInfo) -> str:
    """Return the file and the function of a case of the catalogue."""
    return f"models/{case.module.replace('.', '/')}.py: {case.name}()"


def apply_deviations(judgement: Judgement, rows: Sequence[Deviation], *, lenient: bool = False) -> Judgement:
    """Compare a judgement with the rows that apply to its cell, strictly in both directions.

    Every shortfall has to be expected by a row, and every row has to find the shortfall that it expects. A blocked
    cell neither confirms nor refutes a row.

    Args:
        lenient: our own rows need not find what they expect, because they could not know the case.
    """
    if lenient:  # those that find nothing say nothing about the model
        rows = [row for row in rows if row.accepts or any(row.expects(found) for found in judgement.shortfalls)]
    judgement.deviations = [row.id for row in rows]
    judgement.link = next((row.link for row in rows if row.link), None)
    if not rows or judgement.outcome in (Outcome.BLOCKED, Outcome.NOT_APPLICABLE):
        return judgement
    unexplained = unexplained_by(rows, judgement.shortfalls)
    unconfirmed = unconfirmed_rows(judgement, rows)
    if unexplained:
        judgement.message = f"{unexplained[0].message} ({_why_unexplained(rows, unexplained[0])})"
    elif unconfirmed:
        judgement.outcome = Outcome.UNEXPECTED_PASS
        judgement.message = f"it holds, but a row of the list says that it falls short: {', '.join(unconfirmed)}"
    elif judgement.shortfalls:
        judgement.outcome = Outcome.DEVIATES
    return judgement


def unexplained_by(rows: Sequence[Deviation], shortfalls: Sequence[Shortfall]) -> list[Shortfall]:
    """Return the shortfalls that no row expects, or that a row has expected until it expired."""
    return [
        found
        for found in shortfalls
        if not any(row.expects(found) for row in rows) or any(row.expired and row.describes(found) for row in rows)
    ]


def _why_unexplained(rows: Sequence[Deviation], shortfall: Shortfall) -> str:
    """Return why rows that apply to the cell do not explain a shortfall."""
    expired = [f"{row.id} expired on {row.expires}" for row in rows if row.expired]
    others = [row.id for row in rows if not row.expired and not row.expects(shortfall)]
    named = f"row {others[0]} of the list is" if len(others) == 1 else f"rows {', '.join(others)} of the list are"
    different = [f"{named} about another shortfall"] if others else []
    return "; ".join([*expired, *different])


def excuse_minor(judgement: Judgement, requirement: str, rows: Sequence[Deviation]) -> None:
    """Let a cell deviate if nothing is wrong in it but names, or things that a user would not notice.

    This is for models that a user brings, within one pair, where no list could name them.
    """
    unexplained = unexplained_by(rows, judgement.shortfalls)
    consequences = {consequence_of(requirement, shortfall) for shortfall in unexplained}
    if judgement.outcome is Outcome.FAILS and consequences <= set(MINOR):
        judgement.outcome = Outcome.DEVIATES
        judgement.message = f"{min(consequences, key=lambda each: each.gravity)}: {unexplained[0].message}"


def unconfirmed_rows(judgement: Judgement, rows: Sequence[Deviation]) -> list[str]:
    """Return the ids of rows that do not find what they expect.

    A row about a requirement that was split need not find it in each part.
    """
    return [row.id for row in rows if not row.split and not any(row.expects(found) for found in judgement.shortfalls)]
