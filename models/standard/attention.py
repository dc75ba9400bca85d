"""Attention, with arguments of the layer and of its call.  [beside TensorFlow]"""

from __future__ import annotations

import tensorflow as tf

from .. import Tensor, case

keras = tf.keras


@case(inputs=[Tensor((None, 2, 3, 4)), Tensor((None, 2, 5, 4))], traits=("functional",))
def multi_head_attention():
    """Attention over one axis of two, with widths of their own for keys, values and outputs."""
    query, value = keras.Input((2, 3, 4), name="query"), keras.Input((2, 5, 4), name="value")
    attention = keras.layers.MultiHeadAttention(
        num_heads=2, key_dim=3, value_dim=2, output_shape=(5,), attention_axes=(2,), dropout=0.1, use_bias=False
    )
    return keras.Model([query, value], attention(query, value))


@case(inputs=[Tensor((None, 3, 4)), Tensor((None, 2, 4))], traits=("functional",))
def attention_with_scales():
    """Scales that are learned, a mask that stands in the call, and a product that is a string."""
    query, value = keras.Input((3, 4), name="query"), keras.Input((2, 4), name="value")
    dotted = keras.layers.Attention(use_scale=True, score_mode="concat")([query, value])
    added = keras.layers.AdditiveAttention(use_scale=True)([query, value], use_causal_mask=True)
    heads = keras.layers.EinsumDense("abc,cde->abde", output_shape=(None, 2, 3), bias_axes="e", activation="tanh")
    return keras.Model([query, value], [dotted, added, heads(query)])
