"""Where a claim ends: the traits that the models which contradict it have in common."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Collection, Mapping, Sequence
from typing import Any

# Traits that say how the suite uses a case, and nothing about the model.
ABOUT_THE_SUITE = ("only_trains", "quick", "tries_options", "tries_twins")
# At most so many traits explain where a claim ends, and of the models with one of them at most this part may hold.
MOST_TRAITS, MOST_HOLDING = 3, 0.25


@dataclasses.dataclass(frozen=True)
class EndAtTrait:
    """A trait at which a claim ends: so many of the judged models with it contradict the claim."""

    trait: str
    failing: int
    models: int

    def in_words(self) -> str:
        """Return the trait, and how many of its models contradict the claim, unless all do."""
        name = self.trait.replace("_", " ")
        return name if self.failing == self.models else f"{name} ({self.failing} of {self.models})"


@dataclasses.dataclass(frozen=True)
class Ends:
    """Where a claim ends: at these traits, and for these further cases, which no trait explains."""

    traits: tuple[EndAtTrait, ...] = ()
    cases: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {"traits": [dataclasses.asdict(each) for each in self.traits], "cases": list(self.cases)}

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Ends:
        """Return what `as_json` wrote."""
        return cls(tuple(EndAtTrait(**each) for each in content["traits"]), tuple(content["cases"]))


def ends(failing: Collection[str], holding: Collection[str], traits_of: Mapping[str, Collection[str]]) -> Ends:
    """Return the smallest set of traits that explains most failing models.

    A trait explains models if hardly any model with it holds. Of the sets of at most `MOST_TRAITS`, the one that
    covers the most failing models wins; then the one that covers the fewest holding ones, and then the smallest.

    Args:
        failing, holding: cases.
        traits_of: the traits of each case; cases that are not there have none.
    """
    short, fine = _by_trait(failing, traits_of), _by_trait(holding, traits_of)
    able = [
        trait
        for trait, cases in sorted(short.items())
        if len(cases) > 1 and len(fine.get(trait, ())) <= MOST_HOLDING * (len(cases) + len(fine.get(trait, ())))
    ]

    def quality(chosen: Sequence[str]) -> tuple[int, int, int]:
        covered = set().union(*(short[trait] for trait in chosen))
        wrongly = set().union(*(fine.get(trait, set()) for trait in chosen))
        return len(covered), -len(wrongly), -len(chosen)

    sets = itertools.chain.from_iterable(itertools.combinations(able, size) for size in range(MOST_TRAITS + 1))
    best = max(sets, key=quality)
    unexplained = set(failing).difference(*(short[trait] for trait in best))
    at = [EndAtTrait(trait, len(short[trait]), len(short[trait]) + len(fine.get(trait, ()))) for trait in best]
    return Ends(tuple(sorted(at, key=lambda each: (-each.failing, each.trait))), tuple(sorted(unexplained)))


def _by_trait(cases: Collection[str], traits_of: Mapping[str, Collection[str]]) -> dict[str, set[str]]:
    by_trait: dict[str, set[str]] = {}
    for case in cases:
        for trait in set(traits_of.get(case, ())).difference(ABOUT_THE_SUITE):
            by_trait.setdefault(trait, set()).add(case)
    return by_trait
