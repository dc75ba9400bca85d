"""Attention, with arguments of the layer and of its call.  [beside TensorFlow]"""

from __future__ import annotations

import tensorflow as tf

from .. import Tensor, case

keras = tf.keras


@case(inputs=[Tensor((None, 2, 3, 4)), Tensor((None, 2, 5, 4))], traits=("functional",))
def multi_head_attention():
    """Attention over one of two axes, with different sizes of keys, values and outputs."""
    query, value = keras.Input((2, 3, 4), name="query"), keras.Input((2, 5, 4), name="value")
    attention = keras.layers.MultiHeadAttention(
        num_heads=2, key_dim=3, value_dim=2, output_shape=(5,), attention_axes=(2,), dropout=0.1, use_bias=False
    )
    return keras.Model([query, value], attention(query, value))


@case(inputs=[Tensor((None, 3, 4)), Tensor((None, 2, 4))], traits=("functional",))
def attention_with_scales():
    """Learned scales, a mask that is an argument of the call, and an einsum equation as a string."""
    query, value = keras.Input((3, 4), name="query"), keras.Input((2, 4), name="value")
    dotted = keras.layers.Attention(use_scale=True, score_mode="concat")([query, value])
    added = keras.layers.AdditiveAttention(use_scale=True)([query, value], use_causal_mask=True)
    heads = keras.layers.EinsumDense("abc,cde->abde", output_shape=(None, 2, 3), bias_axes="e", activation="tanh")
    return keras.Model([query, value], [dotted, added, heads(query)])


@case(inputs=[Tensor((None, 3, 4)), Tensor((None, 2, 4))], traits=("functional",), offered={"keras": ">=3.3"})
def grouped_query_attention():
    """More query heads than key-value heads, so shapes fit together in only one way."""
    query, value = keras.Input((3, 4), name="query"), keras.Input((2, 4), name="value")
    attention = keras.layers.GroupQueryAttention(head_dim=3, num_query_heads=4, num_key_value_heads=2, use_bias=False)
    return keras.Model([query, value], attention(query, value))


@case(inputs=Tensor((None, 3), "int32", low=0, high=5), traits=("functional",), offered={"keras": ">=3.12"})
def reversible_embedding():
    """One table that embeds words and, with an argument of its call, maps vectors back to words."""
    words = keras.Input((3,), dtype="int32", name="words")
    table = keras.layers.ReversibleEmbedding(6, 4, logit_soft_cap=2.0, name="table")
    alone = keras.layers.ReversibleEmbedding(6, 4, tie_weights=False, name="alone")
    hidden = keras.layers.Dense(4, activation="tanh", name="hidden")(table(words))
    return keras.Model(words, [table(hidden, reverse=True), alone(hidden, reverse=True), alone(words)])
