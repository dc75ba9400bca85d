"""Gates compare shortfalls, not only cells: a fault behind a fault has regressed, and what is gone is fixed."""

from __future__ import annotations

import pytest

from tests.both_sides.routes import Route
from tests.judging.cells import Cell
from tests.judging.deviations import Deviation
from tests.judging.deviations import Place as RowPlace
from tests.judging.judgement import Judgement
from tests.judging.outcome import Outcome
from tests.judging.pairs import CONTROL, NEW_ARTIFACTS, Hop
from tests.judging.requirement import Place, Shortfall, Size, Symptom
from tests.judging.upgrade import accept, compare_with_control, excuse_harmless
from tests.test_outputs import broken_outputs
from tests.test_random_state import MATTERS

ACROSS = Hop("A", "B")


def weight(number: int, size: Size = Size.WRONG, path: str = "kernel") -> Shortfall:
    """Return a weight that is wrong, under a path of the pair's own."""
    return Shortfall(f"{path} differs in its values", places=(Place(f"variable {number}: values", size),))


def raised(exception: str, section: str = "load") -> Shortfall:
    """Return an exception in a section."""
    return Shortfall(f"{exception}: no", symptom=Symptom.EXCEPTION, exception=exception, places=(Place(section),))


def wrong_inputs(*names: str) -> Shortfall:
    """Return wrong answers to these inputs."""
    places = tuple(Place(f"{name}: values", Size.WRONG) for name in names)
    return Shortfall(f"other answers on {len(names)} of 5 inputs", inputs=list(names), places=places)


def outputs(*wheres: str) -> Shortfall:
    """Return wrong answers in these places."""
    return Shortfall("other answers", places=tuple(Place(where, Size.WRONG) for where in wheres))


def gate(control: list[Shortfall], other: list[Shortfall], hop: Hop = NEW_ARTIFACTS) -> Judgement:
    """Return the judgement of a hop with these shortfalls, compared with a control."""
    judgements = {
        CONTROL: Judgement(CONTROL, Outcome.FAILS if control else Outcome.CONFORMS, shortfalls=list(control)),
        hop: Judgement(hop, Outcome.FAILS if other else Outcome.CONFORMS, shortfalls=list(other)),
    }
    compare_with_control(judgements, "outputs")
    return judgements[hop]


@pytest.mark.parametrize(
    ("before", "after", "outcome"),
    [
        (["zeros: values"], ["zeros: values", "zeros: values of output 1"], Outcome.REGRESSED),
        (["zeros: values", "zeros: values of output 1"], ["zeros: values of output 1"], Outcome.BROKEN_BEFORE),
        (["most inputs: values"], ["zeros: values", "drawn-1: values"], Outcome.BROKEN_BEFORE),
        (["most inputs: values"], ["zeros: values of output 1"], Outcome.REGRESSED),
        (["zeros: values"], ["most inputs: values"], Outcome.REGRESSED),
    ],
)
def test_an_output_that_held_and_is_wrong_now_has_regressed(before, after, outcome):
    assert gate([outputs(*before)], [outputs(*after)]).outcome is outcome


@pytest.mark.parametrize(
    ("found", "outcome"),
    [(weight(2), Outcome.REGRESSED), (raised("ValueError"), Outcome.BROKEN_BEFORE)],
)
def test_a_wrong_answer_where_the_control_had_an_error_has_regressed(found, outcome):
    judgements = {
        CONTROL: Judgement(CONTROL, Outcome.BLOCKED, "loads: ValueError: no", blocked_by="loads"),
        NEW_ARTIFACTS: Judgement(NEW_ARTIFACTS, Outcome.FAILS, found.message, shortfalls=[found]),
    }
    compare_with_control(judgements, "weights")
    assert judgements[NEW_ARTIFACTS].outcome is outcome
    assert ("in the control an error prevented it" in judgements[NEW_ARTIFACTS].message) == (
        outcome is Outcome.REGRESSED
    )


