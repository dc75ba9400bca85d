"""Inputs for layers, and how a layer is called on them.  [beside TensorFlow]"""

from __future__ import annotations

import dataclasses
import functools
from typing import Any, Dict, List, Mapping, Tuple

import numpy as np

SEED = 20240229
WORDS = ("a", "b", "c", "b-a", "", "Z z")


@dataclasses.dataclass(frozen=True)
class Inputs:
    """The inputs of one layer.

    Args:
        shapes: without the batch, which is two examples.
        dtype: `string` for words.
        low, high: between which values are drawn.
        called: `alone`, with a `list`, or by `position`.
    """

    shapes: Tuple[Tuple[int, ...], ...]
    dtype: str = "float32"
    low: float = -1.0
    high: float = 1.0
    called: str = "alone"

    def symbolic(self, keras: Any) -> List[Any]:
        """Return Keras's symbolic inputs, for batches of two."""
        return [keras.Input(shape=shape, batch_size=2, dtype=self.dtype) for shape in self.shapes]

    def values(self) -> List[np.ndarray]:
        """Return the same values every time."""
        random = np.random.default_rng(SEED)
        return [self._drawn(random, (2, *shape)) for shape in self.shapes]

    def _drawn(self, random: np.random.Generator, shape: Tuple[int, ...]) -> np.ndarray:
        if self.dtype == "string":
            return np.array(WORDS, dtype=object)[np.arange(np.prod(shape, dtype=int)) % len(WORDS)].reshape(shape)
        if self.dtype.startswith("int"):
            return random.integers(int(self.low), int(self.high), shape).astype(self.dtype)
        return random.uniform(self.low, self.high, shape).astype(self.dtype)

    def call(self, layer: Any, given: List[Any], **options: Any) -> Any:
        """Return what the layer makes of tensors, or of symbolic inputs."""
        if self.called == "position":
            return layer(*given, **options)
        return layer(given if self.called == "list" else given[0], **options)


FEATURES = Inputs(((6,),))
STEPS = Inputs(((5, 6),))
IMAGE = Inputs(((6, 6, 4),), low=0.0)
PIXELS = Inputs(((8, 8, 3),), low=0.0, high=255.0)
VOLUME = Inputs(((6, 6, 6, 2),))
NUMBERS = Inputs(((5,),), "int32", 0, 6)
TEXT = Inputs(((3,),), "string")
SENTENCES = Inputs(((1,),), "string")
PAIR = Inputs(((3, 4), (3, 4)), called="list")
LISTED = (PAIR, Inputs(((4,), (4,)), called="list"))
QUERY = Inputs(((4, 6), (4, 6)), called="position")
FRAMES = Inputs(((5, 6, 3),))
PICTURES = Inputs(((4, 6, 6, 3),))
VOLUMES = Inputs(((3, 5, 5, 5, 2),))
SOUND = Inputs(((1024,),))
# What is tried, in this order, for a layer of which nothing is known.
ANY = (FEATURES, STEPS, IMAGE, VOLUME, NUMBERS, PAIR, TEXT)
BY_CLASS: Mapping[str, Tuple[Inputs, ...]] = {
    **dict.fromkeys(("Add", "Average", "Concatenate", "Dot", "Maximum", "Minimum", "Multiply", "Subtract"), LISTED),
    "AdditiveAttention": (Inputs(((4, 6), (4, 6)), called="list"),),
    "Attention": (Inputs(((4, 6), (4, 6)), called="list"),),
    "MultiHeadAttention": (QUERY, Inputs(((2, 4, 6), (2, 4, 6)), called="position")),
    "GroupQueryAttention": (QUERY,),
    "GroupedQueryAttention": (QUERY,),
    "Embedding": (NUMBERS,),
    "ReversibleEmbedding": (NUMBERS,),
    "CategoryEncoding": (NUMBERS,),
    "HashedCrossing": (Inputs(((1,), (1,)), "int32", 0, 6, called="list"), Inputs(((), ()), "int32", 0, 6, "list")),
    "Hashing": (TEXT, NUMBERS),
    "IntegerLookup": (Inputs(((5,),), "int64", 0, 8),),
    "StringLookup": (TEXT,),
    "TextVectorization": (SENTENCES,),
    "ConvLSTM1D": (FRAMES,),
    "ConvLSTM2D": (PICTURES,),
    "ConvLSTM3D": (VOLUMES,),
    "Permute": (Inputs(((4, 3),)), VOLUME),
    "MelSpectrogram": (SOUND,),
    "STFTSpectrogram": (SOUND,),
    "EinsumDense": (STEPS, FEATURES),
    "RepeatVector": (FEATURES,),
    "Softmax": (STEPS, FEATURES),
    "LayerNormalization": (STEPS, FEATURES),
    "BatchNormalization": (STEPS, FEATURES),
}  # fmt: skip
IMAGES_FIRST = ("Random", "Center", "Resizing", "AutoContrast", "CutMix", "MixUp", "AugMix", "RandAugment", "Solar",
                "Equalization")  # fmt: skip
RECURRENT = ("RNN", "LSTM", "GRU", "Bidirectional", "TimeDistributed", "Masking", "StackedRNNCells")


@functools.cache
def inputs_for(class_name: str) -> Tuple[Inputs, ...]:
    """Return the inputs to try on a layer class, the likeliest first."""
    if class_name in BY_CLASS:
        return BY_CLASS[class_name]
    first: Tuple[Inputs, ...] = ()
    if class_name.startswith(IMAGES_FIRST):
        first = (PIXELS,)
    elif any(part in class_name for part in RECURRENT):
        first = (STEPS,)
    else:
        ranks: Dict[str, Inputs] = {"1D": STEPS, "2D": IMAGE, "3D": VOLUME}
        first = tuple(inputs for rank, inputs in ranks.items() if rank in class_name)
    return tuple(dict.fromkeys([*first, *ANY]))
