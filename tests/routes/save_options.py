"""The fields of tf.saved_model.SaveOptions, one at a time.  [beside TensorFlow]

Each must show in the artifact, and nowhere else.
"""

from __future__ import annotations

import tensorflow as tf

from . import NEVER, saver


def option(field, *, offered=None, promises=None, writes="variant_saved_model"):
    """Return the decorator of a saver of modules that uses one option."""
    return saver(
        writes=writes,
        title=f"tf.saved_model.save with {field}",
        needs="tries_options",
        offered=offered,
        promises=promises,
    )


def save_with(model, path, signatures, **options):
    tf.saved_model.save(model, path, signatures=signatures, options=tf.saved_model.SaveOptions(**options))


@option("function_aliases", promises={"aliases": ["first"]})
def option_function_aliases(model, path, signatures):
    """A function with a second name."""
    save_with(model, path, signatures, function_aliases={"first": next(iter(signatures.values()))})


@option("save_debug_info", promises={"debug_info": True})
def option_debug_info(model, path, signatures):
    """The stack traces of the graph's nodes, in a file beside it."""
    save_with(model, path, signatures, save_debug_info=True)


@option("namespace_whitelist")
def option_namespace_whitelist(model, path, signatures):
    """Only ops of one namespace, and ops without one, may be saved."""
    save_with(model, path, signatures, namespace_whitelist=["Conformance"])


@option("experimental_debug_stripper", offered={"tensorflow": ">=2.16"})
def option_debug_stripper(model, path, signatures):
    """Debugging ops are removed from the graph, which has none."""
    save_with(model, path, signatures, experimental_debug_stripper=True)


@option("experimental_io_device")
def option_io_device(model, path, signatures):
    """A named device writes the files."""
    save_with(model, path, signatures, experimental_io_device="/job:localhost")


@option("experimental_variable_policy", promises={"variable_devices": True})
def option_variable_policy(model, path, signatures):
    """The graph records the devices of variables."""
    save_with(model, path, signatures, experimental_variable_policy="save_variable_devices")


@option("experimental_custom_gradients", promises={"custom_gradients": False})
def option_no_custom_gradients(model, path, signatures):
    """Custom gradients are left out."""
    save_with(model, path, signatures, experimental_custom_gradients=False)


@option("experimental_image_format", offered=NEVER)
def option_image_format(model, path, signatures):
    """A format that no public TensorFlow can write."""
    save_with(model, path, signatures, experimental_image_format=True)


@option("experimental_skip_saver", offered={"tensorflow": ">=2.15"}, promises={"saver": False})
def option_skip_saver(model, path, signatures):
    """The graph has no ops that save and restore, so only Python's loader can restore variables."""
    save_with(model, path, signatures, experimental_skip_saver=True)


@option("experimental_sharding_callback", offered={"tensorflow": ">=2.16"}, promises={"shards": True})
def option_sharding(model, path, signatures):
    """Variables are written in shards of at most 16 bytes."""
    policy = tf.train.experimental.MaxShardSizePolicy(max_shard_size=16)
    save_with(model, path, signatures, experimental_sharding_callback=policy)


@option(
    "extra_tags",
    offered={"tensorflow": ">=2.17"},
    promises={"tags": ["blue", "serve"]},
    writes="tagged_saved_model",
)
def option_extra_tags(model, path, signatures):
    """The SavedModel has a second tag, which a loader has to name too."""
    save_with(model, path, signatures, extra_tags=["blue"])
