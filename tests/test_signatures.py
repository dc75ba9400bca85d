"""Requirement: the signatures are the contract."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from tests.both_sides.cases import CaseInfo
from tests.both_sides.routes import LoaderInfo, SaverInfo
from tests.both_sides.structures import leaves
from tests.both_sides.wire import count_rows, dtype_name
from tests.judging.requirement import Shortfall, requirement
from tests.judging.seen import Seen

# The dtype and the shape of a tensor, as children send them; None is a free dimension.
Spec = list[Any]


def only_saved_models(case: CaseInfo, saver: SaverInfo, loader: LoaderInfo) -> str | None:
    """Leave out loaders without signatures, and models whose inputs or answers are not plain tensors."""
    if case.is_keras_model and "composite_outputs" in case.traits:
        return "its answers are not plain tensors, of which signatures are made"
    if case.is_keras_model and not case.takes_dense_tensors:
        return "its inputs are ragged or sparse, and Keras makes signatures of dense tensors"
    return None if loader.has_signatures else f"{loader.name} knows no signatures"


@requirement(over="routes", not_applicable=only_saved_models)
def signatures(seen: Seen) -> None:
    """Every endpoint has its signature, with the case's dtypes and shapes, defaults, and a free batch dimension."""
    contract = seen.loaded["contract"]
    seen.contract.update(contract)
    with seen.also():
        check_same_as_in_python(seen, contract)
    expected = [(endpoint, key) for endpoint, keys in seen.signature_keys.items() for key in keys]
    check_keys(sorted(key for _, key in expected), sorted(contract))
    for endpoint, key in expected:
        signature = contract[key]
        with seen.also():
            check_inputs(seen, endpoint, key, signature["inputs"])
        with seen.also():
            check_outputs(seen, endpoint, key, signature["outputs"])
        with seen.also():
            check_input_names(seen, endpoint, key, signature["inputs"])
        with seen.also():
            check_output_names(seen, endpoint, key, signature["outputs"])
        check_defaults(seen, endpoint, key, signature["defaults"])


def check_keys(expected: list[str], loaded: list[str]) -> None:
    """Check that there is every signature that was asked for, and no other."""
    if set(expected) - set(loaded):
        raise Shortfall("a signature is missing", expected=expected, seen=loaded)
    unexpected = sorted(set(loaded) - set(expected))
    if unexpected:
        names = ", ".join(unexpected)
        raise Shortfall(f"signatures that nobody asked for: {names}", expected=expected, seen=loaded)


def check_same_as_in_python(seen: Seen, contract: Mapping[str, Any]) -> None:
    """Check that the loader shows the signatures that Python's own loader shows, which does not show defaults."""
    if not seen.saver.is_saved_model or (python := seen.loaded_in_python.get("contract", None)) is None:
        return
    loaded, expected = (
        {key: {side: signature[side] for side in ("inputs", "outputs")} for key, signature in each.items()}
        for each in (contract, python)
    )
    if loaded != expected:
        raise Shortfall("other signatures than Python's loader tells of", expected=expected, seen=loaded)


def check_inputs(seen: Seen, endpoint: str, key: str, inputs: Mapping[str, Spec]) -> None:
    """Check that the signature takes the case's tensors."""
    tensors = seen.case.endpoints[endpoint].tensors
    expected: list[Spec] = [[tensor.dtype, list(tensor.shape)] for tensor in tensors]
    takes_one_size = seen.case.inputs_dropped or not all(tensor.batched for tensor in tensors)
    if takes_one_size and not batch_varies(seen, endpoint):  # a signature may take that size alone, or leave it free
        expected = [with_free_batch(spec) for spec in expected]
        inputs = {name: with_free_batch(spec) for name, spec in inputs.items()}
    check_tensors(f"inputs of {key!r}", expected, inputs)


def check_outputs(seen: Seen, endpoint: str, key: str, outputs: Mapping[str, Spec]) -> None:
    """Check that the signature answers with the tensors that the original answers with.

    If the inputs have free dimensions beside the batch, the signature may leave those of its answers free: inputs of
    several sizes need not have been asked. A function of a user's module may not even know their rank.
    """
    expected = answered_tensors(seen, endpoint)
    if seen.case.brought and seen.case.is_module:
        expected, outputs = without_unknown_ranks(expected, outputs)
    if any(None in tensor.shape[1:] for tensor in seen.case.endpoints[endpoint].tensors):
        expected = [with_sides_left_free(spec, outputs.values()) for spec in expected]
    if not batch_varies(seen, endpoint):
        expected = [with_free_batch(spec) for spec in expected]
        outputs = {name: with_free_batch(spec) for name, spec in outputs.items()}
    check_tensors(f"outputs of {key!r}", expected, outputs)


