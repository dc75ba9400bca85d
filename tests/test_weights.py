"""Requirement: every weight is there, to the last bit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from tests.both_sides.cases import CaseInfo
from tests.both_sides.routes import LoaderInfo, SaverInfo
from tests.judging.checks.left_out import nothing_left_out
from tests.judging.checks.variables import Variable, check_in_order, check_namesakes, paths, place_name
from tests.judging.comparison import compare
from tests.judging.requirement import Place, Shortfall, requirement
from tests.judging.seen import Seen


def only_with_variables(case: CaseInfo, saver: SaverInfo, loader: LoaderInfo) -> str | None:
    """Leave out sessions, layers and other runtimes, which answer and do not show their variables."""
    return f"{loader.name} gives no variables" if loader.opaque else None


@requirement(over="routes", not_applicable=only_with_variables)
def weights(seen: Seen) -> None:
    """Every variable of the model is in the loaded one: the same path, the same order, the same bits.

    Every version of Keras makes paths in its own way, so over two pairs paths are recorded and not judged.
    """
    expected = seen.saved["before"]["weights"]
    seen.facts["variables"] = len(expected)
    if seen.loader.asked == "as_original":
        loaded = seen.loaded["weights"]
        with nothing_left_out(seen, "weights"):
            check_in_order(seen, "{}", "more or fewer variables", expected, loaded)
        check_paths(seen, paths(expected), paths(loaded))
    else:
        check_restored(seen, expected)


def check_restored(seen: Seen, expected: Sequence[Variable]) -> None:
    """Check the variables that a restored object reaches, which may be in any order and under several paths."""
    restored = seen.loaded["restored_weights"]
    by_path = defaultdict(list)
    for path, value in restored["found"]:
        by_path[path].append(value)
    unknown = [value for path, value in restored["found"] if path not in paths(expected)]
    namesakes = defaultdict(list)  # a tf.Module may give one name to several variables
    for path, value in expected:
        namesakes[path].append(value)
    moved = []
    with nothing_left_out(seen, "weights"):
        for number, (path, value) in enumerate(expected):
            where = place_name(path, number)
            with seen.also():
                if path in by_path:
                    check_namesakes(seen, path, value, namesakes[path], by_path[path], where)
                elif any(compare(value, other).equal for other in unknown):
                    moved.append(path)
                else:
                    places = (Place(f"{where}: missing"),)
                    raise Shortfall(f"{path} is missing", expected=path, seen=sorted(by_path), places=places)
    if moved:
        check_paths(seen, moved, sorted(by_path))
    elif restored["listed"] is not None and seen.case.is_keras_model:
        check_paths(seen, paths(expected), restored["listed"])


def check_paths(seen: Seen, expected: list[str], listed: list[str]) -> None:
    """Check that there are the same paths in the same order."""
    if sorted(expected) == sorted(listed) and expected != listed:
        raise Shortfall("the variables are in another order", expected=expected, seen=listed)
    if expected != listed and seen.hop.within_one_pair:
        raise Shortfall("the variables have other paths", expected=expected, seen=listed)
    if expected != listed:
        seen.facts["paths"] = listed


def test_weights(cell):
    cell.judge(weights)
