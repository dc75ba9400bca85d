"""The inputs of a model: what each tensor may hold, how tensors are nested, and one input with its name.

[both sides]
"""

from __future__ import annotations

import dataclasses
from typing import Any, Callable, List, Mapping, Optional, Sequence, Tuple


@dataclasses.dataclass(frozen=True)
class Tensor:
    """The values that one input tensor may hold.

    Args:
        shape: None where a dimension is free; the first dimension is the batch, if `batched`.
        dtype: TensorFlow's name of the dtype.
        low, high: the smallest and the largest integer it may hold; of floats, if they are such codes.
        vocabulary: the strings that the model knows; unknown strings are drawn too.
        padded: integers end in a run of zeros, which the model masks.
        batched: the first dimension is the batch.
        layout: `dense`, `ragged` (the second dimension is free in each row, and some rows are empty) or `sparse`.
        default: the value that the function takes when the input is left out.
        tame: leave out empty batches and extreme numbers. A model that learns when it is asked would not recover
            from them, and TFLite reads the size of an image in an empty batch from memory that nobody has written.
        known: the words or numbers that a user's model tells apart here. Beside the usual inputs some hold them all.
        known_rows: how many rows such an input may have.
        sizes: the size of each dimension in all inputs that a user gives, for dimensions that are free; None or
            missing if any size will do.
    """

    shape: Tuple[Optional[int], ...]
    dtype: str = "float32"
    low: int = 0
    high: int = 0
    vocabulary: Tuple[str, ...] = ()
    padded: bool = False
    batched: bool = True
    layout: str = "dense"
    default: Any = None
    tame: bool = False
    known: Tuple[Any, ...] = ()
    known_rows: int = 0
    sizes: Tuple[Optional[int], ...] = ()

    def shape_with(self, batch: int, free: int) -> Tuple[int, ...]:
        """Return the shape of one value: `free` stands for each free dimension of which no size is known."""
        sizes = self.sizes or (None,) * len(self.shape)
        sides = [side if side is not None else size or free for side, size in zip(self.shape, sizes)]
        return (batch, *sides[1:]) if self.batched else tuple(sides)

    @property
    def kind(self) -> str:
        """`string`, `float` or `integer`: what its elements are."""
        if self.dtype == "string":
            return "string"
        return "float" if "float" in self.dtype else "integer"

    @property
    def holds_codes(self) -> bool:
        """True if it holds floats that the model takes as integers, from `low` to `high`."""
        return self.kind == "float" and self.high > self.low


@dataclasses.dataclass(frozen=True)
class InputStructure:
    """The inputs of one endpoint: a single tensor, or a dict or a list of further structures.

    Exactly one of the three fields is set.
    """

    tensor: Optional[Tensor] = None
    by_name: Optional[Mapping[str, InputStructure]] = None
    in_order: Optional[Tuple[InputStructure, ...]] = None

    @classmethod
    def of(cls, inputs: Any) -> InputStructure:
        """Return the structure of a `Tensor`, or of a dict or a list of such inputs."""
        if isinstance(inputs, Tensor):
            return cls(tensor=inputs)
        if isinstance(inputs, Mapping):
            return cls(by_name={name: cls.of(part) for name, part in inputs.items()})
        return cls(in_order=tuple(cls.of(part) for part in inputs))

    @property
    def tensors(self) -> List[Tensor]:
        """All tensors, in the order in which `tf.nest` flattens them."""
        if self.tensor is not None:
            return [self.tensor]
        if self.by_name is not None:
            parts = [self.by_name[name] for name in sorted(self.by_name)]
        else:
            parts = list(self.in_order or ())
        return [tensor for part in parts for tensor in part.tensors]

    def map(self, make: Callable[[Tensor], Any]) -> Any:
        """Return dicts and lists nested in the same way, with `make(tensor)` in place of each tensor."""
        if self.tensor is not None:
            return make(self.tensor)
        if self.by_name is not None:
            return {name: part.map(make) for name, part in self.by_name.items()}
        return [part.map(make) for part in self.in_order or ()]

    def as_declared(self) -> Any:
        """Return what `of` was called with: tensors in dicts and lists."""
        return self.map(lambda tensor: tensor)


@dataclasses.dataclass(frozen=True)
class Input:
    """One input of an endpoint.

    Args:
        name: how reports and deviations refer to it, such as `batch-of-5` or `shift/drawn-3`.
        special: whether it leaves the magnitudes in which answers of two pairs are compared by value.
        magnitude: the largest finite number in it, without its sign.
        value: arrays, in the structure that the model takes.
    """

    name: str
    endpoint: str
    special: bool
    magnitude: float
    value: Any


def spread(values: Sequence[Any], most: int) -> List[Any]:
    """Return at most so many of the values, evenly spread; the first and the last are among them."""
    if len(values) <= most:
        return list(values)
    return [values[i * (len(values) - 1) // max(1, most - 1)] for i in range(most)]