def test_only_an_output_that_is_wrong_on_most_ordinary_inputs_is_broken():
    ordinary = ["a", "b", "c"]
    wrong, rounded = Place("a: values", Size.WRONG), Place("b: values", Size.ROUNDING)
    more, special = Place("b: values", Size.WRONG), Place("nan: values", Size.WRONG)
    other = Place("c: values of output 1", Size.WRONG)
    assert broken_outputs((wrong, rounded, special), ordinary) == (wrong, rounded, special)
    broken = Place("most inputs: values", Size.WRONG)
    assert broken_outputs((wrong, more, special, other), ordinary) == (broken, other)


@pytest.mark.parametrize("hop", [ACROSS, NEW_ARTIFACTS])
@pytest.mark.parametrize(
    ("control", "other", "outcome"),
    [
        ([weight(0)], [weight(0)], Outcome.BROKEN_BEFORE),
        ([weight(0)], [weight(0, path="sequential/kernel")], Outcome.BROKEN_BEFORE),
        ([weight(0)], [weight(1)], Outcome.REGRESSED),
        ([weight(0)], [weight(0), weight(1)], Outcome.REGRESSED),
        ([weight(0), weight(1)], [weight(1)], Outcome.BROKEN_BEFORE),
        ([weight(0, Size.ROUNDING)], [weight(0)], Outcome.REGRESSED),
        ([weight(0)], [weight(0, Size.ROUNDING)], Outcome.BROKEN_BEFORE),
        ([weight(0)], [Shortfall("more or fewer variables")], Outcome.REGRESSED),
        ([raised("ValueError")], [raised("ValueError")], Outcome.BROKEN_BEFORE),
        ([raised("ValueError")], [raised("TypeError")], Outcome.REGRESSED),
        ([raised("ValueError")], [raised("ValueError", "answers")], Outcome.REGRESSED),
        ([wrong_inputs("zeros")], [wrong_inputs("zeros")], Outcome.BROKEN_BEFORE),
        ([wrong_inputs("zeros", "ones")], [wrong_inputs("ones")], Outcome.BROKEN_BEFORE),
        ([wrong_inputs("zeros")], [wrong_inputs("zeros", "ones")], Outcome.REGRESSED),
    ],
)
def test_what_is_new_has_regressed(control, other, outcome, hop):
    judgement = gate(control, other, hop)
    assert judgement.outcome is outcome
    assert judgement.is_bad == (outcome is Outcome.REGRESSED)


def test_a_crash_is_new_where_an_exception_was():
    crash = Shortfall("the child was ended by SIGABRT", symptom=Symptom.CRASH, places=(Place("load"),))
    judgements = {
        CONTROL: Judgement(CONTROL, Outcome.FAILS, shortfalls=[raised("ValueError")]),
        ACROSS: Judgement(ACROSS, Outcome.CRASHED, shortfalls=[crash]),
    }
    compare_with_control(judgements, "outputs")
    assert judgements[ACROSS].outcome is Outcome.REGRESSED


def test_the_new_shortfall_comes_first_and_names_the_one_behind_which_it_stood():
    judgement = gate([weight(0, path="seed")], [weight(0, path="seed"), weight(3, path="bias")])
    assert [shortfall.message for shortfall in judgement.shortfalls] == [
        "bias differs in its values",
        "seed differs in its values",
    ]
    assert judgement.message == (
        "bias differs in its values (the control falls short in a different way: seed differs in its values)"
    )


def test_a_cell_can_be_fixed_and_have_regressed():
    judgement = gate([weight(0, path="seed")], [weight(3, path="bias")])
    assert (judgement.outcome, judgement.fixed) == (Outcome.REGRESSED, ["seed differs in its values"])
    assert gate([weight(0)], [weight(3)], ACROSS).fixed == []  # less is compared over two pairs


def test_a_team_accepts_what_is_new_and_need_not_accept_what_was_there_before():
    row = Deviation(
        "ours", "by-design", Symptom.MISMATCH, "so", (RowPlace(("*",), ("*",)),), message="^bias", accepts=True
    )
    judgement = gate([weight(0, path="seed")], [weight(0, path="seed"), weight(3, path="bias")])
    accept(judgement, [row])
    assert judgement.outcome is Outcome.DEVIATES


