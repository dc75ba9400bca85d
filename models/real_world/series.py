"""Series over time: forecasts with states, and with convolutions.  [beside TensorFlow]"""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from .. import Tensor, case

keras = tf.keras


@case(inputs=Tensor((2, 6, 2), batched=False), traits=("sequential", "recurrent", "stateful"))
def stateful_forecaster():
    """A series in pieces: a stateful layer continues where the last piece ended, and one reads it from both ends."""
    return keras.Sequential(
        [
            keras.layers.InputLayer((6, 2), batch_size=2),
            keras.layers.LSTM(4, stateful=True, return_sequences=True),
            keras.layers.Bidirectional(keras.layers.GRU(3), merge_mode="sum"),
            keras.layers.Dense(3),
        ]
    )


QUANTILES = (0.1, 0.5, 0.9)


def quantile_loss(y_true, y_pred):
    """Return the pinball loss: too high and too low cost differently for each quantile."""
    error = y_true - y_pred
    return tf.reduce_mean(tf.maximum(tf.constant(QUANTILES) * error, (tf.constant(QUANTILES) - 1.0) * error), axis=-1)


@case(
    inputs=Tensor((None, 8, 2), tame=True),
    traits=("functional", "preprocessing", "adapted", "compiled", "trained", "slots"),
    training_objects={"quantile_loss": quantile_loss},
)
def quantile_forecaster():
    """Causal convolutions with growing gaps, gated, whose sums forecast quantiles. The loss is a plain function."""
    layers = keras.layers
    past = np.sin(np.arange(8 * 8 * 2, dtype="float32") * 0.3).reshape(8, 8, 2) * 5.0 + 2.0
    scale = layers.Normalization(name="scale")
    scale.adapt(past)
    series = keras.Input((8, 2), name="series")
    x, skipped = layers.Conv1D(4, 1, name="entry")(scale(series)), []
    for gap in (1, 3):
        filtered = layers.Conv1D(4, 2, dilation_rate=gap, padding="causal", activation="tanh", name=f"wave_{gap}")(x)
        gate = layers.Conv1D(4, 2, dilation_rate=gap, padding="causal", activation="sigmoid", name=f"gate_{gap}")(x)
        skipped.append(layers.Multiply()([filtered, gate]))
        x = layers.Add()([x, skipped[-1]])
    last = layers.Cropping1D((7, 0))(layers.LayerNormalization()(layers.Add()(skipped)))
    answer = layers.Dense(len(QUANTILES), name="quantiles")(layers.Flatten()(last))
    model = keras.Model(series, answer, name="forecaster")
    rate = keras.optimizers.schedules.CosineDecay(0.05, decay_steps=10)
    model.compile(optimizer=keras.optimizers.Adam(rate, clipnorm=1.0), loss=quantile_loss, metrics=["mae"])
    model.fit(past, np.repeat(past[:, -1, :1], 3, axis=1), batch_size=4, shuffle=False, verbose=0)
    return model
