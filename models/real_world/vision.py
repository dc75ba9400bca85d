"""Images: classifiers, segmentation, detection, transfer learning.  [beside TensorFlow]"""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from .. import Tensor, case

keras = tf.keras

IMAGES = Tensor((None, 8, 8, 3), tame=True)


def photographs(count, side=8):
    """Return images between 0 and 1: gratings of different frequencies, one in each channel."""
    rows = np.arange(count * side * side * 3, dtype="float32").reshape(count, side, side, 3)
    return (np.sin(rows * 0.37) + 1.0) / 2.0


def normed(x, filters, size, strides=1, activation="relu"):
    """Return x after a convolution without a bias, batch normalization and an activation."""
    x = keras.layers.Conv2D(filters, size, strides=strides, padding="same", use_bias=False)(x)
    x = keras.layers.BatchNormalization()(x)
    return keras.layers.Activation(activation)(x) if activation else x


def residual_block(x, filters, strides):
    """Return x after a convolution, added to x; a convolution of size 1 brings x to the same shape."""
    shortcut = x if strides == 1 else normed(x, filters, 1, strides, activation=None)
    x = normed(x, filters, 3, strides, activation=None)
    return keras.layers.ReLU()(keras.layers.Add()([x, shortcut]))


@case(inputs=IMAGES, traits=("functional", "preprocessing", "compiled", "trained", "slots"))
def residual_classifier():
    """Residual blocks with and without a projection, as in most image classifiers. Two ways meet in each block."""
    images = keras.Input((8, 8, 3), name="images")
    x = normed(keras.layers.Rescaling(2.0, offset=-1.0)(images), 4, 3)
    for filters, strides in ((4, 1), (6, 2)):
        x = residual_block(x, filters, strides)
    x = keras.layers.GlobalAveragePooling2D()(x)
    model = keras.Model(images, keras.layers.Dense(3, activation="softmax", name="classes")(x), name="residual")
    model.compile(
        optimizer=keras.optimizers.SGD(0.05, momentum=0.9, nesterov=True),
        loss=keras.losses.CategoricalCrossentropy(label_smoothing=0.1),
        metrics=[keras.metrics.CategoricalAccuracy(name="accuracy")],
    )
    model.fit(photographs(6), np.eye(3, dtype="float32")[[0, 1, 2, 2, 1, 0]], batch_size=3, shuffle=False, verbose=0)
    return model


def inverted_bottleneck(x, filters, strides, name):
    """Return x after a wide depthwise convolution between two narrow ones; some weight channels by their mean."""
    layers, narrow, wide = keras.layers, x.shape[-1], 3 * x.shape[-1]
    y = layers.Conv2D(wide, 1, use_bias=False, name=f"{name}_expand")(x)
    y = layers.ReLU(max_value=6.0)(layers.BatchNormalization(momentum=0.99, epsilon=1e-3)(y))
    y = layers.DepthwiseConv2D(3, strides, padding="same", use_bias=False, name=f"{name}_depthwise")(y)
    y = layers.Activation("swish")(layers.BatchNormalization(momentum=0.99, epsilon=1e-3)(y))
    if strides > 1:
        weights = layers.GlobalAveragePooling2D(keepdims=True)(y)
        weights = layers.Conv2D(2, 1, activation="relu", name=f"{name}_squeeze")(weights)
        y = layers.Multiply()([y, layers.Conv2D(wide, 1, activation="sigmoid", name=f"{name}_excite")(weights)])
    y = layers.BatchNormalization()(layers.Conv2D(filters, 1, use_bias=False, name=f"{name}_project")(y))
    return layers.Add()([x, y]) if strides == 1 and filters == narrow else y


@case(inputs=IMAGES, traits=("functional",))
def mobile_classifier():
    """Inverted bottlenecks with depthwise convolutions, for phones. Nobody compiled it: it is only for inference."""
    images = keras.Input((8, 8, 3), name="images")
    x = keras.layers.ZeroPadding2D(((0, 1), (0, 1)))(images)
    x = keras.layers.ReLU(6.0)(keras.layers.Conv2D(4, 3, strides=2)(x))
    x = inverted_bottleneck(x, 4, 1, "first")
    x = inverted_bottleneck(x, 6, 2, "second")
    x = keras.layers.Dropout(0.2)(keras.layers.GlobalMaxPooling2D()(x))
    return keras.Model(images, keras.layers.Dense(4, name="logits")(x), name="mobile")


