"""The plan: which cells there are, in which order, and why the others cannot apply."""

from __future__ import annotations

import dataclasses

import pytest

from tests.both_sides.routes import Route
from tests.judging.cells import Cell
from tests.judging.pairs import NEW_ARTIFACTS, Pair
from tests.judging.plan import NothingMatches, Selection, select, why_nothing_applies
from tests.run.declared_names import DeclaredNames
from tests.run.request import RunRequest
from tests.run.session import Session
from tests.run.stale_rows import stale_rows
from tests.selftest.pinned import PINNED
from tests.selftest.planning import PAIR, plan, planned

OLD = Pair("2.12.1", "2.12.0", "3.11.7")


def test_a_run_judges_the_primary_routes_unless_it_is_asked_for_more(catalogue):
    def routes(**restrictions):
        cells = plan(catalogue, Selection(**restrictions))
        return {each.cell.route for each in cells if each.cell.route.loader}

    default = {route for route in catalogue.default_routes() if route.loader}
    assert routes() == default
    assert default < routes(every_route=True) == set(catalogue.routes())
    assert routes(routes=("checkpoint_m*",)) == {Route("checkpoint_manager", "restore_or_initialize")}


def test_signatures_are_compared_with_the_loader_that_is_judged_by_default_with_keras(catalogue):
    loaders = {saver: catalogue.signature_loader(saver) for saver in ("saved_model", "export", "keras_saved_model")}
    assert loaders == {
        "saved_model": "signature", "export": "signature_no_keras", "keras_saved_model": "signature",
    }  # fmt: skip


def test_every_saver_and_loader_has_a_name_for_people(catalogue):
    entries = {**catalogue.savers, **catalogue.loaders}
    named_as_upstream = {"clone_model", "load_model", "load_weights", "saved_model_cli"}
    assert {name for name, entry in entries.items() if entry.title == name} == named_as_upstream
    assert catalogue.title(Route("export", "restored")) == "Model.export, read by tf.saved_model.load"


def test_a_runtime_that_is_not_installed_is_not_applicable_and_says_how_to_get_it(catalogue):
    def cell(pair):
        cells = planned(catalogue, pair, cases=["*.affine"], routes=["export:openvino"])
        return next(each for each in cells if each.cell.requirement == "outputs")

    assert cell(PAIR).hops[NEW_ARTIFACTS] == "openvino needs openvino beside TensorFlow: pip install '.[runtimes]'"
    assert cell(PAIR).not_installed == {NEW_ARTIFACTS}
    assert cell(dataclasses.replace(PAIR, runtimes=frozenset({"openvino"}))).hops[NEW_ARTIFACTS] is None


def test_a_case_that_a_pair_cannot_build_is_not_applicable_with_its_reason(catalogue):
    case = dataclasses.replace(
        catalogue.cases["custom_layer.affine"], offered={"keras": ">=3"}, package="tensorflow-text"
    )
    catalogue = dataclasses.replace(catalogue, cases={case.id: case})

    def reasons(pair):
        cells = planned(catalogue, pair, routes=["export:cpp"])
        return next(each.hops[NEW_ARTIFACTS] for each in cells if each.cell.requirement == "outputs")

    assert reasons(PAIR) == ("custom_layer.affine needs tensorflow-text beside TensorFlow: pip install '.[text]'")
    texts = frozenset({"tensorflow-text"})
    refused = reasons(dataclasses.replace(OLD, runtimes=texts))
    assert refused == "custom_layer.affine is not offered by TensorFlow 2.12.1, Keras 2.12.0"
    assert reasons(dataclasses.replace(PAIR, runtimes=texts)) is None


def test_ids_are_sorted_and_unique(catalogue):
    cells = [each.cell for each in planned(catalogue, cases=PINNED)]
    assert cells == sorted(set(cells))


def test_what_a_pair_does_not_offer_is_one_cell_that_expects_the_refusal(catalogue):
    old = [each for each in planned(catalogue, OLD, cases=PINNED) if each.cell.route.saver == "keras_folder"]
    expecting = [each for each in old if each.refused_on]
    assert [str(each.cell) for each in expecting] == ["custom_layer.affine / keras_folder / saves"]
    reasons = {each.hops[NEW_ARTIFACTS] for each in old if not each.applies}
    assert "keras_folder is not offered by TensorFlow 2.12.1, Keras 2.12.0" in reasons
    assert all(not each.applies for each in old if each not in expecting)


def test_without_a_compiler_the_compiled_op_is_not_applicable(catalogue):
    cases = {
        name: dataclasses.replace(case, unavailable="no C++ compiler") if case.op_library else case
        for name, case in catalogue.cases.items()
    }
    without = planned(dataclasses.replace(catalogue, cases=cases), cases=["custom_op.compiled"])
    assert {each.hops[NEW_ARTIFACTS] for each in without} == {"no C++ compiler"}


def test_globs_select_cases_routes_and_the_savers_of_routes(catalogue):
    chosen = planned(catalogue, cases=["*.affine"], routes=["h5:load_model"])
    assert {each.cell.case for each in chosen} == {"custom_layer.affine"}
    assert {str(each.cell.route) for each in chosen} == {"h5", "h5:load_model"}


