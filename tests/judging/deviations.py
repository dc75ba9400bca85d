"""Known shortfalls: the rows, the places where each is found, and which rows apply to a cell.

A row is strict. Where it applies, the cell has to fall short just as the row says: a different shortfall fails, and
so does a cell that holds. Rows of ours explain; rows of a team's own list also accept what an upgrade does.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Collection, Mapping
from fnmatch import fnmatchcase

from tests.both_sides.routes import Route
from tests.judging.cells import Cell
from tests.judging.pairs import Pair
from tests.judging.requirement import Shortfall, Symptom

# Requirements that compare numbers. A different fault of a user's model would show the same symptom there.
NUMBERS = frozenset({"gradients", "outputs", "resumed_training", "weights"})


@dataclasses.dataclass(frozen=True)
class Place:
    """Cells, and the pairs between which they fall short. Every field that is given has to match.

    Args:
        case, route, requirement: globs, of which one has to match.
        traits: all of them must be traits of the case.
        excepted: globs for cases that are left out.
        pairs: names such as `2.21.0/3.15.1`: artifacts that are saved and loaded with one and the same of them.
        saved_with, loaded_with: conditions on the versions of either side.
    """

    route: tuple[str, ...]
    requirement: tuple[str, ...]
    case: tuple[str, ...] = ("*",)
    traits: tuple[str, ...] = ()
    excepted: tuple[str, ...] = ()
    pairs: tuple[str, ...] = ()
    saved_with: Mapping[str, str] = dataclasses.field(default_factory=dict)
    loaded_with: Mapping[str, str] = dataclasses.field(default_factory=dict)

    def matches_pairs(self, saved: Pair, loaded: Pair) -> bool:
        """Return whether it holds between these pairs."""
        if self.pairs and (saved.name != loaded.name or saved.name not in self.pairs):
            return False
        return saved.meets(self.saved_with) and loaded.meets(self.loaded_with)

    def matches_case(self, case: str, traits: Collection[str]) -> bool:
        """Return whether it includes a case with these traits."""
        return (
            any(fnmatchcase(case, glob) for glob in self.case)
            and not any(fnmatchcase(case, glob) for glob in self.excepted)
            and set(self.traits) <= set(traits)
        )

    def matches_route(self, route: Route, requirement: str) -> bool:
        """Return whether it includes a requirement on a route."""
        return any(fnmatchcase(str(route), glob) for glob in self.route) and any(
            fnmatchcase(requirement, glob) for glob in self.requirement
        )


@dataclasses.dataclass(frozen=True)
class Deviation:
    """One row: a shortfall, and the places where it is found.

    Args:
        exceptions, message, input: narrow the symptom down: the classes of the exception, a pattern for the
            shortfall's text, and an input that must show it.
        accepts: it is a row of a team's own list.
        expired: it accepts nothing any more.
        by_symptom: it is about any model of a user's on its routes that raises this, whatever its cases and traits.
        split: it names a requirement of which others judge a part now, and applies to all of them.
    """

    id: str
    kind: str
    symptom: Symptom
    reason: str
    places: tuple[Place, ...]
    exceptions: tuple[str, ...] = ()
    message: str | None = None
    input: str | None = None
    link: str | None = None
    expires: str | None = None
    accepts: bool = False
    expired: bool = False
    by_symptom: bool = False
    split: bool = False

    @property
    def is_refusal(self) -> bool:
        """True if it declares a refusal that is meant, on which people may rely."""
        return self.kind == "by-design" and self.symptom is Symptom.EXCEPTION

    def expects(self, shortfall: Shortfall) -> bool:
        """Return whether this is the row's shortfall, and the row has not expired."""
        return not self.expired and self.describes(shortfall)

    def expects_other_numbers(self, requirement: str) -> bool:
        """Return whether this is a row of ours about numbers that differ."""
        return not self.accepts and self.symptom is Symptom.MISMATCH and requirement in NUMBERS

    def describes(self, shortfall: Shortfall) -> bool:
        """Return whether this is the row's shortfall."""
        return (
            shortfall.symptom == self.symptom
            and (not self.exceptions or shortfall.exception in self.exceptions)
            and (self.message is None or re.search(self.message, shortfall.text(), re.DOTALL) is not None)
            and (self.input is None or self.input in shortfall.inputs)
        )


# A row with those of its places that matter.
Placed = tuple[Deviation, list[Place]]


@dataclasses.dataclass(frozen=True)
class Deviations:
    """All rows, and the pairs whose results are recorded in them."""

    rows: tuple[Deviation, ...]
    known_pairs: tuple[str, ...] = ()
    _by_pairs: dict[tuple[Pair, Pair], list[Placed]] = dataclasses.field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    _by_route: dict[tuple[Pair, Pair, Route, str], list[Placed]] = dataclasses.field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def knows(self, pair: Pair) -> bool:
        """Return whether the results of a pair are recorded."""
        return pair.name in self.known_pairs

    def of(self, cell: Cell, traits: Collection[str], saved: Pair, loaded: Pair) -> list[Deviation]:
        """Return the rows that apply to a cell between these pairs.

        A row of ours that expects other numbers is about models that were looked at: it never explains those of a
        model that a user brings.
        """
        key = saved, loaded, cell.route, cell.requirement
        if key not in self._by_route:
            self._by_route[key] = narrowed(
                self.between(saved, loaded), lambda place: place.matches_route(cell.route, cell.requirement)
            )
        return [
            row
            for row, places in self._by_route[key]
            if not (cell.is_brought and row.expects_other_numbers(cell.requirement))
            if (row.by_symptom and cell.is_brought) or any(place.matches_case(cell.case, traits) for place in places)
        ]

    def between(self, saved: Pair, loaded: Pair) -> list[Placed]:
        """Return the rows that apply to any cell between these pairs, each with its places there."""
        if (saved, loaded) not in self._by_pairs:
            self._by_pairs[saved, loaded] = narrowed(
                [(row, list(row.places)) for row in self.rows], lambda place: place.matches_pairs(saved, loaded)
            )
        return self._by_pairs[saved, loaded]


def narrowed(placed: list[Placed], keep: Callable[[Place], bool]) -> list[Placed]:
    """Return the rows with the places that are kept; a row without any is left out."""
    kept = ((row, [place for place in places if keep(place)]) for row, places in placed)
    return [(row, places) for row, places in kept if places]
