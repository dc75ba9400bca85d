"""Values for arguments whose name and default do not tell what they take.  [beside TensorFlow; imports neither]"""

from __future__ import annotations

from typing import Mapping, Sequence

POLICIES = ("'float64'", "'mixed_bfloat16'", "'mixed_float16'")
BY_CLASS: Mapping[str, Mapping[str, Sequence[str]]] = {
    "layers.AlphaDropout": {"noise_shape": ["(2, 1)"]},
    "layers.Discretization": {"bin_boundaries": ["[-0.5, 0.0, 0.5]", "np.array([-0.5, 0.25])"], "num_bins": ["4"]},
    "layers.Dot": {"axes": ["1", "(1, 1)"]},
    "layers.Embedding": {"weights": ["[np.full((7, 4), 0.25)]"]},
    "layers.GroupQueryAttention": {"num_query_heads": ["2", "8"], "num_key_value_heads": ["1", "4"]},
    "layers.InputLayer": {
        "input_tensor": ["keras.Input((5,))"], "batch_shape": ["(2, 5)"], "dtype": ["'int32'", "'float64'"],
    },
    "layers.IntegerLookup": {"oov_token": ["-5"], "mask_token": ["7"], "vocabulary": ["[12, 4, 9]"]},
    "layers.Lambda": {"mask": ["doubled"], "output_shape": ["(6,)"]},
    "layers.MaxNumBoundingBoxes": {"max_number": ["5"], "fill_value": ["-3"]},
    "layers.MelSpectrogram": {"sampling_rate": ["8000"], "window": ["'hamming'"], "fft_length": ["1024"]},
    "layers.Permute": {"dims": ["(2, 1)", "[2, 1]"]},
    "layers.RandomErasing": {"fill_value": ["7.0"], "scale": ["(0.1, 0.2)"]},
    "layers.RandomPosterization": {"factor": ["3"]},
    "layers.Rescaling": {"scale": ["0.3", "[0.1, 0.2, 0.3, 0.4, 0.5, 0.6]"], "offset": ["0.7"]},
    "layers.SpectralNormalization": {"layer": ["keras.layers.Dense(3, activation='tanh')"]},
    "layers.STFTSpectrogram": {
        "mode": ["'psd'", "'real'"], "frame_length": ["128"], "frame_step": ["64"], "fft_length": ["512"],
        "padding": ["'same'"],
    },
    "layers.TFSMLayer": {},
    "layers.TimeDistributed": {"layer": ["keras.layers.Dense(3, activation='tanh')"]},
    "layers.UpSampling2D": {"interpolation": ["'bilinear'", "'bicubic'"]},
    "optimizers.MultiOptimizer": {
        "optimizer_map": [
            "keras.optimizers.OptimizerMap(keras.optimizers.Adam(0.02))",
        ],
        "loss_scale_factor": ["8.0"],
    },
    "optimizers.OptimizerMap": {"default_optimizer": ["keras.optimizers.Adam(0.02)"], "optimizer_map": ["{}"]},
    "optimizers.schedules.PiecewiseConstantDecay": {"boundaries": ["[1, 3]"], "values": ["[0.5, 0.3, 0.2]"]},
    "initializers.STFT": {"side": ["'imag'"], "window": ["'hamming'"], "scaling": ["'spectrum'"]},
    "regularizers.OrthogonalRegularizer": {"mode": ["'columns'"]},
    "dtype_policies.AWQDTypePolicy": {"mode": ["'awq/4/64'"], "source_name": POLICIES},
    "dtype_policies.DTypePolicy": {"name": POLICIES},
    "dtype_policies.DTypePolicyMap": {"policy_map": ["{'dense': keras.dtype_policies.DTypePolicy('mixed_float16')}"]},
    "dtype_policies.FloatDTypePolicy": {"name": POLICIES},
    "dtype_policies.GPTQDTypePolicy": {"mode": ["'gptq/8/128'", "'gptq/4/64'"], "source_name": POLICIES},
    "dtype_policies.Int4DTypePolicy": {"mode": ["'int4/128'"], "source_name": POLICIES},
    "dtype_policies.QuantizedDTypePolicy": {"mode": ["'int4'"], "source_name": POLICIES},
    "dtype_policies.QuantizedFloat8DTypePolicy": {"source_name": POLICIES, "amax_history_length": ["16"]},
    "quantizers.AbsMaxQuantizer": {"output_dtype": ["'int16'"], "value_range": ["(-63, 63)"]},
    "quantizers.AWQConfig": {"dataset": ["['another text']"], "tokenizer": ["shouted"], "weight_bits": []},
    "quantizers.GPTQConfig": {"dataset": ["['another text']"], "tokenizer": ["shouted"]},
    "quantizers.Quantizer": {"output_dtype": ["'int16'"]},
}  # fmt: skip
