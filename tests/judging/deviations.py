"""Known shortfalls: reading `deviations.toml` and a team's own lists, and finding the rows that speak of a cell.

A row is strict. Where it speaks of a cell, the cell has to fail in the way that the row says: failing otherwise
fails, and passing fails too. Rows of ours explain; those of a team's own list also accept what an upgrade does.
"""

from __future__ import annotations

import dataclasses
import datetime
import json
import re
from collections.abc import Callable
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import jsonschema
import tomllib
from packaging.specifiers import InvalidSpecifier, SpecifierSet

from tests.judging.cells import Cell, Pair
from tests.judging.requirement import Shortfall

TESTS = Path(__file__).parents[1]
OURS = TESTS / "deviations.toml"
SCHEMA = TESTS / "deviations.schema.json"


class UnreadableDeviations(Exception):
    """The file cannot be used; the message says where and why, in one line."""


@dataclasses.dataclass(frozen=True)
class Place:
    """Cells, and the pairs between which they fall short.

    `pairs` are names such as `2.21.0/3.15.1`, of artifacts saved and loaded with one and the same of them;
    `saved_with` and `loaded_with` are conditions on either side. All that is given has to hold.
    """

    route: tuple[str, ...]
    requirement: tuple[str, ...]
    case: tuple[str, ...] = ("*",)
    traits: tuple[str, ...] = ()
    excepted: tuple[str, ...] = ()
    pairs: tuple[str, ...] = ()
    saved_with: dict[str, str] = dataclasses.field(default_factory=dict)
    loaded_with: dict[str, str] = dataclasses.field(default_factory=dict)

    def speaks_of_pairs(self, saved: Pair, loaded: Pair) -> bool:
        """Whether it holds between these pairs."""
        if self.pairs and (saved.name != loaded.name or saved.name not in self.pairs):
            return False
        return saved.meets(self.saved_with) and loaded.meets(self.loaded_with)

    def speaks_of_case(self, case: str, traits: list[str]) -> bool:
        """Whether a case is one of those that it names."""
        return (
            any(fnmatchcase(case, glob) for glob in self.case)
            and not any(fnmatchcase(case, glob) for glob in self.excepted)
            and set(self.traits) <= set(traits)
        )

    def speaks_of_route(self, route: str, requirement: str) -> bool:
        """Whether a requirement on a route is one of those that it names."""
        return any(fnmatchcase(route, glob) for glob in self.route) and any(
            fnmatchcase(requirement, glob) for glob in self.requirement
        )


@dataclasses.dataclass(frozen=True)
class Deviation:
    """One row: a shortfall, and the places where it is found.

    `accepts` says that it is of a team's own list; it accepts nothing any more once it is `expired`.
    """

    id: str
    kind: str
    outcome: str
    reason: str
    places: tuple[Place, ...]
    exception: str | None = None
    message: str | None = None
    input: str | None = None
    link: str | None = None
    expires: str | None = None
    accepts: bool = False
    expired: bool = False

    def expects(self, found: Shortfall) -> bool:
        """Whether this is the shortfall that the row says, and the row still stands."""
        return (
            not self.expired
            and found.symptom == self.outcome
            and (self.exception is None or found.exception == self.exception)
            and (self.message is None or re.search(self.message, found.text(), re.DOTALL) is not None)
            and (self.input is None or self.input in found.inputs)
        )


@dataclasses.dataclass(frozen=True)
class Deviations:
    """All rows, and the pairs that have been run."""

    rows: tuple[Deviation, ...]
    known_pairs: tuple[str, ...] = ()
    _found: dict[tuple, list[tuple[Deviation, list[Place]]]] = dataclasses.field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def knows(self, pair: Pair) -> bool:
        """Whether that pair has been run, so that its shortfalls are in the rows."""
        return pair.name in self.known_pairs

    def of(self, cell: Cell, traits: list[str], saved: Pair, loaded: Pair) -> list[Deviation]:
        """The rows that speak of a cell between these pairs."""
        of_route = saved, loaded, cell.route, cell.requirement
        if of_route not in self._found:
            self._found[of_route] = narrowed(
                self.between(saved, loaded), lambda place: place.speaks_of_route(cell.route, cell.requirement)
            )
        return [
            row
            for row, places in self._found[of_route]
            if any(place.speaks_of_case(cell.case, traits) for place in places)
        ]

    def between(self, saved: Pair, loaded: Pair) -> list[tuple[Deviation, list[Place]]]:
        """The rows that are found anywhere between these pairs, each with its places there."""
        if (saved, loaded) not in self._found:
            self._found[saved, loaded] = narrowed(
                [(row, list(row.places)) for row in self.rows], lambda place: place.speaks_of_pairs(saved, loaded)
            )
        return self._found[saved, loaded]


