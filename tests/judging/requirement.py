"""What a requirement is: a plain function over evidence, callable without pytest.

A requirement stands in a `test_*.py` of its own, under a decorator that says over what it is judged and where it
does not apply. It returns nothing when what it asks for holds, and raises `Shortfall` when it does not; what
must not hide what comes after it stands in a `with seen.also():`. Facts and errors that it measures it leaves
with what it was given (see `tests/seen.py`).
"""

from __future__ import annotations

import dataclasses
import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

MISMATCH, EXCEPTION, CRASH, TIMEOUT, MEMORY = "mismatch", "exception", "crash", "timeout", "memory"
# What only an upgrade can do to a cell: its contract is another one, or nothing can be judged any more.
CHANGED, LOST = "changed", "lost"
# (case, saver, loader) as they stand in the catalogue; loader is None for requirements over savers.
NotApplicable = Callable[[dict, dict, "dict | None"], "str | None"]


@dataclasses.dataclass
class Shortfall(Exception):
    """One way in which a requirement does not hold.

    Args:
        message: one line: what is wrong.
        expected, seen: what was expected and what was there instead.
        inputs: the names of all inputs that show it.
        symptom: how it shows: one of the constants of this module.
        exception: the name of the exception's class, where the symptom is one.
    """

    message: str
    expected: Any = None
    seen: Any = None
    inputs: list[str] = dataclasses.field(default_factory=list)
    symptom: str = MISMATCH
    exception: str | None = None

    def text(self) -> str:
        """All that is said of it, for patterns to match and people to read."""
        parts = [self.message]
        parts += [f"expected {self.expected}"] if self.expected is not None else []
        parts += [f"seen {self.seen}"] if self.seen is not None else []
        return "\n".join(parts)


class Blocked(Exception):
    """Nothing can be said, since what it stands on failed: `by` is the requirement that did."""

    def __init__(self, by: str, why: str):
        super().__init__(f"{by}: {why}")
        self.by = by


@dataclasses.dataclass(frozen=True)
class Requirement:
    """One thing that must hold. `over` is `savers` or `routes`."""

    name: str
    sentence: str
    check: Callable[[Any], None]
    over: str
    not_applicable: NotApplicable

    def __call__(self, seen: Any) -> None:
        """Check it on what was seen.

        Raises:
            Shortfall: it does not hold.
            Blocked: nothing can be said.
        """
        self.check(seen)


_requirements: dict[str, Requirement] = {}


def requirement(*, over: str, not_applicable: NotApplicable = lambda case, saver, loader: None) -> Callable:
    """Make the function that it decorates a requirement; its docstring's first line is the sentence.

    Args:
        over: `savers` for what is about writing alone, `routes` for what needs a loader too.
        not_applicable: says why a case and route have nothing to do with it; None where they have.
    """
    if over not in ("savers", "routes"):
        raise ValueError(f"a requirement is judged over savers or routes, not over {over!r}")

    def decorate(check: Callable[[Any], None]) -> Requirement:
        sentence = (check.__doc__ or "").strip().partition("\n")[0]
        made = Requirement(check.__name__, sentence, check, over, not_applicable)
        _requirements[made.name] = made
        return made

    return decorate


def requirements() -> dict[str, Requirement]:
    """All requirements by name, in the order in which a report shows them: saves, loads, then by name."""
    for path in sorted(Path(__file__).parents[1].glob("test_*.py")):
        importlib.import_module(f"tests.{path.stem}")
    first = ("saves", "loads")
    order = sorted(_requirements, key=lambda name: (first.index(name) if name in first else len(first), name))
    return {name: _requirements[name] for name in order}
