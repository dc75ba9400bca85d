"""The inputs of a model: what each tensor may hold, how tensors are nested, and one input with its name.

[both sides]
"""

from __future__ import annotations

import dataclasses
from typing import Any, Callable, Iterable, List, Mapping, Optional, Sequence, Tuple

from .structures import holds_none

# The keys and positions that lead to a tensor in the inputs of an endpoint.
Path = Tuple[Any, ...]


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
        ragged_rank: how many dimensions of a ragged tensor, after the batch, have rows of their own lengths.
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
    ragged_rank: int = 1
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
    def shows_known(self) -> bool:
        """True if some inputs hold all that is known here; those are dense."""
        return bool(self.known) and self.layout == "dense"

    @property
    def holds_codes(self) -> bool:
        """True if it holds floats that the model takes as integers, from `low` to `high`."""
        return self.kind == "float" and self.high > self.low


@dataclasses.dataclass(frozen=True)
class InputStructure:
    """The inputs of one endpoint: a single tensor, or a dict, a list or a tuple of further structures.

    Exactly one of the first three fields is set. `is_tuple` tells a tuple from a list.
    """

    tensor: Optional[Tensor] = None
    by_name: Optional[Mapping[str, InputStructure]] = None
    in_order: Optional[Tuple[InputStructure, ...]] = None
    is_tuple: bool = False

    @classmethod
    def of(cls, inputs: Any) -> InputStructure:
        """Return the structure of a `Tensor`, or of a dict, a list or a tuple of such inputs."""
        if isinstance(inputs, Tensor):
            return cls(tensor=inputs)
        if isinstance(inputs, Mapping):
            return cls(by_name={name: cls.of(part) for name, part in inputs.items()})
        return cls(in_order=tuple(cls.of(part) for part in inputs), is_tuple=isinstance(inputs, tuple))

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
        """Return dicts, lists and tuples nested in the same way, with `make(tensor)` in place of each tensor."""
        return self.map_with_path(lambda _, tensor: make(tensor))

    def map_with_path(self, make: Callable[[Path, Tensor], Any], path: Path = ()) -> Any:
        """Do the same with `make(path, tensor)`: the keys and positions that lead to the tensor come first."""
        if self.tensor is not None:
            return make(path, self.tensor)
        if self.by_name is not None:
            return {name: part.map_with_path(make, (*path, name)) for name, part in self.by_name.items()}
        return self.sequence(part.map_with_path(make, (*path, at)) for at, part in enumerate(self.in_order or ()))

    def sequence(self, parts: Iterable[Any]) -> Any:
        """Return parts in order as a tuple, if the inputs are one, or else as a list."""
        return tuple(parts) if self.is_tuple else list(parts)

    def given_in(self, value: Any) -> List[Tensor]:
        """Return the tensors of an input's leaves, in their order: those that it leaves out with None are missing."""
        if value is None:
            return []
        if self.tensor is not None:
            return [self.tensor]
        if self.by_name is not None:
            pairs = [(self.by_name[name], value[name]) for name in sorted(self.by_name)]
        else:
            pairs = list(zip(self.in_order or (), value))
        return [tensor for part, each in pairs for tensor in part.given_in(each)]

    def as_declared(self) -> Any:
        """Return what `of` was called with: tensors in dicts, lists and tuples."""
        return self.map(lambda tensor: tensor)


@dataclasses.dataclass(frozen=True)
class Input:
    """One input of an endpoint.

    Args:
        name: how reports and deviations refer to it, such as `batch-of-5` or `shift/drawn-3`.
        special: whether it leaves the magnitudes in which answers of two pairs are compared by value.
        magnitude: the largest finite number in it, without its sign.
        value: arrays, in the structure that the model takes; None for an optional one that is left out.
    """

    name: str
    endpoint: str
    special: bool
    magnitude: float
    value: Any

    @property
    def is_whole(self) -> bool:
        """True if it leaves nothing out. A signature takes only such inputs."""
        return not holds_none(self.value)


def spread(values: Sequence[Any], most: int) -> List[Any]:
    """Return at most so many of the values, evenly spread; the first and the last are among them."""
    if len(values) <= most:
        return list(values)
    return [values[i * (len(values) - 1) // max(1, most - 1)] for i in range(most)]
