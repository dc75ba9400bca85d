"""Layers of many kinds with arguments that are not the defaults.  [beside TensorFlow]"""

from __future__ import annotations

import tensorflow as tf

from .. import Tensor, case

keras = tf.keras


@case(inputs=Tensor((None, 4, 6)), traits=("sequential",))
def normalizations():
    """Normalizations over unusual axes, without some of their weights: untrained state, and epsilons."""
    return keras.Sequential(
        [
            keras.Input((4, 6)),
            keras.layers.BatchNormalization(axis=1, momentum=0.8, epsilon=0.05, center=False),
            keras.layers.LayerNormalization(axis=[1, 2], epsilon=0.02, scale=False),
            keras.layers.GroupNormalization(groups=3, axis=-1, epsilon=0.01),
            keras.layers.UnitNormalization(axis=1),
        ]
    )


@case(inputs=Tensor((None, 4, 6)), traits=("sequential",), offered={"keras": ">=3.9"})
def rms_normalization():
    """A norm without a mean over two axes. Its only weight is a scale for each of their elements."""
    return keras.Sequential(
        [keras.Input((4, 6)), keras.layers.RMSNormalization(axis=[1, 2], epsilon=0.02), keras.layers.Dense(2)]
    )


@case(inputs=Tensor((None, 4, 2), tame=True), traits=("sequential",), offered={"keras": ">=2.13"})
def spectral_normalization():
    """Wrappers that divide by a norm that training estimates. Beside each kernel is an untrained vector."""
    return keras.Sequential(
        [
            keras.Input((4, 2)),
            keras.layers.SpectralNormalization(keras.layers.Conv1D(3, 2, activation="tanh"), power_iterations=2),
            keras.layers.SpectralNormalization(keras.layers.Dense(2)),
        ]
    )


@case(inputs=Tensor((None, 3, 4)), traits=("sequential", "seeded"))
def random_layers():
    """Layers that do nothing at inference. Their rates, seeds and noise shapes show only in a config."""
    return keras.Sequential(
        [
            keras.Input((3, 4)),
            keras.layers.Dense(4),
            keras.layers.Dropout(0.3, noise_shape=(None, 1, 4), seed=7),
            keras.layers.SpatialDropout1D(0.2),
            keras.layers.GaussianNoise(0.5),
            keras.layers.GaussianDropout(0.25),
            keras.layers.ActivityRegularization(l1=0.01, l2=0.02),
        ]
    )


@case(inputs=Tensor((None, 6, 2)), traits=("functional",))
def reshapes():
    """Layers that only move elements. With wrong arguments, most still return the right number of elements."""
    rows = keras.Input((6, 2), name="rows")
    turned = keras.layers.Permute((2, 1))(keras.layers.ZeroPadding1D((1, 2))(rows))
    cropped = keras.layers.Cropping1D((1, 0))(keras.layers.UpSampling1D(2)(turned))
    image = keras.layers.Reshape((-1, 3, 2))(keras.layers.Dense(2)(rows))
    image = keras.layers.ZeroPadding2D(((1, 0), (2, 1)))(image)
    image = keras.layers.UpSampling2D((2, 3), interpolation="bilinear")(image)
    image = keras.layers.Cropping2D(((0, 1), (2, 3)))(image)
    flat = keras.layers.Flatten(data_format="channels_first")(image)
    repeated = keras.layers.RepeatVector(3)(keras.layers.Dense(2)(flat))
    return keras.Model(rows, [cropped, image, repeated])


@case(inputs=[Tensor((None, 3, 2)), Tensor((None, 3, 2))], traits=("functional",))
def merges():
    """Every way to merge two tensors. They take the same inputs, so a wrong one still fits."""
    left, right = keras.Input((3, 2), name="left"), keras.Input((3, 2), name="right")
    pair = [keras.layers.Dense(2, name="turned")(left), right]
    outputs = [
        keras.layers.Average()([left, *pair]),
        keras.layers.Maximum()(pair),
        keras.layers.Minimum()(pair),
        keras.layers.Multiply()([right, *pair]),
        keras.layers.Subtract()(pair),
        keras.layers.Concatenate(axis=1)(pair),
        keras.layers.Dot(axes=(1, 1), normalize=True)(pair),
    ]
    return keras.Model([left, right], outputs)


@case(inputs=Tensor((None, 3, 2)), traits=("sequential",))
def activation_layers():
    """Activations as layers: slopes, thresholds and axes as numbers in a config, and shared weights."""
    return keras.Sequential(
        [
            keras.Input((3, 2)),
            keras.layers.PReLU(shared_axes=[1]),
            keras.layers.LeakyReLU(0.2),
            keras.layers.ELU(alpha=0.5),
            keras.layers.ReLU(max_value=6.0, negative_slope=0.1, threshold=0.25),
            keras.layers.Softmax(axis=1),
        ]
    )


@case(inputs=Tensor((None, 4)), traits=("sequential",))
def initializers_and_constraints():
    """Initializers, regularizers and constraints with arguments: objects in a config on which no answer depends."""
    initializers, regularizers, constraints = keras.initializers, keras.regularizers, keras.constraints
    return keras.Sequential(
        [
            keras.Input((4,)),
            keras.layers.Dense(
                3,
                kernel_initializer=initializers.VarianceScaling(2.0, mode="fan_avg", distribution="uniform", seed=1),
                bias_initializer=initializers.Constant(0.25),
                kernel_regularizer=regularizers.L1L2(l1=0.01, l2=0.02),
                bias_constraint=constraints.MinMaxNorm(min_value=0.1, max_value=0.9, rate=0.5, axis=0),
            ),
            keras.layers.Dense(
                3,
                kernel_initializer=initializers.Orthogonal(gain=0.5, seed=2),
                bias_initializer=initializers.RandomUniform(-0.2, 0.3, seed=3),
                kernel_regularizer=regularizers.OrthogonalRegularizer(factor=0.02, mode="columns"),
                kernel_constraint=constraints.MaxNorm(max_value=1.5, axis=1),
                activity_regularizer=regularizers.L2(0.03),
            ),
            keras.layers.Dense(
                2,
                kernel_initializer=initializers.TruncatedNormal(mean=0.1, stddev=0.5, seed=4),
                bias_regularizer="l1",
                kernel_constraint=constraints.UnitNorm(axis=1),
                bias_constraint="non_neg",
            ),
        ]
    )
