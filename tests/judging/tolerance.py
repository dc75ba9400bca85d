"""How far answers may differ over two pairs and in other runtimes, and how it is measured."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tests.both_sides.structures import in_structure, leaves
from tests.both_sides.tensors import Input
from tests.both_sides.wire import elements
from tests.judging.comparison import compare
from tests.judging.inputs import magnitude

# The tolerance over two pairs, by dtype; other dtypes are compared bitwise. One ulp is the spacing at the largest
# magnitude in the row, in the input, or at 1, whichever is largest: a sum rounds in proportion to its terms, and
# where terms cancel, or where tanh is flat, the rounding is a large part of the result. Weights are compared to the
# bit, so answers only have to tell rounding from a different model.
ULP_OVER_PAIRS = {
    # Kernels of matmul, tanh, sigmoid and pow round differently in different versions of TensorFlow. From 2.15.1 and
    # from 2.16.2 to 2.21.0, answers and gradients moved by at most 3 ulp, on a product of two columns of numbers near
    # 477 whose result is 4.
    "float32": 4,
    # Mixed precision and a layer in float64, from 2.15.1 to 2.21.0: moved by at most 2 ulp.
    "float64": 4,
    "float16": 4,
    "bfloat16": 4,
}
# How many times larger than the largest answer the numbers may be that cancel in it. The product above adds up
# numbers 120 times larger than its result; where answers are much smaller, a floor at 1 would hide that they double.
LARGEST_CANCELLATION = 1024.0
# How much coarser than float32 these are. A model that computes in one of them rounds to it, whatever it answers in.
COARSER = {"bfloat16": 2.0**16, "float16": 2.0**13}
# How many times the original's own noise an answer may differ by, where its graph is optimized in another way: three
# ways to run it are a small sample of all.
TIMES_NOISE = 4.0
# The largest difference, in ulp, that counts as noise.
LARGEST_NOISE = 256.0
# The tolerance for other runtimes, by dtype, for inputs up to 1; larger inputs multiply it.
ULP_CONVERTED = {
    # Their kernels sum in another order, and the rounding grows with the terms. Seen with TFLite, LiteRT, ONNX
    # Runtime and OpenVINO: 9 ulp of the row's largest value on inputs up to 3, and 633 ulp on inputs up to 477.
    "float32": 8,
}


def smallest_scale(asked: Input, largest: float) -> float:
    """Return the magnitude at which an ulp is measured over two pairs, if the answer is smaller.

    A sum rounds in proportion to its terms, which are about as large as the input, but not arbitrarily much larger
    than what the model answers.

    Args:
        largest: the largest number that the original answers to any ordinary input.
    """
    return min(max(1.0, asked.magnitude), LARGEST_CANCELLATION * largest)


def smallest_scales(asked: Input, expected: Any, largest: Sequence[float]) -> Any:
    """Return `smallest_scale` for each leaf of an answer, in its structure.

    Args:
        largest: the largest numbers of the original's answers to ordinary inputs, by leaf. If they do not fit the
            answer, its own are taken.
    """
    flat = leaves(expected)
    numbers = largest if len(largest) == len(flat) else [magnitude(elements(leaf)) for leaf in flat]
    return in_structure(expected, [smallest_scale(asked, each) for each in numbers])


def ulp_over_pairs(config: Any) -> dict[str, float]:
    """Return the tolerance over two pairs, in the precision that a model of this config computes in."""
    policies = " ".join(dtype_policies(config))
    coarser = next((factor for dtype, factor in COARSER.items() if dtype in policies), 1.0)
    return {**ULP_OVER_PAIRS, "float32": ULP_OVER_PAIRS["float32"] * coarser}


def dtype_policies(config: Any) -> Iterator[str]:
    """Yield the names of all dtypes and dtype policies that a config gives to layers."""
    if isinstance(config, list):
        for part in config:
            yield from dtype_policies(part)
    elif isinstance(config, dict):
        for key, part in config.items():
            if key == "dtype" and isinstance(part, dict):
                part = part.get("config", part)
                part = part.get("name", "") if isinstance(part, dict) else part
            if key == "dtype" and isinstance(part, str):
                yield part
            else:
                yield from dtype_policies(part)


def noise_of(
    asked: Sequence[Input],
    sides: Sequence[Sequence[Mapping[str, Any]]],
    largest: Mapping[str, Sequence[float]] | None,
) -> dict[str, list[float]]:
    """Return by how many ulp the original differs from itself, by endpoint and leaf, on ordinary inputs.

    A leaf that differs by more than rounding explains has no noise: it draws, or runs something else.

    Args:
        asked: the inputs.
        sides: its answers eagerly, as a function and without optimization, the one that counts first.
        largest: over two pairs, the largest numbers of its answers, as `smallest_scales` takes them.
    """
    noise: dict[str, list[float]] = {}
    for number, each in enumerate(asked):
        values = [leaves(side[number]["value"]) for side in sides if "value" in side[number]]
        if each.special or len(values) < len(sides) or len({len(flat) for flat in values}) > 1:
            continue
        scale = largest.get(each.endpoint, ()) if largest is not None else None
        for other in values[1:]:
            found = [
                compare(one, two, at_least=0.0 if scale is None else smallest_scales(each, one, scale[at : at + 1]))
                for at, (one, two) in enumerate(zip(values[0], other, strict=True))
            ]
            errors = [comparison.largest_ulp or 0.0 for comparison in found]
            known = noise.setdefault(each.endpoint, [0.0] * len(errors))
            noise[each.endpoint] = [max(pair) for pair in zip(known, errors, strict=False)]
    return {endpoint: [each if each <= LARGEST_NOISE else 0.0 for each in found] for endpoint, found in noise.items()}


def largest_numbers(asked: Sequence[Input], answers: Sequence[Mapping[str, Any]]) -> dict[str, list[float]]:
    """Return the largest finite number of each leaf in the answers to ordinary inputs, by endpoint.

    Args:
        answers: one for each input, as children send them.
    """
    largest: dict[str, list[float]] = {}
    for each, answer in zip(asked, answers, strict=True):
        if "value" in answer and not each.special:
            numbers = [magnitude(elements(leaf)) for leaf in leaves(answer["value"])]
            known = largest.setdefault(each.endpoint, numbers)
            largest[each.endpoint] = [max(pair) for pair in zip(known, numbers, strict=False)]
    return largest
