"""What one child said, and how it ended.  [pytest's side]"""

from __future__ import annotations

import dataclasses
import re
from typing import Any, ClassVar

from tests.both_sides import wire

FINISHED, RAN_ON, CRASHED, OUT_OF_MEMORY, GARBLED, REFUSED = (
    "finished", "timed-out", "crashed", "out-of-memory", "garbled", "refused",
)  # fmt: skip


class MissingSection(Exception):
    """A section that the child did not deliver.

    `error` holds what it raised, None where it was lost; then `how` says how, and `log` ends what it printed.
    """

    def __init__(self, message: str, *, error: dict | None = None, how: str = FINISHED, log: str = ""):
        super().__init__(message)
        self.error, self.how, self.log = error, how, log


@dataclasses.dataclass(frozen=True)
class Response:
    """The sections that a child said, and how it ended.

    `sections` maps a name to `{"value": ...}` or `{"error": ...}`, with `wall` and `cpu` in seconds. `how` is one
    of the constants of this module; `during` is the section it was in when it was lost.
    """

    __test__: ClassVar[bool] = False  # pytest takes a class for tests by how its name begins

    sections: dict[str, dict]
    how: str = FINISHED
    detail: str = ""
    during: str | None = None
    log: str = ""
    wall: float = 0.0
    cpu: float = 0.0
    peak_kib: int = 0

    def __contains__(self, section: str) -> bool:
        return "value" in self.sections.get(section, {})

    def __getitem__(self, section: str) -> Any:
        """The value of a section.

        Raises:
            MissingSection: the child raised there, or never got that far.
        """
        said = self.sections.get(section)
        if said is None:
            if self.how == FINISHED:
                raise MissingSection(f"the child had nothing to say of {section!r}")
            raise MissingSection(f"the child {self.detail} during {self.during!r}", how=self.how, log=self.log)
        if "error" in said:
            error = said["error"]
            if error["type"] == "MemoryError":
                raise MissingSection(f"the child {self.detail} in {section!r}", how=OUT_OF_MEMORY, log=self.log)
            raise MissingSection(f"{error['type']}: {error['message']}", error=error)
        return said["value"]

    def get(self, section: str, default: Any) -> Any:
        """The value of a section, or the default where there is none."""
        return self.sections.get(section, {}).get("value", default)

    def error(self, section: str) -> dict | None:
        """What the child raised there; None if it did not."""
        return self.sections.get(section, {}).get("error")

    def seconds(self) -> dict[str, float]:
        """CPU seconds by section."""
        return {name: said.get("cpu", 0.0) for name, said in self.sections.items()}

    def without(self, folder: re.Pattern) -> Response:
        """The same with what the pattern matches in any text told as `/run`."""

        def told(value: Any) -> Any:
            if isinstance(value, str):
                return folder.sub("/run", value)
            if isinstance(value, dict):
                return {key: told(part) for key, part in value.items()}
            return type(value)(map(told, value)) if isinstance(value, (list, tuple)) else value

        return dataclasses.replace(self, sections=told(self.sections), detail=told(self.detail), log=told(self.log))

    def settled(self) -> Response:
        """The same without what it cost and with dicts in sorted order: to the byte what another child would say."""
        sections = {
            name: {key: value for key, value in said.items() if key not in ("wall", "cpu")}
            for name, said in self.sections.items()
        }
        return dataclasses.replace(self, sections=_in_order(sections), wall=0.0, cpu=0.0, peak_kib=0)

    def encode(self) -> bytes:
        """All of it as one frame of the wire."""
        return wire.encode(dataclasses.asdict(self))

    @classmethod
    def decode(cls, frame: bytes) -> Response:
        """What `encode` made."""
        return cls(**wire.decode(frame))


def _in_order(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _in_order(value[key]) for key in sorted(value, key=str)}
    return type(value)(map(_in_order, value)) if isinstance(value, (list, tuple)) else value
