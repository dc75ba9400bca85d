"""Requirement: what a load needs is known, asked for when it is missing, and enough when it is given."""

from __future__ import annotations

from tests.interpreters.testimony import NotSaid
from tests.requirement import Shortfall, requirement
from tests.seen import Seen


def only_custom(case: dict, saver: dict, loader: dict | None) -> str | None:
    """A case without anything of its own needs nothing; weights go into a model that its source has built."""
    if not case["custom_objects"] and not case["op_library"]:
        return "the case has no custom objects"
    return "the model is built from its own source" if "model" in loader["takes"] else None


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
    refusal = check_refused(without_any, missing=[name.rpartition(">")[2] for name in names])
    if len(names) == 1:
        needed = list(names)
    else:
        needed = [name for name in names if not loads_with(seen, [other for other in names if other != name])]
    seen.facts["needs"] = needed
    seen.facts["refused_with"] = refusal
    registered = [name for name in names if ">" in name]
    if registered == names and "answers" in seen.loaded:
        by_registration = seen.loading_with({"by": "registration", "names": names})
        comparison = seen.compare(seen.loaded["answers"], by_registration["answers"])
        if not comparison.equal:
            raise Shortfall(
                "registration and custom_objects give different models", seen=str(comparison.differences[0])
            )


def loads_with(seen: Seen, names: list[str]) -> bool:
    """Whether just these objects are enough."""
    return "load" in seen.loading_with({"by": "argument", "names": names})


def check_refused(testimony, missing: str | list[str]) -> str:
    """The child was refused, and told what is missing; returns what it was told."""
    try:
        testimony["load"]
    except NotSaid as refusal:
        if refusal.error is None:
            raise
        words = [missing] if isinstance(missing, str) else missing
        said = f"{refusal.error['type']}: {refusal.error['message']}"
        if not any(word in said for word in words):
            raise Shortfall(
                f"the refusal does not name what is missing: {said}",
                expected=words,
                seen=said,
                symptom="exception",
                exception=refusal.error["type"],
            ) from None
        return said
    raise Shortfall("it loads without what it needs", expected=f"a refusal that names {missing}", seen="a model")


def test_custom_objects(cell):
    cell.judge(custom_objects)
