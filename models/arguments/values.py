"""Other legal values than the default, for each argument: Python expressions over `keras`, `tf` and `np`.

[beside TensorFlow; imports neither]

Most follow from the argument's name or its default. What cannot be guessed stands in a table. Not every expression
need be legal for every class: those that a constructor refuses are dropped and counted.
"""

from __future__ import annotations

import inspect
from typing import Any, Dict, List

from .values_by_class import BY_CLASS

INITIALIZERS = (
    "'he_normal'",
    "keras.initializers.Constant(0.3)",
    "keras.initializers.RandomUniform(seed=5)",
    "halves",
)
REGULARIZERS = ("'l2'", "keras.regularizers.L1L2(l1=0.2, l2=0.1)", "squared")
CONSTRAINTS = ("'non_neg'", "keras.constraints.MaxNorm(0.4)", "clipped")
ACTIVATIONS = ("'tanh'", "keras.activations.softplus", "doubled")
SEEDS = ("11", "keras.random.SeedGenerator(11)")

# By the name of the argument, whatever its default is. A pattern of names stands in SUFFIXES.
BY_NAME: Dict[str, List[str]] = {
    "activation": [*ACTIVATIONS],
    "recurrent_activation": ["'hard_sigmoid'", "keras.activations.tanh"],
    "alpha": ["0.37", "0.7"],
    "amax_history_length": ["16"],
    "arguments": ["{'factor': 3.0}"],
    "attention_axes": ["1", "(1,)"],
    "average": ["'micro'", "'macro'"],
    "axes": ["(1, 1)", "1", "{-1: 6}"],
    "axis": ["1", "(1, 2)", "[1]", "-2", "0"],
    "batch_shape": ["(2, 5)"],
    "batch_size": ["3"],
    "bin_boundaries": ["[-0.5, 0.0, 0.5]", "np.array([-0.5, 0.25])"],
    "brightness_factor": ["0.4"],
    "cell": ["keras.layers.GRUCell(3)"],
    "cells": ["[keras.layers.LSTMCell(3), keras.layers.GRUCell(4)]"],
    "center": ["False", "True"],
    "class_aggregation": ["'variance_weighted_average'"],
    "class_id": ["1"],
    "clipnorm": ["0.05"],
    "clipvalue": ["0.02"],
    "contrast_factor": ["0.4"],
    "cropping": ["1", "((1, 0), (0, 1))", "(0, 1)", "((1, 0), (0, 1), (1, 1))"],
    "curve": ["'PR'"],
    "data_format": ["'channels_first'"],
    "default_policy": ["'mixed_float16'"],
    "depth_multiplier": ["2"],
    "dilation_rate": ["2", "(2, 2)"],
    "dims": ["(2, 1)", "[2, 1]", "(2, 1, 3)"],
    "distribution": ["'uniform'", "'untruncated_normal'"],
    "dropout": ["0.4"],
    "dtype": ["'float64'", "'mixed_bfloat16'", "keras.mixed_precision.Policy('mixed_float16')", "'int64'", "'int32'"],
    "encoding": ["'utf-16-be'", "'latin-1'"],
    "epsilon": ["0.01"],
    "equation": ["'abc,cd->abd'", "'ab,bc->ac'"],
    "exclude_layers": ["['dense']"],
    "expand_dims": ["False"],
    "factor": ["0.3", "(0.1, 0.6)", "(-0.2, 0.4)", "((0.1, 0.6), (0.2, 0.5))"],
    "fill_mode": ["'nearest'", "'wrap'", "'constant'"],
    "fill_value": ["0.7"],
    "first_decay_steps": ["3"],
    "flash_attention": ["False", "True"],
    "fn": ["doubled_error", "keras.losses.MeanAbsoluteError()"],
    "function": ["doubled", "lambda x: x * 3.0"],
    "global_clipnorm": ["0.05"],
    "gradient_accumulation_steps": ["2"],
    "groups": ["2"],
    "height_factor": ["0.3", "(-0.1, 0.3)"],
    "width_factor": ["0.3", "(-0.1, 0.3)"],
    "idf_weights": ["[0.5, 0.25, 0.75]", "np.array([0.5, 0.25, 0.75])"],
    "ignore_class": ["1"],
    "inner_optimizer": ["keras.optimizers.RMSprop(0.02)"],
    "input_length": ["5"],
    "interpolation": ["'nearest'"],
    "invert": ["True"],
    "layer": ["keras.layers.Dense(3, activation='tanh')", "keras.layers.GRU(3, return_sequences=True)"],
    "layers": ["[keras.layers.RandomBrightness(0.3)]"],
    "label_weights": ["[0.3, 0.7]"],
    "learning_rate": ["0.03", "keras.optimizers.schedules.ExponentialDecay(0.1, 2, 0.5)", "halving"],
    "lora_alpha": ["5.0"],
    "lora_rank": ["2"],
    "mask": ["first_column"],
    "mask_token": ["'nothing'", "7"],
    "mask_value": ["0.5"],
    "mask_zero": ["True"],
    "max_freq": ["5000.0"],
    "max_tokens": ["6", "4"],
    "max_value": ["0.6", "2.0"],
    "merge_mode": ["'sum'", "None", "'mul'"],
    "min_freq": ["40.0"],
    "mode": ["'fan_out'", "'scale'"],
    "name": ["'another_name'"],
    "ngrams": ["2", "(1, 2)"],
    "noise_shape": ["(2, 1)", "(None, 1)", "(2, 1, 6)"],
    "normalize": ["True"],
    "num_tokens": ["7"],
    "oov_method": ["'farmhash'"],
    "oov_token": ["'[other]'", "-5"],
    "optional": ["True"],
    "output_axes": ["1"],
    "output_mode": ["'multi_hot'", "'count'", "'one_hot'", "'tf_idf'"],
    "output_padding": ["1", "(1, 1)", "0"],
    "output_sequence_length": ["3"],
    "output_shape": ["(3,)", "4", "(None, 3)"],
    "padding": ["'same'", "2", "(1, 2)", "((1, 0), (0, 2))", "((1, 0), (0, 1), (1, 1))"],
    "per_channel": ["False"],
    "pool_size": ["3", "(3, 3)", "(3, 3, 3)"],
    "power_iterations": ["2"],
    "quantization_config": ["keras.quantizers.Int8QuantizationConfig()"],
    "ragged": ["True"],
    "reduction": ["'sum'", "None", "'mean'"],
    "relative_step": ["False"],
    "renorm": ["True"],
    "renorm_clipping": ["{'rmin': 0.5, 'rmax': 2.0, 'dmax': 3.0}"],
    "reset_after": ["False"],
    "reverse_dtype": ["'float64'"],
    "rate": ["0.6"],
    "salt": ["7", "[3, 5]"],
    "saturation_factor": ["0.4"],
    "scaling": ["'spectrum'"],
    "score_mode": ["'concat'"],
    "shape": ["(5,)", "[3, 5]"],
    "shared_axes": ["[1]", "(1,)", "1"],
    "side": ["'right'"],
    "sigma": ["0.6", "(0.2, 0.6)"],
    "size": ["3", "(3, 3)", "(2, 3)", "(3, 2, 2)"],
    "sparse": ["True"],
    "split": ["'character'", "dashes"],
    "standardize": ["'lower'", "None", "shouted"],
    "strides": ["2", "(2, 2)", "(2, 2, 2)"],
    "summation_method": ["'majoring'", "'minoring'"],
    "target_class_ids": ["[0]", "(0,)"],
    "target_shape": ["(3, 2)", "(2, -1)"],
    "thresholds": ["0.3", "[0.3, 0.6]"],
    "threshold": ["0.3"],
    "trainable": ["False"],
    "use_cudnn": ["False"],
    "value": ["0.3", "np.full((3, 4), 0.25)"],
    "value_dim": ["2"],
    "value_range": ["(0, 1)", "[0, 1]", "(-1.0, 1.0)"],
    "values": ["[0.3, 0.2, 0.1]"],
    "variance": ["2.0", "np.arange(1.0, 7.0)"],
    "vocabulary": ["['b', 'a', 'c']", "[12, 4, 9]", "np.array([12, 4, 9])", "np.array(['b', 'a', 'c'])"],
    "vocabulary_dtype": ["'int32'", "'string'"],
    "weights": ["[np.full((7, 4), 0.25)]"],
    "window": ["'hamming'", "None"],
    "mean": ["0.4", "np.arange(6.0)"],
    "backward_layer": ["keras.layers.GRU(3, return_sequences=True, go_backwards=True)"],
    "activity_regularizer": [*REGULARIZERS],
    "seed": [*SEEDS],
    "weight_quantizer": ["keras.quantizers.AbsMaxQuantizer(axis=0)"],
    "activation_quantizer": ["keras.quantizers.AbsMaxQuantizer(axis=-1)"],
    "zero_output_for_mask": ["True"],
    "source_name": ["'another_source'"],
}
SUFFIXES = {
    "_initializer": INITIALIZERS,
    "_regularizer": REGULARIZERS,
    "_constraint": CONSTRAINTS,
}


