"""Models that are changed after they were compiled: another rate, a schedule, frozen layers.  [beside TensorFlow]"""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from .. import Tensor, case

keras = tf.keras

FEATURES = Tensor((None, 3))
TRAINED = ("sequential", "compiled", "trained", "slots", "only_trains")
EXAMPLES = np.linspace(-1, 1, 36, dtype="float32").reshape(12, 3)
TARGETS = np.stack([EXAMPLES.sum(axis=1), EXAMPLES[:, 0] * EXAMPLES[:, 1]], axis=1)


def compiled():
    """Return a small model, compiled with a plain learning rate, that was not trained yet."""
    model = keras.Sequential(
        [
            keras.Input((3,)),
            keras.layers.Dense(4, activation="tanh", name="hidden"),
            keras.layers.Dense(2, name="answer"),
        ]
    )
    model.compile(keras.optimizers.Adam(0.02, beta_1=0.8), keras.losses.MeanSquaredError())
    return model


def fit(model):
    """Train the model for three steps."""
    model.fit(EXAMPLES, TARGETS, batch_size=4, shuffle=False, verbose=0)


@case(inputs=FEATURES, traits=TRAINED)
def schedule_set_later():
    """A schedule takes the place of the rate that the optimizer was made with. Its step decides the next rate."""
    model = compiled()
    model.optimizer.learning_rate = keras.optimizers.schedules.ExponentialDecay(0.05, decay_steps=2, decay_rate=0.5)
    fit(model)
    return model


@case(inputs=FEATURES, traits=TRAINED)
def rate_set_later():
    """A rate that is lowered after training, as callbacks do. The one that the model was compiled with is wrong."""
    model = compiled()
    fit(model)
    model.optimizer.learning_rate = 0.003
    return model


@case(inputs=FEATURES, traits=(*TRAINED, "frozen"))
def frozen_later():
    """A layer that is frozen after training. The optimizer holds slots of weights that are not trained any more."""
    model = compiled()
    fit(model)
    model.layers[0].trainable = False
    return model
