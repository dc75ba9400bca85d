"""Says where two values differ, and how much."""

from __future__ import annotations

from tests.judging.comparison import LARGEST_ROUNDING, Comparison
from tests.judging.requirement import Place, Size

# How the levels of a comparison are put together: a lost shape is not a changed value.
KINDS = {"values": "values", "value": "values", "non-finite positions": "values", "dtype": "dtype", "shape": "shape"}


def place_of(where: str, comparison: Comparison) -> Place:
    """Return the place of the first difference of a comparison, in something that `where` names."""
    kind = KINDS.get(comparison.differences[0].level, "structure")
    if kind != "values":
        return Place(f"{where}: {kind}")
    largest = comparison.largest_ulp
    is_rounding = comparison.only_values_differ and largest is not None and largest <= LARGEST_ROUNDING
    return Place(f"{where}: {kind}", Size.ROUNDING if is_rounding else Size.WRONG)
