"""Loaders under a MirroredStrategy that treat its replicas differently.  [beside TensorFlow]"""

from __future__ import annotations

import tensorflow as tf

from ..beside_tensorflow.replicas import copies_of, mirrored
from ..selftest.beside_tensorflow.planting import rebuilds_mirrored

PLANTED = [
    {
        "route": "keras_archive:forgets_a_copy",
        "instead_of": "keras_archive:load_model_mirrored",
        "case": "standard.two_replicas",
        "caught_by": {
            "weights": "more or fewer variables",
            "resumed_training": "after training, variables are more or fewer|gives other values",
        },
    },
    {
        "route": "keras_archive:hears_one_replica",
        "instead_of": "keras_archive:load_model_mirrored",
        "case": "standard.two_replicas",
        "caught_by": {"resumed_training": "after training, .* differs in its values"},
    },
]


@rebuilds_mirrored
def forgets_a_copy(path):
    # The second copy of a variable keeps another value.
    with mirrored().scope():
        model = tf.keras.models.load_model(path)
    second = copies_of(model.variables[0])[1]
    second.assign(tf.zeros_like(second))
    return model


@rebuilds_mirrored
def hears_one_replica(path):
    # The second replica trains on what the first one sees, so its own part of each batch is lost.
    with mirrored().scope():
        model = tf.keras.models.load_model(path)
    fit = model.fit

    def fit_half(x, y, **arguments):
        seen = [at for at in range(len(x)) if at % 4 < 2]
        twice = [at for first in seen[::2] for at in (first, first + 1) * 2]
        return fit(x=tf.gather(x, twice), y=tf.gather(y, twice), **arguments)

    model.fit = fit_half
    return model
