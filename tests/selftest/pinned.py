"""The cases that the self-tests are about, so that a new case changes nothing for them."""

from __future__ import annotations

PINNED = [
    *(f"custom_layer.{name}" for name in ("affine", "custom_loss", "registered", "subclassed_model")),
    *(f"custom_op.{name}" for name in ("asset_table", "compiled", "containers", "custom_gradient")),
    *(f"custom_op.{name}" for name in ("module_two_signatures", "training_loop")),
    *(f"standard.{name}" for name in ("batch_norm_trained", "dense_classifier", "lstm_masked", "momentum_schedule")),
    *(f"standard.{name}" for name in ("named_branches", "shared_nested", "string_lookup", "two_replicas")),
]
