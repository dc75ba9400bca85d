"""Finds data on which a user's compiled model can be trained: the user's own, or targets made for its losses.

[beside TensorFlow]
"""

from __future__ import annotations

import dataclasses
from typing import Any, Dict, Iterator, List, Optional, Sequence, Tuple

import numpy as np
import tensorflow as tf

from ..beside_tensorflow import asking, training
from ..beside_tensorflow.optimizers import variables_of_optimizer
from ..both_sides.cases import CaseInfo
from ..both_sides.structures import leaves
from ..both_sides.training_data import TrainingData, TriedTraining
from ..both_sides.wire import count_rows, take
from .mine import beside, case_as_described, returned_beside
from .mine_given import cast, numbers_as_arrays, on_wire
from .mine_inputs import declared_batch, mapped
from .mine_keras import in_order
from .mine_state import is_changed
from .mine_targets import targets_for

# How many rows are trained on, if batches of any size will do, and how many are in a batch.
ROWS, BATCH = 8, 4
LONGEST_REASON = 200


class Raises(Exception):
    """A model that cannot be trained on some data; the message says what it raises, in one line."""


@dataclasses.dataclass(frozen=True)
class Trial:
    """A user's compiled model, which is trained to see what happens. It is of no further use.

    Args:
        given: the user's data, on which it was trained; None if there is none.
    """

    info: CaseInfo
    model: Any
    given: Optional[TrainingData]

    def result(self, features: Sequence[Any]) -> TriedTraining:
        """Return the data on which the model can be trained and repeats itself, or why there is none.

        Args:
            features: inputs for which targets are made, if the user gives no data.
        """
        if self.given is not None:
            data, failure = self.given, self.why_vacuous(self.given)
        else:
            found, failure = self.first_usable(features)
            data = found or TrainingData(None)
        if failure is None and not self.repeats(data):
            failure = (
                "trained twice from the same state, it ends with other weights, so there is nothing to compare with: "
                "what it draws, or what it keeps from step to step, is in no variable of the model"
            )
        return TriedTraining(None, failure) if failure else TriedTraining(self.as_evaluated(data))

    def first_usable(self, features: Sequence[Any]) -> Tuple[Optional[TrainingData], Optional[str]]:
        """Return made data on which the model can be trained, or why the first that was tried is not usable."""
        first = None
        for data in made_data(self.model, features):
            failure = data if isinstance(data, str) else self.why_unusable(data)
            if failure is None:
                return data, None
            first = first or failure
        return None, f"{first}: put {where(self.info)}, which returns features and targets, beside its function"

    def why_unusable(self, data: TrainingData) -> Optional[str]:
        """Return why training on made data raises, or gives nothing to compare; None if it does neither."""
        try:
            self.train(data)
        except Raises as error:
            return f"training it on targets that were made raises {error}"
        return self.why_vacuous(data)

    def why_vacuous(self, data: TrainingData) -> Optional[str]:
        """Return why the trained model gives nothing to compare; None if it does."""
        if all(map(is_finite, self.state().values())):
            return None
        of_whom = f"what {where(self.info)} returns" if data.is_given else "targets that were made"
        return f"training it on {of_whom} leaves weights that are not finite"

    def train(self, data: TrainingData) -> None:
        """Train the model.

        Raises:
            Raises: it cannot be trained on that.
        """
        try:
            with asking.functions_run(eagerly=True):
                training.resume(self.model, training.arguments(self.model, data))
        except Exception as error:  # the user's own code runs here
            raise Raises(in_one_line(error)) from None

    def repeats(self, data: TrainingData) -> bool:
        """Return whether two trainings from the same state end alike. The optimizer has made its variables before."""
        kept = self.state()
        self.train(data)
        once = self.state()
        for variable in self.variables():
            if id(variable) in kept:
                variable.assign(kept[id(variable)])
        self.train(data)
        again = self.state()
        return once.keys() == again.keys() and not any(is_changed(once[each], again[each]) for each in once)

    def as_evaluated(self, data: TrainingData) -> TrainingData:
        """Return the data, with whether the model can be evaluated on it."""
        try:
            with asking.functions_run(eagerly=True):
                training.evaluated(self.model, training.arguments(self.model, data))
        except Exception:  # a train_step without a test_step, for example
            return dataclasses.replace(data, evaluates=False)
        return data

    def variables(self) -> List[Any]:
        """Return all variables that training can change."""
        return [*asking.state_of(self.model), *variables_of_optimizer(self.model.optimizer)]

    def state(self) -> Dict[int, np.ndarray]:
        """Return copies of their values."""
        return {id(variable): np.array(variable) for variable in self.variables()}


