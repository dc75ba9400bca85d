"""Says where two values differ, and how much."""

from __future__ import annotations

from collections.abc import Sequence

from tests.judging.comparison import LARGEST_ROUNDING, Comparison, Difference
from tests.judging.requirement import Place, Size

# How the levels of a comparison are put together: a lost shape is not a changed value.
KINDS = {"values": "values", "value": "values", "non-finite positions": "values", "dtype": "dtype", "shape": "shape"}


def place_of(where: str, comparison: Comparison) -> Place:
    """Return the place of the first difference of a comparison, in something that `where` names."""
    return places_of(where, comparison)[0]


def places_of(where: str, comparison: Comparison) -> tuple[Place, ...]:
    """Return the places of all leaves that differ, such as `zeros: values of output 1`.

    The first leaf is output 0, and its place does not say so.
    """
    by_leaf: dict[int | None, list[Difference]] = {}
    for difference in comparison.differences:
        by_leaf.setdefault(difference.leaf, []).append(difference)
    return tuple(_place(where, found, f" of output {leaf}" if leaf else "") for leaf, found in by_leaf.items())


def _place(where: str, differences: Sequence[Difference], of_leaf: str = "") -> Place:
    kind = KINDS.get(differences[0].level, "structure")
    if kind != "values":
        return Place(f"{where}: {kind}{of_leaf}")
    is_rounding = all(
        each.level == "values" and each.largest_ulp is not None and each.largest_ulp <= LARGEST_ROUNDING
        for each in differences
    )
    return Place(f"{where}: {kind}{of_leaf}", Size.ROUNDING if is_rounding else Size.WRONG)
