"""Requirement: what a load needs is known, asked for if it is missing, and enough if it is given."""

from __future__ import annotations

from collections.abc import Sequence

from tests.both_sides.cases import CaseInfo
from tests.both_sides.routes import GivenObjects, LoaderInfo, SaverInfo
from tests.interpreters.response import Response
from tests.judging.checks.refusals import check_refused
from tests.judging.comparison import compare, without_messages
from tests.judging.requirement import Place, Shortfall, Symptom, requirement
from tests.judging.seen import Seen


def only_custom(case: CaseInfo, saver: SaverInfo, loader: LoaderInfo) -> str | None:
    """Leave out cases without custom objects, and weights that are loaded into a model built from its source."""
    if not case.custom_objects and not case.op_library:
        return "the case has no custom objects"
    return "the model is built from its own source" if loader.builds_from_source else None


@requirement(over="routes", not_applicable=only_custom)
def custom_objects(seen: Seen) -> None:
    """The loader asks for the objects that it needs, by name, and the model is the same however they are passed."""
    seen.loaded["load"]
    if seen.case.op_library:
        check_op_library(seen, seen.case.op_library)
    elif not seen.loader.takes_custom_objects:
        # Its child was given nothing, and could not import a class: that it has loaded is all that is asked for.
        seen.facts["needs"] = []
    elif seen.case.brought:
        check_brought_objects(seen)
    else:
        check_objects(seen)


def check_op_library(seen: Seen, library: str) -> None:
    """Check that without the library the load is refused with TensorFlow's words about an unknown op."""
    op = next((f"{name}'" for name in seen.case.ops), "")  # a package has many ops, and any of them will do
    without = seen.loading_with(None, with_op_library=False)
    refusal = check_refused(without, missing=f"Op type not registered '{op}")
    seen.facts["needs"] = [library]
    seen.facts["refused_without"] = {library: refusal}


def needed_here(seen: Seen) -> tuple[str, ...]:
    """Return the custom objects that this route has to be given.

    Objects that only the compile config names are needed where it is restored. From a SavedModel, Keras 2 makes
    layers without their classes, but not losses and metrics.
    """
    training = seen.case.training_objects
    if seen.saver.is_saved_model:
        return training if seen.loader.restores_training else ()
    names = seen.case.custom_objects
    return names if seen.loader.restores_training else tuple(name for name in names if name not in training)


def check_objects(seen: Seen) -> None:
    """Check that the load is refused without each object that it needs, by name, and not without the others."""
    needed = needed_here(seen)
    refusals = {}
    for name in seen.case.custom_objects:
        without = loading_without(seen, [name])
        with seen.also():
            if name in needed:
                refusals[name] = check_refused(without, missing=name.rpartition(">")[2])
            else:
                check_loads_without(without, name)
    seen.facts["needs"] = list(needed)
    if refusals:
        seen.facts["refused_without"] = refusals
        is_registered = all(">" in name for name in seen.case.custom_objects)
        for by in ("scope", "registration") if is_registered else ("scope",):
            with seen.also():
                check_same_answers(seen, GivenObjects(by, seen.case.custom_objects), "custom_objects")
        note_ways(seen, is_registered)


def check_brought_objects(seen: Seen) -> None:
    """Check that the load is refused without each of a user's objects that it needs, and that those are enough.

    Nobody has declared what it needs: a module may register more than one model uses. So what it loads without, and
    still is the same model, it does not need. If it does not load with all of them, it cannot be asked what it needs.
    """
    ways = ("argument", "scope", "registration")
    by = next((way for way in ways if is_same_model(seen, loading_without(seen, (), way))), None)
    needed = needed_of(seen, seen.case.custom_objects, by) if by else list(seen.case.custom_objects)
    refusals = {}
    for name in needed if by else ():
        with seen.also():
            refusals[name] = check_refused(loading_without(seen, [name], by), missing=name.rpartition(">")[2])
    seen.facts["needs"] = needed
    if needed:
        seen.facts["refused_without"] = refusals
        is_registered = set(needed) <= set(seen.case.registered_objects)
        for by in ("argument", "scope", "registration") if is_registered else ("argument", "scope"):
            with seen.also():
                check_same_answers(seen, GivenObjects(by, seen.case.custom_objects), "importing the module")
        note_ways(seen, is_registered)


def needed_of(seen: Seen, names: Sequence[str], by: str) -> list[str]:
    """Return which of these custom objects the load needs, leaving out many at once where they are many."""
    if not names or is_same_model(seen, loading_without(seen, names, by)):
        return []
    if len(names) == 1:
        return list(names)
    half = len(names) // 2
    return [*needed_of(seen, names[:half], by), *needed_of(seen, names[half:], by)]


def is_same_model(seen: Seen, response: Response) -> bool:
    """Return whether a child has loaded a model that answers as it should."""
    if "load" not in response or "answers" not in response:
        return False
    expected = without_messages(seen.answers_to_few(seen.loaded))
    return compare(expected, without_messages(response["answers"])).equal


def loading_without(seen: Seen, names: Sequence[str], by: str = "argument") -> Response:
    """Return the response of the child that was given all custom objects but these, in one way.

    Even if none are left, the libraries that a user's module imports have to be imported.
    """
    others = tuple(other for other in seen.case.custom_objects if other not in names)
    return seen.loading_with(GivenObjects(by, others) if others or seen.case.brought else None)


def check_loads_without(response: Response, name: str) -> None:
    """Check that the load does not ask for an object that it does not need."""
    error = response.error("load")
    if error is not None:
        message = f"asks for {name}, which it does not need: {error['type']}: {error['message']}"
        places = (Place(f"{name}: asked for"),)
        raise Shortfall(message, symptom=Symptom.EXCEPTION, exception=error["type"], places=places)
    response["load"]


def note_ways(seen: Seen, is_registered: bool) -> None:
    """Record which way wins if two disagree, and whether objects that only have the right names are noticed."""
    names = seen.case.custom_objects
    for way in ("argument", "scope") if is_registered else ():
        response = seen.loading_with(GivenObjects(f"rival_{way}", names))
        if "rivals_used" in response:
            seen.facts[f"{way}_wins_over_registration"] = bool(response["rivals_used"])
    error = seen.loading_with(GivenObjects("impostors", names)).error("load")
    seen.facts["wrong_objects"] = f"refused: {error['type']}: {error['message']}" if error else "not noticed"


def check_same_answers(seen: Seen, objects: GivenObjects, usual: str) -> None:
    """Check that objects given in this way make the model that they make when given in the usual way."""
    response = seen.loading_with(objects)
    error = response.error("load")
    if error is not None:
        message = f"given by {objects.by}: {error['type']}: {error['message']}"
        places = (Place(f"by {objects.by}"),)
        raise Shortfall(message, symptom=Symptom.EXCEPTION, exception=error["type"], places=places)
    response["load"]
    comparison = seen.compare(
        without_messages(seen.answers_to_few(seen.loaded)), without_messages(response["answers"])
    )
    if not comparison.equal:
        raise Shortfall(f"{objects.by} and {usual} give different models", seen=str(comparison.differences[0]))


def test_custom_objects(cell):
    cell.judge(custom_objects)
