"""The words and numbers that a user's model tells apart, by input.  [beside TensorFlow]

They are the keys of its tables, the rows of its embeddings, the codes and thresholds of its encodings. The graph says
which input reaches which of them. Where it does not, those among the model's parts count for every input of the kind.
"""

from __future__ import annotations

import dataclasses
from typing import Any, Callable, Dict, Iterable, Iterator, List, Sequence, Set, Tuple

import numpy as np
import tensorflow as tf

from ..both_sides.tensors import Tensor, spread
from .graph_flow import Decision, Flow

MOST_VALUES = 4096
# As large as these allow is a batch that holds all that is known: products with weights, elements, those of answers.
MOST_PRODUCTS, MOST_ELEMENTS, MOST_ANSWERED = 2**28, 2**14, 2**20
FEWEST_ROWS, MOST_ROWS = 8, 1024
# How many values are drawn for each bucket of hashes.
VALUES_A_BUCKET = 3
# Where a constant holds more values, it is a table of something else.
MOST_CONSTANTS = 4096


@dataclasses.dataclass
class Known:
    """The values that a model tells apart at one input.

    Args:
        words: in the order of a table's values; the values of this dict mean nothing.
        integers: keys of tables.
        sizes: numbers of rows or codes: integers from 0 are told apart.
        buckets: how many there are of hashes.
        thresholds: numbers at which the answer changes.
    """

    words: Dict[str, None] = dataclasses.field(default_factory=dict)
    integers: Set[int] = dataclasses.field(default_factory=set)
    sizes: Set[int] = dataclasses.field(default_factory=set)
    buckets: int = 0
    thresholds: Set[float] = dataclasses.field(default_factory=set)

    def add_keys(self, keys: Iterable[Any]) -> None:
        """Add keys of a table: words or integers. Bytes that are no text are left out."""
        for key in keys:
            if isinstance(key, (bytes, str)):
                word = key.decode("utf-8", "replace") if isinstance(key, bytes) else key
                if "\ufffd" not in word:
                    self.words[word] = None
            else:
                self.integers.add(int(key))

    def add_constants(self, constants: Iterable[Any]) -> None:
        """Add constants that the model compares with."""
        for constant in constants:
            if isinstance(constant, bytes):
                self.add_keys([constant] if constant else [])
            elif np.isfinite(constant):
                self.thresholds.add(float(constant))

    def tells(self, tensor: Tensor) -> bool:
        """Return whether there is something for an input of this dtype."""
        if tensor.kind == "string":
            return bool(self.words or self.buckets)
        return bool(self.integers or self.sizes or self.thresholds or self.buckets)


def known_by_graph(function: Any, positions: int) -> Tuple[List[Known], int]:
    """Return what is known of each of the first inputs of a concrete function, and the weights that are no tables.

    Args:
        positions: how many of its inputs are not captured.
    """
    flow = Flow(function)
    captured = dict(zip(range(len(function.inputs) - len(function.captured_inputs), 10**9), function.captured_inputs))
    found = [Known() for _ in range(positions)]
    tables: Set[int] = set()
    for decision in flow.decisions:
        if decision.op.endswith(("Gather", "GatherV2")) and decision.by[0] == "input":
            tables.add(decision.by[1])
        if decision.position < positions:
            add_decision(found[decision.position], decision, flow, captured)
    weights = sum(int(np.prod(shape_of(each))) for at, each in captured.items() if at not in tables)
    return found, weights


