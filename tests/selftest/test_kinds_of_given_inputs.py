"""Inputs of every kind that a user can give: left out, ragged, sparse and nested."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.scripts.inputs import evaluated, tensors
from tests.both_sides import wire
from tests.both_sides.routes import Route
from tests.both_sides.tensors import InputStructure, Tensor
from tests.judging.battery import ragged, sparse
from tests.judging.checks.shrinking import smallest
from tests.judging.comparison import compare
from tests.judging.literals import literal
from tests.judging.outcome import Outcome
from tests.judging.plan import cannot_apply
from tests.run.brought import DescribedCase, UnusableModel
from tests.run.session import Session
from tests.selftest.brought_in_session import describing, judged, project_with, session_with

KINDS = """
    import numpy as np
    import tensorflow as tf

    keras = tf.keras
    layers = keras.layers


    # Left out


    class Maybe(layers.Layer):
        def __init__(self, otherwise=0.0, **kwargs):
            super().__init__(**kwargs)
            self.otherwise = otherwise

        def call(self, given, more=None):
            return given + (self.otherwise if more is None else more)

        def compute_output_shape(self, given_shape, more_shape=None):
            return given_shape

        def get_config(self):
            return super().get_config()


    class Forgetful(Maybe):
        @classmethod
        def from_config(cls, config):
            return cls(otherwise=1.0, **config)


    def with_optional(layer):
        one, two = keras.Input((4,), name="one"), keras.Input((4,), name="two", optional=True)
        return keras.Model({"one": one, "two": two}, layers.Dense(2)(layer(one, two)))


    def optional():
        return with_optional(Maybe())


    def forgetful():
        return with_optional(Forgetful())


    def never_given():
        return with_optional(Maybe())


    rows = np.arange(12, dtype="float32").reshape(3, 4)


    def optional_inputs():
        return [{"one": rows, "two": None}, {"one": rows, "two": rows + 1}]


    def never_given_inputs():
        return [{"one": rows, "two": None}]


    forgetful_inputs = optional_inputs
    optional_custom_objects = never_given_custom_objects = {"Maybe": Maybe}
    forgetful_custom_objects = {"Forgetful": Forgetful}


    # Ragged and sparse


    class Sums(layers.Layer):
        def __init__(self, factor=1.0, **kwargs):
            super().__init__(**kwargs)
            self.factor = factor

        def call(self, inputs):
            if isinstance(inputs, tf.SparseTensor):
                return tf.sparse.reduce_sum(inputs, axis=1, keepdims=True) * self.factor
            return tf.reduce_sum(inputs, axis=1, keepdims=True) * self.factor

        def compute_output_shape(self, shape):
            return (shape[0], 1)

        def compute_output_spec(self, inputs):
            return keras.KerasTensor((None, 1), "float32")

        def get_config(self):
            return super().get_config()


    class Doubles(Sums):
        @classmethod
        def from_config(cls, config):
            return cls(factor=2.0, **config)


    def of_sums(layer, **kind):
        inputs = keras.Input((None,) if "ragged" in kind else (5,), **kind)
        return keras.Model(inputs, layers.Dense(2)(layer(inputs)))


    def ragged_model():
        return of_sums(Sums(), ragged=True)


    def sparse_model():
        return of_sums(Sums(), sparse=True)


    def ragged_faulty():
        return of_sums(Doubles(), ragged=True)


    def sparse_faulty():
        return of_sums(Doubles(), sparse=True)


    def ragged_model_inputs():
        return [tf.ragged.constant([[1.0, 2.0], [], [3.0]]), tf.ragged.constant([[4.0], [5.0, 6.0, 7.0]])]


    def sparse_model_inputs():
        return [tf.sparse.from_dense(np.eye(3, 5)), tf.sparse.from_dense(np.eye(2, 5, 1))]


    ragged_faulty_inputs, sparse_faulty_inputs = ragged_model_inputs, sparse_model_inputs
    ragged_model_custom_objects = sparse_model_custom_objects = {"Sums": Sums}
    ragged_faulty_custom_objects = sparse_faulty_custom_objects = {"Doubles": Doubles}


    class Serves(tf.Module):
        def __init__(self):
            self.weight = tf.Variable(1.5)

        @tf.function(input_signature=[tf.RaggedTensorSpec([None, None], tf.float32)])
        def lengths(self, rows):
            return {"sums": tf.reduce_sum(rows, axis=1) * self.weight, "lengths": rows.row_lengths()}

        @tf.function(input_signature=[tf.SparseTensorSpec([None, 5], tf.float32)])
        def dense(self, x):
            return tf.sparse.to_dense(x) * self.weight

        @tf.function(input_signature=[tf.TensorSpec([None, 2])])
        def plain(self, x):
            return x * self.weight


    class ServesSparse(tf.Module):
        def __init__(self):
            self.weight = tf.Variable(1.5)

        dense = Serves.dense


    serves = serves_drawn = serves_none = serves_other = Serves
    serves_sparse = ServesSparse


    def serves_inputs():
        return {"lengths": ragged_model_inputs(), "dense": [{"x": each} for each in sparse_model_inputs()]}


    def serves_sparse_inputs():
        return sparse_model_inputs()


    def serves_none_inputs():
        return {"plain": [{"x": None}]}


    def serves_other_inputs():
        return {"lengths": [np.ones((2, 2), "float32")]}


    # Nested


    def nested():
        one, two, three = (keras.Input((3,), name=name) for name in ("one", "two", "three"))
        return keras.Model({"one": one, "more": (two, {"three": three})}, layers.Dense(2)(one - two * three))


    def nested_inputs():
        one = np.arange(6, dtype="float32").reshape(2, 3)
        return [{"one": one, "more": (one + 1, {"three": one + 2})}, {"one": -one, "more": [one, {"three": one}]}]


    # Strings that are no texts


    def example(*numbers):
        feature = tf.train.Feature(float_list=tf.train.FloatList(value=numbers))
        return tf.train.Example(features=tf.train.Features(feature={"x": feature})).SerializeToString()


    def image(encode, number):
        return encode(tf.fill((4, 4, 3), tf.constant(number, "uint8"))).numpy()


    def pixels(image):
        decoded = tf.io.decode_image(image, 3, expand_animations=False)
        return tf.ensure_shape(tf.cast(decoded, "float32"), (4, 4, 3))


    class Bytes(tf.Module):
        def __init__(self):
            self.weight = tf.Variable(1.5)

        @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="examples")])
        def examples(self, examples):
            found = tf.io.parse_example(examples, {"x": tf.io.FixedLenFeature([2], tf.float32)})
            return {"y": found["x"] * self.weight, "same": examples}

        @tf.function(input_signature=[tf.TensorSpec([None], tf.string)])
        def images(self, images):
            decoded = tf.map_fn(pixels, images, fn_output_signature=tf.float32)
            return {"y": tf.reduce_mean(decoded, axis=[1, 2]) * self.weight}


    serves_bytes = serves_scalars = Bytes


    def serves_bytes_inputs():
        # The last bytes of the first are zeros, which arrays of bytes drop.
        examples = np.array([example(1.0, 0.0), example(2.0, -1.0)], dtype=object)
        images = [image(tf.io.encode_jpeg, 3), image(tf.io.encode_png, 200)]
        return {"examples": [examples, examples.tolist()], "images": [{"images": images}, {"images": images[:1]}]}


    def serves_scalars_inputs():
        return {"examples": [example(1.0, 0.0)]}


    class Decodes(layers.Layer):
        def call(self, inputs):
            return tf.map_fn(pixels, inputs, fn_output_signature=tf.float32)

        def compute_output_spec(self, inputs):
            return keras.KerasTensor((None, 4, 4, 3), "float32")


    def decoder():
        inputs = keras.Input((), dtype="string", name="image")
        return keras.Model(inputs, layers.Dense(2)(layers.GlobalAveragePooling2D()(Decodes()(inputs))))


    def decoder_inputs():
        images = [image(tf.io.encode_jpeg, 3), image(tf.io.encode_png, 200), image(tf.io.encode_png, 7)]
        return [images, np.array(images[:2]), tf.constant(images[1:])]


    decoder_custom_objects = {"Decodes": Decodes}


    # Wrong


    class Any(keras.Model):
        def call(self, inputs):
            return inputs["one"]


    uneven = always_none = of_objects = of_ranks = no_list = Any


    def uneven_inputs():
        return [{"one": rows}, {"one": rows, "two": None}]


    def always_none_inputs():
        return [{"one": rows, "two": None}]


    def of_objects_inputs():
        return [{"one": object()}]


    def of_ranks_inputs():
        return [{"one": rows}, {"one": rows[0]}]


    def no_list_inputs():
        return {"one": rows}
