"""Finds declarations in files where nobody looks for them, which would otherwise be left out in silence."""

from __future__ import annotations

import re
from pathlib import Path

from tests.both_sides.declarations import WrongDeclaration
from tests.interpreters.agents import ROOT

# Where each kind of declaration is looked for. A star stands for one name.
PLACES = {
    "case": "models/*/*.py",
    "saver": "tests/routes/*.py",
    "loader": "tests/routes/*.py",
    "requirement": "tests/test_*.py",
}
DECLARED = re.compile(rf"^@({'|'.join(PLACES)})\b.*(?:\n.*)*?\ndef (\w+)", re.MULTILINE)
# Planted faults have a folder of their own.
LEFT_OUT = ("tests", "selftest")


def check_places(root: Path = ROOT) -> None:
    """Check that every declaration below `models/` and `tests/` stands where it is found.

    Raises:
        WrongDeclaration: one does not.
    """
    for path in sorted(each for room in ("models", "tests") for each in (root / room).rglob("*.py")):
        file = path.relative_to(root)
        if file.parts[:2] == LEFT_OUT:
            continue
        for kind, function in DECLARED.findall(path.read_text("utf-8", "replace")):
            place = PLACES[kind]
            if len(file.parts) != len(Path(place).parts) or not file.match(place):
                found = place.replace("test_*", f"test_{function}").replace("*/*", "FAMILY/FILE").replace("*", "FILE")
                raise WrongDeclaration(f"{file}: {function}: a {kind} is found only in {found}: move it there")
