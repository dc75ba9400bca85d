"""Follows inputs of a function through its graph, to the ops that tell their values apart.  [beside TensorFlow]"""

from __future__ import annotations

import dataclasses
import itertools
from typing import Any, Dict, FrozenSet, List, Sequence, Set, Tuple

import numpy as np
import tensorflow as tf

# Where a value comes from: ("input", its position) or ("constant", the function, the node).
Origin = Tuple[Any, ...]
Origins = FrozenSet[Origin]
NOTHING: Origins = frozenset()
OUTERMOST = ""

# Ops that tell values apart: the position of the values, and of the table, the size or the constants that decide.
DECIDES = {
    "LookupTableFind": (1, 0),
    "LookupTableFindV2": (1, 0),
    "ResourceGather": (1, 0),
    "Gather": (1, 0),
    "GatherV2": (1, 0),
    "OneHot": (0, 1),
    "Bincount": (0, 1),
    "DenseBincount": (0, 1),
    "Bucketize": (0, None),
    "StringToHashBucketFast": (0, None),
    "StringToHashBucketStrong": (0, None),
    "Equal": (0, 1),
    "NotEqual": (0, 1),
}
SYMMETRIC = ("Equal", "NotEqual")
# Ops whose answer holds values of their inputs as they are, or almost: a word in lower case, a part of a text.
KEEPS = frozenset(
    [
        *("Identity", "StopGradient", "PreventGradient", "CheckNumerics", "EnsureShape", "Snapshot"),
        *("PlaceholderWithDefault", "ReadVariableOp", "Cast", "AsString", "StringToNumber"),
        *("Reshape", "ExpandDims", "Squeeze", "Transpose", "Concat", "ConcatV2", "Pack", "Unpack", "Split", "SplitV"),
        *("Slice", "StridedSlice", "Tile", "BroadcastTo", "Pad", "PadV2", "ReverseV2", "GatherNd"),
        *("Select", "SelectV2", "Maximum", "Minimum", "ClipByValue", "RaggedTensorToTensor"),
        *("TensorListFromTensor", "TensorListGetItem", "TensorListStack"),
        *("StringLower", "StringUpper", "StringStrip", "StringJoin", "RegexReplace", "StaticRegexReplace"),
    ]
)
# Integers that are shifted or wrapped are still of about the same size.
SHIFTS_INTEGERS = frozenset(["Add", "AddV2", "Sub", "FloorMod", "Mod", "TruncateMod", "Abs"])
CALLS = {
    **dict.fromkeys(["PartitionedCall", "StatefulPartitionedCall", "While", "StatelessWhile"], 0),
    **dict.fromkeys(["If", "StatelessIf", "Case", "StatelessCase"], 1),  # the first argument is the condition
}


@dataclasses.dataclass(frozen=True)
class Decision:
    """One op that tells values of an input apart.

    Args:
        position: of the input among the function's inputs.
        op: its type.
        place: the function and the node.
        by: where the table, the size or the constants come from; None where the node itself says it.
    """

    position: int
    op: str
    place: Tuple[str, str]
    by: Any


