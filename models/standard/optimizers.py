"""Every optimizer that Keras has, with the slots that training leaves.  [beside TensorFlow]

Plain Adam is in `batch_norm_trained`.
"""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from .. import Tensor, case

keras = tf.keras

FEATURES = Tensor((None, 3))
TRAINED = ("sequential", "compiled", "trained", "slots", "only_trains")


def regression(optimizer):
    """Return a small model that was trained for three steps."""
    model = keras.Sequential(
        [
            keras.Input((3,)),
            keras.layers.Dense(4, activation="tanh", name="hidden"),
            keras.layers.Dense(2, name="answer"),
        ]
    )
    model.compile(optimizer=optimizer, loss=keras.losses.MeanSquaredError())
    examples = np.linspace(-1, 1, 36, dtype="float32").reshape(12, 3)
    targets = np.stack([examples.sum(axis=1), examples[:, 0] - examples[:, 2] ** 2], axis=1)
    model.fit(examples, targets, batch_size=4, shuffle=False, verbose=0)
    return model


@case(inputs=FEATURES, traits=TRAINED)
def adamw_excluded():
    """Three slots for each variable. A call that no config records excludes biases from weight decay."""
    optimizer = keras.optimizers.AdamW(0.02, weight_decay=0.3, beta_1=0.8, beta_2=0.95, epsilon=1e-4, amsgrad=True)
    optimizer.exclude_from_weight_decay(var_names=["bias"])
    return regression(optimizer)


@case(inputs=FEATURES, traits=TRAINED)
def rmsprop_cyclic():
    """Centered, with momentum, so it has three kinds of slots. The learning rate falls and restarts."""
    rate = keras.optimizers.schedules.PolynomialDecay(
        0.05, decay_steps=2, end_learning_rate=0.01, power=2.0, cycle=True
    )
    return regression(keras.optimizers.RMSprop(rate, rho=0.8, momentum=0.5, epsilon=1e-3, centered=True))


@case(inputs=FEATURES, traits=TRAINED)
def averaged_weights():
    """The optimizer holds a second copy of every weight, its moving average, which sometimes replaces the weight."""
    return regression(
        keras.optimizers.SGD(0.1, momentum=0.6, use_ema=True, ema_momentum=0.7, ema_overwrite_frequency=3)
    )


@case(inputs=FEATURES, traits=TRAINED)
def scaled_loss():
    """A schedule in an optimizer in an optimizer. The loss scale has grown during training."""
    rate = keras.optimizers.schedules.InverseTimeDecay(0.1, decay_steps=2, decay_rate=0.5, staircase=True)
    holder = keras.optimizers if hasattr(keras.optimizers, "LossScaleOptimizer") else keras.mixed_precision
    inner = keras.optimizers.SGD(rate, momentum=0.7)
    return regression(holder.LossScaleOptimizer(inner, initial_scale=64.0, dynamic_growth_steps=2))


@case(inputs=FEATURES, traits=TRAINED)
def adadelta_clipped():
    """Two averages for each variable that start at zero, and gradients that are clipped by value."""
    return regression(keras.optimizers.Adadelta(0.9, rho=0.8, epsilon=1e-3, clipvalue=0.4))


@case(inputs=FEATURES, traits=TRAINED)
def adafactor_factored():
    """Averages of rows and of columns: slots whose shape is not their variable's, or is empty."""
    return regression(
        keras.optimizers.Adafactor(0.3, beta_2_decay=-0.6, epsilon_2=0.01, clip_threshold=0.7, relative_step=False)
    )


@case(inputs=FEATURES, traits=TRAINED)
def adagrad_accumulated():
    """An accumulator that does not start at zero. Created again instead of loaded, its value looks plausible."""
    return regression(keras.optimizers.Adagrad(0.3, initial_accumulator_value=0.5, epsilon=1e-4, clipnorm=0.6))


@case(inputs=FEATURES, traits=TRAINED)
def adamax_clipped():
    """The largest gradient so far in place of an average, and gradients that are clipped by their global norm."""
    return regression(keras.optimizers.Adamax(0.05, beta_1=0.8, beta_2=0.9, epsilon=1e-4, global_clipnorm=0.6))


@case(inputs=FEATURES, traits=TRAINED)
def ftrl_regularized():
    """An optimizer with penalties of its own, whose two slots start at different numbers."""
    return regression(
        keras.optimizers.Ftrl(
            0.2,
            learning_rate_power=-0.6,
            initial_accumulator_value=0.3,
            l1_regularization_strength=0.01,
            l2_regularization_strength=0.02,
            l2_shrinkage_regularization_strength=0.03,
            beta=0.1,
        )
    )


@case(inputs=FEATURES, traits=TRAINED, offered={"keras": ">=3.5"})
def lamb_by_layer():
    """Two slots, and steps scaled by the norm of each variable. Only Keras 3 has it."""
    return regression(keras.optimizers.Lamb(0.05, beta_1=0.8, beta_2=0.9, epsilon=1e-4))


@case(inputs=FEATURES, traits=TRAINED, offered={"keras": ">=2.13"})
def lion_decayed():
    """The sign of a momentum decides the step, so a slightly wrong slot shows late or never."""
    return regression(keras.optimizers.Lion(0.02, beta_1=0.7, beta_2=0.9, weight_decay=0.1))


@case(inputs=FEATURES, traits=TRAINED, offered={"keras": ">=3.10"})
def muon_and_adam():
    """One rule for matrices and a second one for biases and for what a name excludes, each with its own slots."""
    return regression(
        keras.optimizers.Muon(0.05, adam_beta_1=0.8, momentum=0.8, ns_steps=3, exclude_layers=["answer"])
    )


@case(inputs=FEATURES, traits=TRAINED)
def nadam_product():
    """A running product over all steps: a state of the optimizer that is not a variable's slot."""
    return regression(keras.optimizers.Nadam(0.05, beta_1=0.8, beta_2=0.9, epsilon=1e-4))


@case(inputs=FEATURES, traits=TRAINED, offered={"keras": ">=3.3"})
def gradients_accumulated():
    """Each step waits for two batches, and the model is saved between two steps. Gathered gradients are state too."""
    return regression(keras.optimizers.SGD(0.2, momentum=0.6, gradient_accumulation_steps=2))


@case(inputs=FEATURES, traits=TRAINED, offered={"keras": ">=3.14"})
def schedule_free():
    """The kept weights differ from the trained ones, and a sum over all steps decides how they are averaged."""
    return regression(keras.optimizers.ScheduleFreeAdamW(0.05, beta_1=0.8, warmup_steps=2, weight_decay=0.1))


@case(inputs=FEATURES, traits=TRAINED, offered={"keras": ">=3.15"})
def optimizers_by_layer():
    """Two optimizers in one; patterns assign variables to them. Their slots must not be swapped."""
    optimizers = keras.optimizers.OptimizerMap(default_optimizer=keras.optimizers.Adam(0.05, beta_1=0.8))
    optimizers[".*hidden/.*"] = keras.optimizers.SGD(0.2, momentum=0.6)
    return regression(keras.optimizers.MultiOptimizer(optimizers))
