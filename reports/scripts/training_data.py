"""The source by which a script makes what a model is trained on: the same data as in the run."""

from __future__ import annotations

from reports.scripts.inputs import is_exact, tensors
from reports.scripts.subject import Subject

# Random targets like the model's answers, as `training.py` beside TensorFlow makes them.
LIKE_OUTPUTS = """\
def training_data(model):
    random, features = np.random.default_rng(7).random, {features}
    targets = tf.nest.map_structure(lambda x: tf.constant(random(x.shape), x.dtype), model(features, training=False))
    return {{"x": features, "y": targets, "batch_size": {size}}}
"""
WRITTEN = """\
def training_data(model):
    return {{{parts}, "batch_size": {size}}}
"""
# The user's own data has too many values to write them down.
OF_USER = """\
def first_rows(part):
    if isinstance(part, dict):
        return {{key: first_rows(each) for key, each in part.items()}}
    if isinstance(part, (list, tuple)) and any(hasattr(each, "shape") or isinstance(each, dict) for each in part):
        return type(part)(map(first_rows, part))
    return part if part is None else (part if hasattr(part, "shape") else np.array(part))[:{rows}]


def training_data(model):
    parts = zip(("x", "y", "sample_weight"), map(first_rows, brought.{function}_training_data()))
    return {{**{{name: part for name, part in parts if part is not None}}, "batch_size": {size}}}
"""


def training_data_of(subject: Subject) -> str:
    """Return the definition of `training_data(model)`, which returns arguments of `fit` and `evaluate`."""
    data = subject.seen.training_data
    if data.like_outputs:
        return LIKE_OUTPUTS.format(features=tensors(data.features), size=data.batch_size)
    named = {"x": data.features, "y": data.targets, "sample_weight": data.weights}
    given = {name: part for name, part in named.items() if part is not None}
    brought = subject.case.brought
    if data.is_given and brought and not all(map(is_exact, given.values())):
        function = (brought.function or "").partition(":")[2]
        return OF_USER.format(rows=data.rows, function=function, size=data.batch_size)
    parts = ", ".join(f'"{name}": {tensors(part)}' for name, part in given.items())
    return WRITTEN.format(parts=parts, size=data.batch_size)
