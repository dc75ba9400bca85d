"""The page: everything of a document is in it, safely and in few bytes, and its tables follow from named cells."""

from __future__ import annotations

import base64
import gzip
import html
import json
import re

import pytest

from reports import costs, differences, needs, page
from reports.cell_table import OUTCOMES, letter
from tests.selftest.made_documents import document, gate, large, row

MOST_BYTES = 5_000_000


def data_in(text: str) -> dict:
    return json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', text, re.DOTALL)[1])


def details_in(text: str) -> dict:
    packed = re.search(r'<script type="application/gzip" id="details">(.*?)</script>', text, re.DOTALL)[1]
    return json.loads(gzip.decompress(base64.b64decode(packed)))


def words_in(text: str) -> str:
    body = re.sub(r"<(script|style).*?</\1>", "", text, flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split())


def test_every_row_is_in_the_page_with_its_outcome_and_what_it_says():
    told = gate()
    text = page.of_run(told, {})
    data, details = data_in(text), details_in(text)
    hops = [column["name"] for column in data["columns"]]
    names = [data["caseNames"], data["routeNames"], data["requirementNames"]]
    found = {}
    for *where, outcomes, notes in data["cells"]:
        cell = tuple(names[part][number] for part, number in enumerate(where))
        for place, hop in enumerate(hops):
            note = details["texts"][notes[place] if isinstance(notes, list) else notes]
            found[(*cell, hop)] = (outcomes[place], note)
    for each in told["cells"]:
        outcome, note = found[each["case"], each["route"], each["requirement"], each["hop"]]
        assert outcome == letter(each)
        said = note.get("message") or (note["found"][0]["message"] if "found" in note else "")
        assert said == each.get("message", "")
        assert note.get("facts", {}) == each.get("facts", {})
    assert found["standard.one", "h5", "saves", "A>B"] == (" ", {})


def test_what_a_document_says_cannot_end_the_script_or_become_an_element():
    wicked = '</script><img src=x onerror="alert(1)"> <!-- \u2028'
    told = document([row("standard.one", "h5", "saves", "fails", message=wicked, accepted=True)])
    told["cases"]["standard.one"]["doc"] = wicked
    text = page.of_run(told, {})
    assert "<img" not in text
    assert data_in(text)["documented"]["case"]["standard.one"] == wicked
    assert text.count("</script>") == 3


def test_the_page_asks_for_nothing_from_elsewhere():
    text = page.of_run(gate(), {})
    assert not re.search(r'(src|action)="|@import|url\(|fetch\(|<link(?! rel="icon" href="data:,")', text)
    assert set(re.findall(r'href="([^"#]+)"', text)) <= {
        "data:,",
        "https://example.org/1",
        "${link}",
    }


def test_the_verdict_comes_first_with_both_pairs():
    words = words_in(page.of_run(gate(), {}))
    assert re.match(r".{0,200}tf-save-conformance . BREAKS From TensorFlow 2\.15\.1 with Keras 2\.15\.0 to", words)


def test_in_a_gate_each_line_that_breaks_has_its_way_out():
    words = words_in(page.of_run(gate(), {}))
    assert "h5:load_model outputs regressed A>B 1 case, largest error 12 ulp" in words
    assert "→ save with saved_model:signature 1 of 1" in words
    assert "What changes 1 ≠ saved_model:signature loads changed B>B 1 case other names of inputs: serve" in words
    assert "What gets better Nothing." in words
    assert "saves: bytes 4 standard.one / h5 1200 1300" in words


def test_the_scripts_lie_in_the_page(tmp_path):
    told = gate()
    name = "repro/standard.one-h5-load_model-outputs.py"
    (tmp_path / "repro").mkdir()
    (tmp_path / name).write_text("print('</script>')\n")
    page.write(tmp_path, told)
    details = details_in((tmp_path / page.NAME).read_text())
    assert details["scripts"] == {name: "print('</script>')\n"}
    assert set(details["scriptOf"].values()) == {name}


def test_twenty_thousand_cells_fit():
    assert len(page.of_run(large(20_000), {})) < MOST_BYTES


def test_a_run_without_cells_and_one_that_was_cut_short_have_a_page():
    empty = document([])
    assert "CONFORMS" in page.of_run(empty, {})
    del empty["footer"]
    assert "INCOMPLETE" in page.of_run({**empty, "unjudged": ["a"]}, {})


def test_every_outcome_has_a_letter_of_its_own_and_a_sign():
    letters = [letter for letter, _, _ in OUTCOMES.values()]
    assert len(set(letters)) == len(letters)
    assert {kind for _, _, kind in OUTCOMES.values()} == {"bad", "known", "fine", "none"}
    signs = {kind: {sign for _, sign, each in OUTCOMES.values() if each == kind} for _, _, kind in OUTCOMES.values()}
    for one in signs:  # no two kinds are told apart by colour alone
        assert all(one == other or not signs[one] & signs[other] for other in signs)


