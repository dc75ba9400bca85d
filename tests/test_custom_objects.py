"""Requirement: what a load needs is known, asked for when it is missing, and enough when it is given."""

from __future__ import annotations

from tests.compare import without_messages
from tests.interpreters.testimony import Testimony
from tests.requirement import EXCEPTION, Shortfall, requirement
from tests.seen import Seen


def only_custom(case: dict, saver: dict, loader: dict | None) -> str | None:
    """A case without anything of its own needs nothing; weights go into a model that its source has built."""
    if not case["custom_objects"] and not case["op_library"]:
        return "the case has no custom objects"
    from_source = {"model", "original", "unbuilt"} & set(loader["takes"])
    return "the model is built from its own source" if from_source else None


@requirement(over="routes", not_applicable=only_custom)
def custom_objects(seen: Seen) -> None:
    """What is needed is refused without, by name, and equal with; what is not needed is not asked for."""
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
    op = "".join(part.title() for part in seen.case["op_library"].partition(".")[0].split("_"))
    check_refused(seen.loading_with(None, with_op_library=False), missing=f"Op type not registered '{op}'")
    seen.facts["needs"] = [seen.case["op_library"]]


def check_objects(seen: Seen) -> None:
    """Without any object, and without each one of those that are needed, the load is refused by name."""
    names = seen.case["custom_objects"]
    without_any = seen.loading_with(None)
    if seen.saver["is_saved_model"] and "load" in without_any:
        seen.facts["needs"] = []  # Keras 2 revives what it has no class for from the SavedModel's functions
        return
    refusal = check_refused(without_any, missing=[name.rpartition(">")[2] for name in names])
    if len(names) == 1:
        needed = list(names)
    else:
        needed = [name for name in names if not loads_with(seen, [other for other in names if other != name])]
    seen.facts["needs"] = needed
    seen.facts["refused_with"] = refusal
    ways = ["scope", *(["registration"] if all(">" in name for name in names) else [])]
    for by in ways:
        with seen.also():
            check_same_answers(seen, by, names)
    if "registration" in ways:
        layers = seen.loading_with({"by": "rival", "names": names}).get("architecture", {"layers": []})["layers"]
        seen.facts["argument_wins_over_registration"] = any(kind == "Rival" for _, kind, _ in layers)


def check_same_answers(seen: Seen, by: str, names: list[str]) -> None:
    """Given in this way, the objects make the model that they make when given as an argument."""
    told = seen.loading_with({"by": by, "names": names})
    told["load"]
    comparison = seen.compare(*(without_messages(each["answers"]) for each in (seen.loaded, told)))
    if not comparison.equal:
        raise Shortfall(f"{by} and custom_objects give different models", seen=str(comparison.differences[0]))


def loads_with(seen: Seen, names: list[str]) -> bool:
    """Whether just these objects are enough."""
    return "load" in seen.loading_with({"by": "argument", "names": names})


def check_refused(testimony: Testimony, missing: str | list[str]) -> str:
    """The child was refused when it loaded, or at the latest whenever it asked, and told what is missing.

    Returns what it was told.
    """
    words = [missing] if isinstance(missing, str) else missing
    error = testimony.error("load")
    if error is None:
        testimony["load"]
        raised = [answer.get("raised") for answer in testimony["answers"]]
        if not all(raised):
            raise Shortfall(
                "it loads without what it needs", expected=f"a refusal that names {missing}", seen="a model"
            )
        error = raised[0]
    said = f"{error['type']}: {error['message']}"
    if not any(word in said for word in words):
        raise Shortfall(
            f"the refusal does not name what is missing: {said}",
            expected=words,
            seen=said,
            symptom=EXCEPTION,
            exception=error["type"],
        )
    return said


def test_custom_objects(cell):
    cell.judge(custom_objects)
