"""A user's compiled model is trained: on the data beside its function, or on targets made for its losses."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from reports.document.rows import Row
from reports.scripts import scripts
from tests.both_sides.routes import Route
from tests.judging.cells import Cell
from tests.judging.judgement import Judgement, judge
from tests.judging.outcome import Outcome
from tests.judging.pairs import NEW_ARTIFACTS
from tests.judging.plan import cannot_apply
from tests.judging.requirement import requirements
from tests.judging.seen import Seen
from tests.run.brought import DescribedCase, UnusableModel
from tests.run.session import Session
from tests.selftest.brought_in_session import describing, project_with, session_with

TRAINED = """
    import itertools

    import numpy as np
    import tensorflow as tf

    keras = tf.keras
    L = keras.layers
    ROWS = np.linspace(-1, 1, 30, dtype="float32").reshape(10, 3)


    def dense(units=2, activation=None, name="only"):
        return keras.Sequential([keras.Input((3,)), L.Dense(units, activation=activation, name=name)])


    def compiled(model, loss, optimizer="adam", **further):
        model.compile(optimizer, loss, **further)
        return model


    # Targets that losses ask for


    def labels():
        return compiled(dense(5, "softmax"), "sparse_categorical_crossentropy", metrics=["accuracy"])


    def labels_of_instance():
        return compiled(dense(5), keras.losses.SparseCategoricalCrossentropy(from_logits=True))


    def one_hot():
        return compiled(dense(4, "softmax"), keras.losses.categorical_crossentropy)


    def bits():
        return compiled(dense(1, "sigmoid"), keras.losses.BinaryCrossentropy(), metrics=["AUC"])


    def numbers():
        return compiled(dense(2), "mse")


    class MaskedLabels(keras.losses.Loss):
        def call(self, labels, answers):
            return keras.losses.sparse_categorical_crossentropy(labels, answers, from_logits=True)


    def own_loss_of_labels():
        return compiled(dense(3), MaskedLabels(name="own"))


    own_loss_of_labels_custom_objects = {"MaskedLabels": MaskedLabels}


    def branches(as_dict):
        given = keras.Input((3,))
        outputs = {
            "size": L.Dense(1, name="size")(given),
            "kind": L.Dense(4, activation="softmax", name="kind")(given),
        }
        return keras.Model(given, outputs if as_dict else list(outputs.values()))


    def losses_by_name():
        return compiled(branches(True), {"kind": "sparse_categorical_crossentropy", "size": "mae"})


    def losses_by_name_of_list():
        return compiled(branches(False), {"kind": "sparse_categorical_crossentropy", "size": "mae"})


    def listed_losses():
        return compiled(branches(False), ["mae", keras.losses.CategoricalCrossentropy()])


    def one_loss_only():
        return compiled(branches(True), {"kind": "sparse_categorical_crossentropy"})


    def no_loss_for_one():
        return compiled(branches(False), [None, "sparse_categorical_crossentropy"])


    @keras.utils.register_keras_serializable("trained")
    class Autoencoder(keras.Model):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.head = L.Dense(3)

        def call(self, inputs):
            return self.head(inputs)

        def train_step(self, data):
            x = data[0] if isinstance(data, tuple) else data
            with tf.GradientTape() as tape:
                loss = tf.reduce_mean((self(x, training=True) - x) ** 2)
            gradients = tape.gradient(loss, self.trainable_variables)
            self.optimizer.apply_gradients(zip(gradients, self.trainable_variables))
            return {"loss": loss}


    def only_features():
        return compiled(Autoencoder(), None)


    def only_features_inputs():
        return [ROWS[:2]]


    class Penalty(L.Layer):
        def call(self, inputs):
            self.add_loss(tf.reduce_mean(inputs**2))
            return inputs


    def added_loss():
        model = keras.Sequential([keras.Input((3,)), L.Dense(2), Penalty()])
        return compiled(model, None)


    added_loss_custom_objects = {"Penalty": Penalty}


    def fixed_batch():
        return compiled(keras.Sequential([keras.Input(batch_shape=(6, 3)), L.Dense(2)]), "mse")


    def dropout():
        return compiled(keras.Sequential([keras.Input((3,)), L.Dropout(0.5), L.Dense(2)]), "mse")


    def small_words():
        # The suite's integers are too large for it, and the user's are not.
        inputs = keras.Input((2,), dtype="int32")
        hot = Refusing()(inputs)
        return compiled(keras.Model(inputs, L.Dense(2)(hot)), "mse")


    class Refusing(L.Layer):
        def call(self, inputs):
            with tf.control_dependencies([tf.debugging.assert_less(inputs, 3)]):
                return tf.cast(inputs, "float32")

        def compute_output_spec(self, inputs):
            return keras.KerasTensor(inputs.shape, "float32")


    small_words_custom_objects = {"Refusing": Refusing}


    def small_words_inputs():
        return [np.array([[0, 1], [2, 1], [1, 1]], "int32")]


    # Data that a user gives


    def given():
        model = compiled(dense(2), "mse")
        model.fit(ROWS, ROWS[:, :2], verbose=0)
        return model


    def given_training_data():
        return ROWS.astype("float64"), ROWS[:, :2], np.linspace(1, 2, 10)


    given_few, given_by_name = given, losses_by_name
    given_nested, given_no_targets = losses_by_name_of_list, only_features


    def given_few_training_data():
        return [[1.0, 2.0, 3.0], [3.0, 2.0, 1.0]], [[1, 2], [2, 1]]


    def given_nested_training_data():
        return ROWS, [ROWS[:, :1], np.arange(10) % 4]


    def given_by_name_training_data():
        return tf.constant(ROWS), {"kind": list(range(4)) * 2 + [1, 1], "size": tf.constant(ROWS[:, :1])}


    given_no_targets_inputs = only_features_inputs


    def given_no_targets_training_data():
        return ROWS, None


    @keras.utils.register_keras_serializable("trained")
    class Contrasting(Autoencoder):
        def train_step(self, data):
            x, group = data
            with tf.GradientTape() as tape:
                weights = tf.gather(tf.constant([0.5, 2.0, 3.0]), group)
                loss = tf.reduce_mean(weights * tf.reduce_sum(self(x, training=True) ** 2, axis=1))
            gradients = tape.gradient(loss, self.trainable_variables)
            self.optimizer.apply_gradients(zip(gradients, self.trainable_variables))
            return {"loss": loss}


    def groups():
        return compiled(Contrasting(), None)


    groups_inputs = only_features_inputs


    def groups_training_data():
        return ROWS, np.arange(10) % 3


    # What cannot be compared after training


    ungiven_groups, ungiven_groups_inputs = groups, only_features_inputs


    def needs_other_targets():
        def loss(targets, answers):
            return tf.reduce_mean((answers - targets["of its own"]) ** 2)

        return compiled(dense(2), loss)


    def becomes_infinite():
        def loss(targets, answers):
            return tf.reduce_mean(answers * float("inf"))

        return compiled(dense(2), loss)


    @keras.utils.register_keras_serializable("trained")
    class Noisy(Autoencoder):
        def call(self, inputs, training=False):
            answered = self.head(inputs)
            return answered + tf.random.normal(tf.shape(answered)) if training else answered


    def noisy():
        return compiled(Noisy(), None)


    noisy_inputs = only_features_inputs


    def not_compiled():
        return dense(2)


    # Wrong


    nothing = generated = uneven = unequal = raising = untrainable = no_numbers = alone = empty = given
    small_batch = fixed_batch
    unmade, unmade_training_data = given, [ROWS, ROWS]


    def nothing_training_data():
        return None


    def generated_training_data():
        return ((ROWS, ROWS) for _ in itertools.count())


    def uneven_training_data():
        return ROWS, ROWS[:4, :2]


    def unequal_training_data():
        return ROWS, ROWS[:, :2], np.ones(3)


    def raising_training_data():
        return {}["no file"]


    def untrainable_training_data():
        return ROWS, {"another": ROWS}


    def no_numbers_training_data():
        return ROWS, [object()] * 10


    def alone_training_data():
        return ROWS


    def empty_training_data():
        return ROWS[:0], ROWS[:0, :2]


    def small_batch_training_data():
        return ROWS[:5], ROWS[:5, :2]
