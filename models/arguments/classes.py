"""The classes that Keras exports, and the arguments of their constructors.  [beside TensorFlow]"""

from __future__ import annotations

import inspect
import random
from typing import Any, Dict, Iterator, List

import numpy as np

# The modules of Keras whose classes can be part of a model, in the order in which a class that several of them export
# gets its name.
MODULES = (
    "layers", "losses", "metrics", "optimizers", "optimizers.schedules", "initializers", "regularizers",
    "constraints", "dtype_policies", "mixed_precision", "quantizers",
)  # fmt: skip
BY_NAME = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
# The arguments that Keras 2 takes by **kwargs, and that Keras 3 names; they are the same for all classes of a module.
FURTHER = {"layers": ("name", "dtype", "trainable")}


def keras() -> Any:
    """Return the Keras of this interpreter: that of `tf.keras`, which may be tf_keras."""
    import tensorflow as tf

    return tf.keras


def keras_is_stateless() -> bool:
    """Return whether this is Keras 3, whose random numbers come from seeds that Python draws."""
    return int(str(keras().__version__).split(".")[0]) >= 3


def seed_everything(seed: int) -> None:
    """Make all that is random repeat itself from here.

    TensorFlow forgets its kernels when it is seeded, so that each op takes a hundred times as long once. Keras 3
    does not draw with TensorFlow's own seed.
    """
    if keras_is_stateless():
        random.seed(seed)
        np.random.seed(seed)
    else:
        keras().utils.set_random_seed(seed)


def exported_classes() -> Dict[str, type]:
    """Return every exported class once, by the shortest name below `keras`, such as `layers.Dense`."""
    found: Dict[str, type] = {}
    known = set()
    for module in MODULES:
        room = keras()
        for part in module.split("."):
            room = getattr(room, part, None)
        for name in sorted(vars(room) if room else ()):
            each = getattr(room, name)
            if inspect.isclass(each) and id(each) not in known:
                known.add(id(each))
                found[f"{module}.{name}"] = each
    return found


def arguments_of(name: str, exported: type) -> List[inspect.Parameter]:
    """Return the arguments that a class's constructor names, and those that all classes of its module take."""
    try:
        signature = inspect.signature(exported.__init__)
    except (TypeError, ValueError):
        return []
    named = [each for each in list(signature.parameters.values())[1:] if each.kind in BY_NAME]
    return [*named, *_further(name, named, signature)]


def _further(name: str, named: List[inspect.Parameter], signature: inspect.Signature) -> Iterator[inspect.Parameter]:
    takes_more = any(each.kind is inspect.Parameter.VAR_KEYWORD for each in signature.parameters.values())
    taken = {each.name for each in named}
    for argument in FURTHER.get(name.rpartition(".")[0], ()) if takes_more else ():
        if argument not in taken:
            yield inspect.Parameter(argument, inspect.Parameter.KEYWORD_ONLY, default=None)
