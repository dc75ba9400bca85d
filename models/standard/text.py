"""Preprocessing of text: what TextVectorization learns, and how it splits.  [beside TensorFlow]"""

from __future__ import annotations

import tensorflow as tf

from .. import Tensor, case

keras = tf.keras

# Scripts of every plane, combining marks, both writing directions, and spaces and line ends beyond ASCII.
SENTENCES = (
    "The cat sat, the cat slept.",
    "Zażółć gęślą jaźń; naïve cafe\u0301 café",
    "кошка спит на кошке",
    "שלום לכולם שלום",
    "السلام عليكم\u200f يا سلام",
    "東京 は 夜 の 東京 です",
    "हिन्दी में नमस्ते नमस्ते",
    "\U0001f408 \U0001f469\u200d\U0001f680 \U0001f408 \U0001f1ef\U0001f1f5",
    "\U00010330\U00010331 \U0001d518\U0001d52b\U0001d526 \U00020bb7\u91ce\u5bb6",
    "line\u2028separator no\u00a0break\ttab\u3000wide\nend",
    "İstanbul ISTANBUL ıstanbul straße STRASSE ΣΑΣ",
    "",
)


@case(
    inputs=Tensor((None, 1), "string", vocabulary=SENTENCES),
    traits=("sequential", "preprocessing", "lookup", "adapted"),
)
def vectorized_words():
    """A vocabulary of words and word pairs learned from text in many scripts. Each word must keep its number."""
    vectorize = keras.layers.TextVectorization(max_tokens=70, ngrams=(1, 2), output_sequence_length=7)
    vectorize.adapt(tf.constant(SENTENCES))
    return keras.Sequential(
        [
            keras.Input((1,), dtype="string"),
            vectorize,
            keras.layers.Embedding(70, 3, mask_zero=True),
            keras.layers.GlobalAveragePooling1D(),
        ]
    )


@case(
    inputs=Tensor((None,), "string", vocabulary=SENTENCES),
    traits=("functional", "preprocessing", "lookup", "adapted", "composite_outputs"),
)
def vectorized_ragged():
    """Rows as long as their text has words, so one of the answers is a ragged tensor."""
    vectorize = keras.layers.TextVectorization(ragged=True, standardize="strip_punctuation", name="vectorize")
    vectorize.adapt(tf.constant(SENTENCES))
    text = keras.Input((), dtype="string", name="text")
    present = keras.layers.TextVectorization(
        vocabulary=["cat", "です", "кошка"], output_mode="multi_hot", name="present"
    )
    return keras.Model(text, {"numbered": vectorize(text), "scored": keras.layers.Dense(2)(present(text))})