"""
ARCHIVE, CHECKPOINT, WEIGHTS = "keras_archive:load_model", "checkpoint:read_checkpoint", "weights_h5:load_weights"
RESETS = "keras_archive:resets_the_optimizer"
WRONG_LOSS = "keras_archive:evaluates_to_a_wrong_loss"
ROUTES = (ARCHIVE, CHECKPOINT, RESETS, WRONG_LOSS)
# The dtype and the shape of the targets on which a model is trained, by name or in order.
TARGETS = {
    "labels": "int32[8]",
    "labels_of_instance": "int32[8]",
    "one_hot": "float32[8, 4]",
    "bits": "float32[8, 1]",
    "numbers": "float32[8, 2]",
    "own_loss_of_labels": "int32[8]",
    "losses_by_name": {"size": "float32[8, 1]", "kind": "int32[8]"},
    "losses_by_name_of_list": ["float32[8, 1]", "int32[8]"],
    "listed_losses": ["float32[8, 1]", "float32[8, 4]"],
    "one_loss_only": {"size": "float32[8, 1]", "kind": "int32[8]"},
    "no_loss_for_one": ["float32[8, 1]", "int32[8]"],
    "only_features": None,
    "added_loss": None,
    "fixed_batch": "float32[6, 2]",
    "dropout": "float32[8, 2]",
    "small_words": "float32[8, 2]",
    "given": "float32[8, 2]",
    "given_few": "int64[2, 2]",
    "given_nested": ["float32[8, 1]", "int64[8]"],
    "given_by_name": {"size": "float32[8, 1]", "kind": "int64[8]"},
    "given_no_targets": None,
    "groups": "int64[8]",
}
UNTRAINED = {
    "ungiven_groups": r"raises \w+: .*: put ungiven_groups_training_data\(\), which returns features and targets, b",
    "needs_other_targets": r"targets that were made raises \w+: .*: put needs_other_targets_training_data\(\)",
    "becomes_infinite": r"leaves weights that are not finite: put becomes_infinite_training_data\(\)",
    "noisy": r"trained twice from the same state, it ends with other weights",
}
WRONG = {
    "nothing": r"nothing_training_data\(\) has to return a tuple of features and targets, .* and returns None",
    "generated": r"generated_training_data\(\) has to return a tuple of features and targets, .* returns a generator",
    "alone": r"alone_training_data\(\) has to return a tuple of features and targets, .* returns a ndarray",
    "uneven": r"uneven_training_data\(\) returns features of 10, targets of 4 rows: all have to have the same number",
    "unequal": r"unequal_training_data\(\) returns features of 10, targets of 10, sample weights of 3 rows",
    "raising": r"raising_training_data\(\) raises KeyError: 'no file'",
    "untrainable": r"training on what untrainable_training_data\(\) returns raises \w+: ",
    "no_numbers": r"no_numbers_training_data\(\): an input that is given holds object, and no numbers or strings",
    "empty": r"empty_training_data\(\) returns 0 rows: the model takes batches of at least 1",
    "small_batch": r"small_batch_training_data\(\) returns 5 rows: the model takes batches of 6",
    "unmade": r"unmade_training_data is a list, and has to be a function$",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """A folder with a user's module."""
    return project_with(tmp_path_factory, "trained_models", TRAINED)


