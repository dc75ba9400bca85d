"""Images and sounds in front of a model: sizes, ranges, spectra, changes at random.  [beside TensorFlow]"""

from __future__ import annotations

import tensorflow as tf

from .. import Tensor, case

keras = tf.keras


@case(inputs=Tensor((None, 6, 5, 2), tame=True), traits=("sequential", "preprocessing"))
def resized():
    """A scale with an offset for each channel, a size with its way to get there, a crop: arguments and no weights."""
    return keras.Sequential(
        [
            keras.Input((6, 5, 2)),
            keras.layers.Rescaling(scale=[0.25, 2.0], offset=[-0.5, 1.0]),
            keras.layers.Resizing(5, 7, interpolation="bilinear", crop_to_aspect_ratio=True),
            keras.layers.CenterCrop(3, 4),
            keras.layers.Conv2D(2, 2, strides=2),
        ]
    )


@case(
    inputs=Tensor((None, 4, 4, 3), tame=True),
    traits=("sequential", "preprocessing", "augmentation", "seeded", "tries_twins"),
)
def augmented():
    """Flips, turns and zooms with seeds, that leave an image alone when the model answers."""
    return keras.Sequential(
        [
            keras.Input((4, 4, 3)),
            keras.layers.RandomFlip("horizontal", seed=7),
            keras.layers.RandomRotation((-0.1, 0.2), fill_mode="constant", fill_value=0.5, seed=8),
            keras.layers.RandomZoom((-0.2, 0.3), (-0.1, 0.1), fill_mode="wrap", interpolation="nearest", seed=9),
            keras.layers.Conv2D(2, 3),
        ]
    )
