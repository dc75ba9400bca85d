"""Reads which requirements must catch the planted faults.

Each file in `beside_tensorflow/faults/` says so in a list `PLANTED`, beside the code of its faults. pytest never
imports such a file, so it reads the list from the source. A new file is found by itself.
"""

from __future__ import annotations

import ast
import dataclasses
from collections.abc import Mapping
from pathlib import Path

from tests.both_sides.declarations import WrongDeclaration, importing, unknown
from tests.both_sides.plain import from_plain
from tests.both_sides.routes import Route
from tests.interpreters.agents import ROOT
from tests.judging.requirement import requirements

FAULTS = tuple(sorted((Path(__file__).parent / "beside_tensorflow" / "faults").glob("*.py")))


@dataclasses.dataclass(frozen=True)
class PlantedFault:
    """A saver or loader that is wrong on purpose.

    Args:
        route: the route with the fault.
        instead_of: the same route without the fault; its known shortfalls do not count.
        caught_by: for each requirement that must catch the fault, a pattern for its message.
    """

    route: Route
    instead_of: Route
    case: str
    caught_by: Mapping[str, str]

    def __str__(self) -> str:
        return f"{self.route}-{self.case}"


def planted_faults() -> list[PlantedFault]:
    """Return all planted faults, in the order of their files.

    Raises:
        WrongDeclaration: a file has no list `PLANTED` of literals, or leaves out a field.
    """
    return [_fault(path, fields) for path in FAULTS for fields in _planted_in(path)]


def _fault(path: Path, fields: dict[str, object]) -> PlantedFault:
    names = {field.name for field in dataclasses.fields(PlantedFault)}
    if set(fields) != names:
        problem = (
            f"an entry of PLANTED has the fields {', '.join(sorted(names))}, and not {', '.join(sorted(fields))}"
        )
        raise WrongDeclaration(f"{path.relative_to(ROOT)}: {problem}")
    fault = from_plain(PlantedFault, fields)
    for name in fault.caught_by:
        if name not in requirements():
            raise WrongDeclaration(f"{path.relative_to(ROOT)}: {unknown('the requirement', name, requirements())}")
    return fault


def _planted_in(path: Path) -> list[dict[str, object]]:
    shown = path.relative_to(ROOT)
    with importing(str(path)):
        module = ast.parse(path.read_text(), str(path))
    for node in module.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "PLANTED":
            try:
                planted: list[dict[str, object]] = ast.literal_eval(node.value)
            except ValueError:
                raise WrongDeclaration(
                    f"{shown}:{node.lineno}: PLANTED has to be a literal: it is not executed"
                ) from None
            return planted
    raise WrongDeclaration(f"{shown}: it has no list PLANTED, which says what has to catch its faults")
