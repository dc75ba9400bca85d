"""The summary says which requirements were judged on no route for models of users, and why."""

from __future__ import annotations

import dataclasses

from reports.summary import summary
from reports.summary.not_judged import not_judged
from tests.selftest.brought_in_session import OWN_MODELS
from tests.selftest.made_documents import document, row
from tests.selftest.whole_runs import run

ARCHIVE, H5 = "keras_archive:load_model", "h5:load_model"
UNTRAINED = "training it on targets that were made raises ValueError: no"


def not_applicable(case: str, route: str, requirement: str, message: str):
    return row(case, route, requirement, "n/a", message=message)


def test_a_requirement_that_is_judged_nowhere_has_a_line_with_the_reason_of_the_model():
    rows = [
        not_applicable("mine.a", ARCHIVE, "resumed_training", UNTRAINED),
        not_applicable("mine.a", H5, "resumed_training", UNTRAINED),
        not_applicable("mine.a", "npz:load_npz", "resumed_training", "load_npz does not restore the training state"),
        not_applicable("mine.a", ARCHIVE, "custom_objects", "the case has no custom objects"),
        not_applicable("mine.b", ARCHIVE, "custom_objects", "the case has no custom objects"),
        not_applicable("mine.a", ARCHIVE, "gradients", "the case has no floating-point inputs"),
        row("mine.a", H5, "gradients"),
        not_applicable("mine.b", ARCHIVE, "signatures", "load_model knows no signatures"),
        not_applicable("standard.a", ARCHIVE, "custom_objects", "the case has no custom objects"),
    ]
    lines = [
        f"not judged: resumed_training of mine.a: {UNTRAINED}",
        "not judged: custom_objects of mine.a, mine.b: the case has no custom objects",
    ]
    made = document(rows)
    assert not_judged(made) == lines
    assert all(f"- {line}\n" in summary.markdown(made) for line in lines)


def test_a_run_that_did_not_finish_says_nothing_of_what_it_would_have_judged():
    rows = [not_applicable("mine.a", ARCHIVE, "resumed_training", UNTRAINED)]
    assert not_judged(dataclasses.replace(document(rows), footer=None)) == []


def test_a_run_in_which_a_requirement_applies_nowhere_says_why(tmp_path):
    ended = run(
        tmp_path,
        *("--model=trained_models:noisy", "--case=mine.*", "--route=keras_archive:load_model"),
        *("-n0", "-k", "test_outputs or resumed_training"),
        PYTHONPATH=str(OWN_MODELS),
    )
    assert ended.returncode == 0, ended.stdout
    assert "not judged: resumed_training of mine.noisy: trained twice from the same state" in ended.stdout