def test_every_question_and_every_way_names_cells_that_exist(bench):
    parts = ("case", "route", "requirement", "hop")
    cells = [dict(zip(parts, [*vars(cell).values(), "B>B"], strict=True)) for cell in bench.planned]
    told = differences.tomllib.loads(differences.DIFFERENCES.read_text())
    for question in told["question"]:
        for glob in question["cells"]:
            assert differences.named_by([glob], "B>B", cells), (question["name"], glob)
    for way in told["way"]:
        for glob in way["routes"]:
            assert any(differences.fnmatchcase(cell["route"], glob) for cell in cells), glob


def squares(*rows: dict) -> dict[tuple[str, str], differences.Square]:
    return {
        (line.name, way): square
        for line in differences.table(document(list(rows)))
        for way, square in zip(differences.ways(), line.squares, strict=True)
    }


@pytest.mark.parametrize(
    ("outcomes", "verdict", "held"),
    [
        (["conforms", "conforms"], "all", 2),
        (["conforms", "deviates"], "some", 1),
        (["fails", "blocked"], "none", 0),
        (["conforms", "n/a"], "all", 1),
        (["n/a", "n/a"], "not offered", 0),
        ([], "no such path", 0),
    ],
)
def test_a_key_difference_is_counted(outcomes, verdict, held):
    rows = [row(f"standard.{i}", "h5:load_model", "outputs", each) for i, each in enumerate(outcomes)]
    square = squares(*rows)["The same answers", "model.save, .h5"]
    assert (square.verdict, square.held) == (verdict, held)
    assert squares(*rows)["The same answers", "Model.export"].verdict == "no such path"


@pytest.mark.parametrize(("needed", "verdict"), [([], "all"), (["Affine"], "none")])
def test_without_the_class_counts_only_where_nothing_is_needed(needed, verdict):
    cell = row("custom_layer.affine", "keras_archive:load_model", "custom_objects", facts={"needs": needed})
    assert squares(cell)["Works without the custom class", "model.save, .keras"].verdict == verdict


def test_what_is_refused_because_it_is_not_offered_is_not_judged():
    cell = row("standard.a", "keras_saved_model:load_model", "loads", facts={"refused_with": "ValueError"})
    assert squares(cell)["It loads", "model.save, SavedModel (Keras 2)"].verdict == "not offered"


def test_reading_over_pairs_is_asked_only_where_there_is_such_a_hop():
    assert "Read by the newer pair" not in {line.name for line in differences.table(document([]))}
    lines = {line.name: line for line in differences.table(gate())}
    square = dict(zip(differences.ways(), lines["Read by the newer pair"].squares, strict=True))["model.save, .h5"]
    assert (square.held, square.judged) == (3, 4)
    assert "Read by the older pair" not in lines


def test_routes_that_need_the_same_are_one_line():
    said = "TypeError: no.\n\nconfig={'a': {'b': 1}}.\n\nCould not locate class 'Affine'"
    facts = {"needs": ["Affine"], "refused_without": {"Affine": said}, "scope_wins_over_registration": False}
    rows = [
        row("custom_layer.affine", "export:cpp", "custom_objects", facts={"needs": []}),
        row("custom_layer.affine", "export:signature", "custom_objects", facts={"needs": []}),
        row("custom_layer.affine", "h5:load_model", "custom_objects", facts=facts),
        row("custom_layer.affine", "h5:load_model_unsafe", "custom_objects", facts=facts),
        row("custom_layer.other", "h5:load_model", "custom_objects", "n/a"),
    ]
    nothing, needed = needs.table(document(rows))
    assert nothing.routes == ("export:cpp", "export:signature")
    assert needed.routes == ("h5:load_model", "h5:load_model_unsafe")
    noted = ("registration wins over a scope",)
    expected = needs.Need(("Affine",), "TypeError: no. Could not locate class 'Affine'", True, noted)
    assert needed.needs == (expected,)
    assert nothing.needs == (needs.NOTHING,)


def test_time_and_size():
    rows = [
        row("standard.a", "h5", "saves", facts={"bytes": 10}, seconds=1.0),
        row("standard.a", "export", "saves", facts={"bytes": 20}, seconds=2.0),
        row("standard.b", "h5", "saves", facts={"bytes": 90}, seconds=0.5),
    ]
    told = document(rows)
    assert costs.parts(told) == [("save", 2.5), ("load", 1.0)]
    assert costs.slowest_cases(told) == [("standard.a", 3.0), ("standard.b", 0.5)]
    assert list(costs.sizes(told).items()) == [("standard.b", {"h5": 90}), ("standard.a", {"export": 20, "h5": 10})]
