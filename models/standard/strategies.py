"""Models that are built with and without `tf.distribute.MirroredStrategy`.  [beside TensorFlow]"""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from ...beside_tensorflow.replicas import make_two_cpus, mirrored
from .. import Tensor, case

keras = tf.keras

FEATURES = Tensor((None, 3))
# Until Keras 3.3, the copies of a variable drift apart while the model is trained, before anything is saved.
TRAINS_TOGETHER = {"keras": "!=3.0.*,!=3.1.*,!=3.2.*,!=3.3.*"}


def small():
    """Return a small model that was not compiled yet."""
    return keras.Sequential(
        [
            keras.Input((3,)),
            keras.layers.Dense(4, activation="tanh"),
            keras.layers.LayerNormalization(),
            keras.layers.Dense(2),
        ]
    )


@case(inputs=FEATURES, traits=("sequential", "tries_strategies"))
def one_replica():
    """A model without a strategy, to be loaded under one. Each variable then has to get its value on every device."""
    make_two_cpus()
    return small()


@case(
    inputs=FEATURES,
    traits=("sequential", "compiled", "trained", "traced", "slots", "tries_strategies"),
    offered=TRAINS_TOGETHER,
)
def two_replicas():
    """A model on two logical CPUs. What is saved has to hold one copy of each variable, and all of its updates."""
    with mirrored().scope():
        model = small()
        model.compile(keras.optimizers.Adam(0.02), keras.losses.MeanSquaredError())
        examples = np.linspace(-1, 1, 36, dtype="float32").reshape(12, 3)
        targets = np.stack([examples.sum(axis=1), examples[:, 0] * examples[:, 1]], axis=1)
        model.fit(examples, targets, batch_size=4, shuffle=False, verbose=0)
    return model
