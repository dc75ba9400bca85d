"""Claims: they follow from cells, count models, say where they end, and never hold in a narrowed run."""

from __future__ import annotations

import dataclasses
import datetime

import pytest

from reports.document import claims
from reports.document.claim_verdicts import ClaimVerdict, Verdict
from reports.document.ends import EndAtTrait, Ends, ends
from reports.document.making import document_of
from reports.document.named_cells import NamedRows
from reports.document.rows import Row
from reports.summary.summary import markdown
from reports.summary.verdict import claims_in_words
from tests.judging.outcome import Outcome
from tests.judging.pairs import NEW_ARTIFACTS
from tests.selftest.made_documents import document, row

WHOLE = claims.WholeRun({})
STARTED = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)


def verdicts_of(*rows: Row, run: claims.WholeRun = WHOLE) -> dict[str, ClaimVerdict]:
    return {claim.id: claim for claim in claims.verdicts(rows, run)}


def test_every_claim_names_cells_that_exist(bench):
    rows = [Row(cell.case, cell.route, cell.requirement, NEW_ARTIFACTS, Outcome.CONFORMS) for cell in bench.planned]
    verdicts = claims.verdicts(rows, WHOLE)
    assert [claim.id for claim in verdicts] == [f"C{number}" for number in range(1, 20)]
    assert {claim.verdict for claim in verdicts if claim.id != "C9"} == {Verdict.HOLDS}
    named = NamedRows.of(rows)
    for claim in claims.claims():
        for glob in claim.cells:
            assert named.named_by([glob], NEW_ARTIFACTS), (claim.id, glob)


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        ("conforms", "holds"),
        ("fails", "does not hold"),
        ("deviates", "does not hold"),
        ("crashed", "does not hold"),
        ("blocked", "does not hold"),
        ("n/a", "not offered"),
    ],
)
def test_a_claim_follows_from_its_cells(outcome, expected):
    verdicts = verdicts_of(row("standard.dense_classifier", "h5:load_model", "outputs", outcome))
    assert verdicts["C12"].verdict is Verdict(expected)
    assert verdicts["C13"].verdict is Verdict.NOT_JUDGED


def test_a_model_has_one_voice_however_many_cells_it_has():
    rows = [
        row("standard.a", "keras_archive:load_model", "architecture"),
        row("standard.a", "keras_archive:load_model", "training_state", "deviates"),
        row("standard.a", "h5:load_model", "architecture", "deviates"),
        row("standard.b", "keras_archive:load_model", "architecture"),
    ]
    claim = verdicts_of(*rows)["C7"]
    assert (str(claim.verdict), claim.holding, claim.judged) == ("holds in part", 1, 2)
    assert len(claim.against) == 2


def test_other_paths_do_not_contradict_that_weights_are_preserved():
    renamed = row("standard.a", "h5:load_model", "weights", "deviates", message="the variables have other paths")
    wrong = row("standard.b", "h5:load_model", "weights", "deviates", message="kernel differs in its values")
    claim = verdicts_of(renamed, wrong)["C7"]
    assert [cell.case for cell in claim.against] == ["standard.b"]


def test_what_a_pair_refuses_is_not_offered_unless_the_claim_says_that_it_is():
    refused = {"facts": {"refused_with": "AttributeError"}}
    verdicts = verdicts_of(
        row("standard.a", "keras_saved_model", "saves", **refused),
        row("standard.a", "keras_models_save", "saves", **refused),
        row("standard.a", "keras_saved_model:load_model", "loads", **refused),
        row("standard.a", "h5", "saves"),
        row("standard.b", "h5", "saves"),
    )
    assert [str(verdicts[name].verdict) for name in ("C10", "C18", "C19")] == [
        "does not hold", "not offered", "does not hold",
    ]  # fmt: skip
    assert list(map(str, verdicts["C10"].against)) == ["standard.a / keras_saved_model / saves"]
    assert verdicts["C10"].in_words() == "does not hold for any of 2 models"


@pytest.mark.parametrize(
    ("outcomes", "expected", "words"),
    [
        (["conforms", "regressed"], "holds", "holds: 1 of 2 models shows it"),
        (["conforms", "conforms"], "does not hold", "does not hold: none of 2 models shows it"),
    ],
)
def test_a_claim_that_something_may_fail_needs_one_model_over_two_pairs(outcomes, expected, words):
    rows = [
        row(f"standard.{number}", "keras_archive:load_model", "loads", outcome, hop="A>B")
        for number, outcome in enumerate(outcomes)
    ]
    claim = verdicts_of(*rows)["C9"]
    assert (str(claim.verdict), claim.in_words()) == (expected, words)


