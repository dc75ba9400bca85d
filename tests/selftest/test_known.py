"""The terminal says what is known about models of users: for which routes, why, and where upstream discusses it."""

from __future__ import annotations

import dataclasses

from reports.document.contents import DescribedDeviation
from reports.summary.known import known_of_brought
from tests.judging.requirement import Shortfall, Symptom
from tests.selftest.made_documents import document, row

REFUSED = Shortfall("ValueError: no", symptom=Symptom.EXCEPTION, exception="ValueError")
WRONG = Shortfall("other answers on 1 of 3 inputs")
PATHS = Shortfall("the variables have other paths")


def known(case: str, route: str, requirement: str, found: Shortfall, name: str):
    made = row(case, route, requirement, "deviates", message=found.message)
    return dataclasses.replace(made, shortfalls=(found,), deviations=(name,))


def test_each_row_has_one_line_with_the_gravest_first():
    rows = [
        known("mine.a", "h5:load_model", "loads", REFUSED, "no-h5"),
        known("mine.b", "h5:load_model", "loads", REFUSED, "no-h5"),
        known("mine.a", "h5:load_weights", "loads", REFUSED, "no-h5"),
        known("mine.a", "export:restored", "outputs", WRONG, "other-answers"),
        known("mine.a", "export:restored", "renamed", PATHS, "other-paths"),
        known("standard.a", "h5:load_model", "loads", REFUSED, "no-h5"),
    ]
    described = {
        "no-h5": DescribedDeviation("upstream-bug", "It\ncannot be loaded.", "https://example.org/1"),
        "other-answers": DescribedDeviation("by-design", "It answers otherwise."),
        "other-paths": DescribedDeviation("by-design", "Paths differ."),
    }
    assert known_of_brought(dataclasses.replace(document(rows), deviations=described)) == [
        "known (silent): mine.a on export:restored: It answers otherwise.",
        "known (refused): mine.a, mine.b on h5:load_model, h5:load_weights: It cannot be loaded. (https://example.org/1)",
    ]