def add_decision(known: Known, decision: Decision, flow: Flow, captured: Dict[int, Any]) -> None:
    """Add what one decision says."""
    node, by = flow.node_of(decision), decision.by
    held = captured.get(by[1]) if by and by[0] == "input" else None
    constant = flow.constant(by) if by and by[0] == "constant" else None
    if decision.op.startswith("LookupTable") and held is not None:
        known.add_keys(keys_of(held, node))
    elif "Gather" in decision.op:
        shape = shape_of(held) if held is not None else constant.shape if constant is not None else ()
        known.sizes.update(shape[:1])
    elif decision.op in ("OneHot", "Bincount", "DenseBincount"):
        if constant is not None and constant.ndim == 0:
            known.sizes.add(int(constant))
    elif decision.op == "Bucketize":
        known.thresholds.update(node.attr["boundaries"].list.f)
    elif decision.op.startswith("StringToHash"):
        known.buckets = max(known.buckets, int(node.attr["num_buckets"].i))
    elif decision.op in ("Equal", "NotEqual"):
        if held is not None and held.dtype != tf.resource and held.shape.num_elements() <= MOST_CONSTANTS:
            constant = np.asarray(held)
        if constant is not None and constant.size <= MOST_CONSTANTS:
            known.add_constants(constant.ravel().tolist())


def keys_of(table: Any, node: Any) -> List[Any]:
    """Return the keys of a table by its handle, in the order of its values."""
    kinds = {"Tkeys": node.attr["Tin"].type, "Tvalues": node.attr["Tout"].type}
    dtypes = {name: tf.as_dtype(kind) for name, kind in kinds.items()}
    try:
        exported = tf.raw_ops.LookupTableExportV2(table_handle=table, **dtypes)
    except tf.errors.OpError:  # nothing has filled it
        return []
    return in_order(exported.keys, exported.values)


def in_order(keys: Any, values: Any) -> List[Any]:
    """Return keys in the order of their values. A table exports them in the order of its buckets."""
    pairs = zip(np.asarray(keys).tolist(), np.asarray(values).tolist())
    return [key for key, _ in sorted(pairs, key=lambda pair: (pair[1], pair[0]))]


def shape_of(captured: Any) -> Tuple[int, ...]:
    """Return the shape of a captured variable or constant; that of another resource is empty."""
    if captured.dtype != tf.resource:
        return tuple(captured.shape.as_list())
    try:
        return tuple(np.asarray(tf.raw_ops.VariableShape(input=captured)).tolist())
    except (tf.errors.OpError, ValueError):
        return ()


def known_by_parts(model: Any) -> Known:
    """Return what is known to all parts of a model: its layers, and the objects that it tracks."""
    known = Known()
    for part in parts_of(model):
        name = type(part).__name__
        if hasattr(part, "get_vocabulary"):
            known.add_keys(part.get_vocabulary(include_special_tokens=False))
        elif hasattr(part, "export") and hasattr(part, "key_dtype"):
            known.add_keys(in_order(*part.export()))
        elif isinstance(part, tf.keras.layers.Embedding):
            known.sizes.add(int(part.input_dim))
        elif name == "CategoryEncoding" and part.num_tokens:
            known.sizes.add(int(part.num_tokens))
        elif name == "Discretization" and part.bin_boundaries:
            known.thresholds.update(map(float, part.bin_boundaries))
        elif name == "Hashing":
            known.buckets = max(known.buckets, int(part.num_bins))
    return known


def parts_of(model: Any) -> Iterator[Any]:
    """Return the parts of a model, each once."""
    model = getattr(model, "root", model)
    tracked = tf.train.TrackableView(model).descendants()
    layers = list(model._flatten_layers()) if hasattr(model, "_flatten_layers") else []
    yield from {id(each): each for each in [*tracked, *layers]}.values()


