"""Reads the suite's own lists of deviations, and a team's own lists in the same format."""

from __future__ import annotations

import dataclasses
import datetime
import json
import re
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import jsonschema
import tomllib
from packaging.specifiers import InvalidSpecifier, SpecifierSet

from tests.judging.deviations import Deviation, Deviations, Place
from tests.judging.requirement import Symptom
from tests.judging.split_requirements import with_new_names

TESTS = Path(__file__).parents[1]
OURS = TESTS / "deviations.toml"
OURS_ABOUT_ARGUMENTS = TESTS / "argument_deviations.toml"
SCHEMA = TESTS / "deviations.schema.json"
# The fields of a place; those that stand in the row itself hold for all its places.
PLACE_FIELDS = ("case", "traits", "except", "route", "requirement", "pairs", "saved_with", "loaded_with")


class UnreadableDeviations(Exception):
    """The file cannot be used; the message says where and why, in one line."""


def read(further: Sequence[Path] = (), today: datetime.date | None = None) -> Deviations:
    """Return the rows of our lists and of a team's own lists.

    Args:
        further: the team's lists.
        today: rows that expire before this day no longer accept anything.

    Raises:
        UnreadableDeviations: a file does not exist, is not TOML or does not fit the schema; it names a row twice, or
            one that another file has too; a condition or pattern cannot be parsed; our list names an unknown pair.
    """
    joined = read_file(OURS)
    joined = dataclasses.replace(joined, rows=(*joined.rows, *read_file(OURS_ABOUT_ARGUMENTS).rows))
    for path in further:
        theirs = read_file(path, accepts=True, today=today or datetime.date.today())
        twice = {row.id for row in joined.rows} & {row.id for row in theirs.rows}
        if twice:
            raise UnreadableDeviations(f"{path}: another list has a row {min(twice)!r} too")
        joined = dataclasses.replace(joined, rows=(*joined.rows, *theirs.rows))
    return joined


def read_file(path: Path, *, accepts: bool = False, today: datetime.date = datetime.date.min) -> Deviations:
    """Return the rows of one file; `accepts` for a team's own.

    Raises:
        UnreadableDeviations: as for `read`.
    """
    try:
        content = _with_dates_as_text(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise UnreadableDeviations(f"{path}: {reason}") from None
    rows = content.get("deviation", [])
    _check_schema(path, content, rows)
    groups = content.get("groups", {})
    known = list(content.get("known_pairs", []))
    for pairs in groups.values():
        known += [pair for pair in pairs if pair not in known]
    seen: set[str] = set()
    for row in rows:
        if row["id"] in seen:
            raise UnreadableDeviations(f"{path}: there are two rows {row['id']!r}")
        seen.add(row["id"])
        for place in (row, *row.get("where", [])):
            _check_place(path, row["id"], place, None if accepts else {*groups, *known})
        _check_message(path, row)
    read_rows = (_deviation(row, groups, accepts=accepts, expired=_expired(path, row, today)) for row in rows)
    return Deviations(tuple(read_rows), tuple(known))


def _with_dates_as_text(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _with_dates_as_text(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_with_dates_as_text(part) for part in value]
    return value.isoformat() if isinstance(value, (datetime.date, datetime.time)) else value


def _check_schema(path: Path, content: Any, rows: Any) -> None:
    for error in jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text())).iter_errors(content):
        parts = list(error.absolute_path)
        where = ".".join(str(part) for part in parts) or "the file"
        row = ""
        if len(parts) > 1 and parts[0] == "deviation" and isinstance(rows[parts[1]], dict):
            row = f" (row {rows[parts[1]].get('id', parts[1])!r})"
        raise UnreadableDeviations(f"{path}: {where}{row}: {error.message}")


def _check_place(path: Path, row: str, place: Mapping[str, Any], known: Collection[str] | None) -> None:
    for field in ("saved_with", "loaded_with"):
        for name, condition in place.get(field, {}).items():
            try:
                SpecifierSet(condition)
            except InvalidSpecifier:
                where = f"{path}: row {row!r}: {field}.{name}"
                message = f"{where} = {condition!r} is not a condition such as '>=2.16,<2.20'"
                raise UnreadableDeviations(message) from None
    for pair in place.get("pairs", []):
        if known is not None and pair not in known:
            raise UnreadableDeviations(f"{path}: row {row!r}: {pair!r} is no known pair and no group of them")


def _check_message(path: Path, row: Mapping[str, Any]) -> None:
    try:
        re.compile(row.get("message", ""))
    except re.error as error:
        raise UnreadableDeviations(f"{path}: row {row['id']!r}: message is not a pattern: {error}") from None


def _expired(path: Path, row: Mapping[str, Any], today: datetime.date) -> bool:
    try:
        return "expires" in row and datetime.date.fromisoformat(row["expires"]) < today
    except ValueError:
        message = f"row {row['id']!r}: expires = {row['expires']!r} is not a date such as 2027-01-31"
        raise UnreadableDeviations(f"{path}: {message}") from None


def _deviation(row: Mapping[str, Any], groups: Mapping[str, list[str]], *, accepts: bool, expired: bool) -> Deviation:
    common = {name: row[name] for name in PLACE_FIELDS if name in row}
    made = Deviation(
        id=row["id"],
        kind=row["kind"],
        symptom=Symptom(row["outcome"]),
        reason=row["reason"],
        places=tuple(_place({**common, **place}, groups) for place in row.get("where", [{}])),
        exceptions=_classes(row.get("exception", [])),
        message=row.get("message"),
        input=row.get("input"),
        link=row.get("link"),
        expires=row.get("expires"),
        accepts=accepts,
        expired=expired,
        by_symptom=row.get("by_symptom", False),
    )
    return with_new_names(made) if accepts else made


def _classes(exception: str | list[str]) -> tuple[str, ...]:
    return (exception,) if isinstance(exception, str) else tuple(exception)


def _place(fields: Mapping[str, Any], groups: Mapping[str, list[str]]) -> Place:
    named = {("excepted" if name == "except" else name): value for name, value in fields.items()}
    named["pairs"] = [pair for name in named.get("pairs", []) for pair in groups.get(name, [name])]
    values: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in named.items()
    }
    return Place(**values)
