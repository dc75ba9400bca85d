"""Key differences: each square names its reader, counts models, and is filled by a default run."""

from __future__ import annotations

import dataclasses

import pytest

from reports.document.rows import Row
from reports.page import differences, page
from reports.page.differences import Answer, Reading, Square
from tests.both_sides.catalogue import Catalogue
from tests.judging.pairs import NEW_ARTIFACTS, Pair
from tests.judging.plan import Planner, Selection
from tests.judging.requirement import Shortfall, Symptom, requirements
from tests.selftest.made_documents import TITLES, document, gate, row

RUNTIMES = frozenset({"ai-edge-litert", "onnx", "onnxruntime", "openvino", "tf2onnx"})
WITH_KERAS_3 = Pair("2.21.0", "3.15.1", "3.11.7", runtimes=RUNTIMES)
WITH_KERAS_2 = Pair("2.15.1", "2.15.0", "3.11.7")


def squares(*rows: Row) -> dict[tuple[str, str], Square]:
    return {
        (line.question, way.name): square
        for line in differences.table(document(rows, titles=TITLES))
        for way, square in zip(differences.ways(), line.squares, strict=True)
    }


def reading(question: str, way: str, *rows: Row, at: int = 0) -> Reading:
    return squares(*rows)[question, way].readings[at]


@pytest.fixture(scope="module")
def real_catalogue(session) -> Catalogue:
    """The catalogue without the planted faults."""
    whole = session.catalogue
    savers = {name: saver for name, saver in whole.savers.items() if saver.doc}
    return dataclasses.replace(
        whole, savers=savers, loaders={name: loader for name, loader in whole.loaders.items() if loader.doc}
    )


def test_every_square_with_a_reader_is_filled_by_a_default_run(real_catalogue):
    judged = set()
    for pair in (WITH_KERAS_3, WITH_KERAS_2):
        plan = Planner(real_catalogue, requirements(), {"B": pair}, [NEW_ARTIFACTS]).plan(Selection())
        judged |= {(each.cell.route, each.cell.requirement) for each in plan if each.applies}
    asked = {
        (route, requirement)
        for question in differences.questions()
        for route in question.routes
        for requirement in question.requirements
    }
    assert asked - judged == set()


def test_every_route_of_a_question_belongs_to_a_way_and_every_empty_square_says_why():
    savers = {saver for way in differences.ways() for saver in way.savers}
    for question in differences.questions():
        assert {route.saver for route in question.routes} <= savers, question.name
        assert all(route.loader for route in question.routes), question.name
        ways = [way for way in differences.ways() if not {route.saver for route in question.routes} & {*way.savers}]
        assert bool(ways) == bool(question.otherwise), question.name


@pytest.mark.parametrize(
    ("outcomes", "answer", "holding", "models"),
    [
        (["conforms", "conforms"], "all", 2, 2),
        (["conforms", "deviates"], "some", 1, 2),
        (["fails", "blocked"], "none", 0, 2),
        (["conforms", "n/a"], "all", 1, 1),
        (["n/a", "n/a"], "not offered", 0, 0),
        ([], "not judged", 0, 0),
    ],
)
def test_a_key_difference_is_counted(outcomes, answer, holding, models):
    rows = [row(f"standard.{i}", "h5:load_model", "outputs", each) for i, each in enumerate(outcomes)]
    found = reading("The same answers", "model.save, .h5", *rows)
    assert (str(found.answer), found.holding, found.models) == (answer, holding, models)
    assert reading("The same answers", "Model.export", *rows).answer is Answer.NOT_JUDGED


def test_a_model_counts_once_however_many_cells_it_has():
    rows = [
        row("standard.a", "checkpoint:read_checkpoint", "training_state"),
        row("standard.a", "checkpoint:read_checkpoint", "resumed_training", "deviates"),
        row("standard.b", "checkpoint:read_checkpoint", "training_state"),
    ]
    found = reading("Optimizer and training state", "tf.train.Checkpoint", *rows)
    assert (found.holding, found.models, found.shortfalls) == (1, 2, "1 silent")


