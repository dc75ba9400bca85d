"""Requirement: every weight is there, to the last bit."""

from __future__ import annotations

from tests.both_sides.variable_names import is_seed_state
from tests.judging.checks.applicability import only_with_variables
from tests.judging.checks.left_out import nothing_left_out
from tests.judging.checks.variables import check_in_order, check_restored, paths, without_seed_states
from tests.judging.checks.variables_of_versions import MORE_OR_FEWER, Parts, check_over_pairs
from tests.judging.requirement import Shortfall, requirement
from tests.judging.seen import Seen


@requirement(over="routes", not_applicable=only_with_variables)
def weights(seen: Seen) -> None:
    """Every variable of the model is in the loaded one, in the same order, with the same bits.

    The states of random generators are judged by `random_state`, and paths by `renamed`. Another version of Keras may
    keep more or fewer variables beside those that are trained, such as the total of a metric.
    """
    before = seen.saved["before"]
    expected = without_seed_states(before["weights"])
    seen.facts["variables"] = len(expected)
    with nothing_left_out(seen, "weights"):
        if seen.loader.asked == "as_original":
            loaded = without_seed_states(seen.loaded["weights"])
            if len(expected) != len(loaded) and seen.case.is_keras_model and not seen.hop.within_one_pair:
                check_over_pairs(seen, Parts.of(before), Parts.of(seen.loaded))
            else:
                check_in_order(seen, "{}", MORE_OR_FEWER, expected, loaded)
            listed = paths(loaded)
        else:
            restored = seen.loaded["restored_weights"]
            check_restored(seen, expected, restored["found"])
            listed = (restored["listed"] or []) if seen.case.is_keras_model else []
            listed = [path for path in listed if not is_seed_state(path)]
    if listed != paths(expected) and sorted(listed) == sorted(paths(expected)):
        raise Shortfall("the variables are in another order", expected=paths(expected), seen=listed)


def test_weights(cell):
    cell.judge(weights)
