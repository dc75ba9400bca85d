"""Builds a user's Keras model that has no variables until it is called.  [beside TensorFlow]"""

from __future__ import annotations

from typing import Any

import tensorflow as tf

from ..beside_tensorflow import asking
from ..both_sides.tensors import InputStructure
from .mine_given import check_given, numbers_as_arrays
from .mine_keras import in_order, keras_inputs, signature_of_keras
from .mine_signatures import Signatures
from .mine_tried import lively_inputs


def is_unbuilt(model: Any) -> bool:
    """Return whether it is a Keras model that has no variables until it is called."""
    return isinstance(model, tf.keras.Model) and not model.built


def call_first(model: Any, name: str, own_inputs: Any, signatures: Signatures) -> None:
    """Call the model as its users do before they load weights into it: with their first input, or with one drawn.

    Args:
        name: of the user's function.

    Raises:
        ValueError: nothing says what the model takes.
    """
    if own_inputs:
        check_given(own_inputs, f"{name}_inputs()")
        model(in_order(numbers_as_arrays(own_inputs[0]), model))
        return
    signature = signature_of_keras(model, signatures, f"{name}_signature()")
    drawn = lively_inputs(InputStructure.of(keras_inputs(model, name, None, signature)), 1.0)
    model(asking.to_tensors(drawn))