@pytest.fixture
def describe(session: Session, folder: Path) -> Callable[[str], DescribedCase]:
    """A function that describes a model of the user's."""
    return describing(session, folder, "trained_models")


def after_training(session: Session, case: str, route: Route) -> Judgement:
    """Return the judgement of resumed training."""
    evidence = dataclasses.replace(session.evidence, routes=frozenset(map(Route.parse, ROUTES)), over_pairs=False)
    return judge(requirements()["resumed_training"], Seen(evidence, NEW_ARTIFACTS, case, route))


def forms(targets):
    """Return the dtype and the shape of each array, in the structure of the targets."""
    if isinstance(targets, dict):
        return {key: forms(part) for key, part in targets.items()}
    if isinstance(targets, (list, tuple)):
        return [forms(part) for part in targets]
    return None if targets is None else f"{targets.dtype}{list(targets.shape)}"


@pytest.mark.parametrize("function", TARGETS)
def test_a_compiled_model_is_trained_on_what_it_asks_for(session, describe, function):
    described = describe(function)
    assert described.case.untrainable is None
    assert forms(described.training_data.targets) == TARGETS[function]
    with_case = session_with(session, described)
    for route in (ARCHIVE, CHECKPOINT):
        resumed = after_training(with_case, described.case.id, Route.parse(route))
        blocked = resumed.outcome is Outcome.BLOCKED and resumed.blocked_by == "random_state"
        assert resumed.outcome is Outcome.CONFORMS or blocked, f"{route}: {resumed.text()}"
        assert not blocked or function == "dropout"