@case(inputs=Tensor((None, 8, 8, 1), tame=True), traits=("functional", "quick"))
def u_net():
    """A U-Net that marks a part of an image: what was seen before shrinking is joined to what is enlarged again."""
    images = keras.Input((8, 8, 1), name="images")
    before = keras.layers.Conv2D(3, 3, padding="same", activation="relu", name="down")(images)
    x = keras.layers.MaxPooling2D()(before)
    x = keras.layers.Conv2D(6, 3, padding="same", activation="relu", name="bottom")(x)
    x = keras.layers.Conv2DTranspose(3, 2, strides=2, padding="same", name="enlarged")(x)
    x = keras.layers.Concatenate()([x, before])
    x = keras.layers.Conv2D(3, 3, padding="same", activation="relu", name="up")(x)
    return keras.Model(images, keras.layers.Conv2D(2, 1, activation="softmax", name="mask")(x), name="u_net")


@case(inputs=Tensor((None, 16, 16, 3), tame=True), traits=("functional", "compiled", "trained", "slots"))
def detector():
    """Boxes, classes and scores from two scales, in a dict, each with a loss and a weight of its own."""
    images = keras.Input((16, 16, 3), name="images")
    fine = keras.layers.Conv2D(4, 5, strides=4, padding="same", activation="relu", name="stem")(images)
    coarse = normed(fine, 4, 3, strides=2)
    levels = (keras.layers.Add()([fine, keras.layers.UpSampling2D(2)(coarse)]), coarse)
    heads = {  # the same convolution looks at both scales
        "scores": keras.layers.Conv2D(1, 1, activation="sigmoid", name="score"),
        "boxes": keras.layers.Conv2D(4, 1, name="box"),
        "classes": keras.layers.Conv2D(3, 1, activation="softmax", name="class"),
    }
    outputs = {}
    for name, head in heads.items():
        rows = [keras.layers.Reshape((-1, head.filters))(head(level)) for level in levels]
        outputs[name] = keras.layers.Concatenate(axis=1, name=name)(rows)
    model = keras.Model(images, outputs, name="detector")
    model.compile(
        optimizer=keras.optimizers.AdamW(0.01, weight_decay=0.001),
        loss={
            "boxes": keras.losses.Huber(delta=0.5),
            "classes": keras.losses.CategoricalCrossentropy(),
            "scores": keras.losses.BinaryCrossentropy(),
        },
        loss_weights={"boxes": 2.0, "classes": 1.0, "scores": 0.5},
    )
    count = 16 + 4
    targets = {
        "boxes": np.linspace(0, 1, 4 * count * 4, dtype="float32").reshape(4, count, 4),
        "classes": np.eye(3, dtype="float32")[np.arange(4 * count).reshape(4, count) % 3],
        "scores": (np.arange(4 * count, dtype="float32") % 2).reshape(4, count, 1),
    }
    model.fit(photographs(4, side=16), targets, batch_size=2, shuffle=False, verbose=0)
    return model


@case(
    inputs=IMAGES,
    traits=(
        "functional",
        "nested",
        "frozen",
        "preprocessing",
        "augmentation",
        "seeded",
        "compiled",
        "trained",
        "slots",
    ),
)
def new_head():
    """Transfer learning: random changes of images, a frozen base that was trained for other classes, a new head."""
    known = keras.Input((8, 8, 3))
    base = keras.Model(known, normed(known, 4, 3, strides=2), name="base")
    base.trainable = False
    images = keras.Input((8, 8, 3), name="images")
    augment = keras.Sequential(
        [keras.layers.RandomFlip("horizontal", seed=1), keras.layers.RandomContrast(0.2, seed=2)], name="augment"
    )
    x = keras.layers.GlobalAveragePooling2D()(base(augment(images), training=False))
    model = keras.Model(images, keras.layers.Dense(2, activation="softmax", name="head")(x))
    model.compile(optimizer=keras.optimizers.Adam(0.05), loss=keras.losses.CategoricalCrossentropy())
    model.fit(photographs(6), np.eye(2, dtype="float32")[[0, 1, 1, 0, 1, 0]], batch_size=3, shuffle=False, verbose=0)
    return model


@case(inputs=IMAGES, traits=("sequential", "mixed_precision", "compiled", "trained", "slots"))
def half_precision():
    """Mixed precision as a policy for the whole program, with a loss scale, and answers in float32."""
    keras.mixed_precision.set_global_policy("mixed_float16")
    try:
        model = keras.Sequential(
            [
                keras.Input((8, 8, 3)),
                keras.layers.Conv2D(4, 3, strides=2, activation="relu"),
                keras.layers.BatchNormalization(),
                keras.layers.Flatten(),
                keras.layers.Dense(3),
                keras.layers.Activation("softmax", dtype="float32"),
            ]
        )
        model.compile(optimizer=keras.optimizers.Adam(0.01), loss=keras.losses.CategoricalCrossentropy())
        classes = np.eye(3, dtype="float32")[[0, 1, 2, 2, 1, 0]]
        model.fit(photographs(6), classes, batch_size=3, shuffle=False, verbose=0)
    finally:
        keras.mixed_precision.set_global_policy("float32")
    return model