REFUSAL = Deviation(
    "lambda-is-refused", "by-design", Symptom.EXCEPTION, "so", (RowPlace(("*",), ("*",)),), message="^ValueError"
)


@pytest.mark.parametrize(
    ("message", "refusals", "outcome"),
    [
        ("ValueError: no", [REFUSAL], Outcome.CHANGED),
        ("ValueError: no", [], Outcome.FIXED),
        ("TypeError: no", [REFUSAL], Outcome.FIXED),
        ("TypeError: it is a lambda; pass `safe_mode=False` to load it", [], Outcome.CHANGED),
    ],
)
def test_a_declared_refusal_is_a_contract(message, refusals, outcome):
    shortfall = Shortfall(message, symptom=Symptom.EXCEPTION, exception="ValueError", places=(Place("load"),))
    judgements = {
        CONTROL: Judgement(CONTROL, Outcome.DEVIATES, message, shortfalls=[shortfall]),
        NEW_ARTIFACTS: Judgement(NEW_ARTIFACTS, Outcome.CONFORMS),
    }
    compare_with_control(judgements, "outputs", refusals)
    judgement = judgements[NEW_ARTIFACTS]
    assert judgement.outcome is outcome
    assert judgement.is_bad == (outcome is Outcome.CHANGED)
    if outcome is Outcome.CHANGED:
        assert judgement.message == f"refused before, and accepted now: {message}"


def test_a_refusal_that_no_longer_names_what_is_missing_has_changed():
    lost = Shortfall("it loads without what it needs", places=(Place("Scale: accepted"),), lost_refusal=True)
    assert gate([], [lost]).outcome is Outcome.CHANGED
    assert gate([], [lost, weight(0)]).outcome is Outcome.REGRESSED
    assert gate([weight(0)], [weight(0), lost]).outcome is Outcome.CHANGED


def test_planted_shortfalls_of_one_kind_have_the_same_places_and_others_have_not(bench):
    def places(loader: str, requirement: str) -> set[str]:
        cell = Cell("custom_layer.registered", Route("keras_archive", loader), requirement)
        judgement = bench.judge(cell)[NEW_ARTIFACTS]
        return {str(identity) for shortfall in judgement.shortfalls for identity in shortfall.identities}

    assert places("is_off_by_one_bit", "outputs") != places("answers_a_constant", "outputs")
    assert all("ROUNDING" in place for place in places("is_off_by_one_bit", "outputs"))
    assert all("WRONG" in place for place in places("answers_a_constant", "outputs"))
    assert places("drops_a_weight", "weights") < places("casts_weights_to_float16", "weights")


STATE = Shortfall("seed_generator_state differs in its values")
MATTERING = Shortfall(f"StateVar differs in its values{MATTERS}")
PATHS = Shortfall("the variables have other paths")


@pytest.mark.parametrize(
    ("requirement", "found", "brought", "outcome"),
    [
        ("random_state", STATE, False, Outcome.DEVIATES),
        ("random_state", STATE, True, Outcome.DEVIATES),
        ("random_state", MATTERING, True, Outcome.REGRESSED),
        ("renamed", PATHS, True, Outcome.DEVIATES),
        ("renamed", PATHS, False, Outcome.REGRESSED),
        ("signatures", Shortfall("other input names of 'serve'"), True, Outcome.REGRESSED),
        ("weights", weight(1), True, Outcome.REGRESSED),
    ],
)
def test_what_an_upgrade_does_without_harm_is_no_regression(requirement, found, brought, outcome):
    judgement = Judgement(NEW_ARTIFACTS, Outcome.FAILS, found.message, shortfalls=[found])
    judgements = {CONTROL: Judgement(CONTROL, Outcome.CONFORMS), NEW_ARTIFACTS: judgement}
    compare_with_control(judgements, requirement)
    excuse_harmless(judgements, requirement, brought=brought)
    assert judgement.outcome is outcome
    assert judgement.message.startswith(("harmless: ", "renamed: ")) == (outcome is Outcome.DEVIATES)
