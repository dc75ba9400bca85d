"""Names of variables that are states of random generators.  [both sides]"""

from __future__ import annotations

import re

# What Keras calls the variable of a seed generator, and TensorFlow that of a `tf.random.Generator`.
SEED_STATE = re.compile(r"(^|/)(seed_generator_state|StateVar)$")


def is_seed_state(path: str) -> bool:
    """Return whether the variable of this path, or this name, is the state of a random generator."""
    return SEED_STATE.search(path.partition(":")[0]) is not None
