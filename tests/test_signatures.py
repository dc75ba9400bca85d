"""Requirement: the signatures are the contract."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.both_sides.structures import leaves
from tests.judging.catalogue import tells_signatures
from tests.judging.comparison import dtype_name
from tests.judging.inputs import tensors
from tests.judging.requirement import Shortfall, requirement
from tests.judging.seen import Seen


def only_saved_models(case: dict, saver: dict, loader: dict | None) -> str | None:
    """Signatures are what a SavedModel has, and a TFLite file made of one; they answer with plain tensors."""
    if "holds_keras_model" in case["traits"] and "composite_outputs" in case["traits"]:
        return "its answers are no plain tensors, of which signatures are made"
    return None if tells_signatures(loader) else f"{loader['name']} knows no signatures"


@requirement(over="routes", not_applicable=only_saved_models)
def signatures(seen: Seen) -> None:
    """Every endpoint has its signature, with the case's dtypes and shapes, defaults, and a free batch dimension."""
    contract = seen.loaded["contract"]
    seen.contract.update(contract)
    with seen.also():
        check_told_alike(seen, contract)
    expected = [(endpoint, key) for endpoint, keys in seen.signature_keys.items() for key in keys]
    missing = {key for _, key in expected} - set(contract)
    if missing:
        raise Shortfall("a signature is missing", expected=sorted(key for _, key in expected), seen=sorted(contract))
    unexpected = sorted(set(contract) - {key for _, key in expected})
    if unexpected:
        raise Shortfall(
            f"signatures that nobody asked for: {', '.join(unexpected)}",
            expected=sorted(key for _, key in expected),
            seen=sorted(contract),
        )
    for endpoint, key in expected:
        signature = contract[key]
        wanted = tensors(seen.case["endpoints"][endpoint])
        inputs = [[tensor["dtype"], tensor["shape"]] for tensor in wanted]
        with seen.also():
            check_tensors(f"inputs of {key!r}", inputs, signature["inputs"])
        with seen.also():
            outputs, told = answered_tensors(seen, endpoint), signature["outputs"]
            if not batch_varies(seen, endpoint):
                outputs = [without_batch(each) for each in outputs]
                told = {name: without_batch(each) for name, each in told.items()}
            check_tensors(f"outputs of {key!r}", outputs, told)
        with seen.also():
            check_input_names(seen, endpoint, key, signature)
        with seen.also():
            check_output_names(seen, endpoint, key, signature)
        if signature["defaults"] is not None:
            described = seen.case["endpoints"][endpoint].get("dict", {})
            defaults = sorted(
                name for name, part in described.items() if "tensor" in part and part["tensor"]["default"] is not None
            )
            if signature["defaults"] != defaults:
                raise Shortfall(f"other defaults of {key!r}", expected=defaults, seen=signature["defaults"])


def check_told_alike(seen: Seen, contract: dict) -> None:
    """The loader tells of the artifact what Python's own loader tells of it, which knows of no defaults."""
    if not seen.saver["is_saved_model"] or (python := seen.told_in_python.get("contract", None)) is None:
        return
    told, expected = (
        {key: {side: signature[side] for side in ("inputs", "outputs")} for key, signature in each.items()}
        for each in (contract, python)
    )
    if told != expected:
        raise Shortfall("other signatures than Python's loader tells of", expected=expected, seen=told)


def check_tensors(what: str, expected: list[list], seen: dict[str, list]) -> None:
    """As many tensors as expected, each with a dtype and shape that is expected of one of them."""

    def sorted_(pairs: Any) -> list[str]:
        return sorted(f"{dtype}{shape}" for dtype, shape in pairs)

    if sorted_(expected) != sorted_(seen.values()):
        raise Shortfall(f"other dtypes or shapes: {what}", expected=sorted_(expected), seen=seen)


def answered_tensors(seen: Seen, endpoint: str) -> list[list]:
    """[dtype, shape] of what the original answers with; a side that follows the input is free."""
    shapes: list[list] = []
    for given, answer in zip(seen.inputs, seen.original[seen.loader["judged_against"]], strict=True):
        if given["endpoint"] != endpoint or "value" not in answer:
            continue
        flat = leaves(answer["value"])
        if not shapes:
            shapes = [[dtype_name(leaf), list(leaf.shape)] for leaf in flat]
        for known, leaf in zip(shapes, flat, strict=True):
            known[1] = [side if side == other else None for side, other in zip(known[1], leaf.shape, strict=True)]
    return shapes


def batch_varies(seen: Seen, endpoint: str) -> bool:
    """Whether there are inputs of several batch sizes; of those that a user gives there need not be."""
    values = [given["value"] for given in seen.inputs if given["endpoint"] == endpoint]
    return len({np.shape(leaf)[:1] for value in values for leaf in leaves(value)}) > 1 or not seen.case["brought"]


def without_batch(tensor: list) -> list:
    """[dtype, shape] with its first side free."""
    dtype, shape = tensor
    return [dtype, [None, *shape[1:]] if shape else shape]


def check_input_names(seen: Seen, endpoint: str, key: str, signature: dict) -> None:
    """Inputs that the case names have those names."""
    described = seen.case["endpoints"][endpoint]
    if "dict" in described and set(described["dict"]) != set(signature["inputs"]):
        raise Shortfall(
            f"other input names of {key!r}",
            expected=sorted(described["dict"]),
            seen=sorted(signature["inputs"]),
        )


def check_output_names(seen: Seen, endpoint: str, key: str, signature: dict) -> None:
    """Outputs that the model names have those names."""
    for given, answer in zip(seen.inputs, seen.original[seen.loader["judged_against"]], strict=True):
        named = answer.get("value") if given["endpoint"] == endpoint else None
        if isinstance(named, dict) and set(named) != set(signature["outputs"]):
            raise Shortfall(
                f"other output names of {key!r}", expected=sorted(named), seen=sorted(signature["outputs"])
            )


def test_signatures(cell):
    cell.judge(signatures)
