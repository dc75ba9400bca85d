"""What training leaves behind: optimizers with their slots, schedules, losses and metrics.  [beside TensorFlow]"""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from .. import Tensor, case

keras = tf.keras


def regression(optimizer, **options):
    """A small model that has learned for six steps."""
    model = keras.Sequential(
        [
            keras.Input((3,)),
            keras.layers.Dense(4, activation="tanh", name="hidden"),
            keras.layers.Dense(2, name="answer"),
        ]
    )
    model.compile(optimizer=optimizer, loss=keras.losses.MeanSquaredError(), **options)
    given = np.linspace(-1, 1, 36, dtype="float32").reshape(12, 3)
    targets = np.stack([given.sum(axis=1), given[:, 0] - given[:, 2] ** 2], axis=1)
    model.fit(given, targets, batch_size=4, epochs=2, shuffle=False, verbose=0)
    return model


@case(inputs=Tensor((None, 3)), traits=("sequential", "compiled", "trained"))
def adamw_excluded():
    """Three slots a variable, and biases excluded from the decay by a call that no config tells of."""
    optimizer = keras.optimizers.AdamW(0.02, weight_decay=0.3, beta_1=0.8, beta_2=0.95, epsilon=1e-4, amsgrad=True)
    optimizer.exclude_from_weight_decay(var_names=["bias"])
    return regression(optimizer)


@case(inputs=Tensor((None, 3)), traits=("sequential", "compiled", "trained"))
def rmsprop_cyclic():
    """Centered with momentum, so three kinds of slots, and a rate that falls and starts again."""
    rate = keras.optimizers.schedules.PolynomialDecay(
        0.05, decay_steps=4, end_learning_rate=0.01, power=2.0, cycle=True
    )
    return regression(keras.optimizers.RMSprop(rate, rho=0.8, momentum=0.5, epsilon=1e-3, centered=True))


@case(inputs=Tensor((None, 3)), traits=("sequential", "compiled", "trained"))
def averaged_weights():
    """A second copy of every weight in the optimizer, their moving average, that takes their place now and then."""
    return regression(
        keras.optimizers.SGD(0.1, momentum=0.6, use_ema=True, ema_momentum=0.7, ema_overwrite_frequency=4)
    )


@case(inputs=Tensor((None, 3)), traits=("sequential", "compiled", "trained"))
def scaled_loss():
    """A schedule inside an optimizer inside an optimizer, whose scale has grown in training."""
    rate = keras.optimizers.schedules.InverseTimeDecay(0.1, decay_steps=3, decay_rate=0.5, staircase=True)
    holder = keras.optimizers if hasattr(keras.optimizers, "LossScaleOptimizer") else keras.mixed_precision
    inner = keras.optimizers.SGD(rate, momentum=0.7)
    return regression(holder.LossScaleOptimizer(inner, initial_scale=64.0, dynamic_growth_steps=4))


@case(inputs=Tensor((None, 3)), traits=("functional", "compiled", "trained"))
def several_losses():
    """Outputs with a loss, a weight and metrics each, by name: who pairs them in another order trains another way."""
    given = keras.Input((3,), name="given")
    hidden = keras.layers.Dense(4, activation="tanh", name="hidden")(given)
    outputs = {
        "size": keras.layers.Dense(2, name="size")(hidden),
        "kind": keras.layers.Dense(3, name="kind")(hidden),
        "alive": keras.layers.Dense(1, activation="sigmoid", name="alive")(hidden),
    }
    model = keras.Model(given, outputs)
    model.compile(
        optimizer=keras.optimizers.SGD(0.1),
        loss={
            "kind": keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=0.2),
            "size": keras.losses.Huber(delta=0.3),
            "alive": keras.losses.BinaryFocalCrossentropy(apply_class_balancing=True, alpha=0.4, gamma=1.5),
        },
        loss_weights={"kind": 0.5, "size": 2.0, "alive": 0.25},
        metrics={
            "kind": [keras.metrics.TopKCategoricalAccuracy(k=2, name="in_two")],
            "size": [keras.metrics.LogCoshError(name="far"), keras.metrics.RootMeanSquaredError(name="root")],
            "alive": [keras.metrics.BinaryAccuracy(threshold=0.6, name="right")],
        },
    )
    features = np.linspace(-1, 1, 36, dtype="float32").reshape(12, 3)
    targets = {
        "size": features[:, :2] * 2,
        "kind": np.eye(3, dtype="float32")[np.arange(12) % 3],
        "alive": (features[:, :1] > 0).astype("float32"),
    }
    model.fit(features, targets, batch_size=4, epochs=2, shuffle=False, verbose=0)
    return model


@case(inputs=Tensor((None, 3)), traits=("sequential", "compiled", "trained"))
def metrics_with_arguments():
    """Metrics that count in classes, thresholds and curves of their own, two of them weighted."""
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(4, activation="sigmoid")])
    model.compile(
        optimizer=keras.optimizers.SGD(0.2),
        loss=keras.losses.BinaryCrossentropy(label_smoothing=0.1),
        metrics=[
            keras.metrics.AUC(num_thresholds=7, curve="PR", summation_method="minoring", name="area"),
            keras.metrics.OneHotMeanIoU(num_classes=4, name="overlap"),
            keras.metrics.CosineSimilarity(name="angle", axis=0),
        ],
        weighted_metrics=[
            keras.metrics.BinaryIoU(target_class_ids=[1], threshold=0.45, name="overlap_of_one"),
            keras.metrics.Precision(thresholds=0.45, class_id=2, name="precise"),
        ],
    )
    features = np.linspace(-1, 1, 36, dtype="float32").reshape(12, 3)
    targets = np.eye(4, dtype="float32")[np.arange(12) % 4]
    model.fit(features, targets, batch_size=4, epochs=2, shuffle=False, verbose=0)
    return model
