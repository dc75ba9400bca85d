"""The pairs of TensorFlow and Keras that take part in a run, and the hops between them."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Mapping

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from tests.both_sides.surroundings import Surroundings


@dataclasses.dataclass(frozen=True, order=True)
class Hop:
    """From which side to which: artifacts of `saved`, loaded on `loaded`. Sides are `A`, the old pair, and `B`."""

    saved: str
    loaded: str

    @classmethod
    def parse(cls, text: str) -> Hop:
        """Return the hop that is written as `A>B`."""
        saved, _, loaded = text.partition(">")
        return cls(saved, loaded)

    from_plain = parse

    def __str__(self) -> str:
        return f"{self.saved}>{self.loaded}"

    def to_plain(self) -> str:
        """Return it as it stands in reports."""
        return str(self)

    @property
    def within_one_pair(self) -> bool:
        """True if both sides are the same."""
        return self.saved == self.loaded

    @property
    def of_saving(self) -> Hop:
        """The hop in which its artifacts are saved and loaded by one pair."""
        return Hop(self.saved, self.saved)


CONTROL, NEW_ARTIFACTS = Hop("A", "A"), Hop("B", "B")


@dataclasses.dataclass(frozen=True)
class Pair:
    """The versions on one side, as far as conditions mention them, and the runtimes that are installed there.

    `legacy` means that its Keras is tf_keras, which has versions of its own.
    """

    tensorflow: str
    keras: str
    python: str
    runtimes: frozenset[str] = frozenset()
    legacy: bool = False

    @classmethod
    def of(cls, surroundings: Surroundings) -> Pair:
        """Return the pair of an interpreter."""
        return cls(
            surroundings.versions["tensorflow"] or "0",
            surroundings.versions["keras"] or "0",
            surroundings.python,
            frozenset(surroundings.runtimes),
            surroundings.means_tf_keras,
        )

    @property
    def name(self) -> str:
        """Its name in lists: `2.21.0/3.15.1`."""
        return f"{self.tensorflow}/{self.keras}"

    def meets(self, conditions: Mapping[str, str]) -> bool:
        """Return whether every condition holds, such as `{"keras": ">=3.0,<3.16"}`; prereleases count too.

        Raises:
            packaging.specifiers.InvalidSpecifier: a condition cannot be parsed.
        """
        return all(_satisfies(getattr(self, name), condition) for name, condition in conditions.items())

    def __str__(self) -> str:
        return f"TensorFlow {self.tensorflow}, {'tf_keras' if self.legacy else 'Keras'} {self.keras}"


@functools.cache
def _satisfies(version: str, condition: str) -> bool:
    return SpecifierSet(condition).contains(Version(version), prereleases=True)