@pytest.mark.parametrize(
    ("cases", "routes", "message"),
    [
        (["qqqqqqqq*"], [], r"no case matches 'qqqqqqqq\*'; there are [0-9]+: docs/catalogue.md lists them"),
        (["standrad.*"], [], r"no case matches 'standrad\.\*'; did you mean .*standard\.\*"),
        (["*", "custom_layer.afine"], [], "did you mean custom_layer.affine"),
        ([], ["h5:signature"], r"no route matches 'h5:signature'; did you mean .*signature"),
        ([], ["h5:loadmodel"], r"did you mean h5:load_model"),
        ([], ["keras_archiv"], r"did you mean keras_archive"),
    ],
)
def test_a_glob_that_matches_nothing_is_refused_with_the_nearest_names(catalogue, cases, routes, message):
    with pytest.raises(NothingMatches, match=message) as refused:
        planned(catalogue, cases=cases, routes=routes)
    assert len(str(refused.value)) < 200


def test_the_sources_say_which_cases_and_routes_there_are(catalogue):
    names = DeclaredNames.read()
    assert set(names.cases) == {name for name, case in catalogue.cases.items() if not case.brought}
    real = {name: saver for name, saver in catalogue.savers.items() if saver.doc}  # a planted fault has no docstring
    routes = [
        str(Route(saver.name, loader.name))
        for saver in real.values()
        for loader in catalogue.loaders.values()
        if loader.doc and saver.writes in loader.reads
    ]
    assert sorted(names.routes) == sorted([*real, *routes])


def test_what_the_sources_do_not_say_plainly_is_left_to_the_catalogue(tmp_path):
    (tmp_path / "family").mkdir()
    (tmp_path / "family" / "file.py").write_text("for n in 'ab':\n    case(inputs=1)(make(n))\n")
    (tmp_path / "route_declaration.py").touch()
    (tmp_path / "file.py").write_text("@saver(writes=made())\ndef a(): pass\n")
    assert DeclaredNames.read(tmp_path, tmp_path) == DeclaredNames(None, None)


def test_why_nothing_applies(catalogue):
    plan = planned(catalogue, cases=["standard.dense_classifier"], routes=["h5:load_model"])
    assert why_nothing_applies(plan) == {}
    cannot = [each for each in plan if not each.applies]
    assert len(cannot) > 2
    reasons = why_nothing_applies(cannot)
    assert reasons["the case has no custom objects"] == 1
    assert sum(reasons.values()) == len(cannot)
    assert list(reasons.values()) == sorted(reasons.values(), reverse=True)


def test_select_keeps_the_order_of_the_names():
    assert select(["b", "*"], ["a", "b"], "case") == ["a", "b"]


def test_a_gate_has_the_control_first_and_a_saver_no_hop_between_pairs(session, catalogue):
    request = RunRequest({"A": session.request.sides["B"], "B": session.request.sides["B"]}, rollback=True)
    assert [str(hop) for hop in request.hops] == ["A>A", "A>B", "B>B", "B>A"]
    selection = Selection(("*.affine",), ("export:cpp",))
    cells = plan(catalogue, selection, {"A": OLD, "B": PAIR}, request.hops)
    hops = {str(each.cell): [str(hop) for hop in each.hops] for each in cells}
    assert hops["custom_layer.affine / export / saves"] == ["A>A", "B>B"]
    assert hops["custom_layer.affine / export:cpp / loads"] == ["A>A", "A>B", "B>B", "B>A"]


def test_a_row_that_speaks_of_the_pair_and_of_no_cell_is_stale(session: Session):
    assert stale_rows(session) == []
    (row, *_) = session.deviations.rows
    place = dataclasses.replace(row.places[0], case=("nothing.*",), pairs=())
    pointless = dataclasses.replace(row, id="pointless", places=(place,))
    place = dataclasses.replace(place, saved_with={"keras": "<2"})
    elsewhere = dataclasses.replace(pointless, id="elsewhere", places=(place,))
    rows = dataclasses.replace(session.deviations, rows=(*session.deviations.rows, pointless, elsewhere))
    stale = stale_rows(dataclasses.replace(session, deviations=rows))
    assert [each.id for each in stale] == ["pointless"]


def test_a_case_that_is_special_in_training_alone_is_judged_where_training_is_restored(catalogue):
    def reasons(route: str) -> set:
        cells = planned(catalogue, cases=["standard.nadam_product"], routes=[route])
        return {each.hops[NEW_ARTIFACTS] for each in cells if each.cell.route.loader}

    assert None in reasons("keras_archive:load_model")
    assert reasons("export:signature") == {
        "signature does not restore training, and only training is special about the case"
    }
    savers = planned(catalogue, cases=["standard.nadam_product"])
    assert any(each.applies and str(each.cell).endswith("/ export / no_trace") for each in savers)


def test_on_default_routes_it_is_saved_in_ways_that_restore_training(catalogue):
    def savers(case: str) -> set:
        cells = plan(catalogue, Selection(cases=(case,)))
        return {each.cell.route.saver for each in cells if each.applies}

    assert savers("standard.nadam_product") == {"checkpoint", "h5", "keras_archive"}
    assert {"export", "saved_model", "weights_h5"} < savers("standard.batch_norm_trained")


def test_the_variables_of_a_module_without_functions_are_judged_where_they_can_be_reached(catalogue):
    cells = [each.cell for each in planned(catalogue, cases=["*.module_without_functions"]) if each.applies]
    asked = {catalogue.loaders[cell.route.loader].asked for cell in cells if cell.route.loader}
    assert asked == {"as_original", "by_function"}
    assert "weights" in {cell.requirement for cell in cells}
    assert "outputs" not in {cell.requirement for cell in cells}
    assert "v1_builder" not in {cell.route.saver for cell in cells}


def test_a_cell_reads_as_case_route_requirement():
    cell = Cell("a.b", Route("saver", "loader"), "outputs")
    assert str(cell) == "a.b / saver:loader / outputs"
    assert Cell.parse(str(cell)) == cell
    assert Route.parse("saver") == Route("saver") < Route("saver", "loader")