def test_readers_are_not_added_up_and_each_is_named():
    rows = [
        row("standard.a", "saved_model:signature", "outputs"),
        row("standard.a", "saved_model:restored", "outputs", "deviates"),
        row("standard.a", "saved_model:cpp", "outputs", "deviates"),
    ]
    by_signature, by_function = squares(*rows)["The same answers", "tf.saved_model.save"].readings
    assert (by_signature.reader, by_signature.holding, by_signature.models) == ("tf.saved_model.load", 1, 1)
    assert (by_function.reader, by_function.holding, by_function.models) == ("restored", 0, 1)
    text = page.of_run(document(rows, titles=TITLES), {})
    assert "read by tf.saved_model.load</small>" in text
    assert "no such path" not in text


def short(case: str, message: str, requirement: str = "weights") -> Row:
    found = (Shortfall(message),)
    return row(case, "keras_archive:load_model", requirement, "deviates", message=message, shortfalls=found)


def test_consequences_are_told_apart():
    renamed = short("standard.a", "the variables have other paths", "renamed")
    wrong = short("standard.b", "kernel differs in its values")
    right = row("standard.c", "keras_archive:load_model", "weights")
    question = ("Every weight, in its place", "model.save, .keras")
    found = reading(*question, renamed, wrong, right)
    assert (found.answer, found.holding, found.shortfalls) == (Answer.SOME, 1, "1 silent, 1 renamed")
    assert reading(*question, renamed).answer is Answer.RENAMED
    assert reading(*question, renamed, right).answer is Answer.RENAMED
    assert reading(*question, renamed, wrong).answer is Answer.SOME
    assert reading(*question, wrong).answer is Answer.NONE
    assert "<small>1 silent, 1 renamed</small>" in page.of_run(document([renamed, wrong, right]), {})


@pytest.mark.parametrize(
    ("symptom", "consequence"), [(Symptom.CRASH, "1 crash"), (Symptom.EXCEPTION, "1 refused"), (None, "1 refused")]
)
@pytest.mark.parametrize("blocked_by", ["saves", "loads"])
def test_a_blocked_cell_has_the_consequence_of_what_blocks_it(symptom, consequence, blocked_by):
    blocked = row("standard.a", "h5:load_model", "weights", "blocked", blocked_by=blocked_by)
    route = "h5" if blocked_by == "saves" else "h5:load_model"
    found = (Shortfall("it failed", symptom=symptom),) if symptom else ()
    rows = [row("standard.a", route, blocked_by, "deviates", shortfalls=found), blocked]
    assert reading("Every weight, in its place", "model.save, .h5", *rows).shortfalls == consequence


@pytest.mark.parametrize(("needed", "answer"), [([], Answer.ALL), (["Affine"], Answer.NONE)])
def test_without_the_class_counts_only_where_nothing_is_needed(needed, answer):
    cell = row("custom_layer.affine", "keras_archive:load_model", "custom_objects", facts={"needs": needed})
    found = reading("Works without the custom class", "model.save, .keras", cell)
    assert (found.answer, found.shortfalls) == (answer, "1 refused" if needed else "")


@pytest.mark.parametrize(
    ("message", "answer"),
    [
        ("keras_saved_model is not offered by TensorFlow 2.21.0", Answer.NOT_OFFERED),
        ("x needs openvino beside TensorFlow: pip install '.[runtimes]'", Answer.NOT_INSTALLED),
    ],
)
def test_what_a_pair_does_not_have_is_said_before_what_does_not_suit_a_case(message, answer):
    rows = [
        row(f"standard.{i}", "keras_saved_model:load_model", "outputs", "n/a", message=each)
        for i, each in enumerate(["it is for Keras models only", "it is for Keras models only", message])
    ]
    found = reading("The same answers", "model.save, SavedModel (Keras 2)", *rows)
    assert (found.answer, found.why) == (answer, message)


def test_what_is_refused_because_it_is_not_offered_is_not_judged():
    cell = row("standard.a", "keras_saved_model:load_model", "loads", facts={"refused_with": "ValueError"})
    assert reading("It loads", "model.save, SavedModel (Keras 2)", cell).answer is Answer.NOT_OFFERED


def test_reading_over_pairs_is_asked_only_where_there_is_such_a_hop():
    assert "Read by the newer pair" not in {line.question for line in differences.table(document([]))}
    lines = {line.question: line for line in differences.table(gate())}
    names = [way.name for way in differences.ways()]
    (found,) = lines["Read by the newer pair"].squares[names.index("model.save, .h5")].readings
    assert (found.holding, found.models) == (1, 2)
    assert "Read by the older pair" not in lines
