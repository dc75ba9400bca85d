"""One row of a document: the outcome of one cell in one hop."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from typing import Any

from reports.document.causes import innermost
from tests.both_sides.plain import from_plain, to_plain
from tests.both_sides.routes import Route
from tests.both_sides.step_warnings import StepWarning
from tests.judging.cells import Cell
from tests.judging.consequence import Consequence, consequence_of
from tests.judging.judgement import Judgement
from tests.judging.outcome import Outcome
from tests.judging.pairs import Hop
from tests.judging.requirement import Place, Shortfall, Symptom

# The requirements that are about a step itself.
STEPS = {"saves": "save", "loads": "load"}
LONGEST_TEXT = 4000
LONGEST_MESSAGE = 20000
LONGEST_BLOCKED = 400
OUTCOMES = {outcome.value: outcome for outcome in Outcome}
EMPTY: tuple[Any, ...] = (None, "", [], {})


@dataclasses.dataclass(frozen=True)
class Row:
    """The outcome of one cell in one hop, and what led to it.

    Args:
        message: what is wrong in one line, or why the requirement does not apply.
        shortfalls: every shortfall; what it expected and saw are texts here.
        fixed: in a gate, the messages of the control's shortfalls that are gone.
        blocked_by: the requirement that failed, if the cell is blocked.
        largest_ulp, largest_absolute: the largest errors of all compared values; None if none were compared.
        facts: what was measured on the way and is not judged.
        contract: signatures, which a gate compares with the control's.
        deviations: the ids of the rows of the list that apply to the cell; if it is blocked, to what blocks it.
        seconds: CPU seconds of judging; None if no test judged the cell.
        accepted: False if the cell is blocked by a shortfall that no row explains.
        shrunk: the smallest input found that still shows the shortfall, as Python source.
        repro: the script that shows the shortfall, relative to the report folder.
        warnings: what TensorFlow and Keras warned of while saving and loading: of cells about these steps, and of
            cells that fall short.
        reproduced: whether that script showed it when the run executed it; None if it was not executed.
    """

    case: str
    route: Route
    requirement: str
    hop: Hop
    outcome: Outcome
    message: str = ""
    shortfalls: tuple[Shortfall, ...] = ()
    fixed: tuple[str, ...] = ()
    blocked_by: str | None = None
    largest_ulp: float | None = None
    largest_absolute: float | None = None
    facts: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    contract: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    deviations: tuple[str, ...] = ()
    link: str | None = None
    log: str = ""
    seconds: float | None = None
    accepted: bool = True
    shrunk: str | None = None
    repro: str | None = None
    reproduced: bool | None = None
    warnings: tuple[StepWarning, ...] = ()

    @classmethod
    def of(cls, cell: Cell, judgement: Judgement) -> Row:
        """Return the row of a cell that was judged."""
        return cls(
            case=cell.case,
            route=cell.route,
            requirement=cell.requirement,
            hop=judgement.hop,
            outcome=judgement.outcome,
            message=_message(judgement),
            shortfalls=tuple(map(_in_text, judgement.shortfalls)),
            fixed=tuple(judgement.fixed),
            blocked_by=judgement.blocked_by,
            largest_ulp=judgement.largest_ulp,
            largest_absolute=judgement.largest_absolute,
            facts=judgement.facts,
            contract=judgement.contract,
            deviations=tuple(judgement.deviations),
            link=judgement.link,
            log=judgement.log,
            seconds=judgement.seconds,
            accepted=judgement.accepted,
            shrunk=judgement.shrunk,
            warnings=tuple(judgement.warnings) if judgement.shortfalls or cell.requirement in STEPS else (),
        )

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Row:
        """Return the row that `as_json` wrote; fields that this suite does not know are left out."""
        fields = {name: content[name] for name in FIELDS if name in content}
        fields |= {
            "route": Route.parse(content["route"]),
            "hop": Hop.parse(content["hop"]),
            "outcome": OUTCOMES[content["outcome"]],
            "shortfalls": tuple(map(_shortfall, content.get("shortfalls", ()))),
            "fixed": tuple(content.get("fixed", ())),
            "deviations": tuple(content.get("deviations", ())),
            "warnings": tuple(from_plain(StepWarning, each) for each in content.get("warnings", ())),
            "largest_ulp": _number(content.get("largest_ulp")),
            "largest_absolute": _number(content.get("largest_absolute")),
        }
        return cls(**fields)

    def as_json(self) -> dict[str, Any]:
        """Return the row as JSON, without empty fields."""
        content: dict[str, Any] = {
            "case": self.case,
            "route": str(self.route),
            "requirement": self.requirement,
            "hop": str(self.hop),
            "outcome": self.outcome.value,
            "message": self.message,
        }
        further: dict[str, Any] = {
            "shortfalls": [_shortfall_as_json(shortfall) for shortfall in self.shortfalls],
            "fixed": list(self.fixed),
            "blocked_by": self.blocked_by,
            "largest_ulp": _number_as_json(self.largest_ulp),
            "largest_absolute": _number_as_json(self.largest_absolute),
            "facts": dict(self.facts),
            "contract": dict(self.contract),
            "deviations": list(self.deviations),
            "link": self.link,
            "log": self.log,
            "seconds": self.seconds,
            "accepted": None if self.accepted and not self.was_judged else self.accepted,
            "shrunk": self.shrunk,
            "repro": self.repro,
            "reproduced": self.reproduced,
            "warnings": to_plain(self.warnings),
        }
        return {**content, **{name: value for name, value in further.items() if value not in EMPTY}}

    @property
    def cell(self) -> Cell:
        """The cell that it is about."""
        return Cell(self.case, self.route, self.requirement)

    @property
    def is_bad(self) -> bool:
        """True if a run with this row fails."""
        return self.outcome.is_bad or self.is_blocked_by_unknown

    @property
    def is_blocked_by_unknown(self) -> bool:
        """True if the cell is blocked by a shortfall that no row explains."""
        return self.outcome is Outcome.BLOCKED and not self.accepted

    @property
    def was_not_built(self) -> bool:
        """True if nothing but the model itself is to blame: it could not be built, so nothing was saved or loaded."""
        return bool(self.shortfalls) and all(Place("build") in shortfall.places for shortfall in self.shortfalls)

    @property
    def was_judged(self) -> bool:
        """True if a test judged the cell. False if it cannot apply in any hop."""
        return self.seconds is not None

    @property
    def consequence(self) -> Consequence | None:
        """The gravest consequence of its shortfalls; None if it has none."""
        consequences = [consequence_of(self.requirement, shortfall) for shortfall in self.shortfalls]
        return min(consequences, key=lambda each: each.gravity, default=None)

    @property
    def gravity(self) -> tuple[int, int]:
        """A sort key that puts what its owner should see first at the beginning."""
        consequence = self.consequence
        return (len(Consequence) if consequence is None else consequence.gravity, list(Outcome).index(self.outcome))

    @property
    def is_refusal(self) -> bool:
        """True if the requirement holds because the pair refused what it does not offer."""
        return self.outcome.holds and "refused_with" in self.facts and self.requirement in ("saves", "loads")


def counts_from_json(content: Mapping[str, int]) -> dict[Outcome, int]:
    """Return the counts by outcome that `counts_as_json` wrote."""
    return {OUTCOMES[name]: count for name, count in content.items()}


def counts_as_json(counts: Mapping[Outcome, int]) -> dict[str, int]:
    """Return counts by outcome as JSON."""
    return {outcome.value: count for outcome, count in counts.items()}


FIELDS = tuple(field.name for field in dataclasses.fields(Row))
SHORTFALL_FIELDS = tuple(field.name for field in dataclasses.fields(Shortfall))


def _message(judgement: Judgement) -> str:
    """Return the judgement's message; of a blocked cell only the cause, because the blocking cell has the rest."""
    if judgement.outcome is Outcome.BLOCKED:
        return " ".join(innermost(judgement.message).split())[:LONGEST_BLOCKED]
    return judgement.message[:LONGEST_MESSAGE]


