"""Text: encoders, generators, translation, classification from strings.  [beside TensorFlow]"""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from .. import Tensor, case

keras = tf.keras


@keras.utils.register_keras_serializable(package="RealWorld")
class TokensAndPositions(keras.layers.Layer):
    """Adds a vector for each token and a vector for its place."""

    def __init__(self, words, length, width, **kwargs):
        super().__init__(**kwargs)
        self.words, self.length, self.width = words, length, width
        self.tokens = keras.layers.Embedding(words, width, name="tokens")
        self.positions = keras.layers.Embedding(length, width, name="positions")

    def build(self, input_shape):
        self.tokens.build(input_shape)
        self.positions.build((input_shape[-1],))
        super().build(input_shape)

    def call(self, inputs):
        return self.tokens(inputs) + self.positions(tf.range(tf.shape(inputs)[-1]))

    def get_config(self):
        return {**super().get_config(), "words": self.words, "length": self.length, "width": self.width}


@keras.utils.register_keras_serializable(package="RealWorld")
class TransformerBlock(keras.layers.Layer):
    """Attention and two Dense layers, each added to what came in."""

    def __init__(self, width, heads, rate=0.1, causal=False, **kwargs):
        super().__init__(**kwargs)
        self.width, self.heads, self.rate, self.causal = width, heads, rate, causal
        self.attention = keras.layers.MultiHeadAttention(heads, width // heads, dropout=rate, name="attention")
        self.wide = keras.layers.Dense(2 * width, activation="gelu", name="wide")
        self.narrow = keras.layers.Dense(width, name="narrow")
        self.first_norm = keras.layers.LayerNormalization(epsilon=1e-5, name="first_norm")
        self.second_norm = keras.layers.LayerNormalization(epsilon=1e-5, name="second_norm")
        self.dropout = keras.layers.Dropout(rate, name="dropout")

    def call(self, inputs, attention_mask=None, training=None):
        mask = None if attention_mask is None else attention_mask[:, tf.newaxis, :]
        x = self.first_norm(inputs)
        x = self.attention(x, x, attention_mask=mask, use_causal_mask=self.causal, training=training)
        inputs = inputs + self.dropout(x, training=training)
        x = self.narrow(self.wide(self.second_norm(inputs)))
        return inputs + self.dropout(x, training=training)

    def get_config(self):
        own = {"width": self.width, "heads": self.heads, "rate": self.rate, "causal": self.causal}
        return {**super().get_config(), **own}


@case(
    inputs={
        "input_ids": Tensor((None, 6), "int32", low=0, high=29),
        "attention_mask": Tensor((None, 6), "int32", low=0, high=1),
    },
    traits=("functional",),
    custom_objects={
        "RealWorld>TokensAndPositions": TokensAndPositions,
        "RealWorld>TransformerBlock": TransformerBlock,
    },
)
def encoder():
    """An encoder like BERT, with token ids and a mask by name, from registered layers that hold layers."""
    ids = keras.Input((6,), dtype="int32", name="input_ids")
    mask = keras.Input((6,), dtype="int32", name="attention_mask")
    x = TokensAndPositions(30, 6, 8, name="embeddings")(ids)
    x = TransformerBlock(8, 2, name="block")(x, attention_mask=mask)
    first = keras.layers.Cropping1D((0, 5), name="first")(x)
    pooled = keras.layers.Dense(8, activation="tanh", name="pooler")(keras.layers.Flatten()(first))
    outputs = {"last_hidden_state": x, "logits": keras.layers.Dense(2, name="logits")(pooled)}
    return keras.Model({"input_ids": ids, "attention_mask": mask}, outputs, name="encoder")


@keras.utils.register_keras_serializable(package="RealWorld")
class Generator(keras.Model):
    """A decoder that reads as many tokens as there are; the table of tokens is also its last layer."""

    def __init__(self, words=20, length=16, width=8, heads=2, depth=1, **kwargs):
        super().__init__(**kwargs)
        self.arguments = {"words": words, "length": length, "width": width, "heads": heads, "depth": depth}
        self.embeddings = TokensAndPositions(words, length, width, name="embeddings")
        self.blocks = [TransformerBlock(width, heads, causal=True, name=f"block_{i}") for i in range(depth)]
        self.norm = keras.layers.LayerNormalization(epsilon=1e-5, name="norm")

    def call(self, inputs, training=None):
        x = self.embeddings(inputs)
        for block in self.blocks:
            x = block(x, training=training)
        return tf.matmul(self.norm(x), self.embeddings.tokens.embeddings, transpose_b=True)

    def get_config(self):
        return {**super().get_config(), **self.arguments}


@case(
    inputs=Tensor((None, None), "int32", low=0, high=19),
    traits=("subclassed", "layers_in_containers"),
    custom_objects={"RealWorld>Generator": Generator},
)
def generator():
    """A causal decoder like GPT, subclassed, for sequences of any length. Its table is used at both ends."""
    model = Generator(name="generator")
    model(tf.zeros((1, 4), tf.int32))
    return model


@case(
    inputs={
        "source": Tensor((None, 5), "int32", low=0, high=11, padded=True),
        "target": Tensor((None, 4), "int32", low=0, high=9, padded=True),
    },
    traits=("functional", "recurrent"),
)
def translator():
    """An encoder and a decoder with attention between them. The decoder starts where the encoder ended."""
    source = keras.Input((5,), dtype="int32", name="source")
    target = keras.Input((4,), dtype="int32", name="target")
    embedded = keras.layers.Embedding(12, 4, mask_zero=True, name="source_words")(source)
    encoded, *states = keras.layers.LSTM(5, return_sequences=True, return_state=True, name="encoder")(embedded)
    embedded = keras.layers.Embedding(10, 4, mask_zero=True, name="target_words")(target)
    decoded = keras.layers.LSTM(5, return_sequences=True, name="decoder")(embedded, initial_state=states)
    context = keras.layers.AdditiveAttention(name="attention")([decoded, encoded])
    joined = keras.layers.Concatenate()([decoded, context])
    hidden = keras.layers.TimeDistributed(keras.layers.Dense(6, activation="tanh"), name="hidden")(joined)
    answer = keras.layers.Dense(10, activation="softmax", name="words")(hidden)
    return keras.Model({"source": source, "target": target}, answer, name="translator")


REVIEWS = (
    "A wonderful film, warm and funny.",
    "Dull. I left after ten minutes!",
    "Ein schöner Film – wir haben gelacht.",
    "not funny, not warm, not worth it",
    "wonderful wonderful music",
    "",
)


@case(
    inputs=Tensor((None, 1), "string", vocabulary=REVIEWS),
    traits=("sequential", "preprocessing", "lookup", "adapted", "compiled", "trained", "slots", "quick"),
)
def reviews():
    """A classifier that takes text as it is. The vocabulary is a part of the model, and training goes around it."""
    vectorize = keras.layers.TextVectorization(max_tokens=24, output_sequence_length=6, name="vectorize")
    vectorize.adapt(tf.constant(REVIEWS))
    model = keras.Sequential(
        [
            keras.Input((1,), dtype="string"),
            vectorize,
            keras.layers.Embedding(24, 4),
            keras.layers.GlobalMaxPooling1D(),
            keras.layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.compile(
        optimizer=keras.optimizers.Adam(0.02),
        loss=keras.losses.BinaryCrossentropy(),
        metrics=[keras.metrics.BinaryAccuracy(name="accuracy")],
    )
    liked = np.array([1, 0, 1, 0, 1, 0], "float32").reshape(6, 1)
    model.fit(tf.constant(REVIEWS)[:, tf.newaxis], liked, batch_size=3, shuffle=False, verbose=0)
    return model