@pytest.mark.parametrize(
    ("message", "expected"),
    [("other input names of 'x'", "holds"), ("a signature is missing", "does not hold")],
)
def test_a_shortfall_that_a_claim_is_not_about_does_not_count_against_it(message, expected):
    short = row("standard.a", "saved_model:signature", "signatures", "deviates", message=message)
    assert str(verdicts_of(short)["C15"].verdict) == expected


TRAITS = {
    **{f"standard.nested_{i}": ("nested", "functional", "quick") for i in range(3)},
    **{f"standard.plain_{i}": ("functional",) for i in range(4)},
    "standard.odd": ("functional", "quick"),
    "standard.lonely": (),
}
NESTED, PLAIN = [case for case in TRAITS if "nested_" in case], [case for case in TRAITS if "plain_" in case]


@pytest.mark.parametrize(
    ("failing", "holding", "expected"),
    [
        (NESTED, PLAIN, Ends((EndAtTrait("nested", 3, 3),))),
        ([*NESTED, "standard.odd"], PLAIN, Ends((EndAtTrait("nested", 3, 3),), ("standard.odd",))),
        (["standard.lonely"], PLAIN, Ends(cases=("standard.lonely",))),
        (NESTED[:1], [*NESTED[1:], *PLAIN], Ends(cases=("standard.nested_0",))),
        (PLAIN[:2], PLAIN[2:], Ends(cases=tuple(PLAIN[:2]))),
        ([], PLAIN, Ends()),
    ],
)
def test_a_claim_ends_at_the_fewest_traits_that_hardly_any_holding_model_has(failing, holding, expected):
    assert ends(failing, holding, TRAITS) == expected


def loads(case: str, outcome: str = "conforms") -> Row:
    return row(case, "export:signature_no_keras", "loads", outcome)


def test_a_claim_says_for_how_many_models_it_holds_and_where_it_ends():
    rows = [*(loads(case, "deviates") for case in [*NESTED, "standard.odd"]), *map(loads, PLAIN)]
    claim = verdicts_of(*rows, run=claims.WholeRun(TRAITS))["C6"]
    assert claim.in_words() == "holds for 4 of 8 models; not for nested; nor for standard.odd"
    assert ClaimVerdict.from_json(claim.as_json()) == claim
    document_with_it = document(rows, claims=(claim,))
    assert "| holds for 4 of 8 models; not for nested; nor for standard.odd (for example," in markdown(
        document_with_it
    )
    assert claims_in_words(document_with_it) == ["claims that hold for some models: C6 4/8"]


@pytest.mark.parametrize(
    ("outcomes", "narrowed", "planned", "words"),
    [
        (["conforms"] * 3, True, 94, "judged on 3 of 94 models: holds on these"),
        (["conforms"], True, 94, "judged on 1 of 94 models: holds on this one"),
        (["conforms"] * 2, True, 2, "judged on a part of its cells: holds on these"),
        (["conforms", "fails"], False, 94, "judged on 2 of 94 models: holds on 1 of these; not for standard.1"),
        (["fails"], True, 94, "judged on 1 of 94 models: does not hold on this one"),
        (["conforms"] * 2, False, 2, "holds for all 2 models"),
        (["conforms"], False, 1, "holds for the one model"),
    ],
)
def test_a_run_of_a_part_of_the_cells_says_over_how_many_models_a_claim_was_judged(
    outcomes, narrowed, planned, words
):
    rows = [loads(f"standard.{number}", outcome) for number, outcome in enumerate(outcomes)]
    run = claims.WholeRun({}, narrowed, {"C6": planned})
    assert verdicts_of(*rows, run=run)["C6"].in_words() == words


def test_no_line_of_a_narrowed_run_says_that_a_claim_holds():
    run = claims.WholeRun({}, True, {"C6": 94})
    narrowed = document([loads("standard.a")], narrowed=True)
    narrowed = dataclasses.replace(narrowed, claims=claims.verdicts(narrowed.cells, run))
    (line,) = [line for line in claims_in_words(narrowed) if "C6" in line]
    assert line.endswith("only a part of the cells: C6 on 1 of 94")
    assert not any("hold" in each for each in claims_in_words(narrowed))
    assert {str(claim.verdict) for claim in narrowed.claims} == {"judged in part", "not judged"}


def test_what_a_run_is_held_against_are_all_cases_on_its_routes(session):
    rows = [loads("standard.dense_classifier")]
    made = document_of(session, rows, started=STARTED, narrowed=False, asked=(), complete=False)
    (claim,) = [claim for claim in made.claims if claim.id == "C6"]
    assert claim.verdict is Verdict.JUDGED_IN_PART
    assert claim.judged == 1 < len(NESTED) < claim.models
