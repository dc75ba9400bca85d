"""Convolutions and pooling with arguments that are not the defaults.  [beside TensorFlow]"""

from __future__ import annotations

import tensorflow as tf

from .. import Tensor, case

keras = tf.keras


@case(inputs=Tensor((None, 6, 6, 2)), traits=("functional",))
def convolutions_2d():
    """Strides, dilation, groups and paddings. A lost argument changes shapes or, worse, only numbers."""
    image = keras.Input((6, 6, 2), name="image")
    strided = keras.layers.Conv2D(2, (3, 2), strides=(2, 1), padding="same", activation="relu")(image)
    dilated = keras.layers.Conv2D(2, 2, dilation_rate=(1, 2), use_bias=False)(strided)
    grouped = keras.layers.Conv2D(4, 2, groups=2, name="grouped")(image)
    depthwise = keras.layers.DepthwiseConv2D(2, depth_multiplier=2, dilation_rate=(2, 2), padding="same")(image)
    flat = [keras.layers.Flatten()(part) for part in (dilated, grouped, depthwise)]
    return keras.Model(image, keras.layers.Concatenate()(flat))


@case(inputs=Tensor((None, None, 2)), traits=("sequential",))
def convolutions_1d():
    """Causal, dilated, separable and transposed convolutions over a free dimension, which must stay free."""
    return keras.Sequential(
        [
            keras.Input((None, 2)),
            keras.layers.Conv1D(4, 3, padding="causal", dilation_rate=2, activation="tanh"),
            keras.layers.DepthwiseConv1D(2, padding="same", use_bias=False),
            keras.layers.SeparableConv1D(2, 2, padding="same", depth_multiplier=2),
            keras.layers.Conv1DTranspose(2, 3, strides=2, padding="same"),
        ]
    )


@case(inputs=Tensor((None, 5, 6, 2), tame=True), traits=("functional",))
def pooling():
    """Pools with strides, 'same' padding, kept axes and channels first. A lost argument shows only in numbers."""
    image = keras.Input((5, 6, 2), name="image")
    mixed = keras.layers.Dense(2)(image)
    largest = keras.layers.MaxPooling2D((2, 3), strides=(2, 2), padding="same")(mixed)
    average = keras.layers.AveragePooling2D((3, 2), strides=(1, 3), padding="same")(mixed)
    rows = keras.layers.Reshape((5, 12))(mixed)
    outputs = [
        largest,
        average,
        keras.layers.GlobalAveragePooling2D(keepdims=True)(mixed),
        keras.layers.GlobalMaxPooling2D(data_format="channels_first")(mixed),
        keras.layers.MaxPooling1D(3, strides=1, padding="same")(rows),
        keras.layers.GlobalAveragePooling1D(data_format="channels_first", keepdims=True)(rows),
    ]
    return keras.Model(image, outputs)


@case(inputs=Tensor((None, 3, 4, 3, 1)), traits=("sequential",))
def volumes():
    """Layers over three axes, with arguments that differ from axis to axis."""
    return keras.Sequential(
        [
            keras.Input((3, 4, 3, 1)),
            keras.layers.ZeroPadding3D((0, 1, (1, 0))),
            keras.layers.Conv3D(2, (2, 3, 1), strides=(1, 2, 1), activation="elu"),
            keras.layers.Conv3DTranspose(2, (1, 2, 2), strides=(1, 1, 2), padding="same", use_bias=False),
            keras.layers.UpSampling3D((2, 1, 1)),
            keras.layers.Cropping3D(((1, 0), 0, (2, 1))),
            keras.layers.AveragePooling3D((1, 2, 2), strides=1, padding="same"),
            keras.layers.MaxPooling3D((2, 1, 2), padding="same"),
        ]
    )


@case(inputs=Tensor((None, 5, 4, 2)), traits=("sequential",))
def separable_and_transposed():
    """Two kernels in one layer, and output padding: arguments that other convolutions do not have."""
    return keras.Sequential(
        [
            keras.Input((5, 4, 2)),
            keras.layers.SeparableConv2D(3, (2, 3), depth_multiplier=2, padding="same", activation="tanh"),
            keras.layers.Conv2DTranspose(2, (3, 2), strides=2, output_padding=1, use_bias=False),
        ]
    )


@case(inputs=Tensor((None, 5, 6, 2), tame=True), traits=("functional",), offered={"keras": ">=3.13"})
def pooling_to_a_size():
    """Pools with a given output size, which need windows of different sizes."""
    image = keras.Input((5, 6, 2), name="image")
    mixed = keras.layers.Dense(2)(image)
    rows = keras.layers.Reshape((5, 12))(mixed)
    outputs = [
        keras.layers.AdaptiveMaxPooling2D((2, 4))(mixed),
        keras.layers.AdaptiveAveragePooling2D((3, 2))(mixed),
        keras.layers.AdaptiveMaxPooling1D(3)(rows),
        keras.layers.AdaptiveAveragePooling1D(2)(rows),
    ]
    return keras.Model(image, outputs)


@case(inputs=Tensor((None, 3, 4, 3, 1), tame=True), traits=("sequential",), offered={"keras": ">=3.13"})
def pooling_volumes_to_a_size():
    """Pooling to a given output size over three axes, one of them to a single element. It has separate code."""
    return keras.Sequential(
        [keras.Input((3, 4, 3, 1)), keras.layers.Dense(2), keras.layers.AdaptiveAveragePooling3D((2, 3, 1))]
    )