"""
ARCHIVE, WEIGHTS = "keras_archive:load_model", "weights_h5:load_weights"
BY_SIGNATURE, LAYER = "export:signature", "export:tfsm_layer"
RESTORED, OF_MODULE = "saved_model:restored", "saved_model:signature"
FAULTY = "saves_doubled_weights:restored"
OF_STRINGS = tuple(f"saved_model:{name}" for name in ("tfsm_layer", "cpp", "v1_session", "saved_model_cli"))
OF_KERAS = ("export:cpp", "export:v1_session", "export:saved_model_cli")
ROUTES = (
    *OF_STRINGS,
    *OF_KERAS,
    ARCHIVE,
    WEIGHTS,
    BY_SIGNATURE,
    LAYER,
    RESTORED,
    OF_MODULE,
    "checkpoint:read_checkpoint",
    FAULTY,
)
SOUND = {
    "optional": (ARCHIVE, WEIGHTS, BY_SIGNATURE, LAYER),
    "ragged_model": (ARCHIVE, WEIGHTS),
    "sparse_model": (ARCHIVE, WEIGHTS),
    "serves": (RESTORED, OF_MODULE, "checkpoint:read_checkpoint"),
    "serves_drawn": (RESTORED, OF_MODULE),
    "serves_sparse": (RESTORED,),
    "nested": (ARCHIVE, BY_SIGNATURE, LAYER),
    "serves_bytes": (RESTORED, OF_MODULE, *OF_STRINGS),
    "decoder": (ARCHIVE, BY_SIGNATURE, LAYER, *OF_KERAS),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """A folder with a user's module."""
    return project_with(tmp_path_factory, "kinds_of_inputs", KINDS)