def _in_text(shortfall: Shortfall) -> Shortfall:
    def text(value: Any) -> str | None:
        return None if value is None else str(value)[:LONGEST_TEXT]

    return dataclasses.replace(shortfall, expected=text(shortfall.expected), seen=text(shortfall.seen))


def _shortfall(content: Mapping[str, Any]) -> Shortfall:
    fields = {name: content[name] for name in SHORTFALL_FIELDS if name in content}
    places = tuple(from_plain(Place, place) for place in content.get("places", ()))
    return Shortfall(**{**fields, "symptom": Symptom(content["symptom"]), "places": places})


def _shortfall_as_json(shortfall: Shortfall) -> dict[str, Any]:
    content = {name: getattr(shortfall, name) for name in SHORTFALL_FIELDS}
    content["symptom"] = Symptom(shortfall.symptom).value
    content["places"] = [_without_empty(to_plain(place)) for place in shortfall.places]
    content["lost_refusal"] = shortfall.lost_refusal or None
    return {name: value for name, value in content.items() if name == "message" or value not in EMPTY}


def _without_empty(content: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in content.items() if value not in EMPTY}


def _number(value: float | str | None) -> float | None:
    return None if value is None else float(value)


def _number_as_json(value: float | None) -> float | str | None:
    """Return the number, as text if it is not finite: JSON has no such numbers."""
    return value if value is None or math.isfinite(value) else str(value)