def expressions(name: str, parameter: inspect.Parameter) -> List[str]:
    """Return expressions for other values than the default of an argument of a class, the likeliest first.

    Args:
        name: of the class, such as `layers.Dense`.
    """
    argument, default = parameter.name, parameter.default
    if argument == "dtype" and not name.startswith("layers."):
        return ["'float64'"]
    found = list(BY_CLASS.get(name, {}).get(argument, ()))
    if not found:
        found += BY_NAME.get(argument, ())
        for suffix, values in SUFFIXES.items():
            found += values if argument.endswith(suffix) else ()
        if argument not in BY_NAME or isinstance(default, (int, float)):
            found += guessed(default)
    return [each for each in dict.fromkeys(found) if each != repr(default)]


def guessed(default: Any) -> List[str]:
    """Return expressions for values of the default's own type."""
    if isinstance(default, bool):
        return [repr(not default)]
    if isinstance(default, int):
        return [repr(default + 1), repr(default + 2), repr(2 * default)]
    if isinstance(default, float):
        return [repr(round(default * 0.7 + 0.01, 6)), repr(round(default * 1.5, 6)), repr(default / 2)]
    if isinstance(default, (tuple, list)):
        grown = [each + 1 if isinstance(each, (int, float)) else each for each in default]
        return [repr(type(default)(grown)), repr(list(grown))]
    # Without a default of any type, most arguments are numbers.
    return ["3", "0.3"] if default in (None, inspect.Parameter.empty) else []
