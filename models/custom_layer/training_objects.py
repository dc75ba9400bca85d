"""Custom losses, metrics, optimizers and schedules, which only training needs.  [beside TensorFlow]"""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from .. import Tensor, case

keras = tf.keras


def fitted(**compiled_with):
    """Return a small model, compiled and fitted for two epochs."""
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1, kernel_initializer="ones")])
    examples = np.linspace(-1, 1, 36, dtype="float32").reshape(12, 3)
    model.compile(**compiled_with)
    model.fit(examples, examples.sum(axis=1, keepdims=True), batch_size=4, shuffle=False, verbose=0)
    return model


class PowerLoss(keras.losses.Loss):
    def __init__(self, power=2.0, name="power_loss", **kwargs):
        super().__init__(name=name, **kwargs)
        self.power = power

    def call(self, y_true, y_pred):
        return tf.reduce_mean(tf.abs(y_true - y_pred) ** self.power, axis=-1)

    def get_config(self):
        return {**super().get_config(), "power": self.power}


@case(
    inputs=Tensor((None, 3), tame=True),
    traits=("sequential", "compiled", "trained"),
    training_objects={"PowerLoss": PowerLoss},
)
def loss_class():
    """An unregistered loss class with an argument, and a reduction that is not the default."""
    return fitted(optimizer=keras.optimizers.SGD(0.01), loss=PowerLoss(power=1.5, reduction="sum"))


def largest_error(y_true, y_pred):
    """Return the largest error of each row: a plain function as a metric."""
    return tf.reduce_max(tf.abs(y_true - y_pred), axis=-1)


@case(
    inputs=Tensor((None, 3), tame=True),
    traits=("sequential", "compiled", "trained"),
    training_objects={"largest_error": largest_error},
)
def metric_function():
    """An unregistered function between two of Keras's metrics. Their order and names must stay."""
    metrics = [
        keras.metrics.MeanAbsoluteError(name="mean"),
        largest_error,
        keras.metrics.MeanSquaredError(name="square"),
    ]
    return fitted(optimizer=keras.optimizers.SGD(0.05), loss=keras.losses.MeanAbsoluteError(), metrics=metrics)


class WarmSGD(keras.optimizers.SGD):
    def __init__(self, learning_rate=0.01, warmth=1.0, name="warm_sgd", **kwargs):
        super().__init__(learning_rate=learning_rate, name=name, **kwargs)
        self.warmth = warmth

    def update_step(self, gradient, variable, *args):
        return super().update_step(gradient * self.warmth, variable, *args)

    def get_config(self):
        return {**super().get_config(), "warmth": self.warmth}


@case(
    inputs=Tensor((None, 3), tame=True),
    traits=("sequential", "compiled", "trained", "slots"),
    training_objects={"WarmSGD": WarmSGD},
)
def optimizer_class():
    """An unregistered optimizer with its own update_step() and argument, and with momentum from training."""
    return fitted(optimizer=WarmSGD(0.02, warmth=0.5, momentum=0.75), loss=keras.losses.MeanSquaredError())


@keras.utils.register_keras_serializable(package="Conformance")
class Sawtooth(keras.optimizers.schedules.LearningRateSchedule):
    def __init__(self, peak, period=3):
        self.peak = peak
        self.period = period

    def __call__(self, step):
        return self.peak * (tf.cast(step % self.period, "float32") + 1.0) / self.period

    def get_config(self):
        return {"peak": self.peak, "period": self.period}


@case(
    inputs=Tensor((None, 3), tame=True),
    traits=("sequential", "compiled", "trained"),
    training_objects={"Conformance>Sawtooth": Sawtooth},
)
def schedule_class():
    """A custom schedule, saved in the middle of its period. The step count decides the next learning rate."""
    return fitted(optimizer=keras.optimizers.SGD(Sawtooth(0.1, period=4)), loss=keras.losses.MeanSquaredError())
