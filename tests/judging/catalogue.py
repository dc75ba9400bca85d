"""What follows from what cases, savers and loaders declare of themselves."""

from __future__ import annotations

from tests.judging import inputs as strategies


def all_routes(catalogue: dict) -> list[str]:
    """Every `saver:loader` whose loader reads what the saver writes, in sorted order.

    Those of artifacts that exist are there where a user has brought one of the kind.
    """
    brought = {case["exists_as"] for case in catalogue["cases"].values()}
    every, loaders = catalogue["routes"]["savers"], catalogue["routes"]["loaders"]
    savers = {name: each for name, each in every.items() if not each["existing"] or each["writes"] in brought}
    return sorted(
        f"{saver}:{loader}"
        for saver, written in savers.items()
        for loader, read in loaders.items()
        if written["writes"] in read["reads"]
    )


def signature_keys(case: dict, saver: dict) -> dict[str, list[str]]:
    """The keys of the signatures that answer for each endpoint of a case, as the saver writes them."""
    if "composite_outputs" in case["traits"]:
        return {name: [] for name in case["endpoints"]}

    def keys(endpoint: str) -> list[str]:
        kind = "only" if len(case["endpoints"]) == 1 and endpoint != "call" else endpoint
        templates = saver["keys"].get(kind, saver["keys"].get("*", []))
        return [template.format(endpoint=endpoint) for template in templates]

    return {name: keys(name) for name in case["endpoints"]}


def ways_to_save_again(case: dict, saver: dict) -> list[str]:
    """In which ways the saver is asked to save the same object once more, as `saving_again` names them."""
    if saver["trains"] or saver["existing"] or not saver["has_artifact"]:
        return []
    # Saving a Keras model as a SavedModel is what costs most, and what is the same twice is so for all of them.
    twice = "quick" in case["traits"] or "holds_module" in case["traits"]
    ways = ["elsewhere"] if saver["is_saved_model"] and twice else []
    if "quick" in case["traits"]:
        ways += ["pathlike", "relative"]
        ways += ["trailing_slash", "over_another"] if saver["is_saved_model"] else []
        ways += ["other_suffix"] if saver["file_name"] == "model.h5" else []
    return ways


def answers_that_count(loaders: list[dict]) -> list[str]:
    """Which answers of the original, `eager` or `graph`, some of these loaders is held against."""
    return sorted({loader["judged_against"] for loader in loaders})


def asked_alone(case: dict, saver: dict) -> bool:
    """Whether the original is asked in a child of its own, which saves nothing, and not before each save.

    What a user has brought need not be the same in two processes, and a saver that trains makes another model of it.
    The functions of a module are what is saved, with the traces that asking leaves in them.
    """
    return "holds_keras_model" in case["traits"] and not (case["brought"] or saver["trains"])


def tells_signatures(loader: dict) -> bool:
    """Whether what it returns tells of signatures."""
    return loader["asked"] in ("by_signature", "by_function")


def signatures_told_by(catalogue: dict, saver: str) -> str:
    """The loader in Python whose word on a SavedModel's signatures others are held against: a primary one if any."""
    primary = f"{saver}:signature_no_keras" in catalogue["routes"]["primary"]
    return "signature_no_keras" if primary else "signature"


def takes_gradients(loader: dict) -> bool:
    """Whether what it returns can be differentiated: in Python, through the object itself."""
    return loader["asked"] in ("as_original", "by_function")


def few(case: dict, inputs: list[dict]) -> list[dict]:
    """The first two inputs of each endpoint, for where it is enough to see whether the model is still the same.

    What a stateful model answers depends on what it was asked before: the first two of one endpoint come first in all
    inputs too, but those of several do not, so that they are asked all again.
    """
    if "stateful" in case["traits"] and len(case["endpoints"]) > 1:
        return inputs
    by_endpoint: dict[str, list[dict]] = {}
    for given in inputs:
        by_endpoint.setdefault(given["endpoint"], []).append(given)
    return [given for of_one in by_endpoint.values() for given in of_one[:2]]


def resumes(loader: dict) -> bool:
    """Whether it brings back the training state, so that training can go on."""
    return "training" in loader["restores"]


def goes_on_training(case: dict, loaders: list[dict]) -> bool:
    """Whether some of these loaders brings back the training state of the case."""
    return trainable(case) and any(map(resumes, loaders))


def trainable(case: dict) -> bool:
    """Whether we can train it: it is compiled, and we know on what."""
    return "compiled" in case["traits"] and not case["brought"]


def default_custom_objects(case: dict, loader: dict) -> dict | None:
    """What a route is given: all custom objects of the case, by argument, where the loader takes any."""
    if case["custom_objects"] and "custom_objects" in loader["takes"]:
        return {"by": "argument", "names": case["custom_objects"]}
    return None


def resaves(case: dict, saver: dict, loader: dict) -> bool:
    """Whether what the loader returns is whole enough to be saved again, as the saver's own kind of artifact.

    What is a variant of another SavedModel would be saved again as that is; what is restored of one Keras model is an
    object as good as that of any other.
    """
    if saver["existing"] or saver["is_variant"]:
        return False
    if loader["asked"] == "by_function":
        return "holds_module" in case["traits"] or "tries_twins" in case["traits"]
    return loader["name"] == "load_model" and not saver["trains"]


def differentiable(case: dict, inputs: list[dict]) -> list[str]:
    """The names of the inputs by which gradients are taken, in order: each endpoint's first that has real numbers."""
    found: dict[str, str] = {}
    for given in inputs:
        tensors = strategies.tensors(case["endpoints"][given["endpoint"]])
        if any(strategies.kind_of(tensor) == "float" for tensor in tensors):
            found.setdefault(given["endpoint"], given["name"])
    return list(found.values())
