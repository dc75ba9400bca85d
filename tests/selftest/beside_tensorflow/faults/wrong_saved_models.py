"""SavedModels that lack something, and loaders that misreport them.  [beside TensorFlow]"""

from __future__ import annotations

import os

import tensorflow as tf

from . import loader, saver

PLANTED = [
    {
        "route": "renames_a_signature:signature",
        "instead_of": "saved_model:signature",
        "case": "standard.dense_classifier",
        "caught_by": {"signatures": "a signature is missing", "outputs": "no signature 'serving_default'"},
    },
    {
        "route": "freezes_the_batch:signature",
        "instead_of": "saved_model:signature",
        "case": "standard.dense_classifier",
        "caught_by": {"signatures": "other dtypes or shapes: inputs of 'serving_default'"},
    },
    {
        "route": "renames_an_output:signature",
        "instead_of": "saved_model:signature",
        "case": "custom_op.module_two_signatures",
        "caught_by": {"signatures": "other output names of 'shift'", "outputs": "other answers on"},
    },
    {
        "route": "renames_an_output:cpp",
        "instead_of": "saved_model:cpp",
        "case": "custom_op.module_two_signatures",
        "caught_by": {"signatures": "other output names of 'shift'", "outputs": "other answers on"},
    },
    {
        "route": "loses_a_default:cpp",
        "instead_of": "saved_model:cpp",
        "case": "custom_op.module_two_signatures",
        "caught_by": {"signatures": "other defaults of 'project'"},
    },
    {
        "route": "leaves_a_variable_out:signature",
        "instead_of": "saved_model:signature",
        "case": "custom_op.module_two_signatures",
        "caught_by": {"weights": "calls is missing"},
    },
    {
        "route": "writes_no_fingerprint",
        "instead_of": "saved_model",
        "case": "custom_op.module_two_signatures",
        "caught_by": {"fingerprint": "there is no fingerprint"},
    },
    {
        "route": "saves_different_weights_each_time",
        "instead_of": "saved_model",
        "case": "custom_op.module_two_signatures",
        "caught_by": {"fingerprint": "other checkpoint_hash", "no_trace": "saving changed the weights"},
    },
    {
        "route": "saves_doubled_weights:restored",
        "instead_of": "saved_model:restored",
        "case": "custom_op.module_two_signatures",
        "caught_by": {"outputs": "other answers on", "weights": "matrix", "gradients": "other gradients"},
    },
    {
        "route": "takes_only_text",
        "instead_of": "saved_model",
        "case": "custom_op.module_two_signatures",
        "caught_by": {"arguments": "TypeError: unsupported operand"},
    },
    {
        "route": "saves_beside_what_is_there",
        "instead_of": "saved_model",
        "case": "custom_op.module_two_signatures",
        "caught_by": {"overwrites": "[4-9] stale files"},
    },
    {
        "route": "forgets_its_tag",
        "instead_of": "saved_model",
        "case": "custom_op.module_two_signatures",
        "caught_by": {"promises": "another tags"},
    },
    {
        "route": "promises_what_all_do",
        "instead_of": "saved_model",
        "case": "custom_op.module_two_signatures",
        "caught_by": {"promises": "tags is there without being asked for"},
    },
    {
        "route": "saved_model:cannot_be_saved_again",
        "instead_of": "saved_model:restored",
        "case": "custom_op.module_two_signatures",
        "caught_by": {"resaves": "captures tensor .* not reachable from root"},
    },
    {
        "route": "saved_model:reports_different_signatures",
        "instead_of": "saved_model:signature",
        "case": "standard.dense_classifier",
        "caught_by": {"signatures": "other signatures than Python's loader"},
    },
]


@saver(writes="saved_model")
def renames_a_signature(model, path, signatures):
    key, function = next(iter((signatures or {"serving_default": None}).items()))
    if function is None:
        function = tf.function(model, input_signature=[tf.TensorSpec((None, *model.inputs[0].shape[1:]))])
    tf.saved_model.save(model, path, signatures={f"{key}_renamed": function})


@saver(writes="saved_model")
def freezes_the_batch(model, path, signatures):
    function = tf.function(lambda inputs: model(inputs), input_signature=[tf.TensorSpec((5, 784))])
    tf.saved_model.save(model, path, signatures=function)


