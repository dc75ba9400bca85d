"""The tags and LoadOptions of tf.saved_model.load, one at a time.  [beside TensorFlow]"""

from __future__ import annotations

import os
import pathlib

import tensorflow as tf

from . import loader


def option(argument, *, offered=None, reads=("saved_model",)):
    """Return the decorator of a loader of modules that uses one option."""
    return loader(
        reads=reads,
        title=f"tf.saved_model.load with {argument}",
        asked="by_signature",
        judged_against="graph",
        needs="tries_options",
        offered=offered,
    )


def load_with(path, **options):
    return tf.saved_model.load(path, options=tf.saved_model.LoadOptions(**options))


@option("a tag")
def load_with_tags(path):
    """A SavedModel loaded by its tag, as models of TensorFlow 1 need it."""
    return tf.saved_model.load(path, tags=["serve"])


@option("both tags", reads=("tagged_saved_model",))
def load_with_both_tags(path):
    """A SavedModel with two tags, loaded by both of them."""
    return tf.saved_model.load(path, tags=["serve", "blue"])


@option("a pathlib.Path")
def load_pathlike(path):
    """A SavedModel loaded from a pathlib.Path."""
    return tf.saved_model.load(pathlib.Path(path))


@option("allow_partial_checkpoint")
def load_partial_checkpoint(path):
    """A SavedModel whose file may lack variables; it lacks none."""
    return load_with(path, allow_partial_checkpoint=True)


@option("experimental_io_device")
def load_io_device(path):
    """A SavedModel whose files a named device reads."""
    return load_with(path, experimental_io_device="/job:localhost")


@option("experimental_skip_checkpoint")
def load_skip_checkpoint(path):
    """A SavedModel loaded without its variables, which are then restored by hand."""
    root = load_with(path, experimental_skip_checkpoint=True)
    tf.train.Checkpoint(root).read(os.path.join(path, "variables", "variables")).expect_partial()
    return root


@option("experimental_variable_policy")
def load_variable_policy(path):
    """A SavedModel whose variables are placed where the graph says."""
    return load_with(path, experimental_variable_policy="save_variable_devices")


@option("experimental_load_function_aliases", offered={"tensorflow": ">=2.13"})
def load_function_aliases(path):
    """A SavedModel loaded with the aliases of its functions."""
    return load_with(path, experimental_load_function_aliases=True)