@pytest.fixture
def describe(session: Session, folder: Path) -> Callable[[str], DescribedCase]:
    """A function that describes a model of the user's."""
    return describing(session, folder, "kinds_of_inputs")


@pytest.mark.parametrize("function", SOUND)
def test_a_sound_model_conforms(session, describe, function):
    described = describe(function)
    with_case, case = session_with(session, described), described.case.id
    for text in SOUND[function]:
        route = Route.parse(text)
        assert cannot_apply(described.case, *session.catalogue.parts(route)) is None
        judgements = judged(with_case, case, route, ROUTES)
        bad = {name: each.text() for name, each in judgements.items() if each.outcome is not Outcome.CONFORMS}
        assert bad == {}, text
        facts = judgements["outputs"].facts
        assert (facts["inputs_that_raise"], facts["finite_answers"] > 0) == ([], True)


@pytest.mark.parametrize(
    ("function", "route"),
    [
        ("forgetful", ARCHIVE),
        ("ragged_faulty", ARCHIVE),
        ("sparse_faulty", ARCHIVE),
        ("serves", FAULTY),
        ("serves_sparse", FAULTY),
    ],
)
def test_a_fault_of_such_a_model_is_caught(session, describe, function, route):
    described = describe(function)
    with_case = session_with(session, described)
    judgement = judged(with_case, described.case.id, Route.parse(route), ROUTES)["outputs"]
    assert judgement.outcome is Outcome.FAILS, judgement.text()
    if function == "forgetful":  # only what is left out is forgotten
        names = [each.name for each in with_case.evidence.inputs(described.case.id) if not each.is_whole]
        assert judgement.shortfalls[0].inputs == names


def test_signatures_are_not_asked_what_leaves_an_input_out_and_the_report_says_so(session, describe):
    described = describe("optional")
    with_case = session_with(session, described)
    assert "5 of them with None, which no signature is asked" in described.case.doc
    by_signature, by_model = (
        judged(with_case, described.case.id, Route.parse(route), ROUTES)["outputs"].facts
        for route in (BY_SIGNATURE, ARCHIVE)
    )
    names = ["given-1", "given-1/permuted", "given-1/sliced", "given-1/single", "given-1/repeated"]
    assert by_signature["inputs_with_none_not_asked"] == names
    assert by_model["inputs"] == by_signature["inputs"] + len(names)
    assert "inputs_with_none_not_asked" not in by_model


def test_a_model_of_which_every_input_leaves_one_out_is_judged_where_it_can_be_asked(session, describe):
    described = describe("never_given")
    with_case = session_with(session, described)
    assert judged(with_case, described.case.id, Route.parse(ARCHIVE), ROUTES)["outputs"].outcome is Outcome.CONFORMS
    assert "outputs" not in judged(with_case, described.case.id, Route.parse(BY_SIGNATURE), ROUTES)


def test_a_keras_model_of_ragged_or_sparse_tensors_has_no_signature(session, describe):
    for function in ("ragged_model", "sparse_model"):
        reason = cannot_apply(describe(function).case, *session.catalogue.parts(Route.parse(BY_SIGNATURE)))
        assert reason == "its inputs are ragged or sparse, and Keras makes signatures of dense tensors"


