"""All inputs of a case: the battery, what hypothesis draws on top, or what a user gives.

Everything is drawn before anything is judged, once per case.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from tests.both_sides.cases import CaseInfo
from tests.both_sides.structures import leaves
from tests.both_sides.tensors import Input
from tests.both_sides.training_data import TrainingData
from tests.both_sides.wire import elements
from tests.judging.battery import TRAINING, NamedValue, battery, filled
from tests.judging.drawing import draw, drawn

# The largest number in a user's input with which answers of two pairs are compared by value. Squares of larger ones
# overflow.
LARGEST_COMPARED = 1e18
# How often a model that does not repeat its answers is asked the same.
DRAWS = 200


def inputs_of(case: CaseInfo) -> list[Input]:
    """Return all inputs of a case: for each endpoint the battery, then what is drawn."""
    several = len(case.endpoints) > 1
    return repeated(case, [each for endpoint in case.endpoints for each in drawn_for(case, endpoint, several)])


def repeated(case: CaseInfo, inputs: Sequence[Input]) -> list[Input]:
    """Return the inputs to ask; of a model that does not repeat its answers, an ordinary one again and again.

    It is the first of each endpoint that has rows.
    """
    if "unrepeatable" not in case.traits:
        return list(inputs)
    found = []
    for endpoint in case.endpoints:
        ordinary = [each for each in inputs if each.endpoint == endpoint and not each.special]
        filled_ones = [each for each in ordinary if all(elements(leaf).size for leaf in leaves(each.value))]
        for each in (filled_ones or ordinary)[:1]:
            found += [dataclasses.replace(each, name=f"{each.name}/draw-{draw}") for draw in range(1, DRAWS + 1)]
    return found


def drawn_for(case: CaseInfo, endpoint: str, several: bool) -> list[Input]:
    """Return the battery for an endpoint, then what is drawn; of several, names begin with the endpoint's."""
    structure, found = case.endpoints[endpoint], []
    examples = draw(drawn(structure))
    draws = (NamedValue(f"drawn-{i}", False, value) for i, value in enumerate(examples, start=1))
    for each in itertools.chain(battery(structure), draws):
        name = f"{endpoint}/{each.name}" if several else each.name
        largest = max(map(magnitude, map(elements, leaves(each.value))), default=0.0)
        found.append(Input(name, endpoint, each.special, largest, each.value))
    return found


def inputs_given(case: CaseInfo, given: Mapping[str, Mapping[str, Any]]) -> list[Input]:
    """Return the inputs that a user gives, and those made from them; and what is drawn for the other endpoints.

    Args:
        given: by endpoint and name.
    """
    several = len(given) > 1
    found = []
    for endpoint in case.endpoints:
        if endpoint not in given:
            found += drawn_for(case, endpoint, several=True)
            continue
        for given_name, value in given[endpoint].items():
            parts = list(map(elements, leaves(value)))
            largest = max(map(magnitude, parts), default=0.0)
            finite = all(np.isfinite(array).all() for array in parts if array.dtype.kind == "f")
            name = f"{endpoint}/{given_name}" if several else given_name
            found.append(Input(name, endpoint, largest > LARGEST_COMPARED or not finite, largest, value))
    return repeated(case, found)


def training_data_of(case: CaseInfo) -> TrainingData:
    """Return what to train a compiled case on: 12 rows of small numbers, and targets if it declares any."""
    features = filled(case.endpoints["call"], TRAINING)
    if case.targets is None:
        return TrainingData(features, like_outputs=True)
    return TrainingData(features, filled(case.targets, TRAINING))


def magnitude(array: np.ndarray) -> float:
    """Return the largest finite floating-point number in an array, without its sign; 0 if there is none."""
    if array.dtype.kind not in "fc" and "float" not in array.dtype.name:
        return 0.0
    numbers = np.abs(array if array.dtype.kind == "c" else array.astype("float64"))
    finite = numbers[np.isfinite(numbers)]
    return float(finite.max()) if finite.size else 0.0
