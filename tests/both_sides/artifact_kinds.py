"""The kinds of artifacts that a user brings, as savers name them.  [both sides]"""

from __future__ import annotations

# SavedModels that are known by their signatures alone.
BY_SIGNATURES = ("saved_model", "other_tags_saved_model")
# Whole models, which can be brought without the function that builds them.
WITHOUT_SOURCE = (*BY_SIGNATURES, "keras_saved_model", "keras_archive", "keras_folder", "h5")
# Checkpoints of TensorFlow.
CHECKPOINTS = ("checkpoint", "named_checkpoint", "weights_tf")
# Files that hold weights alone, which Keras loads into a model.
WEIGHTS_FILES = ("weights_h5", "weights_legacy_h5", "weights_sharded")
# All that hold weights alone, which need the function that builds the model.
WEIGHTS = (*CHECKPOINTS, *WEIGHTS_FILES)
