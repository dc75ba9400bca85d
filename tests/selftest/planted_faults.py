"""Reads which requirements must catch the planted faults.

Each file in `beside_tensorflow/faults/` says so in a list `PLANTED`, beside the code of its faults. pytest never
imports such a file, so it reads the list from the source. A new file is found by itself.
"""

from __future__ import annotations

import ast
import dataclasses
from collections.abc import Mapping
from pathlib import Path

from tests.both_sides.plain import from_plain
from tests.both_sides.routes import Route

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
    """Return all planted faults, in the order of their files."""
    return [from_plain(PlantedFault, fault) for path in FAULTS for fault in _planted_in(path)]


def _planted_in(path: Path) -> list[dict[str, object]]:
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "PLANTED":
            planted: list[dict[str, object]] = ast.literal_eval(node.value)
            return planted
    raise ValueError(f"{path} has no list PLANTED")
