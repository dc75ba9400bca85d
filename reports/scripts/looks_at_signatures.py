"""Looks at signatures that are not as they should be."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from typing import Any

from reports.scripts.kinds import Kind
from reports.scripts.look import Look, NoLook
from reports.scripts.subject import Subject
from tests.judging.requirement import Symptom

MOST_EXPECTED = 6

CONTRACT = """
def contract(loaded):
    found = {}
    for key, function in loaded.signatures.items():
        found[key] = "a signature"
        sides = {"inputs": function.structured_input_signature[1], "outputs": function.structured_outputs}
        for side, specs in sides.items():
            found[f"{key}.{side}"] = ", ".join(sorted(specs))
            found.update({f"{key}.{side}.{n}": f"{spec.dtype.name}{spec.shape}" for n, spec in specs.items()})
    return found
"""
CONTRACT_OF_ARRAYS = """
def contract(loaded):
    found = {}
    for key, signature in loaded.contract.items():
        found.update({key: "a signature", f"{key}.defaults": str(signature["defaults"])})
        for side, specs in (("inputs", signature["inputs"]), ("outputs", signature["outputs"])):
            found[f"{key}.{side}"] = ", ".join(sorted(specs))
            found.update({f"{key}.{side}.{n}": f"{s['dtype']}{tf.TensorShape(s['shape'])}" for n, s in specs.items()})
    return found
"""


def signatures(subject: Subject) -> Look:
    """Look at those names, dtypes and shapes of signatures that are not as expected."""
    define = contract_of(subject)
    if subject.shortfall.symptom is not Symptom.MISMATCH and subject.shortfall.symptom is not Symptom.CHANGED:
        return Look(define, "{}", "contract(loaded)")
    expected = expected_contract(subject)
    if not expected:
        raise NoLook("the signatures that were expected are not known")
    few = dict(list(expected.items())[:MOST_EXPECTED])
    return Look(define, "{}", "contract(loaded)", expected=few, only_expected=True)


def contract_of(subject: Subject) -> str:
    """Return the function that lists the signatures of what was loaded."""
    return CONTRACT_OF_ARRAYS if subject.has_contract else CONTRACT


def expected_contract(subject: Subject) -> dict[str, str]:
    """Return what those places of signatures should hold that differ; "nothing" where nothing should be."""
    shortfall = subject.shortfall
    if shortfall.symptom is Symptom.CHANGED:
        return differing(flat_contract(subject.control), flat_contract(subject.row.contract))
    expected, seen = _literal(shortfall.expected), _literal(shortfall.seen)
    if Kind.OTHER_THAN_PYTHON.describes(shortfall):
        return differing(flat_contract(expected), flat_contract(seen))
    if Kind.MISSING_SIGNATURE.describes(shortfall) or Kind.EXTRA_SIGNATURE.describes(shortfall):
        missing = {key: "a signature" for key in expected if key not in seen}
        return missing or {key: "nothing" for key in seen if key not in expected}
    key = ast.literal_eval(shortfall.message[shortfall.message.index(" of ") + 4 :])
    if Kind.DEFAULTS.describes(shortfall):
        return {f"{key}.defaults": str(expected)}
    of_names = Kind.INPUT_NAMES.describes(shortfall) or Kind.OUTPUT_NAMES.describes(shortfall)
    side = "inputs" if Kind.INPUT_NAMES.describes(shortfall) or Kind.INPUT_SPECS.describes(shortfall) else "outputs"
    if of_names:
        return {f"{key}.{side}": ", ".join(sorted(expected))}
    specs = [re.fullmatch(r"(\w+?)(None|\[.*\])", text) for text in expected]
    left = [_spec_in_words(spec[1], spec[2]) for spec in specs if spec is not None]
    wrong = {}
    for name, (dtype, shape) in seen.items():
        if _spec_in_words(dtype, shape) in left:
            left.remove(_spec_in_words(dtype, shape))
        else:
            wrong[name] = dtype
    found = {}
    dtypes = {spec.partition("(")[0].removesuffix("<unknown>") for spec in left}
    # Tensors of a dtype that is expected come first, so that no other takes what is theirs.
    for name, dtype in sorted(wrong.items(), key=lambda each: each[1] not in dtypes):
        alike = [spec for spec in left if spec.startswith(dtype)] or left
        found[f"{key}.{side}.{name}"] = alike[0] if alike else "nothing"
        if alike:
            left.remove(alike[0])
    return {**found, **{f"{key}.{side}.another": spec for spec in left}}


def _spec_in_words(dtype: str, shape: Any) -> str:
    """Return a tensor of a signature as scripts write it: `float32(None, 3)`."""
    sides = ast.literal_eval(shape) if isinstance(shape, str) else shape
    return f"{dtype}{'<unknown>' if sides is None else tuple(sides)}"


def flat_contract(contract: Any) -> dict[str, str]:
    """Return the signatures as the script's function `contract` does."""
    found = {}
    for key, signature in (contract or {}).items():
        found[key] = "a signature"
        if "defaults" in signature and signature["defaults"] is not None:
            found[f"{key}.defaults"] = str(signature["defaults"])
        for side in ("inputs", "outputs"):
            for name, (dtype, shape) in signature[side].items():
                found[f"{key}.{side}.{name}"] = _spec_in_words(dtype, shape)
    return found


def differing(expected: Mapping[str, str], seen: Mapping[str, str]) -> dict[str, str]:
    """Return what is expected in all places in which the two differ."""
    return {
        place: expected.get(place, "nothing")
        for place in {**expected, **seen}
        if expected.get(place) != seen.get(place)
    }


def _literal(text: Any) -> Any:
    try:
        return ast.literal_eval(str(text))
    except (ValueError, SyntaxError):
        raise NoLook("what was expected is too long to be shown") from None
