"""Arguments that a class needs to be built, and another argument needs to act.  [beside TensorFlow; imports neither]

All values are Python expressions, as in `values.py`.
"""

from __future__ import annotations

from typing import Dict, Mapping

# The arguments that a constructor asks for, by name.
BY_NAME: Dict[str, str] = {
    "units": "4",
    "activation": "'relu'",
    "pool_size": "2",
    "output_size": "2",
    "max_number": "4",
    "height_factor": "0.2",
    "width_factor": "0.2",
    "mode": "'int8'",
    "default_optimizer": "keras.optimizers.SGD(0.1)",
    "optimizer_map": "{}",
    "dataset": "['a text']",
    "tokenizer": "dashes",
    "filters": "4",
    "kernel_size": "3",
    "rate": "0.25",
    "stddev": "0.2",
    "factor": "0.2",
    "input_dim": "7",
    "output_dim": "4",
    "num_heads": "2",
    "key_dim": "3",
    "head_dim": "3",
    "num_query_heads": "4",
    "num_key_value_heads": "2",
    "equation": "'abc,cd->abd'",
    "output_shape": "(None, 4)",
    "axes": "-1",
    "num_bins": "5",
    "height": "5",
    "width": "4",
    "layer": "keras.layers.Dense(3)",
    "cell": "keras.layers.SimpleRNNCell(3)",
    "cells": "[keras.layers.SimpleRNNCell(3), keras.layers.SimpleRNNCell(2)]",
    "function": "doubled",
    "n": "3",
    "dims": "(2, 1)",
    "target_shape": "(2, 3)",
    "num_tokens": "6",
    "seed": "3",
    "num_classes": "3",
    "recall": "0.4",
    "precision": "0.4",
    "specificity": "0.4",
    "sensitivity": "0.4",
    "fn": "doubled_error",
    "inner_optimizer": "keras.optimizers.SGD(0.1)",
    "learning_rate": "0.1",
    "initial_learning_rate": "0.1",
    "decay_steps": "4",
    "decay_rate": "0.5",
    "first_decay_steps": "4",
    "boundaries": "[2, 4]",
    "values": "[0.3, 0.2, 0.1]",
    "value_range": "(0, 255)",
    "layers": "[keras.layers.RandomBrightness(0.2)]",
    "target_class_ids": "[1]",
    "mean": "0.5",
    "variance": "1.5",
    "name": "'named'",
    "max_value": "1.0",
    "threshold": "0.5",
    "source_name": "'source'",
    "scale": "0.5",
    "offset": "0.1",
    "max_tokens": "8",
    "l1": "0.01",
    "l2": "0.01",
}
# What a class needs beside or instead of that.
BY_CLASS: Mapping[str, Mapping[str, str]] = {
    "layers.RNN": {"cell": "keras.layers.SimpleRNNCell(3)"},
    "layers.Bidirectional": {"layer": "keras.layers.SimpleRNN(3, return_sequences=True)"},
    "layers.ConvLSTM1D": {"filters": "2", "kernel_size": "2"},
    "layers.ConvLSTM2D": {"filters": "2", "kernel_size": "2"},
    "layers.ConvLSTM3D": {"filters": "2", "kernel_size": "2"},
    "layers.RandomPosterization": {"factor": "4"},
    "layers.Rescaling": {"scale": "0.5"},
    "layers.Discretization": {"bin_boundaries": "[-0.5, 0.0, 0.5]"},
    "layers.StringLookup": {"vocabulary": "['a', 'b', 'c']"},
    "layers.IntegerLookup": {"vocabulary": "[1, 2, 3]"},
    "layers.TextVectorization": {"vocabulary": "['a', 'b', 'c']"},
    "layers.Normalization": {"mean": "0.5", "variance": "1.5"},
    "layers.InputLayer": {"shape": "(6,)"},
    "layers.Permute": {"dims": "(2, 1)"},
    "layers.CategoryEncoding": {"num_tokens": "6"},
    "metrics.MeanMetricWrapper": {"fn": "doubled_error"},
    "metrics.IoU": {"num_classes": "3", "target_class_ids": "[1]"},
    "initializers.Constant": {"value": "0.5"},
    "optimizers.MultiOptimizer": {"optimizer_map": "keras.optimizers.OptimizerMap(keras.optimizers.SGD(0.1))"},
    "dtype_policies.AWQDTypePolicy": {"mode": "'awq/4/128'", "source_name": "'float32'"},
    "dtype_policies.GPTQDTypePolicy": {"mode": "'gptq/4/128'", "source_name": "'float32'"},
    "dtype_policies.Int4DTypePolicy": {"mode": "'int4/64'", "source_name": "'float32'"},
    "dtype_policies.QuantizedDTypePolicy": {"mode": "'int8'", "source_name": "'float32'"},
    "dtype_policies.QuantizedFloat8DTypePolicy": {"mode": "'float8'", "source_name": "'float32'"},
    "dtype_policies.DTypePolicy": {"name": "'float32'"},
    "dtype_policies.FloatDTypePolicy": {"name": "'float32'"},
}
# What an argument needs beside it, to be legal or to act.
COMPANIONS: Mapping[str, Mapping[str, str]] = {
    "ema_momentum": {"use_ema": "True"},
    "ema_overwrite_frequency": {"use_ema": "True"},
    "lora_alpha": {"lora_rank": "2"},
    "fill_value": {"fill_mode": "'constant'"},
    "renorm_clipping": {"renorm": "True"},
    "renorm_momentum": {"renorm": "True"},
    "zero_output_for_mask": {"return_sequences": "True"},
    "pad_to_max_tokens": {"output_mode": "'multi_hot'", "max_tokens": "8"},
    "max_tokens": {"output_mode": "'multi_hot'"},
    "idf_weights": {"output_mode": "'tf_idf'"},
    "num_labels": {"multi_label": "True"},
    "label_weights": {"multi_label": "True", "num_labels": "2"},
    "nesterov": {"momentum": "0.8"},
}
# The same, for an argument of one class.
COMPANIONS_BY_CLASS: Mapping[str, Mapping[str, Mapping[str, str]]] = {
    "layers.Hashing": {"sparse": {"output_mode": "'multi_hot'"}, "salt": {}},
    "layers.Discretization": {"sparse": {"output_mode": "'multi_hot'"}},
    "layers.IntegerLookup": {"sparse": {"output_mode": "'multi_hot'"}, "salt": {"oov_method": "'farmhash'"}},
    "layers.StringLookup": {"sparse": {"output_mode": "'multi_hot'"}},
    "layers.TextVectorization": {"sparse": {"output_mode": "'multi_hot'"}},
    "layers.STFTSpectrogram": {"periodic": {}},
    "quantizers.Int4QuantizationConfig": {
        "weight_quantizer": {"block_size": "None"}, "activation_quantizer": {"block_size": "None"},
    },
}  # fmt: skip
# Arguments that cannot stand beside the one that is tried.
INSTEAD: Mapping[str, Mapping[str, str]] = {
    "layers.Discretization": {"num_bins": "bin_boundaries"},
    "layers.InputLayer": {"batch_shape": "shape", "input_tensor": "shape"},
}


def needed(name: str, required: Mapping[str, bool], argument: str) -> Dict[str, str]:
    """Return the arguments that a class gets beside the one that is tried.

    Args:
        name: of the class, such as `layers.Dense`.
        required: whether an argument has no default, by the names of all arguments.
        argument: the one that is tried.
    """
    given = {each: BY_NAME[each] for each, has_none in required.items() if has_none and each in BY_NAME}
    given.update(BY_CLASS.get(name, {}))
    given.update(COMPANIONS.get(argument, {}))
    given.update(COMPANIONS_BY_CLASS.get(name, {}).get(argument, {}))
    given.pop(INSTEAD.get(name, {}).get(argument, ""), None)
    return {each: value for each, value in given.items() if each != argument and each in required}