def check_tensors(what: str, expected: list[Spec], loaded: Mapping[str, Spec]) -> None:
    """Check that there are as many tensors as expected, each with an expected dtype and shape."""

    def in_order(specs: Iterable[Spec]) -> list[str]:
        return sorted(f"{dtype}{shape}" for dtype, shape in specs)

    if in_order(expected) != in_order(loaded.values()):
        raise Shortfall(f"other dtypes or shapes: {what}", expected=in_order(expected), seen=loaded)


def answered_tensors(seen: Seen, endpoint: str) -> list[Spec]:
    """Return the tensors that the original answers with; a dimension that differs between inputs is free."""
    specs: list[Spec] = []
    for asked, answer in zip(seen.inputs, seen.original[seen.loader.judged_against], strict=True):
        if asked.endpoint != endpoint or "value" not in answer:
            continue
        flat = leaves(answer["value"])
        if not specs:
            specs = [[dtype_name(leaf), list(leaf.shape)] for leaf in flat]
        for spec, leaf in zip(specs, flat, strict=True):
            spec[1] = [side if side == other else None for side, other in zip(spec[1], leaf.shape, strict=True)]
    return specs


def batch_varies(seen: Seen, endpoint: str) -> bool:
    """Return whether inputs of several batch sizes were answered. A user's own inputs need not have several."""
    answers = zip(seen.inputs, seen.original[seen.loader.judged_against], strict=True)
    values = [asked.value for asked, answer in answers if asked.endpoint == endpoint and "value" in answer]
    return len({count_rows(leaf) for value in values for leaf in leaves(value)}) > 1 or not seen.case.brought


def with_sides_left_free(spec: Spec, shown: Iterable[Spec]) -> Spec:
    """Return the first tensor shown that is this one with some dimensions left free; this one if there is none."""
    dtype, shape = spec
    alike = (other for other in shown if other[0] == dtype and other[1] is not None and len(other[1]) == len(shape))
    fitting = (
        other for other in alike if all(side in (None, own) for side, own in zip(other[1], shape, strict=True))
    )
    return next(fitting, spec)


def without_unknown_ranks(expected: list[Spec], shown: Mapping[str, Spec]) -> tuple[list[Spec], Mapping[str, Spec]]:
    """Return the expected tensors and those of a signature, without the ones whose rank the signature does not know.

    For each of these an expected tensor of its dtype is left out. If there is none, both are returned as they are.
    """
    left = list(expected)
    for dtype, shape in shown.values():
        match = next((spec for spec in left if spec[0] == dtype), None) if shape is None else None
        if match is not None:
            left.remove(match)
    known = {name: spec for name, spec in shown.items() if spec[1] is not None}
    return (left, known) if len(left) == len(expected) - (len(shown) - len(known)) else (expected, shown)


def with_free_batch(spec: Spec) -> Spec:
    """Return the tensor with its first dimension free."""
    dtype, shape = spec
    return [dtype, [None, *shape[1:]] if shape else shape]


def check_input_names(seen: Seen, endpoint: str, key: str, inputs: Mapping[str, Spec]) -> None:
    """Check that inputs that the case names have those names."""
    named = seen.case.endpoints[endpoint].by_name
    by_tensorflow = seen.case.function(endpoint).signature_inputs
    nested = any(part.tensor is None for part in (named or {}).values())
    if nested and not by_tensorflow and seen.case.brought:
        return  # TensorFlow numbers the tensors of one argument, or calls them as the model does
    if named is not None and set(inputs) not in (set(named), set(by_tensorflow)):
        raise Shortfall(f"other input names of {key!r}", expected=sorted(by_tensorflow or named), seen=sorted(inputs))


def check_output_names(seen: Seen, endpoint: str, key: str, outputs: Mapping[str, Spec]) -> None:
    """Check that outputs that the model names have those names."""
    for asked, answer in zip(seen.inputs, seen.original[seen.loader.judged_against], strict=True):
        named = answer.get("value") if asked.endpoint == endpoint else None
        if isinstance(named, dict) and set(named) != set(outputs):
            raise Shortfall(f"other output names of {key!r}", expected=sorted(named), seen=sorted(outputs))


def check_defaults(seen: Seen, endpoint: str, key: str, defaults: list[str] | None) -> None:
    """Check that the inputs with a default are those of the case; None where the loader does not show defaults."""
    if defaults is None:
        return
    structure = seen.case.endpoints[endpoint]
    names = seen.case.function(endpoint).signature_inputs or sorted(structure.by_name or {})
    tensors = zip(names, structure.tensors, strict=False)
    expected = sorted(name for name, tensor in tensors if tensor.default is not None)
    if defaults != expected:
        raise Shortfall(f"other defaults of {key!r}", expected=expected, seen=defaults)


def test_signatures(cell):
    cell.judge(signatures)