class Flow:
    """The graph of a concrete function with the decisions in it; `decisions` are in a fixed order."""

    def __init__(self, function: Any):
        graph = function.graph.as_graph_def()
        self.functions = {each.signature.name: each for each in graph.library.function}
        bodies = {name: each.node_def for name, each in self.functions.items()}
        self.bodies = {name: list(nodes) for name, nodes in {OUTERMOST: graph.node, **bodies}.items()}
        self.nodes = {(name, node.name): node for name, nodes in self.bodies.items() for node in nodes}
        self._found: Set[Decision] = set()
        self._answers: Dict[Any, List[Origins]] = {}
        inputs = {each.op.name: [frozenset([("input", at)])] for at, each in enumerate(function.inputs)}
        self._follow(OUTERMOST, inputs)
        self.decisions = sorted(self._found, key=repr)

    def node_of(self, decision: Decision) -> Any:
        """Return the node that decides, as a NodeDef."""
        return self.nodes[decision.place]

    def constant(self, origin: Origin) -> np.ndarray:
        """Return the value of a constant in the graph."""
        array: np.ndarray = tf.make_ndarray(self.nodes[origin[1:]].attr["value"].tensor)
        return array

    def _follow(self, body: str, arguments: Dict[str, List[Origins]]) -> Dict[str, List[Origins]]:
        """Return where the outputs of every node of a body come from."""
        known = dict(arguments)
        changed = True
        while changed:  # nodes need not be in the order in which they run
            changed = False
            for node in self.bodies[body]:
                if node.name not in arguments:
                    outputs = self._of_node(body, node, known)
                    changed = changed or outputs != known.get(node.name)
                    known[node.name] = outputs
        return known

    def _of_node(self, body: str, node: Any, known: Dict[str, List[Origins]]) -> List[Origins]:
        inputs = [output_of(known, each) for each in node.input if not each.startswith("^")]
        if node.op == "Const":
            return [frozenset([("constant", body, node.name)])]
        if node.op in DECIDES:
            values, by = DECIDES[node.op]
            self._note(body, node, inputs[values], None if by is None else inputs[by])
            if node.op in SYMMETRIC:
                self._note(body, node, inputs[1], inputs[0])
            return [inputs[0] if node.op.startswith("Gather") else NOTHING]
        if node.op in CALLS or node.op in self.functions:
            return self._of_call(node, inputs[CALLS.get(node.op, 0) :])
        if node.op == "StringSplitV2":  # it answers with places, words and a shape
            return [NOTHING, inputs[0], NOTHING]
        if node.op == "IdentityN":
            return inputs
        integers = node.op in SHIFTS_INTEGERS and tf.as_dtype(node.attr["T"].type).is_integer
        return [frozenset().union(*inputs) if node.op in KEEPS or integers else NOTHING]

    def _note(self, body: str, node: Any, values: Origins, by: Any) -> None:
        for origin in values:
            for decider in [None] if by is None else by:
                if origin[0] == "input":
                    self._found.add(Decision(origin[1], node.op, (body, node.name), decider))

    def _of_call(self, node: Any, arguments: List[Origins]) -> List[Origins]:
        called = [node.op] if node.op in self.functions else functions_of(node)
        outputs: List[Origins] = []
        for _ in range(2 if "While" in node.op else 1):  # the second round has what the first one returned
            for name in called:
                outputs = united(outputs, self._of_function(name, arguments))
            if "While" in node.op:
                arguments = united(arguments, outputs)
        return outputs

    def _of_function(self, name: str, arguments: List[Origins]) -> List[Origins]:
        key = (name, tuple(arguments))
        if key not in self._answers:
            self._answers[key] = []  # for a function that calls itself
            signature = self.functions[name].signature
            named = {each.name: [origins] for each, origins in zip(signature.input_arg, arguments)}
            known = self._follow(name, named)
            returned = self.functions[name].ret
            self._answers[key] = [output_of(known, returned[each.name]) for each in signature.output_arg]
        return self._answers[key]


def output_of(known: Dict[str, List[Origins]], reference: str) -> Origins:
    """Return where an output comes from, named as `node`, `node:1` or, in functions, `node:output:1`."""
    name, *rest = reference.split(":")
    outputs = known.get(name, [NOTHING])
    at = int(rest[-1]) if rest else 0
    if len(rest) == 2 and len(outputs) > 1 and rest[0] not in ("output", "r"):
        at = {"indices": 0, "values": 1, "shape": 2}.get(rest[0], at)  # of StringSplitV2
    return outputs[at] if len(outputs) > 1 and at < len(outputs) else outputs[0] if outputs else NOTHING


def functions_of(node: Any) -> List[str]:
    """Return the names of the functions that a node calls."""
    names = [attribute.func.name for attribute in node.attr.values() if attribute.func.name]
    return names + [each.name for attribute in node.attr.values() for each in attribute.list.func]


def united(one: Sequence[Origins], two: Sequence[Origins]) -> List[Origins]:
    """Return the origins at each position of either."""
    return [first | second for first, second in itertools.zip_longest(one, two, fillvalue=NOTHING)]
