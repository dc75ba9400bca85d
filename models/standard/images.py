"""Preprocessing of images and sounds: sizes, ranges, spectra, random changes.  [beside TensorFlow]"""

from __future__ import annotations

import tensorflow as tf

from .. import Tensor, case

keras = tf.keras


@case(inputs=Tensor((None, 6, 5, 2), tame=True), traits=("sequential", "preprocessing"))
def resized():
    """A scale and an offset for each channel, a way to resize, a crop: arguments without weights."""
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
    """Random flips, rotations and zooms with seeds, which leave images unchanged at inference."""
    return keras.Sequential(
        [
            keras.Input((4, 4, 3)),
            keras.layers.RandomFlip("horizontal", seed=7),
            keras.layers.RandomRotation((-0.1, 0.2), fill_mode="constant", fill_value=0.5, seed=8),
            keras.layers.RandomZoom((-0.2, 0.3), (-0.1, 0.1), fill_mode="wrap", interpolation="nearest", seed=9),
            keras.layers.Conv2D(2, 3),
        ]
    )


@case(
    inputs=Tensor((None, 5, 5, 3), tame=True),
    traits=("sequential", "preprocessing", "augmentation", "seeded"),
)
def moved_and_lit():
    """Random shifts, crops and light, with ranges of their own. One of them decides the shape of the answer."""
    return keras.Sequential(
        [
            keras.Input((5, 5, 3)),
            keras.layers.RandomTranslation((-0.3, 0.1), 0.2, fill_mode="nearest", interpolation="nearest", seed=3),
            keras.layers.RandomContrast((0.1, 0.4), seed=4),
            keras.layers.RandomBrightness((-0.2, 0.3), value_range=(0.0, 1.0), seed=5),
            keras.layers.RandomCrop(4, 3, seed=6),
            keras.layers.Conv2D(2, 3),
        ]
    )


@case(
    inputs=Tensor((None, 4, 5, 2), tame=True),
    traits=("sequential", "preprocessing", "augmentation"),
    offered={"keras": "<3"},
)
def sized_at_random():
    """Random heights and widths, which only Keras 2 has. Dimensions are free although the input's are not."""
    return keras.Sequential(
        [
            keras.Input((4, 5, 2)),
            keras.layers.RandomHeight((-0.2, 0.3), interpolation="nearest", seed=1),
            keras.layers.RandomWidth(0.4, seed=2),
            keras.layers.Conv2D(2, 3),
        ]
    )


@case(
    inputs=Tensor((None, 4, 4, 3), tame=True),
    traits=("sequential", "preprocessing", "augmentation", "seeded"),
    offered={"keras": ">=3.14"},
)
def coloured():
    """Every change of colours. Configs hold factors, ranges and seeds of layers that hold layers."""
    layers, unit = keras.layers, (0.0, 1.0)
    return keras.Sequential(
        [
            keras.Input((4, 4, 3)),
            layers.AutoContrast(value_range=unit),
            layers.ContrastLimitedAdaptiveHistogramEqualization(unit, clip_limit=2.0, tile_grid_size=(2, 2)),
            layers.Solarization(addition_factor=(0.1, 0.2), threshold_factor=0.3, value_range=unit, seed=1),
            layers.RandomColorDegeneration((0.2, 0.6), value_range=unit, seed=2),
            layers.RandomColorJitter(unit, brightness_factor=0.1, contrast_factor=(0.2, 0.3), hue_factor=0.4, seed=3),
            layers.RandomErasing(0.5, scale=(0.1, 0.2), fill_value=0.25, value_range=unit, seed=4),
            layers.RandomGaussianBlur(0.5, kernel_size=(3, 1), sigma=(0.5, 1.5), value_range=unit, seed=5),
            layers.RandomGrayscale(0.3, seed=6),
            layers.RandomHue((0.1, 0.2), value_range=unit, seed=7),
            layers.RandomInvert(0.4, value_range=unit, seed=8),
            layers.RandomPosterization(3, value_range=unit, seed=9),
            layers.RandomSaturation((0.3, 0.7), value_range=unit, seed=10),
            layers.RandomSharpness(0.2, value_range=unit, seed=11),
            layers.Conv2D(2, 3),
        ]
    )


@case(
    inputs=Tensor((None, 4, 4, 3), tame=True),
    traits=("sequential", "preprocessing", "augmentation", "seeded"),
    offered={"keras": ">=3.10"},
)
def bent_and_mixed():
    """Distorted and mixed images, and a Pipeline of layers that are in no list of the model."""
    layers, unit = keras.layers, (0.0, 1.0)
    equal = layers.Equalization(value_range=unit, bins=16)  # on its own, it makes a Functional model cyclic
    mixed = layers.Pipeline([layers.MixUp(alpha=0.4, seed=4), equal, layers.CutMix(0.7, seed=7)])
    return keras.Sequential(
        [
            keras.Input((4, 4, 3)),
            layers.RandomPerspective(0.5, scale=0.4, interpolation="nearest", fill_value=0.1, seed=2),
            layers.RandomElasticTransform(0.5, scale=0.6, fill_mode="wrap", value_range=unit, seed=3),
            layers.RandAugment(unit, num_ops=1, factor=0.25, interpolation="nearest", seed=5),
            mixed,
            layers.AugMix(unit, num_chains=2, chain_depth=1, factor=0.1, alpha=0.5, all_ops=False, seed=6),
            layers.Conv2D(2, 3),
        ]
    )


@case(
    inputs=Tensor((None, 4, 4, 3), tame=True),
    traits=("sequential", "preprocessing", "augmentation", "seeded"),
    offered={"keras": ">=3.8"},
)
def sheared():
    """A shear with a range for each axis. The config must hold ranges in the form that the layer takes."""
    shear = keras.layers.RandomShear(0.2, (0.1, 0.3), fill_mode="constant", fill_value=0.5, seed=1)
    return keras.Sequential([keras.Input((4, 4, 3)), shear, keras.layers.Conv2D(2, 3)])


@case(inputs=Tensor((None, 32)), traits=("functional", "preprocessing"), offered={"keras": ">=3.8"})
def spectra():
    """Two spectrograms with their own strides, scales and lengths. One of them has its transform as weights."""
    sound = keras.Input((32,), name="sound")
    mel = keras.layers.MelSpectrogram(
        fft_length=16, sequence_stride=4, window="hamming", sampling_rate=100, num_mel_bins=5, min_freq=2.0, top_db=60
    )
    transform = keras.layers.STFTSpectrogram(
        "real", frame_length=8, frame_step=4, fft_length=16, window=None, scaling="spectrum"
    )
    seen = keras.layers.Dense(2)(transform(keras.layers.Reshape((32, 1))(sound)))
    return keras.Model(sound, [mel(sound), seen])
