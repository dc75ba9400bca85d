"""Requirement: what a load needs is known, asked for when it is missing, and enough when it is given."""

from __future__ import annotations

from tests.interpreters.response import Response
from tests.judging.catalogue import resumes
from tests.judging.comparison import without_messages
from tests.judging.requirement import EXCEPTION, Shortfall, requirement
from tests.judging.seen import Seen


def only_custom(case: dict, saver: dict, loader: dict | None) -> str | None:
    """A case without anything of its own needs nothing; weights go into a model that its source has built."""
    if not case["custom_objects"] and not case["op_library"]:
        return "the case has no custom objects"
    from_source = {"model", "original", "unbuilt"} & set(loader["takes"])
    return "the model is built from its own source" if from_source else None


@requirement(over="routes", not_applicable=only_custom)
def custom_objects(seen: Seen) -> None:
    """Just what is needed is asked for, by name, and makes the same model in whatever way it is given."""
    seen.loaded["load"]
    if seen.case["op_library"]:
        check_op_library(seen)
    elif "custom_objects" in seen.loader["takes"]:
        check_objects(seen)
    else:
        # Its child was given nothing, and could not have imported a class: that it has loaded is what is asked for.
        seen.facts["needs"] = []


def check_op_library(seen: Seen) -> None:
    """Without the library the load is refused with what TensorFlow says of an unknown op; with it, it answers."""
    op = next((f"{name}'" for name in seen.case["ops"]), "")  # of a package, any of its many ops
    without = seen.loading_with(None, with_op_library=False)
    refusal = check_refused(without, missing=f"Op type not registered '{op}")
    seen.facts["needs"] = [seen.case["op_library"]]
    seen.facts["refused_without"] = {seen.case["op_library"]: refusal}


def needed_here(seen: Seen) -> list[str]:
    """What this route has to be given, of all that is custom.

    What only the compile config names is needed where that is restored. Keras 2 makes layers that it has no class
    for from a SavedModel's functions; a loss or a metric it does not.
    """
    training = seen.case["training_objects"]
    if seen.saver["is_saved_model"]:
        return training if resumes(seen.loader) else []
    names = seen.case["custom_objects"]
    return names if resumes(seen.loader) else [name for name in names if name not in training]


def check_objects(seen: Seen) -> None:
    """Without each one that is needed the load is refused by its name, and without the others it is not."""
    needed = needed_here(seen)
    said = {}
    for name in seen.case["custom_objects"]:
        without = loading_without(seen, name)
        with seen.also():
            if name in needed:
                said[name] = check_refused(without, missing=name.rpartition(">")[2])
            else:
                check_loads_without(without, name)
    seen.facts["needs"] = needed
    if said:
        seen.facts["refused_without"] = said
        check_ways(seen)


def loading_without(seen: Seen, name: str) -> Response:
    """What the child said that was given all custom objects but this one."""
    others = [other for other in seen.case["custom_objects"] if other != name]
    return seen.loading_with({"by": "argument", "names": others} if others else None)


def check_loads_without(told: Response, name: str) -> None:
    """The load does not ask for what it does not need."""
    error = told.error("load")
    if error is not None:
        message = f"asks for {name}, which it does not need: {error['type']}: {error['message']}"
        raise Shortfall(message, symptom=EXCEPTION, exception=error["type"])
    told["load"]


def check_ways(seen: Seen) -> None:
    """However the objects are given, they make the same model; who wins where two ways disagree is recorded.

    So is whether it is noticed when objects are given that have nothing but the right names.
    """
    names = seen.case["custom_objects"]
    registered = all(">" in name for name in names)
    for by in ("scope", *(["registration"] if registered else [])):
        with seen.also():
            check_same_answers(seen, by, names)
    for way in ("argument", "scope") if registered else ():
        told = seen.loading_with({"by": f"rival_{way}", "names": names})
        if "rivals_used" in told:
            seen.facts[f"{way}_wins_over_registration"] = bool(told["rivals_used"])
    error = seen.loading_with({"by": "impostors", "names": names}).error("load")
    seen.facts["wrong_objects"] = f"refused: {error['type']}: {error['message']}" if error else "not noticed"


def check_same_answers(seen: Seen, by: str, names: list[str]) -> None:
    """Given in this way, the objects make the model that they make when given as an argument."""
    told = seen.loading_with({"by": by, "names": names})
    error = told.error("load")
    if error is not None:
        message = f"given by {by}: {error['type']}: {error['message']}"
        raise Shortfall(message, symptom=EXCEPTION, exception=error["type"])
    told["load"]
    answers = seen.answers_to_few(seen.loaded), told["answers"]
    comparison = seen.compare(*map(without_messages, answers))
    if not comparison.equal:
        raise Shortfall(f"{by} and custom_objects give different models", seen=str(comparison.differences[0]))


def check_refused(response: Response, missing: str) -> str:
    """The child was refused when it loaded, or at the latest whenever it asked, and told what is missing.

    Returns what it was told.
    """
    error = response.error("load")
    if error is None:
        response["load"]
        raised = [answer.get("raised") for answer in response["answers"]]
        if not all(raised):
            raise Shortfall(
                "it loads without what it needs", expected=f"a refusal that names {missing}", seen="a model"
            )
        error = raised[0]
    said = f"{error['type']}: {error['message']}"
    if missing not in said:
        raise Shortfall(
            f"the refusal does not name what is missing: {said}",
            expected=missing,
            seen=said,
            symptom=EXCEPTION,
            exception=error["type"],
        )
    return said


def test_custom_objects(cell):
    cell.judge(custom_objects)
