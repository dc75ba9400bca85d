"""Savers and loaders as they are declared, and the routes they make.  [both sides]"""

from __future__ import annotations

import dataclasses
import functools
from typing import Any, Mapping, Optional, Tuple

# What a loader takes if the model has to be built from its source first.
FROM_SOURCE = frozenset({"model", "original", "unbuilt"})
# The traits that a saver or loader may need, and why it does not apply to a case without them.
NEEDS = {
    "holds_keras_model": "is for Keras models only",
    "holds_module": "is for tf.Modules only",
    "one_endpoint": "is for tf.Modules with one function",
    "has_signatures": "is for tf.Modules with signatures",
    "tries_options": "is tried on a few tf.Modules",
    "quick": "is tried on the quick cases",
    "tries_twins": "differs from another in one argument, and is tried on a few Keras models",
    "tries_strategies": "is tried on a few Keras models that are built with and without a strategy",
    "compiled": "is for compiled models",
    "lambda": "is for models with lambdas",
    "subclassed": "is for models that build themselves when they are first called",
}


@functools.total_ordering
@dataclasses.dataclass(frozen=True)
class Route:
    """A saver and a loader that reads what it writes; the saver alone where no loader takes part.

    As text, and in reports, it is `saver:loader`, or the saver's name.
    """

    saver: str
    loader: Optional[str] = None

    @classmethod
    def parse(cls, text: str) -> Route:
        """Return the route of an id such as `keras_archive:load_model`."""
        saver, _, loader = text.partition(":")
        return cls(saver, loader or None)

    @property
    def of_saver(self) -> Route:
        """The route of its saver alone."""
        return Route(self.saver)

    def __str__(self) -> str:
        return self.saver if self.loader is None else f"{self.saver}:{self.loader}"

    def __lt__(self, other: Route) -> bool:
        return str(self) < str(other)

    def to_plain(self) -> str:
        """Return its id."""
        return str(self)

    from_plain = parse


@dataclasses.dataclass(frozen=True)
class GivenObjects:
    """Custom objects that a child is given: `names`, `by` one of the ways that `given_objects.py` describes."""

    by: str
    names: Tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class SaverInfo:
    """One way to write an artifact. The decorator `saver` in `tests/routes/` explains the fields.

    `takes` are the names of the parameters of its function, `title` is its name for people.
    """

    name: str
    module: str
    doc: str
    title: str
    writes: str
    file_name: str
    takes: Tuple[str, ...]
    needs: Optional[str]
    offered: Mapping[str, str]
    package: Optional[str]
    keys: Mapping[str, Tuple[str, ...]]
    by_default: bool
    trains: bool
    promises: Mapping[str, Any]
    existing: bool
    has_artifact: bool
    is_saved_model: bool
    is_variant: bool


@dataclasses.dataclass(frozen=True)
class LoaderInfo:
    """One way to read an artifact. The decorator `loader` in `tests/routes/` explains the fields.

    `takes` are the names of the parameters of its function, `title` is its name for people.
    """

    name: str
    module: str
    doc: str
    title: str
    reads: Tuple[str, ...]
    takes: Tuple[str, ...]
    asked: str
    judged_against: str
    restores: Tuple[str, ...]
    agent: str
    by_default: Tuple[str, ...]
    by_default_if_quick: Tuple[str, ...]
    needs: Optional[str]
    offered: Mapping[str, str]
    package: Optional[str]
    converted: bool
    opaque: bool
    slow: bool
    in_session: bool = False

    @property
    def runs_elsewhere(self) -> bool:
        """True if the graph does not run in Python's TensorFlow 2, so that it may be optimized in another way."""
        return self.converted or self.agent == "cpp" or self.in_session

    @property
    def restores_training(self) -> bool:
        """True if it restores the training state, so that training can be resumed."""
        return "training" in self.restores

    @property
    def has_signatures(self) -> bool:
        """True if what it returns lists its signatures."""
        return self.asked in ("by_signature", "by_function")

    @property
    def has_gradients(self) -> bool:
        """True if what it returns can be differentiated: in Python, through the object itself."""
        return self.asked in ("as_original", "by_function")

    @property
    def builds_from_source(self) -> bool:
        """True if it reads into a model that was built from its source."""
        return bool(FROM_SOURCE & set(self.takes))

    @property
    def takes_custom_objects(self) -> bool:
        """True if custom objects can be passed to it."""
        return "custom_objects" in self.takes