def narrowed(
    found: list[tuple[Deviation, list[Place]]], keep: Callable[[Place], bool]
) -> list[tuple[Deviation, list[Place]]]:
    """Those of the rows that have places which are kept, with these."""
    left = ((row, [place for place in places if keep(place)]) for row, places in found)
    return [(row, places) for row, places in left if places]


def read(further: tuple[Path, ...] = (), today: datetime.date | None = None) -> Deviations:
    """The rows of our list, and those of a team's own lists.

    Args:
        further: the team's lists.
        today: rows that expire before this day no longer stand.

    Raises:
        UnreadableDeviations: a file does not exist, is not TOML, does not fit the schema, names a row twice or as
            another file does, or has a condition or pattern that cannot be parsed; ours names an unknown pair.
    """
    joined = read_file(OURS)
    for path in further:
        theirs = read_file(path, accepts=True, today=today or datetime.date.today())
        twice = {row.id for row in joined.rows} & {row.id for row in theirs.rows}
        if twice:
            raise UnreadableDeviations(f"{path}: another list has a row {min(twice)!r} too")
        joined = dataclasses.replace(joined, rows=(*joined.rows, *theirs.rows))
    return joined


def read_file(path: Path, *, accepts: bool = False, today: datetime.date = datetime.date.min) -> Deviations:
    """The rows of one file; `accepts` for a team's own.

    Raises:
        UnreadableDeviations: as for `read`.
    """
    try:
        content = _plain(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise UnreadableDeviations(f"{path}: {reason}") from None
    rows = content.get("deviation", [])
    for error in jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text())).iter_errors(content):
        where = ".".join(str(part) for part in error.absolute_path) or "the file"
        at = (
            error.absolute_path[1] if len(error.absolute_path) > 1 and error.absolute_path[0] == "deviation" else None
        )
        row = f" (row {rows[at].get('id', at)!r})" if at is not None and isinstance(rows[at], dict) else ""
        raise UnreadableDeviations(f"{path}: {where}{row}: {error.message}")
    groups = content.get("groups", {})
    known = content.get("known_pairs", [])
    for pairs in groups.values():
        known += [pair for pair in pairs if pair not in known]
    seen: set[str] = set()
    for row in rows:
        if row["id"] in seen:
            raise UnreadableDeviations(f"{path}: there are two rows {row['id']!r}")
        seen.add(row["id"])
        for place in (row, *row.get("where", [])):
            _check_place(path, row["id"], place, None if accepts else {*groups, *known})
        try:
            re.compile(row.get("message", ""))
        except re.error as error:
            raise UnreadableDeviations(f"{path}: row {row['id']!r}: message is not a pattern: {error}") from None
        try:
            row["expired"] = "expires" in row and datetime.date.fromisoformat(row["expires"]) < today
        except ValueError:
            raise UnreadableDeviations(
                f"{path}: row {row['id']!r}: expires = {row['expires']!r} is not a date such as 2027-01-31"
            ) from None
    return Deviations(tuple(_deviation({**row, "accepts": accepts}, groups) for row in rows), tuple(known))


def _plain(value: Any) -> Any:
    """The content of a file with its dates as text."""
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_plain(part) for part in value]
    return value.isoformat() if isinstance(value, (datetime.date, datetime.time)) else value


def _check_place(path: Path, row: str, place: dict, known: set[str] | None) -> None:
    for field in ("saved_with", "loaded_with"):
        for name, condition in place.get(field, {}).items():
            try:
                SpecifierSet(condition)
            except InvalidSpecifier:
                where = f"{path}: row {row!r}: {field}.{name}"
                raise UnreadableDeviations(
                    f"{where} = {condition!r} is not a condition such as '>=2.16,<2.20'"
                ) from None
    for pair in place.get("pairs", []):
        if known is not None and pair not in known:
            raise UnreadableDeviations(f"{path}: row {row!r}: {pair!r} is no known pair and no group of them")


PLACE = ("case", "traits", "except", "route", "requirement", "pairs", "saved_with", "loaded_with")


def _deviation(row: dict, groups: dict[str, list[str]]) -> Deviation:
    fields = {name: value for name, value in row.items() if name not in PLACE and name != "where"}
    common = {name: row[name] for name in PLACE if name in row}
    places = [_place({**common, **place}, groups) for place in row.get("where", [{}])]
    return Deviation(places=tuple(places), **fields)


def _place(fields: dict, groups: dict[str, list[str]]) -> Place:
    named = {("excepted" if name == "except" else name): value for name, value in fields.items()}
    named["pairs"] = [pair for name in named.get("pairs", []) for pair in groups.get(name, [name])]
    return Place(**{name: tuple(value) if isinstance(value, list) else value for name, value in named.items()})
