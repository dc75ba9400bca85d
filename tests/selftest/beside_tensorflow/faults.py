"""Savers and loaders that are wrong on purpose.  [beside TensorFlow]

Each is what its namesake of the real ones would be if it had one fault. The tests say which requirements must
catch it.
"""

from __future__ import annotations

import os
import time

import numpy as np
import tensorflow as tf

from . import loader, saver

keras = tf.keras


def rebuilt_by(read):
    """A loader of whole Keras models."""
    whole = ("architecture", "training")
    return loader(reads=("keras_archive",), asked="as_original", judged_against="eager", restores=whole)(read)


class AnsweringOtherwise:
    """A model that changes its answers and is the real one in everything else."""

    def __init__(self, model, change):
        self._model, self._change = model, change

    def __call__(self, inputs, training=False):
        return self._change(lambda: self._model(inputs, training=training), inputs)

    def __getattr__(self, name):
        return getattr(self._model, name)


def loaded(path, custom_objects):
    return keras.models.load_model(path, custom_objects=custom_objects)


@rebuilt_by
def drops_a_weight(path, custom_objects):
    model = loaded(path, custom_objects)
    model.variables[-1].assign(tf.zeros_like(model.variables[-1]))
    return model


@rebuilt_by
def swaps_two_weights(path, custom_objects):
    model = loaded(path, custom_objects)
    first, other = next(
        (one, two)
        for at, one in enumerate(model.variables)
        for two in model.variables[at + 1 :]
        if one.shape == two.shape
    )
    kept = np.asarray(first)
    first.assign(other)
    other.assign(kept)
    return model


@rebuilt_by
def casts_weights_to_float16(path, custom_objects):
    model = loaded(path, custom_objects)
    for variable in model.variables:
        variable.assign(np.asarray(variable).astype("float16").astype("float32"))
    return model


@rebuilt_by
def swaps_two_outputs(path, custom_objects):
    def change(answer, inputs):
        one, two = answer().items()
        return {one[0]: two[1], two[0]: one[1]}

    return AnsweringOtherwise(loaded(path, custom_objects), change)


@rebuilt_by
def casts_answers_to_float16(path, custom_objects):
    return AnsweringOtherwise(loaded(path, custom_objects), lambda answer, inputs: tf.cast(answer(), tf.float16))


@rebuilt_by
def answers_nan(path, custom_objects):
    def change(answer, inputs):
        right = answer().numpy()
        right.flat[:1] = np.nan
        return tf.constant(right)

    return AnsweringOtherwise(loaded(path, custom_objects), change)


@rebuilt_by
def answers_a_constant(path, custom_objects):
    return AnsweringOtherwise(loaded(path, custom_objects), lambda answer, inputs: tf.zeros_like(answer()) + 0.1)


@rebuilt_by
def is_off_by_one_bit(path, custom_objects):
    def change(answer, inputs):
        right = answer().numpy()
        right.flat[-1:] = np.nextafter(right.flat[-1:], np.float32(np.inf))
        return tf.constant(right)

    return AnsweringOtherwise(loaded(path, custom_objects), change)


@rebuilt_by
def swallows_exceptions(path, custom_objects):
    def change(answer, inputs):
        try:
            return answer()
        except Exception:
            return tf.zeros((tf.nest.flatten(inputs)[0].shape[0], 2))

    return AnsweringOtherwise(loaded(path, custom_objects), change)


@rebuilt_by
def raises_on_small_batches(path, custom_objects):
    def change(answer, inputs):
        if tf.nest.flatten(inputs)[0].shape[0] == 1:
            raise ValueError("planted")
        return answer()

    return AnsweringOtherwise(loaded(path, custom_objects), change)


@rebuilt_by
def needs_no_class(path, custom_objects):
    @keras.utils.register_keras_serializable(package="Conformance")
    class Scale(keras.layers.Layer):
        def __init__(self, power=1.0, **kwargs):
            super().__init__(**kwargs)
            self.power = power

        def build(self, input_shape):
            self.factor = self.add_weight(shape=(input_shape[-1],), name="factor")

        def call(self, inputs):
            return tf.pow(tf.abs(inputs), self.power) * self.factor

        def get_config(self):
            return {**super().get_config(), "power": self.power}

    return keras.models.load_model(path)


@rebuilt_by
def takes_no_scope(path, custom_objects):
    if not custom_objects:
        raise TypeError("Could not locate class 'Scale'")
    return loaded(path, custom_objects)


@loader(reads=("keras_archive",), asked="as_original", judged_against="eager", restores=("architecture",))
def asks_for_the_loss(path, custom_objects):
    return loaded(path, custom_objects)


@rebuilt_by
def refuses_without_saying_why(path, custom_objects):
    if not custom_objects:
        raise ValueError("no")
    return loaded(path, custom_objects)


@rebuilt_by
def forgets_to_compile(path, custom_objects):
    return keras.models.load_model(path, custom_objects=custom_objects, compile=False)


@rebuilt_by
def resets_the_optimizer(path, custom_objects):
    model = loaded(path, custom_objects)
    for variable in model.optimizer.variables:
        if "learning_rate" not in variable.name:
            variable.assign(tf.zeros_like(variable))
    return model


@rebuilt_by
def freezes_a_layer(path, custom_objects):
    model = loaded(path, custom_objects)
    model.layers[-1].trainable = False
    return model


@rebuilt_by
def stops_gradients(path, custom_objects):
    return AnsweringOtherwise(loaded(path, custom_objects), lambda answer, inputs: tf.stop_gradient(answer()))


