"""Training data, and the reason if a user's model cannot be trained.  [both sides]"""

from __future__ import annotations

import dataclasses
from typing import Any, Optional

from .structures import leaves
from .wire import count_rows

# The steps at which the learning rates of a schedule are compared.
STEPS_OF_SCHEDULES = (0, 1, 10, 100, 1_000, 10_000, 1_000_000)


@dataclasses.dataclass(frozen=True)
class TrainingData:
    """The data on which a model is trained and evaluated: arrays, in the structures that `fit` takes.

    Args:
        targets, weights: None if `fit` is given no targets, and no weights of samples.
        like_outputs: targets are made in the shapes of the model's answers, where the model is.
        is_given: a user's function returns it.
        evaluates: False if the original cannot be evaluated, and only be trained.
    """

    features: Any
    targets: Any = None
    weights: Any = None
    batch_size: int = 4
    like_outputs: bool = False
    is_given: bool = False
    evaluates: bool = True

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return next((count_rows(leaf) or 0 for leaf in leaves(self.features)), 0)


@dataclasses.dataclass(frozen=True)
class TriedTraining:
    """The data on which a user's model can be trained; or why it cannot be compared after training."""

    data: Optional[TrainingData]
    reason: Optional[str] = None