def begun(info: CaseInfo) -> Trial:
    """Return the model, trained on the data that stands beside the user's function, if there is any.

    Raises:
        ValueError: the data is something else than `fit` takes, or the model cannot be trained on it.
    """
    assert info.brought is not None
    if beside(info.brought, "training_data") is None:
        return Trial(info, case_as_described(info).build(), None)
    try:
        returned = returned_beside(info.brought, "training_data")
    except Exception as error:  # the user's own code runs here
        raise ValueError(f"{where(info)} raises {in_one_line(error)}") from None
    if not isinstance(returned, tuple) or len(returned) not in (2, 3):
        parts = f"a tuple of {len(returned)}" if isinstance(returned, tuple) else f"a {type(returned).__name__}"
        raise ValueError(
            f"{where(info)} has to return a tuple of features and targets, and of sample weights if there are any, "
            f"and returns {'None' if returned is None else parts}"
        )
    model = case_as_described(info).build()
    data = given_data(info, model, *returned)
    trial = Trial(info, model, data)
    try:
        trial.train(data)
    except Raises as error:
        raise ValueError(f"training on what {where(info)} returns raises {error}") from None
    return trial


def given_data(info: CaseInfo, model: Any, features: Any, targets: Any, weights: Any = None) -> TrainingData:
    """Return the first rows of the user's data as arrays.

    Raises:
        ValueError: they are no arrays, have different numbers of rows, or fewer than the model takes.
    """
    arrays = {
        "features": cast(as_arrays(info, in_order(numbers_as_arrays(features), model)), structure_of(info)),
        "targets": as_arrays(info, numbers_as_arrays(targets)),
        "sample weights": as_arrays(info, numbers_as_arrays(weights)),
    }
    counts = {name: {count_rows(leaf) or 0 for leaf in leaves(part)} for name, part in arrays.items()}
    found = set().union(*counts.values())
    if len(found) != 1 or not counts["features"]:
        said = ", ".join(f"{name} of {number}" for name, part in counts.items() for number in sorted(part))
        raise ValueError(f"{where(info)} returns {said or 'no'} rows: all have to have the same number of rows")
    (rows,), size = found, declared_batch(model)
    if rows < (size or 1):
        raise ValueError(f"{where(info)} returns {rows} rows: the model takes batches of {size or 'at least 1'}")
    first = range(in_batches(rows, size))
    cut = [mapped(part, lambda leaf: None if leaf is None else take(leaf, first)) for part in arrays.values()]
    return TrainingData(cut[0], cut[1], cut[2], batch_size=size or BATCH, is_given=True)


def as_arrays(info: CaseInfo, value: Any) -> Any:
    """Return values as arrays, with floats of the size that Keras makes of them.

    Raises:
        ValueError: something is no array.
    """
    try:
        arrays = mapped(value, on_wire)
    except ValueError as error:
        raise ValueError(f"{where(info)}: {error}") from None
    default = np.dtype(tf.keras.backend.floatx()) if tf.keras.backend.floatx() != "bfloat16" else np.dtype("float32")
    return mapped(arrays, lambda leaf: leaf.astype(default) if getattr(leaf, "dtype", None) == "float64" else leaf)


def made_data(model: Any, features: Sequence[Any]) -> Iterator[Any]:
    """Yield data with made targets, the most likely first; or a text if the model does not answer the features."""
    size = declared_batch(model)
    for value in features:
        counts = {count_rows(leaf) or 0 for leaf in leaves(value)}
        if len(counts) != 1 or 0 in counts:
            continue
        rows = np.arange(in_batches(ROWS, size)) % counts.pop()
        some = mapped(value, lambda leaf, rows=rows: None if leaf is None else take(leaf, rows))
        try:
            answers = asking.to_tensors(asking.to_wire(model(asking.to_tensors(some), training=False)))
        except Exception as error:  # the user's own code runs here
            yield f"to make targets, it was asked, and raises {in_one_line(error)}"
            continue
        for targets in targets_for(model, answers):
            yield TrainingData(some, targets, batch_size=size or BATCH)


def in_batches(rows: int, size: Optional[int]) -> int:
    """Return how many rows to train on: a few, in whole batches if the model takes one size alone."""
    return min(rows, ROWS) if size is None else max(1, min(rows, ROWS) // size) * size


def structure_of(info: CaseInfo) -> Any:
    """Return the inputs of the model as they are declared."""
    return info.endpoints["call"].as_declared()


def where(info: CaseInfo) -> str:
    """Return the name of the user's function that returns training data, for messages."""
    function = (info.brought.function if info.brought else None) or f":{info.name}"
    return f"{function.partition(':')[2]}_training_data()"


def is_finite(array: np.ndarray) -> bool:
    """Return whether an array holds nothing but finite numbers, or no numbers."""
    return array.dtype.kind not in "fc" or bool(np.isfinite(array).all())


def in_one_line(error: Exception) -> str:
    """Return what was raised, in one line."""
    text = " ".join(f"{type(error).__name__}: {error}".split())
    return text if len(text) <= LONGEST_REASON else text[: LONGEST_REASON - 1] + "…"
