"""The plan: which cells there are is pinned, and why the others cannot apply."""

from __future__ import annotations

import collections
import dataclasses

import pytest

from tests.cells import Cell, NothingMatches, Pair, all_routes, plan, select
from tests.requirement import requirements
from tests.seen import Hop
from tests.session import Session, Wanted

PAIR = Pair("2.21.0", "3.15.1", "3.11.7")
OLD = Pair("2.12.1", "2.12.0", "3.11.7")
HOP = Hop("B", "B")
JUDGED = {
    "saves": 55,
    "loads": 146,
    "architecture": 20,
    "custom_objects": 44,
    "no_trace": 54,
    "outputs": 146,
    "signatures": 96,
    "training_state": 4,
    "weights": 122,
}
NOT_APPLICABLE = {
    "export writes Keras models only": 120,
    "h5 writes Keras models only": 64,
    "keras_archive writes Keras models only": 64,
    "keras_models_save writes Keras models only": 64,
    "weights_h5 writes Keras models only": 36,
    "keras_models_save is not offered by TensorFlow 2.21.0, Keras 3.15.1": 95,
    "the case has no custom objects": 102,
    "a Keras model has no signatures": 70,
    "a SavedModel is loaded without a config": 192,
    "the model is built from its own source": 96,
    "the case is not compiled": 24,
    "a session of the C++ loader gives no variables": 24,
}


@pytest.fixture
def catalogue(session) -> dict:
    """The catalogue without the planted faults."""
    told = session.evidence.catalogue
    routes = {
        what: {name: entry for name, entry in told["routes"][what].items() if entry["doc"]}
        for what in ("savers", "loaders")
    }
    return {**told, "routes": routes}


def planned(catalogue, pair=PAIR, cases=(), routes=()):
    return plan(catalogue, requirements(), {"B": pair}, [HOP], list(cases), list(routes))


def test_the_number_of_cells_of_each_requirement_is_pinned(catalogue):
    counts = collections.Counter(each.cell.requirement for each in planned(catalogue) if each.applies)
    assert dict(counts) == JUDGED


def test_the_reasons_for_not_applicable_are_pinned(catalogue):
    counts = collections.Counter(each.hops[HOP] for each in planned(catalogue) if not each.applies)
    assert dict(counts) == NOT_APPLICABLE


def test_the_routes_are_these(catalogue):
    assert [route for route in all_routes(catalogue) if not route.startswith("keras_models_save")] == [
        "export:cpp",
        "export:restored",
        "export:signature",
        "export:signature_no_keras",
        "h5:load_model",
        "h5:load_weights",
        "keras_archive:load_model",
        "keras_archive:load_weights",
        "saved_model:cpp",
        "saved_model:restored",
        "saved_model:signature",
        "saved_model:signature_no_keras",
        "weights_h5:load_weights",
    ]


def test_ids_are_sorted_and_unique(catalogue):
    cells = [each.cell for each in planned(catalogue)]
    assert cells == sorted(set(cells))


def test_what_a_pair_does_not_offer_is_one_cell_that_expects_the_refusal(catalogue):
    old = [each for each in planned(catalogue, OLD) if each.cell.saver == "export"]
    expecting = [each for each in old if each.refused_on]
    assert [str(each.cell) for each in expecting] == ["custom_layer.affine / export / saves"]
    reasons = {each.hops[HOP] for each in old if not each.applies}
    assert "export is not offered by TensorFlow 2.12.1, Keras 2.12.0" in reasons
    assert all(not each.applies for each in old if each not in expecting)


def test_without_a_compiler_the_compiled_op_is_not_applicable(catalogue):
    cases = {
        name: {**case, "unavailable": "no C++ compiler"} if case["op_library"] else case
        for name, case in catalogue["cases"].items()
    }
    without = planned({**catalogue, "cases": cases}, cases=["custom_op.compiled"])
    assert {each.hops[HOP] for each in without} == {"no C++ compiler"}


def test_globs_select_cases_routes_and_the_savers_of_routes(catalogue):
    chosen = planned(catalogue, cases=["*.affine"], routes=["h5:load_model"])
    assert {each.cell.case for each in chosen} == {"custom_layer.affine"}
    assert {each.cell.route for each in chosen} == {"h5", "h5:load_model"}


@pytest.mark.parametrize(("cases", "routes"), [(["nothing*"], []), ([], ["h5:signature"]), (["*", "x"], [])])
def test_a_glob_that_matches_nothing_is_refused(catalogue, cases, routes):
    with pytest.raises(NothingMatches, match="there are:"):
        planned(catalogue, cases=cases, routes=routes)


def test_select_keeps_the_order_of_the_names():
    assert select(["b", "*"], ["a", "b"], "case") == ["a", "b"]


def test_a_gate_has_the_control_first_and_a_saver_no_hop_between_pairs(session, catalogue):
    wanted = Wanted({"A": session.wanted.sides["B"], "B": session.wanted.sides["B"]}, rollback=True)
    assert [str(hop) for hop in wanted.hops] == ["A>A", "A>B", "B>B", "B>A"]
    cells = plan(catalogue, requirements(), {"A": OLD, "B": PAIR}, wanted.hops, ["*.affine"], ["export:cpp"])
    hops = {str(each.cell): [str(hop) for hop in each.hops] for each in cells}
    assert hops["custom_layer.affine / export / saves"] == ["A>A", "B>B"]
    assert hops["custom_layer.affine / export:cpp / loads"] == ["A>A", "A>B", "B>B", "B>A"]


def test_a_row_that_speaks_of_the_pair_and_of_no_cell_is_stale(session: Session):
    assert session.stale_rows() == []
    (row, *_) = session.deviations.rows
    pointless = dataclasses.replace(row, id="pointless", case=("nothing.*",))
    elsewhere = dataclasses.replace(pointless, id="elsewhere", saved_with={"keras": "<2"})
    rows = dataclasses.replace(session.deviations, rows=(*session.deviations.rows, pointless, elsewhere))
    stale = dataclasses.replace(session, deviations=rows, processes=[]).stale_rows()
    assert [each.id for each in stale] == ["pointless"]


def test_a_cell_reads_as_case_route_requirement():
    cell = Cell("a.b", "saver:loader", "outputs")
    assert (str(cell), cell.saver, cell.loader) == ("a.b / saver:loader / outputs", "saver", "loader")
    assert Cell("a.b", "saver", "saves").loader is None
