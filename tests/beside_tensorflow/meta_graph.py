"""Reads the signatures out of a serialized MetaGraphDef.  [beside TensorFlow; imports neither]

The messages and field numbers come from tensorflow/core/protobuf/meta_graph.proto and
tensorflow/core/framework/{types,tensor_shape}.proto; all other fields are skipped. TensorFlow's own generated classes
cannot be used, because importing them imports TensorFlow.
"""

from __future__ import annotations

from typing import Any, Dict, Iterator, List, Tuple

# DataType numbers of tensorflow/core/framework/types.proto, by TensorFlow's names.
DTYPES = {
    1: "float32", 2: "float64", 3: "int32", 4: "uint8", 5: "int16", 6: "int8", 7: "string", 8: "complex64",
    9: "int64", 10: "bool", 14: "bfloat16", 17: "uint16", 18: "complex128", 19: "float16", 22: "uint32",
    23: "uint64",
}  # fmt: skip
INIT_OP = "__saved_model_init_op"


def fields(message: bytes) -> Iterator[Tuple[int, Any]]:
    """Yield the fields of a protobuf message as (number, integer or bytes), in order.

    Raises:
        ValueError: it is not a protobuf message.
    """
    at = 0
    while at < len(message):
        key, at = _varint(message, at)
        number, wire_type = key >> 3, key & 7
        if wire_type == 0:
            value, at = _varint(message, at)
            yield number, value
        elif wire_type in (1, 2, 5):
            size = {1: 8, 5: 4}.get(wire_type)
            if size is None:
                size, at = _varint(message, at)
            if at + size > len(message):
                raise ValueError("a field extends beyond the end of its message")
            yield number, message[at : at + size]
            at += size
        else:
            raise ValueError(f"no field has the wire type {wire_type}")


def _varint(message: bytes, at: int) -> Tuple[int, int]:
    value = shift = 0
    while True:
        if at >= len(message) or shift > 63:
            raise ValueError("a number extends beyond the end of its message")
        byte = message[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7


def _all(message: bytes, number: int) -> List[Any]:
    return [value for field, value in fields(message) if field == number]


def _first(message: bytes, number: int, default: Any) -> Any:
    return next((value for field, value in fields(message) if field == number), default)


def _map(message: bytes, number: int) -> Dict[str, bytes]:
    return {_first(entry, 1, b"").decode(): _first(entry, 2, b"") for entry in _all(message, number)}


def signatures(meta_graph: bytes) -> Dict[str, Dict[str, Any]]:
    """Return the SignatureDefs of a MetaGraphDef, without the one that only initializes.

    Returns:
        {key: {"inputs": {name: tensor}, "outputs": {name: tensor}, "defaults": [name, ...]}} with tensors as
        {"node": "op:0", "dtype": "float32", "shape": [None, 3] or None for an unknown rank}.
    """
    contract = {}
    for key, signature in _map(meta_graph, 5).items():
        if key != INIT_OP:
            contract[key] = {
                "inputs": {name: _tensor(info) for name, info in _map(signature, 1).items()},
                "outputs": {name: _tensor(info) for name, info in _map(signature, 2).items()},
                "defaults": sorted(_map(signature, 4)),
            }
    return contract


def _tensor(info: bytes) -> Dict[str, Any]:
    number = _first(info, 2, 0)
    shape = _first(info, 3, b"")
    sizes = [_signed(_first(dimension, 1, 0)) for dimension in _all(shape, 2)]
    return {
        "node": _first(info, 1, b"").decode(),
        "dtype": DTYPES.get(number, f"DataType {number}"),
        "shape": None if _first(shape, 3, 0) else [None if size < 0 else size for size in sizes],
    }


def _signed(number: int) -> int:
    return number - 2**64 if number >= 2**63 else number