@saver(writes="saved_model")
def renames_an_output(model, path, signatures):
    shift = signatures["shift"]

    @tf.function(input_signature=[tf.TensorSpec((None, 2), name="x")])
    def renamed(x):
        answer = shift(x)
        return {"shifted": answer["shifted"], "total": answer["a_total"]}

    tf.saved_model.save(model, path, signatures={**signatures, "shift": renamed})


@saver(writes="saved_model")
def loses_a_default(model, path, signatures):
    project = signatures["project"]

    @tf.function(input_signature=[tf.TensorSpec((None, 2), name="x"), tf.TensorSpec((), name="factor")])
    def without_default(x, factor):
        return project(x, factor)

    tf.saved_model.save(model, path, signatures={**signatures, "project": without_default})


@saver(writes="saved_model")
def leaves_a_variable_out(model, path, signatures):
    class Partial(tf.Module):
        pass

    partial = Partial()
    partial.matrix, partial.offset = model.matrix, model.offset
    tf.saved_model.save(partial, path, signatures=signatures)


@saver(writes="saved_model")
def writes_no_fingerprint(model, path, signatures):
    tf.saved_model.save(model, path, signatures=signatures)
    os.remove(os.path.join(path, "fingerprint.pb"))


@saver(writes="saved_model")
def saves_different_weights_each_time(model, path, signatures):
    for variable in model.variables:
        variable.assign(variable + tf.cast(1, variable.dtype))
    tf.saved_model.save(model, path, signatures=signatures)


@saver(writes="saved_model")
def saves_doubled_weights(model, path, signatures):
    values = [variable.numpy() for variable in model.variables]
    for variable in model.variables:
        variable.assign(variable + variable)
    tf.saved_model.save(model, path, signatures=signatures)
    for variable, value in zip(model.variables, values):
        variable.assign(value)


@saver(writes="saved_model")
def takes_only_text(model, path, signatures):
    tf.saved_model.save(model, path + "", signatures=signatures)


@saver(writes="saved_model")
def saves_beside_what_is_there(model, path, signatures):
    chosen = os.path.join(path, "another") if os.path.exists(path) else path
    tf.saved_model.save(model, chosen, signatures=signatures)


@saver(writes="saved_model", promises={"tags": ["blue", "serve"]})
def forgets_its_tag(model, path, signatures):
    tf.saved_model.save(model, path, signatures=signatures)


@saver(writes="saved_model", promises={"tags": ["serve"]})
def promises_what_all_do(model, path, signatures):
    tf.saved_model.save(model, path, signatures=signatures)


@loader(reads=("saved_model",), asked="by_function", judged_against="graph")
def cannot_be_saved_again(path):
    root = tf.saved_model.load(path)
    nobody_tracks = tf.Variable(1.0)
    root.another = tf.function(lambda: nobody_tracks + 1.0, input_signature=[])
    return root


class WithDifferentContract(tf.__internal__.tracking.AutoTrackable):
    """A restored SavedModel that answers correctly, and reports different signatures."""

    def __init__(self, root):
        super().__init__()
        self.root = root
        functions = {key: asked_with_arrays(function) for key, function in root.signatures.items()}
        contract = {key: with_a_fixed_batch(function) for key, function in root.signatures.items()}
        object.__setattr__(self, "signatures", functions)
        object.__setattr__(self, "contract", contract)


def asked_with_arrays(function):
    return lambda **inputs: function(**{name: tf.constant(value) for name, value in inputs.items()})


def with_a_fixed_batch(function):
    return {
        "inputs": {name: described(spec, 5) for name, spec in function.structured_input_signature[1].items()},
        "outputs": {name: described(spec, None) for name, spec in function.structured_outputs.items()},
        "defaults": [],
    }


def described(spec, batch):
    return {"dtype": spec.dtype.name, "shape": [batch, *spec.shape[1:]]}


@loader(reads=("saved_model",), asked="by_signature", judged_against="graph", opaque=True)
def reports_different_signatures(path):
    return WithDifferentContract(tf.saved_model.load(path))
