"""The response of one child: what it sent, section by section, and how it ended."""

from __future__ import annotations

import dataclasses
import enum
import re
from collections.abc import Collection, Mapping
from typing import Any

from tests.both_sides import wire
from tests.both_sides.declarations import unknown
from tests.both_sides.plain import from_plain
from tests.both_sides.step_warnings import StepWarning

# The sections without which a child has nothing to say of others.
NEEDED = ("build", "prepare", "save", "load")


class Ending(str, enum.Enum):
    """How a child ended. All but the first mean that it was lost; `REFUSED` means that it never started."""

    FINISHED = "finished"
    TIMED_OUT = "timed-out"
    CRASHED = "crashed"
    OUT_OF_MEMORY = "out-of-memory"
    GARBLED = "garbled"
    REFUSED = "refused"


class MissingSection(Exception):
    """A section that the child did not send.

    `section` is its name. `error` is the exception that the child raised there, as
    `{"type", "message", "bases", "traceback"}`. If the child
    was lost instead, `error` is None, `ending` says how it was lost, and `log` is the end of what it printed.
    """

    def __init__(
        self,
        message: str,
        *,
        section: str = "",
        error: Mapping[str, Any] | None = None,
        ending: Ending = Ending.FINISHED,
        log: str = "",
    ):
        super().__init__(message)
        self.section, self.error, self.ending, self.log = section, error, ending, log


class UnknownSection(Exception):
    """A section that children of this kind do not send, so that reading it is a mistake of whoever reads it."""

    def __init__(self, section: str, sent: Collection[str]):
        super().__init__(unknown("the section", section, sent))


@dataclasses.dataclass(frozen=True)
class Response:
    """The sections that a child sent, and how it ended.

    Args:
        sections: `{"value": ...}` or `{"error": ...}` by name, with `wall` and `cpu` in seconds, and `warnings`.
        detail: how it was lost, in words that follow "the child".
        during: the section that it had begun when it was lost.
        log: the end of what a lost child printed.
        wall, cpu: seconds of the whole child.
        peak_kib: its largest resident size.
    """

    sections: dict[str, dict[str, Any]]
    ending: Ending = Ending.FINISHED
    detail: str = ""
    during: str | None = None
    log: str = ""
    wall: float = 0.0
    cpu: float = 0.0
    peak_kib: int = 0

    def __contains__(self, section: str) -> bool:
        return "value" in self.sections.get(section, {})

    def __getitem__(self, section: str) -> Any:
        """Return the value of a section.

        Raises:
            MissingSection: the child raised there, or never got that far.
            UnknownSection: the child did all that it was asked to do, and sent no such section.
        """
        sent = self.sections.get(section)
        if sent is None:
            if self.ending is Ending.FINISHED:
                failed = next((name for name in NEEDED if self.error(name)), None)
                if failed is not None:
                    return self[failed]
                raise UnknownSection(section, self.sections)
            message = f"the child {self.detail} during {self.during!r}"
            raise MissingSection(message, section=section, ending=self.ending, log=self.log)
        if "error" in sent:
            error = sent["error"]
            if error["type"] == "MemoryError":
                message = f"the child {self.detail} in {section!r}"
                raise MissingSection(message, section=section, ending=Ending.OUT_OF_MEMORY, log=self.log)
            raise MissingSection(f"{error['type']}: {error['message']}", section=section, error=error)
        return sent["value"]

    def get(self, section: str, default: Any) -> Any:
        """Return the value of a section, or the default if there is none."""
        return self.sections.get(section, {}).get("value", default)

    def error(self, section: str) -> Mapping[str, Any] | None:
        """Return the exception that the child raised in a section; None if it raised none."""
        return self.sections.get(section, {}).get("error")

    def warnings(self, step: str) -> tuple[StepWarning, ...]:
        """Return what was warned of while the child saved or loaded."""
        return tuple(from_plain(StepWarning, each) for each in self.sections.get(step, {}).get("warnings", ()))

    def seconds(self) -> dict[str, float]:
        """Return CPU seconds by section."""
        return {name: sent.get("cpu", 0.0) for name, sent in self.sections.items()}

    def without(self, folder: re.Pattern[str]) -> Response:
        """Return the response with `/run` in place of whatever the pattern matches, in every text."""

        def replaced(value: Any) -> Any:
            if isinstance(value, str):
                return folder.sub("/run", value)
            if isinstance(value, dict):
                return {key: replaced(part) for key, part in value.items()}
            return type(value)(map(replaced, value)) if isinstance(value, (list, tuple)) else value

        return dataclasses.replace(
            self, sections=replaced(self.sections), detail=replaced(self.detail), log=replaced(self.log)
        )

    @property
    def is_without_error(self) -> bool:
        """True if the child did all that it was asked to do, and nothing raised."""
        return self.ending is Ending.FINISHED and not any("error" in sent for sent in self.sections.values())

    def without_costs(self) -> Response:
        """Return the response of a child that cost this run nothing."""
        sections = {
            name: {key: value for key, value in sent.items() if key not in ("wall", "cpu")}
            for name, sent in self.sections.items()
        }
        return dataclasses.replace(self, sections=sections, wall=0.0, cpu=0.0, peak_kib=0)

    def settled(self) -> Response:
        """Return the response as any other run would have it: without costs, and with sorted dicts."""
        free = self.without_costs()
        return dataclasses.replace(free, sections=_sorted(free.sections))

    def encode(self) -> bytes:
        """Return all of it as one frame of the wire."""
        fields = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        return wire.encode({**fields, "ending": self.ending.value})

    @classmethod
    def decode(cls, frame: bytes) -> Response:
        """Return the response in a frame that `encode` made."""
        fields = wire.decode(frame)
        return cls(**{**fields, "ending": Ending(fields["ending"])})


def _sorted(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _sorted(value[key]) for key in sorted(value, key=str)}
    return type(value)(map(_sorted, value)) if isinstance(value, (list, tuple)) else value
