"""Evaluates a compiled model and resumes its training.  [beside TensorFlow]"""

from __future__ import annotations

from typing import Any, Dict, Mapping

import numpy as np
import tensorflow as tf

from ..both_sides.training_data import TrainingData
from . import asking


def arguments(model: Any, data: TrainingData) -> Dict[str, Any]:
    """Return the data as arguments of `fit` and `evaluate`, with tensors; the same every time."""
    features = asking.to_tensors(data.features)
    targets = like_outputs(model, features) if data.like_outputs else asking.to_tensors(data.targets)
    named = {"x": features, "y": targets, "sample_weight": asking.to_tensors(data.weights)}
    return {**{name: part for name, part in named.items() if part is not None}, "batch_size": data.batch_size}


def like_outputs(model: Any, features: Any) -> Any:
    """Return random targets in the shapes of the model's answers."""
    random = np.random.default_rng(7)
    answered = model(features, training=False)
    return tf.nest.map_structure(lambda leaf: tf.constant(random.random(leaf.shape), dtype=leaf.dtype), answered)


def evaluated(model: Any, data: Mapping[str, Any]) -> Dict[str, np.ndarray]:
    """Return the results of `evaluate` by name."""
    results = model.evaluate(**data, verbose=0, return_dict=True)
    return {name: np.asarray(value) for name, value in results.items()}


def resume(model: Any, data: Mapping[str, Any]) -> None:
    """Train the model for two more epochs."""
    model.fit(**data, initial_epoch=2, epochs=4, shuffle=False, verbose=0)
