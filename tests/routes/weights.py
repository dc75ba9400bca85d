"""Weights alone, loaded into a model that is built from its source.  [beside TensorFlow]"""

from __future__ import annotations

import os

import numpy as np

from . import KERAS_2, loader, saver


@saver(
    writes="weights_h5",
    title="save_weights(.weights.h5)",
    file_name="model.weights.h5",
    needs="holds_keras_model",
)
def weights_h5(model, path):
    """Only the weights, in HDF5."""
    model.save_weights(path)


@saver(
    writes="weights_sharded",
    title="save_weights(max_shard_size)",
    file_name="model.weights.json",
    needs="tries_twins",
    offered={"keras": ">=3.10"},
)
def weights_sharded(model, path):
    """Only the weights, in shards just large enough for the largest of them."""
    largest = max((np.asarray(variable).nbytes for variable in model.variables), default=1)
    model.save_weights(path, max_shard_size=1.01 * largest / 1024**3)


@saver(writes="weights_tf", title="save_weights(checkpoint)", needs="holds_keras_model", offered=KERAS_2)
def weights_tf(model, path):
    """Keras 2's weights as a TensorFlow checkpoint."""
    model.save_weights(os.path.join(path, "weights"))


@saver(
    writes="weights_legacy_h5",
    title="save_weights(.h5)",
    file_name="weights.h5",
    needs="holds_keras_model",
    offered=KERAS_2,
)
def weights_legacy_h5(model, path):
    """Keras 2's weights in its older HDF5 layout, by layer name."""
    model.save_weights(path)


@loader(
    reads=(
        "weights_h5", "weights_sharded", "weights_legacy_h5", "keras_archive", "h5", "model_checkpoint_weights",
    ),
    title="load_weights",
    by_default=("weights_h5",),
    asked="as_original",
    judged_against="eager",
)  # fmt: skip
def load_weights(path, model):
    """Only the weights, loaded into a model that is built from its source."""
    model.load_weights(path)
    return model


@loader(
    reads=("weights_h5",),
    title="load_weights(skip_mismatch=True)",
    asked="as_original",
    judged_against="eager",
    needs="quick",
)
def load_weights_skip_mismatch(path, model):
    """Only the weights; those that do not fit may be skipped, and all of them fit."""
    model.load_weights(path, skip_mismatch=True)
    return model


@loader(
    reads=("h5", "weights_legacy_h5"),
    title="load_weights(by_name=True)",
    asked="as_original",
    judged_against="eager",
    needs="tries_twins",
)
def load_weights_by_name(path, model):
    """Only the weights, matched by the names of layers."""
    model.load_weights(path, by_name=True)
    return model


@loader(
    reads=("weights_tf",),
    title="load_weights(checkpoint)",
    asked="as_original",
    judged_against="eager",
    needs="holds_keras_model",
    offered=KERAS_2,
)
def load_weights_tf(path, model):
    """Only the weights, from a TensorFlow checkpoint."""
    model.load_weights(os.path.join(path, "weights"))
    return model
