"""The definition of a requirement: a plain function over evidence, callable without pytest.

A requirement has a `test_*.py` of its own, under a decorator that says whether it is judged over savers or over
routes, and where it does not apply. It returns nothing if what it asks for holds, and raises `Shortfall` if not. A
check whose failure must not hide the next one goes into a `with seen.also():` block. Facts and errors that it
measures are kept in `seen` (see `tests/judging/seen.py`).
"""

from __future__ import annotations

import dataclasses
import enum
import functools
import importlib
import inspect
import types
from collections.abc import Callable, Collection
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.both_sides.cases import CaseInfo
from tests.both_sides.declarations import WrongDeclaration, importing, is_same, wrong
from tests.both_sides.routes import LoaderInfo, SaverInfo

if TYPE_CHECKING:
    from tests.judging.seen import Seen

SAVERS, ROUTES = "savers", "routes"
FIRST_IN_REPORTS = ("saves", "loads")
# The requirements that compare answers one by one, and why they do not apply to a model that does not repeat its own.
ABOUT_SINGLE_ANSWERS = ("custom_objects", "gradients", "no_trace", "places", "resaves", "together")
UNREPEATABLE = (
    "the original answers the same input differently each time, so only outputs are compared, over many draws"
)
# Why all others do not apply to an artifact that cannot be loaded in the plainest way.
NO_ORIGINAL = "the original cannot be loaded, so there is nothing to compare with"


# What a place has in place of an input's name if an output is wrong on most inputs.
MOST_INPUTS = "most inputs"


class Symptom(str, enum.Enum):
    """How a shortfall shows. Only an upgrade can cause the last two."""

    MISMATCH = "mismatch"
    EXCEPTION = "exception"
    CRASH = "crash"
    TIMEOUT = "timeout"
    MEMORY = "memory"
    CHANGED = "changed"
    LOST = "lost"


class Size(str, enum.Enum):
    """How much a value is wrong: only in its form, as much as rounding explains, or more."""

    FORM = "form"
    ROUNDING = "rounding"
    WRONG = "wrong"


@dataclasses.dataclass(frozen=True)
class Place:
    """Where in a cell something is wrong, such as `variable 2`, and how much, if it is a value."""

    where: str
    size: Size | None = None

    def on(self, inputs: str) -> Place:
        """Return the same place on other inputs, where it is wrong by more than rounding."""
        return Place(f"{inputs}: {self.where.partition(': ')[2]}", Size.WRONG)


@dataclasses.dataclass(frozen=True)
class Identity:
    """The part of a shortfall that is the same with every pair that has it. Its texts may differ."""

    symptom: Symptom
    place: Place
    exception: str | None = None

    def is_covered_by(self, known: Collection[Identity]) -> bool:
        """Return whether it is among the known ones, or a smaller error where a larger one is known.

        Of an output that is known to be wrong on most inputs, nothing can be new.
        """
        worse = dataclasses.replace(self, place=Place(self.place.where, Size.WRONG))
        on_most = dataclasses.replace(self, place=self.place.on(MOST_INPUTS))
        return self in known or on_most in known or (self.place.size is Size.ROUNDING and worse in known)


@dataclasses.dataclass
class Shortfall(Exception):
    """One way in which a requirement does not hold.

    Args:
        message: what is wrong, in one line. expected, seen: what was expected, and what was there instead. inputs:
        the names of all inputs that show it. exception: the name of the exception's class, if the symptom is an
        exception. places: where it is wrong. Two pairs with the same shortfall have it at the same places, so they
        name variables
            by their number, and no texts that versions write in their own way.
        lost_refusal: what is wrong is that something is accepted, or is refused without a clear reason.
    """

    message: str
    expected: Any = None
    seen: Any = None
    inputs: list[str] = dataclasses.field(default_factory=list)
    symptom: Symptom = Symptom.MISMATCH
    exception: str | None = None
    places: tuple[Place, ...] = ()
    lost_refusal: bool = False

    @property
    def identities(self) -> frozenset[Identity]:
        """Its identity at each of its places. Two shortfalls are the same if these are."""
        return frozenset(
            Identity(self.symptom, place, self.exception) for place in self.places or (Place(self.message),)
        )

    def text(self) -> str:
        """Return the message with what was expected and seen, for patterns to match and people to read."""
        parts = [self.message]
        parts += [f"expected {self.expected}"] if self.expected is not None else []
        parts += [f"seen {self.seen}"] if self.seen is not None else []
        return "\n".join(parts)


