"""Losses and metrics with arguments that are not the defaults.  [beside TensorFlow]"""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from .. import Tensor, case

keras = tf.keras


@case(inputs=Tensor((None, 3)), traits=("functional", "compiled", "trained", "only_trains"))
def several_losses():
    """A loss, a weight and metrics for each output, by name. If they are swapped, training continues differently."""
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
    model.fit(features, targets, batch_size=4, shuffle=False, verbose=0)
    return model


@case(inputs=Tensor((None, 3)), traits=("sequential", "compiled", "trained", "only_trains"))
def metrics_with_arguments():
    """Metrics with classes, thresholds and curves of their own, two of them weighted."""
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
    model.fit(features, targets, batch_size=4, shuffle=False, verbose=0)
    return model


@case(
    inputs=Tensor((None, 3)),
    traits=("functional", "compiled", "trained", "only_trains"),
    offered={"keras": ">=3.9"},
)
def losses_of_overlap():
    """Losses whose arguments set weights and axes: numbers that are only in a compile config."""
    given = keras.Input((3,), name="given")
    hidden = keras.layers.Dense(4, activation="tanh", name="hidden")(given)
    names = ("weighed", "shared", "focused", "apart")
    outputs = {name: keras.layers.Dense(2, activation="softmax", name=name)(hidden) for name in names}
    model = keras.Model(given, outputs)
    losses = keras.losses
    model.compile(
        optimizer=keras.optimizers.SGD(0.1),
        loss={
            "weighed": losses.Tversky(alpha=0.3, beta=0.6, axis=(1,)),
            "shared": losses.Dice(axis=(1,)),
            "focused": losses.CategoricalFocalCrossentropy(alpha=0.4, gamma=1.5, label_smoothing=0.1),
            "apart": losses.KLDivergence(reduction="sum"),
        },
    )
    features = np.linspace(-1, 1, 36, dtype="float32").reshape(12, 3)
    kinds = np.eye(2, dtype="float32")[np.arange(12) % 2]
    model.fit(features, dict.fromkeys(names, kinds), batch_size=4, shuffle=False, verbose=0)
    return model


@case(
    inputs=Tensor((None, 3)),
    traits=("sequential", "compiled", "trained", "only_trains"),
    offered={"keras": ">=2.14,!=3.3.*"},  # 2.13 cannot reset R2Score, 3.3 cannot trace metrics at a point
)
def metrics_at_a_point():
    """Metrics at a point of a curve, of one class or of a mean over classes, with thresholds other than 0.5."""
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(4, activation="sigmoid")])
    metrics = keras.metrics
    model.compile(
        optimizer=keras.optimizers.SGD(0.2),
        loss=keras.losses.Poisson(),
        metrics=[
            metrics.F1Score(average="macro", threshold=0.4, name="balanced"),
            metrics.FBetaScore(average="weighted", beta=2.0, threshold=0.45, name="leaning"),
            metrics.R2Score(class_aggregation="variance_weighted_average", name="explained"),
            metrics.Recall(top_k=2, class_id=1, name="found"),
            metrics.PrecisionAtRecall(0.4, num_thresholds=9, name="precise"),
            metrics.RecallAtPrecision(0.3, num_thresholds=8, class_id=3, name="recalled"),
            metrics.SensitivityAtSpecificity(0.5, num_thresholds=7, name="sensitive"),
            metrics.SpecificityAtSensitivity(0.6, num_thresholds=6, name="specific"),
            metrics.FalsePositives(thresholds=[0.3, 0.6], name="false"),
        ],
    )
    features = np.linspace(-1, 1, 36, dtype="float32").reshape(12, 3)
    targets = np.eye(4, dtype="float32")[np.arange(12) % 4]
    model.fit(features, targets, batch_size=4, shuffle=False, verbose=0)
    return model


@case(
    inputs=Tensor((None, 3)),
    targets={"kind": Tensor((None,), "int32", high=2), "size": Tensor((None, 2))},
    traits=("functional", "compiled", "trained", "only_trains"),
)
def targets_by_name():
    """Outputs in a list, losses and targets by name, one of them labels. Only names say what belongs together."""
    given = keras.Input((3,), name="given")
    hidden = keras.layers.Dense(4, activation="tanh", name="hidden")(given)
    outputs = [
        keras.layers.Dense(2, name="size")(hidden),
        keras.layers.Dense(3, activation="softmax", name="kind")(hidden),
    ]
    model = keras.Model(given, outputs)
    model.compile(
        optimizer=keras.optimizers.SGD(0.1),
        loss={"kind": keras.losses.SparseCategoricalCrossentropy(), "size": keras.losses.MeanSquaredError()},
    )
    features = np.linspace(-1, 1, 36, dtype="float32").reshape(12, 3)
    targets = {"kind": np.arange(12) % 3, "size": features[:, :2] * 2}
    model.fit(features, targets, batch_size=4, shuffle=False, verbose=0)
    return model
