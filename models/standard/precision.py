"""Dtypes other than float32, quantized weights, and low-rank updates.  [beside TensorFlow]"""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from .. import Tensor, case

keras = tf.keras


def spread(model):
    """Give every float variable a value of its own; otherwise low-precision biases would stay at zero."""
    for place, variable in enumerate(model.variables):
        if "float" in str(variable.dtype):
            size = int(np.prod(variable.shape))
            lowest = -0.75 if variable.trainable else 0.25
            values = np.linspace(lowest, 0.5 + 0.125 * place, max(size, 2))[:size]
            variable.assign(tf.cast(tf.reshape(tf.constant(values), variable.shape), variable.dtype))
    return model


@case(inputs=Tensor((None, 4)), traits=("functional", "mixed_precision"))
def mixed_float16():
    """A policy for each layer: float16 computation on float32 weights, except in the last layer."""
    given = keras.Input((4,), name="given")
    hidden = keras.layers.Dense(5, activation="gelu", dtype="mixed_float16", name="half")(given)
    normed = keras.layers.LayerNormalization(epsilon=0.01, dtype="mixed_float16", name="normed")(hidden)
    return keras.Model(given, keras.layers.Dense(2, dtype="float32", name="whole")(normed))


@case(
    inputs=Tensor((None, 4), "int32", low=0, high=9),
    traits=("sequential", "mixed_precision", "compiled", "trained", "traced", "slots"),
)
def mixed_bfloat16():
    """Computation in bfloat16 on float32 weights, except in the last layer. Each config holds a policy."""
    model = keras.Sequential(
        [
            keras.Input((4,), dtype="int32"),
            keras.layers.Embedding(10, 3, dtype="mixed_bfloat16"),
            keras.layers.GlobalAveragePooling1D(dtype="mixed_bfloat16"),
            keras.layers.Dense(3, activation="tanh", dtype=keras.mixed_precision.Policy("mixed_bfloat16")),
            keras.layers.Dense(2, dtype="float32"),
        ]
    )
    model.compile(optimizer=keras.optimizers.SGD(0.2, momentum=0.5), loss=keras.losses.MeanSquaredError())
    examples = np.arange(48).reshape(12, 4) % 10
    model.fit(examples, np.sin(examples[:, :2]), batch_size=4, shuffle=False, verbose=0)
    return model


@case(inputs=Tensor((None, 3)), traits=("sequential", "low_precision", "tries_twins"))
def bfloat16_variables():
    """Weights in bfloat16, a dtype that neither numpy nor HDF5 knows, and others in float32."""
    return spread(
        keras.Sequential(
            [
                keras.Input((3,)),
                keras.layers.Dense(4, activation="elu", dtype="bfloat16", name="brief"),
                keras.layers.BatchNormalization(dtype="bfloat16", name="normed"),
                keras.layers.Dense(2, dtype="float32", name="whole"),
            ]
        )
    )


@case(inputs=Tensor((None, 3), "float64"), traits=("sequential",))
def float64_throughout():
    """Everything in float64. A detour through float32 loses half of each number."""
    return keras.Sequential(
        [
            keras.Input((3,), dtype="float64"),
            keras.layers.Dense(4, activation="tanh", dtype="float64", name="hidden"),
            keras.layers.BatchNormalization(dtype="float64", name="normed"),
            keras.layers.Dense(2, dtype="float64", name="answer"),
        ]
    )


def tower():
    """Return tokens through an Embedding and two Dense layers."""
    return spread(
        keras.Sequential(
            [
                keras.Input((3,), dtype="int32"),
                keras.layers.Embedding(8, 4, name="table"),
                keras.layers.Flatten(name="flat"),
                keras.layers.Dense(5, activation="tanh", name="hidden"),
                keras.layers.Dense(2, name="answer"),
            ]
        )
    )


@case(
    inputs=Tensor((None, 3), "int32", low=0, high=7), traits=("sequential", "quantized"), offered={"keras": ">=3.3"}
)
def quantized_int8():
    """Weights in int8 with scales, under a policy that a loader must apply before it reads them."""
    model = tower()
    model.quantize("int8")
    return model


@case(
    inputs=Tensor((None, 3), "int32", low=0, high=7), traits=("sequential", "quantized"), offered={"keras": ">=3.11"}
)
def quantized_int4():
    """Two weights in each byte. The saved shape is not the shape of the matrix."""
    model = tower()
    model.quantize("int4")
    return model


@case(
    inputs=Tensor((None, 3), "int32", low=0, high=7), traits=("sequential", "quantized"), offered={"keras": ">=3.4"}
)
def quantized_float8():
    """Unchanged weights, and scales and histories that a loader must create first."""
    model = tower()
    model.quantize("float8")
    return spread(model)


def add_low_ranks(model):
    """Add low-rank matrices to two layers, with values as if they were trained."""
    for name, rank in (("table", 2), ("hidden", 3)):
        layer = model.get_layer(name)
        layer.enable_lora(rank)
        for variable in layer.trainable_variables:
            if "lora" in variable.name:
                size = int(np.prod(variable.shape))
                variable.assign(np.linspace(-0.5, 0.75, size, dtype="float32").reshape(variable.shape))
    return model


@case(inputs=Tensor((None, 3), "int32", low=0, high=7), traits=("sequential", "frozen"), offered={"keras": ">=3.3"})
def low_rank():
    """Low-rank matrices beside frozen weights. They were added to built layers, and change the answers."""
    return add_low_ranks(tower())