@rebuilt_by
def evaluates_another_loss(path, custom_objects):
    model = loaded(path, custom_objects)
    evaluate = model.evaluate
    model.evaluate = lambda *given, **how: {**evaluate(*given, **how), "loss": 0.0}
    return model


@rebuilt_by
def cannot_be_traced(path, custom_objects):
    model = loaded(path, custom_objects)
    evaluate = model.evaluate

    def evaluate_eagerly(*given, **how):
        if not tf.config.functions_run_eagerly():
            raise RuntimeError("planted: cannot be traced")
        return evaluate(*given, **how)

    model.evaluate = evaluate_eagerly
    return model


@rebuilt_by
def raises(path, custom_objects):
    raise OSError("planted: cannot read")


@rebuilt_by
def aborts(path, custom_objects):
    os.abort()


@rebuilt_by
def aborts_when_asked(path, custom_objects):
    return AnsweringOtherwise(loaded(path, custom_objects), lambda answer, inputs: os.abort())


@rebuilt_by
def hangs(path, custom_objects):
    while True:
        time.sleep(1)


@rebuilt_by
def spins(path, custom_objects):
    while True:
        pass


@rebuilt_by
def eats_memory(path, custom_objects):
    kept = []
    while True:
        kept.append(np.ones(2**24))


@rebuilt_by
def writes_rubbish_to_its_pipe(path, custom_objects):
    for end in range(3, 64):
        try:
            os.write(end, b"rubbish, rubbish and more of it" * 100)
        except OSError:
            continue
    return loaded(path, custom_objects)


@rebuilt_by
def exits(path, custom_objects):
    os._exit(0)


@loader(reads=("weights_h5",), asked="as_original", judged_against="eager")
def loads_no_weights(path, model):
    return model


@loader(reads=("checkpoint",), asked="as_original", judged_against="eager", restores=("training",))
def reads_all_but_the_optimizer(path, model):
    kept = [np.asarray(variable) for variable in model.optimizer.variables]
    tf.train.Checkpoint(model=model).read(os.path.join(path, "model")).expect_partial()
    for variable, value in zip(model.optimizer.variables, kept):
        variable.assign(value)
    return model


@loader(reads=("saved_model",), asked="by_function", judged_against="graph")
def cannot_be_saved_again(path):
    root = tf.saved_model.load(path)
    nobody_tracks = tf.Variable(1.0)
    root.another = tf.function(lambda: nobody_tracks + 1.0, input_signature=[])
    return root


@loader(reads=("tflite",), asked="by_signature", judged_against="graph", converted=True)
def rounds_to_three_digits(path):
    from .converted import TFLiteRuntime

    runtime = TFLiteRuntime(tf.lite.Interpreter(model_path=path))

    def rounded(run):
        return lambda **inputs: {name: np.round(value, 3) for name, value in run(**inputs).items()}

    runtime.signatures = {key: rounded(run) for key, run in runtime.signatures.items()}
    return runtime


class TellingOtherwise(tf.__internal__.tracking.AutoTrackable):
    """A restored SavedModel that answers rightly, and tells of other signatures than it has."""

    def __init__(self, root):
        super().__init__()
        self.root = root
        functions = {key: asked_with_arrays(function) for key, function in root.signatures.items()}
        contract = {key: frozen(function) for key, function in root.signatures.items()}
        object.__setattr__(self, "signatures", functions)
        object.__setattr__(self, "contract", contract)


def asked_with_arrays(function):
    return lambda **inputs: function(**{name: tf.constant(value) for name, value in inputs.items()})


def frozen(function):
    return {
        "inputs": {name: told(spec, 5) for name, spec in function.structured_input_signature[1].items()},
        "outputs": {name: told(spec, None) for name, spec in function.structured_outputs.items()},
        "defaults": [],
    }


def told(spec, batch):
    return {"dtype": spec.dtype.name, "shape": [batch, *spec.shape[1:]]}


@loader(reads=("saved_model",), asked="by_signature", judged_against="graph", opaque=True)
def tells_of_another_contract(path):
    return TellingOtherwise(tf.saved_model.load(path))


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
def saves_other_weights_each_time(model, path, signatures):
    for variable in model.variables:
        variable.assign(variable + tf.cast(1, variable.dtype))
    tf.saved_model.save(model, path, signatures=signatures)


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


def archive(model, path):
    model.save(path)


def writing_archives(write):
    return saver(writes="keras_archive", file_name="model.keras", needs="holds_keras_model")(write)


@writing_archives
def changes_a_weight(model, path):
    archive(model, path)
    model.variables[0].assign(model.variables[0] + 1.0)


@writing_archives
def freezes_the_live_model(model, path):
    archive(model, path)
    model.layers[-1].trainable = False


@writing_archives
def empties_the_optimizer(model, path):
    archive(model, path)
    if model.optimizer is not None:
        model.optimizer.variables[0].assign(0)


@writing_archives
def seeds_numpy(model, path):
    archive(model, path)
    np.random.seed(1)


@writing_archives
def draws_from_tensorflow(model, path):
    archive(model, path)
    tf.random.uniform(())


@writing_archives
def registers_a_class(model, path):
    archive(model, path)
    keras.utils.get_custom_objects()["planted"] = object


@writing_archives
def changes_directory(model, path):
    archive(model, path)
    os.chdir("/")


@writing_archives
def changes_floatx(model, path):
    archive(model, path)
    keras.backend.set_floatx("float64")


@writing_archives
def writes_nothing(model, path):
    os.makedirs(path)


@writing_archives
def refuses_to_save(model, path):
    raise NotImplementedError("planted: will not")


@writing_archives
def aborts_while_saving(model, path):
    os.abort()
