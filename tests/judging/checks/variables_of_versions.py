"""Checks the variables of a model where another version of Keras has more or fewer of them."""

from __future__ import annotations

import dataclasses
from typing import Any

from tests.judging.checks.variables import Variable, check_in_order, paths, without_seed_states
from tests.judging.comparison import compare
from tests.judging.requirement import Shortfall
from tests.judging.seen import Seen

MORE_OR_FEWER = "more or fewer variables"


@dataclasses.dataclass(frozen=True)
class Parts:
    """The variables of a model without its random generators: those that are trained, and the others."""

    trained: list[Variable]
    others: list[Variable]

    @classmethod
    def of(cls, response: Any) -> Parts:
        """Return the parts of the model that a child has looked at."""
        flags = zip(response["weights"], response["architecture"]["trainable"], strict=True)
        by_flag: dict[bool, list[Variable]] = {True: [], False: []}
        for variable, is_trained in flags:
            by_flag[is_trained].append(variable)
        return cls(by_flag[True], without_seed_states(by_flag[False]))


def check_over_pairs(seen: Seen, expected: Parts, loaded: Parts) -> None:
    """Check the variables of models of two versions, of which one has more variables than the other.

    Those that are trained have to be the same. Of the others, the fewer have to be among the more, in order.
    """
    check_in_order(seen, "{}", MORE_OR_FEWER, expected.trained, loaded.trained)
    fewer, more = sorted((expected.others, loaded.others), key=len)
    remaining = iter(more)
    if not all(any(compare(value, other).equal for _, other in remaining) for _, value in fewer):
        raise Shortfall(MORE_OR_FEWER, expected=paths(expected.others), seen=paths(loaded.others))
    seen.facts["other_variables"] = {"expected": paths(expected.others), "seen": paths(loaded.others)}