def most_rows(weights: int, elements: int, answered: int) -> int:
    """Return how many rows a batch may have that is to hold all that is known.

    Args:
        weights: how many the model has, without tables of which it takes single rows.
        elements, answered: how many a row of all inputs has, and a row of all answers.
    """
    pairs = ((MOST_PRODUCTS, weights), (MOST_ELEMENTS, elements), (MOST_ANSWERED, answered))
    return max(FEWEST_ROWS, min(MOST_ROWS, *(most // max(1, each) for most, each in pairs)))


def tensor_with(tensor: Tensor, known: Known, answers: Callable[[int, int], bool]) -> Tuple[Tensor, str]:
    """Return the tensor with the values to draw, and what they are in words; empty if nothing is known of it.

    Args:
        answers: returns whether the model answers if the input holds these two numbers.
    """
    if not known.tells(tensor):
        return tensor, ""
    if tensor.kind != "string":
        return tensor_with_numbers(tensor, known, answers)
    hashed = [f"word {i}" for i in range(min(VALUES_A_BUCKET * known.buckets, MOST_VALUES))]
    words = tuple(spread(list(known.words), MOST_VALUES) or hashed)
    text = f"{len(known.words)} known words" if known.words else f"words for {known.buckets} buckets of hashes"
    return dataclasses.replace(tensor, vocabulary=words, known=words), text


def tensor_with_numbers(tensor: Tensor, known: Known, answers: Callable[[int, int], bool]) -> Tuple[Tensor, str]:
    """Do the same for an input of numbers."""
    sizes = {*known.sizes, *([VALUES_A_BUCKET * known.buckets] if known.buckets else [])}
    keys = sorted(known.integers)
    answered = next((ends for ends in ranges(tensor, sizes, keys) if answers(*ends)), None)
    low, high = answered or (tensor.low, tensor.high)
    numbers: List[Any] = spread([key for key in keys if low <= key <= high], MOST_VALUES)
    if (sizes and answered) or (tensor.kind == "integer" and not keys):
        numbers += spread(range(low, high + 1), MOST_VALUES)
    codes = tensor.kind == "float" and answered is not None
    thresholds = [] if codes else spread(sorted(known.thresholds), MOST_VALUES // 8)
    beside = [each for each in around(thresholds, tensor) if fits(each, tensor)]
    if tensor.kind == "integer" and beside:
        low, high = min(low, *beside), max(high, *beside)
    values = tuple(dict.fromkeys(map(float if tensor.kind == "float" else int, [*numbers, *beside])))
    texts = [
        *([f"integers from {low} to {high}"] if sizes and answered else []),
        *(
            [f"integers from {low} to {high}, since it raises at the ends of what was found"]
            if sizes and not answered
            else []
        ),
        *([f"{len(keys)} known integers"] if keys else []),
        *([f"numbers around {len(known.thresholds)} known ones"] if beside else []),
    ]
    return dataclasses.replace(tensor, low=low, high=high, known=values), ", ".join(texts)


def ranges(tensor: Tensor, sizes: Set[int], keys: Sequence[int]) -> List[Tuple[int, int]]:
    """Return ranges of integers that the model may take, the widest first.

    Args:
        sizes: numbers of rows or codes; some models count from 1, and some add 1.
        keys: integers that it knows; the next ones on both sides are unknown to it.
    """
    ends = [(low, size - 1 + more) for size in sizes for low, more in ((0, 0), (1, 1), (0, -1), (1, 0))]
    if keys:
        ends += [(min(low, keys[0]), max(high, keys[-1])) for low, high in ends]
        ends += [(keys[0] - 1, keys[-1] + 1), (keys[0], keys[-1])]
    if tensor.kind == "integer":
        limits = tf.as_dtype(tensor.dtype)
        ends = [(max(low, limits.min), min(high, limits.max)) for low, high in ends]
    return sorted({(low, high) for low, high in ends if low <= high}, key=lambda each: (each[0] - each[1], each[0]))


def around(thresholds: Sequence[float], tensor: Tensor) -> List[float]:
    """Return each threshold, and a number on either side of it."""
    if tensor.kind == "integer":
        return [int(np.floor(each)) + step for each in thresholds for step in (-1, 0, 1)]
    return [each + step * max(abs(each), 1.0) / 64 for each in thresholds for step in (-1, 0, 1)]


def fits(number: float, tensor: Tensor) -> bool:
    """Return whether the tensor's dtype holds the number."""
    return bool(tf.as_dtype(tensor.dtype).min <= number <= tf.as_dtype(tensor.dtype).max)