class Blocked(Exception):
    """A cell that cannot be judged, because another requirement does not hold: `by` is its name."""

    def __init__(self, by: str, why: str):
        super().__init__(f"{by}: {why}")
        self.by = by


class NothingToJudge(Exception):
    """The model has nothing that the requirement is about, which only the evidence shows."""


def always_applies(case: CaseInfo, saver: SaverInfo, loader: LoaderInfo | None) -> None:
    """Say that the requirement applies everywhere."""


@dataclasses.dataclass(frozen=True)
class Requirement:
    """One thing that must hold, judged `over` savers or routes; `sentence` says it for people."""

    name: str
    sentence: str
    check: Callable[[Seen], None]
    over: str
    not_applicable: Callable[..., str | None]
    within_one_pair: bool = False

    def __call__(self, seen: Seen) -> None:
        """Check it on the evidence.

        Raises:
            Shortfall: it does not hold.
            Blocked: it cannot be judged.
            NothingToJudge: it does not apply.
        """
        self.check(seen)


_requirements: dict[str, Requirement] = {}


def requirement(
    *, over: str, not_applicable: Callable[..., str | None] = always_applies, within_one_pair: bool = False
) -> Callable[[Callable[[Seen], None]], Requirement]:
    """Make a requirement of the function; the first line of its docstring is its sentence.

    Args:
        over: `savers` if it is about saving alone, `routes` if it needs a loader too.
        not_applicable: returns the reason why it does not apply to a case and a route; None if it applies.
        within_one_pair: it says nothing about what one pair saves and another one loads.

    Raises:
        WrongDeclaration: `over` is neither, the function has no docstring, or there is another one of its name.
    """

    def decorate(check: Callable[[Seen], None]) -> Requirement:
        sentence = (inspect.getdoc(check) or "").partition("\n")[0]
        if over not in (SAVERS, ROUTES):
            raise wrong(check, f"over={over!r} is neither 'savers' nor 'routes'")
        if not sentence:
            raise wrong(check, "a requirement needs a docstring that says what must hold")
        made = Requirement(check.__name__, sentence, check, over, not_applicable, within_one_pair)
        declared = _requirements.get(made.name)
        if declared and not is_same(declared.check, check):
            raise wrong(check, f"{declared.check.__module__} already declares a requirement of this name")
        _requirements[made.name] = made
        return made

    return decorate


def tests_of_cells(module: types.ModuleType) -> dict[str, Callable[..., None]]:
    """Return the tests of a module that take a cell, by name."""
    functions = {name: each for name, each in vars(module).items() if inspect.isfunction(each)}
    return {
        name: each
        for name, each in functions.items()
        if name.startswith("test_") and "cell" in inspect.signature(each).parameters
    }


@functools.cache
def requirements() -> dict[str, Requirement]:
    """Return all requirements by name, in the order in which reports show them: saves, loads, then by name.

    Raises:
        WrongDeclaration: a file cannot be imported, or does not hold the one requirement that it is named after.
    """
    for path in sorted(Path(__file__).parents[1].glob("test_*.py")):
        with importing(str(path)):
            module = importlib.import_module(f"tests.{path.stem}")
        name = path.stem.removeprefix("test_")
        declared = [each for each in vars(module).values() if isinstance(each, Requirement)]
        for each in declared:
            if each.check.__module__ == module.__name__ and each.name != name:
                raise wrong(
                    each.check, f"its file is named after it: call it {name}, or the file test_{each.name}.py"
                )
        if name not in _requirements:
            raise WrongDeclaration(f"tests/{path.name}: it declares no requirement: write @requirement(over=...)")
        tests = tests_of_cells(module)
        if path.stem not in tests:
            problem = f"its file has no {path.stem}(cell), so nothing would judge it"
            raise wrong(_requirements[name].check, problem)
        for test in tests:
            if test != path.stem:
                raise wrong(tests[test], f"it would get no cells: only {path.stem}(cell) gets those of this file")
    order = sorted(
        _requirements,
        key=lambda name: (FIRST_IN_REPORTS.index(name) if name in FIRST_IN_REPORTS else len(FIRST_IN_REPORTS), name),
    )
    return {name: _requirements[name] for name in order}