def test_inputs_along_the_batch_are_made_of_every_kind(describe):
    along = ["given-1", "given-2", "given-1/permuted", "given-1/sliced", "given-1/single", "given-1/repeated"]
    along += ["given-2/permuted", "given-2/single", "given-2/repeated"]
    made = describe("ragged_model").given["call"]
    assert set(made) == {*along, "given/joined"}
    assert compare(made["given-1/permuted"], ragged(np.array([[3, 0], [1, 2], [0, 0]], "float32"), [1, 2, 0])).equal
    assert made["given/joined"].rows == 5
    made = describe("sparse_model").given["call"]
    assert set(made) == {*along, "given/joined"}
    eye = np.eye(3, 5, dtype="float32")
    assert compare(made["given-1/sliced"], sparse(eye[1:], eye[1:] != 0)).equal


@pytest.mark.parametrize(
    ("function", "message"),
    [
        ("uneven", r"an input of uneven_inputs\(\) is not nested alike in all inputs: name the same keys"),
        ("always_none", r"an input of always_none_inputs\(\)\['two'\] is None in every input"),
        ("of_objects", "an input that is given holds object, and no numbers or strings"),
        ("of_ranks", r"an input of of_ranks_inputs\(\)\['one'\] has not the same rank and kind in all inputs"),
        ("no_list", r"no_list_inputs\(\) has to hold a list of inputs, and holds a dict"),
        (
            "serves_none",
            r"serves_none_inputs\(\)\['plain'\]\[0\]\['x'\] holds None; the function takes float32 of shape",
        ),
        (
            "serves_other",
            r"\['rows'\] holds float32 of shape \[2, 2\]; the function takes ragged float32 of shape",
        ),
    ],
)
def test_a_mistake_in_what_is_given_is_one_clear_line(describe, function, message):
    with pytest.raises(UnusableModel, match=message) as refused:
        describe(function)
    assert "\n" not in str(refused.value)


def test_a_script_keeps_the_zeros_at_the_ends_of_strings():
    class Tf:
        @staticmethod
        def constant(value, dtype):  # which keeps the bytes of a list as they are
            return value if isinstance(value, np.ndarray) else np.array([*value, None], object)[:-1]

    for few in ([b"a\0", b"b"], [b"a\0", b"b"] * 20, [b"a\0"] * 30 + [b"b\0\0"], [b"%d\0" % i for i in range(40)]):
        array = np.array([*few, None], object)[:-1]
        made = eval(tensors(array), {"np": np, "tf": Tf})
        assert set(made.tolist()) <= set(few)
        assert made.shape == array.shape


BATCHES = st.integers(1, 4).flatmap(
    lambda rows: st.tuples(
        st.lists(st.integers(0, 3), min_size=rows, max_size=rows), st.lists(st.integers(0, rows - 1), max_size=6)
    )
)


@settings(max_examples=100)
@given(BATCHES)
def test_rows_are_taken_and_joined_as_those_of_an_array(drawn):
    lengths, rows = drawn
    array = np.arange(1.0, 1 + 3 * len(lengths)).reshape(-1, 3)
    values, kept = array.astype("float32"), [*lengths]
    assert compare(wire.take(ragged(values, kept), rows), ragged(values[rows], [kept[row] for row in rows])).equal
    odd = values % 2 == 1
    assert compare(wire.take(sparse(values, odd), rows), sparse(values[rows], odd[rows])).equal
    twice = np.concatenate([values, values])
    assert compare(wire.join([ragged(values, kept)] * 2), ragged(twice, kept * 2)).equal
    assert compare(wire.join([sparse(values, odd)] * 2), sparse(twice, twice % 2 == 1)).equal


def test_a_failing_input_of_any_kind_is_made_small():
    structure = InputStructure.of({"one": Tensor((None, 2)), "more": (Tensor((None, None), layout="ragged"),)})
    ones = np.ones((5, 2), "float32")
    inner = wire.Ragged(ragged(ones, [2, 1, 2, 1, 0]), np.array([0, 2, 2, 5]))
    value = {"one": None, "more": (inner,)}
    found = smallest(value, structure.given_in(value), lambda each: wire.elements(each["more"][0]).sum() >= 1)
    assert [each.layout for each in structure.given_in({"one": ones, "more": None})] == ["dense"]
    assert evaluated(literal(found))["more"][0].rows == 1
    assert isinstance(evaluated(literal(found))["more"], tuple)
    assert found["one"] is None
    assert (found["more"][0].rows, wire.elements(found["more"][0]).sum()) == (1, 1.0)
