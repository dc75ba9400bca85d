"""Reading, writing and checking conformance.json."""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any

import jsonschema

from reports.document.contents import SCHEMA_VERSION, Document

SCHEMA = Path(__file__).with_name("conformance.schema.json")
NAME = "conformance.json"


class UnreadableDocument(Exception):
    """The file is not a report that this suite reads; the message says why, in one line."""


def write(folder: Path, document: Document) -> None:
    """Write the document as conformance.json, whole or not at all.

    Raises:
        jsonschema.ValidationError: the document does not fit the schema.
    """
    content = document.as_json()
    validator().validate(content)
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / f".{NAME}"
    write_text(draft, json.dumps(content, indent=1, sort_keys=False, allow_nan=False, default=str) + "\n")
    draft.rename(folder / NAME)


def write_text(path: Path, text: str, mode: str = "w") -> None:
    """Write a text as UTF-8. What UTF-8 cannot hold, half a pair of surrogates, is written as an escape."""
    with path.open(mode, encoding="utf-8", errors="backslashreplace") as file:
        file.write(text)


def read(path: Path) -> Document:
    """Return the document in a conformance.json.

    Raises:
        UnreadableDocument: the file is not a report of this version.
    """
    return from_content(path, content_of(path))


def content_of(path: Path) -> Any:
    """Return the content of a JSON file.

    Raises:
        UnreadableDocument: there is no such file, or it is not JSON.
    """
    try:
        return json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise UnreadableDocument(f"{path}: {error}") from None


def from_content(path: Path, content: Any) -> Document:
    """Return the document that a file contains.

    Raises:
        UnreadableDocument: the content is not a report of this version.
    """
    version = content.get("schema") if isinstance(content, dict) else None
    if version != SCHEMA_VERSION:
        raise UnreadableDocument(f"{path}: a report of schema {version!r}; this suite reads {SCHEMA_VERSION}")
    check_fits(path, content, validator())
    return Document.from_json(content)


def check_fits(path: Path, content: Any, schema: jsonschema.Draft202012Validator) -> None:
    """Check that the content of a file fits a schema.

    Raises:
        UnreadableDocument: it does not; the message names the first place.
    """
    error = next(schema.iter_errors(content), None)
    if error is not None:
        where = ".".join(str(part) for part in error.absolute_path)
        raise UnreadableDocument(f"{path}: {where}: {error.message[:200]}")


@functools.cache
def validator() -> jsonschema.Draft202012Validator:
    """Return the validator of conformance.json."""
    return jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text()))
