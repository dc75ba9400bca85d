"""The page: everything of a document is in it, safely and in few bytes, and its tables follow from named cells."""

from __future__ import annotations

import base64
import dataclasses
import gzip
import html
import json
import re
from typing import Any

from reports.document.contents import DescribedCase, Titles
from reports.page import costs, needs, page
from reports.page.shown_outcomes import shown_outcome, shown_outcomes
from tests.judging.outcome import Kind, Outcome
from tests.selftest.made_documents import TITLES, document, gate, large, row

MOST_BYTES = 5_000_000


def data_in(text: str) -> dict[str, Any]:
    return json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', text, re.DOTALL)[1])


def details_in(text: str) -> dict[str, Any]:
    packed = re.search(r'<script type="application/gzip" id="details">(.*?)</script>', text, re.DOTALL)[1]
    return json.loads(gzip.decompress(base64.b64decode(packed)))


def words_in(text: str) -> str:
    body = re.sub(r"<(script|style).*?</\1>", "", text, flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split())


def test_every_row_is_in_the_page_with_its_outcome_and_what_it_says():
    text = page.of_run(gate(), {})
    data, details = data_in(text), details_in(text)
    hops = [column["name"] for column in data["columns"]]
    names = [data["caseNames"], data["routeNames"], data["requirementNames"]]
    found = {}
    for *where, outcomes, notes in data["cells"]:
        cell = tuple(names[part][number] for part, number in enumerate(where))
        for place, hop in enumerate(hops):
            note = details["texts"][notes[place] if isinstance(notes, list) else notes]
            found[(*cell, hop)] = (outcomes[place], note)
    for each in gate().cells:
        letter, note = found[each.case, str(each.route), each.requirement, str(each.hop)]
        assert letter == shown_outcome(each).letter
        assert (
            note.get("message") or (note["shortfalls"][0]["message"] if "shortfalls" in note else "")
        ) == each.message
        assert note.get("facts", {}) == each.facts
    assert found["standard.one", "h5", "saves", "A>B"] == (" ", {})


def test_what_a_document_says_cannot_end_the_script_or_become_an_element():
    wicked = '</script><img src=x onerror="alert(1)"> <!-- \u2028'
    rows = [row("standard.one", "h5", "saves", "fails", message=wicked)]
    titles = Titles({"h5": wicked}, {})
    text = page.of_run(document(rows, cases={"standard.one": DescribedCase(wicked)}, titles=titles), {})
    assert "<img" not in text
    assert data_in(text)["documented"]["case"]["standard.one"] == wicked
    assert data_in(text)["routeTitles"] == [wicked]
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
    assert "h5:load_model outputs silent regressed A>B 1 case, largest error 12 ulp" in words
    assert "→ save it with saved_model and load it with signature saved_model:signature 1 of 1" in words
    changed = "saved_model:signature loads changed B>B 1 case different names of inputs: serve"
    assert f"What changes 1 ≠ {changed}" in words
    assert "What gets better Nothing." in words
    assert "saves: bytes 4 standard.one / h5 1200 1300" in words


def test_people_read_the_titles_of_routes_beside_their_ids():
    text = page.of_run(dataclasses.replace(gate(), titles=TITLES), {})
    words = words_in(text)
    assert "1 case, largest error 12 ulp model.save, .h5, read by load_model other answers on 1 of 3 inputs" in words
    assert "→ save it with tf.saved_model.save and load it with tf.saved_model.load saved_model:signature" in words
    data = data_in(text)
    assert dict(zip(data["routeNames"], data["routeTitles"], strict=True)) == {
        "h5": "model.save, .h5",
        "h5:load_model": "model.save, .h5, read by load_model",
        "saved_model": "tf.saved_model.save",
        "saved_model:signature": "tf.saved_model.save, read by tf.saved_model.load",
    }


def test_the_scripts_lie_in_the_page(tmp_path):
    name = "repro/standard.one-h5-load_model-outputs.py"
    (tmp_path / "repro").mkdir()
    (tmp_path / name).write_text("print('</script>')\n")
    page.write(tmp_path, gate())
    details = details_in((tmp_path / page.NAME).read_text())
    assert details["scripts"] == {name: "print('</script>')\n"}
    assert set(details["scriptOf"].values()) == {name}


def test_twenty_thousand_cells_fit():
    assert len(page.of_run(large(20_000), {})) < MOST_BYTES


def test_a_run_without_cells_and_one_that_was_cut_short_have_a_page():
    empty = document([])
    assert "CONFORMS" in page.of_run(empty, {})
    assert "INCOMPLETE" in page.of_run(dataclasses.replace(empty, footer=None, unjudged=("a",)), {})


def test_every_outcome_has_a_letter_of_its_own_and_a_sign():
    shown = shown_outcomes()
    assert {each.name for each in shown} == {*map(str, Outcome), "blocked, and not known"}
    assert len({each.letter for each in shown}) == len(shown)
    assert {each.kind for each in shown} == set(Kind)
    assert [each.kind for each in shown] == sorted((each.kind for each in shown), key=list(Kind).index)
    signs = {kind: {each.sign for each in shown if each.kind is kind} for kind in Kind}
    for one in signs:  # no two kinds are told apart by colour alone
        assert all(one == other or not signs[one] & signs[other] for other in signs)


def test_a_blocked_cell_is_bad_unless_what_blocks_it_is_known():
    known, unknown = (row("standard.one", "h5", "saves", "blocked", accepted=known) for known in (True, False))
    assert (shown_outcome(known).name, shown_outcome(known).kind) == ("blocked", Kind.KNOWN)
    assert (shown_outcome(unknown).name, shown_outcome(unknown).kind) == ("blocked, and not known", Kind.BAD)


def test_routes_that_need_the_same_are_one_line():
    refusal = "TypeError: no.\n\nconfig={'a': {'b': 1}}.\n\nCould not locate class 'Affine'"
    facts = {"needs": ["Affine"], "refused_without": {"Affine": refusal}, "scope_wins_over_registration": False}
    rows = [
        row("custom_layer.affine", "export:cpp", "custom_objects", facts={"needs": []}),
        row("custom_layer.affine", "export:signature", "custom_objects", facts={"needs": []}),
        row("custom_layer.affine", "h5:load_model", "custom_objects", facts=facts),
        row("custom_layer.affine", "h5:load_model_unsafe", "custom_objects", facts=facts),
        row("custom_layer.other", "h5:load_model", "custom_objects", "n/a"),
    ]
    nothing, needed = needs.table(document(rows))
    assert tuple(map(str, nothing.routes)) == ("export:cpp", "export:signature")
    assert tuple(map(str, needed.routes)) == ("h5:load_model", "h5:load_model_unsafe")
    remarks = ("registration wins over a scope",)
    expected = needs.Need(("Affine",), "TypeError: no. Could not locate class 'Affine'", True, remarks)
    assert needed.needs == (expected,)
    assert nothing.needs == (needs.NOTHING,)


def test_time_and_size():
    rows = [
        row("standard.a", "h5", "saves", facts={"bytes": 10}, seconds=1.0),
        row("standard.a", "export", "saves", facts={"bytes": 20}, seconds=2.0),
        row("standard.b", "h5", "saves", facts={"bytes": 90}, seconds=0.5),
    ]
    report = document(rows)
    assert costs.time_by_part(report) == [("save", 2.5), ("load", 1.0)]
    assert costs.slowest_cases(report) == [("standard.a", 3.0), ("standard.b", 0.5)]
    assert list(costs.sizes(report).items()) == [
        ("standard.b", {"h5": 90}),
        ("standard.a", {"export": 20, "h5": 10}),
    ]
