"""tf.saved_model.load's tags and LoadOptions: each alone.  [beside TensorFlow]"""

from __future__ import annotations

import os
import pathlib

import tensorflow as tf

from . import loader


def option(*, offered=None, reads=("saved_model",)):
    """A loader of modules with one option."""
    return loader(reads=reads, asked="by_signature", judged_against="graph", needs="tries_options", offered=offered)


def load_with(path, **options):
    return tf.saved_model.load(path, options=tf.saved_model.LoadOptions(**options))


@option()
def load_with_tags(path):
    """By its tag, as TensorFlow 1's models need it."""
    return tf.saved_model.load(path, tags=["serve"])


@option(reads=("tagged_saved_model",))
def load_with_both_tags(path):
    """By all of its tags."""
    return tf.saved_model.load(path, tags=["serve", "blue"])


@option()
def load_pathlike(path):
    """By a pathlib.Path."""
    return tf.saved_model.load(pathlib.Path(path))


@option()
def load_partial_checkpoint(path):
    """Variables may be missing from the file; none is."""
    return load_with(path, allow_partial_checkpoint=True)


@option()
def load_io_device(path):
    """Files read by a device that is named."""
    return load_with(path, experimental_io_device="/job:localhost")


@option()
def load_skip_checkpoint(path):
    """Without its variables, which are then restored by hand."""
    root = load_with(path, experimental_skip_checkpoint=True)
    tf.train.Checkpoint(root).read(os.path.join(path, "variables", "variables")).expect_partial()
    return root


@option()
def load_variable_policy(path):
    """Variables where the graph says they were."""
    return load_with(path, experimental_variable_policy="save_variable_devices")


@option(offered={"tensorflow": ">=2.13"})
def load_function_aliases(path):
    """With the second names of functions."""
    return load_with(path, experimental_load_function_aliases=True)
