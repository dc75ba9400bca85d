"""tf.saved_model.SaveOptions: each field alone, to show in the artifact and nowhere else.  [beside TensorFlow]"""

from __future__ import annotations

import tensorflow as tf

from . import NEVER, saver


def option(*, offered=None, promises=None, writes="variant_saved_model"):
    """A saver of modules with one option."""
    return saver(writes=writes, needs="tries_options", offered=offered, promises=promises)


def save_with(model, path, signatures, **options):
    tf.saved_model.save(model, path, signatures=signatures, options=tf.saved_model.SaveOptions(**options))


@option(promises={"aliases": ["first"]})
def option_function_aliases(model, path, signatures):
    """A second name for a function."""
    save_with(model, path, signatures, function_aliases={"first": next(iter(signatures.values()))})


@option(promises={"debug_info": True})
def option_debug_info(model, path, signatures):
    """Stack traces of the graph's nodes, in a file beside it."""
    save_with(model, path, signatures, save_debug_info=True)


@option()
def option_namespace_whitelist(model, path, signatures):
    """Only ops of one namespace, and those of none, may be saved."""
    save_with(model, path, signatures, namespace_whitelist=["Conformance"])


@option(offered={"tensorflow": ">=2.16"})
def option_debug_stripper(model, path, signatures):
    """Debugging ops taken out of the graph, which has none."""
    save_with(model, path, signatures, experimental_debug_stripper=True)


@option()
def option_io_device(model, path, signatures):
    """Files written by a device that is named."""
    save_with(model, path, signatures, experimental_io_device="/job:localhost")


@option(promises={"variable_devices": True})
def option_variable_policy(model, path, signatures):
    """The devices of variables, in the graph."""
    save_with(model, path, signatures, experimental_variable_policy="save_variable_devices")


@option(promises={"custom_gradients": False})
def option_no_custom_gradients(model, path, signatures):
    """Custom gradients left out."""
    save_with(model, path, signatures, experimental_custom_gradients=False)


@option(offered=NEVER)
def option_image_format(model, path, signatures):
    """A format that no public TensorFlow can write."""
    save_with(model, path, signatures, experimental_image_format=True)


@option(offered={"tensorflow": ">=2.15"}, promises={"saver": False})
def option_skip_saver(model, path, signatures):
    """No ops that save and restore, so that only Python's loader can bring variables back."""
    save_with(model, path, signatures, experimental_skip_saver=True)


@option(offered={"tensorflow": ">=2.16"}, promises={"shards": True})
def option_sharding(model, path, signatures):
    """Variables in shards of at most 16 bytes."""
    policy = tf.train.experimental.MaxShardSizePolicy(max_shard_size=16)
    save_with(model, path, signatures, experimental_sharding_callback=policy)


@option(offered={"tensorflow": ">=2.17"}, promises={"tags": ["blue", "serve"]}, writes="tagged_saved_model")
def option_extra_tags(model, path, signatures):
    """A second tag, which a loader has to name too."""
    save_with(model, path, signatures, extra_tags=["blue"])