def test_made_labels_and_bits_are_those_that_losses_take(describe):
    labels, hot, bits = (describe(name).training_data.targets for name in ("labels", "one_hot", "bits"))
    assert set(labels.tolist()) == {0, 2, 4}
    assert (hot.sum(axis=1) == 1).all()
    assert set(np.unique(bits)) == {0, 1}


def test_given_data_is_what_the_user_returns(describe):
    data = describe("given").training_data
    assert (data.features.dtype, data.weights.tolist()) == (
        "float32",
        np.linspace(1, 2, 10, dtype="float32")[:8].tolist(),
    )
    assert data.targets.tolist() == data.features[:, :2].tolist()
    assert data.is_given


@pytest.mark.parametrize("function", UNTRAINED)
def test_what_cannot_be_compared_after_training_says_why(session, describe, function):
    case = describe(function).case
    saver, loader = session.catalogue.parts(Route.parse(ARCHIVE))
    reason = requirements()["resumed_training"].not_applicable(case, saver, loader)
    assert reason == case.untrainable
    assert re.search(UNTRAINED[function], reason), reason
    assert "\n" not in reason
    assert cannot_apply(case, saver, loader) is None


def test_a_model_that_is_not_compiled_is_not_trained(session, describe):
    described = describe("not_compiled")
    saver, loader = session.catalogue.parts(Route.parse(ARCHIVE))
    assert described.training_data is None
    reason = requirements()["resumed_training"].not_applicable(described.case, saver, loader)
    assert reason == "the case is not compiled"


@pytest.mark.parametrize("function", WRONG)
def test_wrong_training_data_is_one_clear_line(describe, function):
    with pytest.raises(UnusableModel, match=WRONG[function]) as refused:
        describe(function)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("function", ["given", "given_few", "labels", "one_hot", "only_features"])
@pytest.mark.parametrize("route", [RESETS, WRONG_LOSS])
def test_a_fault_is_caught_and_its_script_shows_it(session, describe, forking, tmp_path, function, route):
    described = describe(function)
    if route == WRONG_LOSS and not described.training_data.evaluates:
        return
    with_case, faulty = session_with(session, described), Route.parse(route)
    judgement = after_training(with_case, described.case.id, faulty)
    if route == RESETS and "trained" not in described.case.traits:
        assert judgement.outcome is Outcome.CONFORMS  # it has nothing to lose
        return
    assert judgement.outcome is Outcome.FAILS, judgement.text()
    row = Row.of(Cell(described.case.id, faulty, "resumed_training"), judgement)
    for shown_on, shows in ((faulty, True), (Route.parse(ARCHIVE), False)):
        text = scripts.script(dataclasses.replace(row, route=shown_on), with_case).text()
        shown = forking.execute(text, tmp_path / str(shows))
        assert shown.verdict is shows, f"{text}\n{shown}"
