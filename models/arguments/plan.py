"""How much of each argument a run tries.  [beside TensorFlow; imports neither]"""

from __future__ import annotations

import dataclasses
import zlib

from .subjects import Subject

# One in so many arguments is tried with models and files in a default run, and where acting is costly, only one in so
# many of a module is seen to act.
FILES_OF_ONE_IN = 12
ACTS_OF_ONE_IN = {"layers": 12, "metrics": 8, "optimizers": 8}
# Building and running these takes much longer than all others, so that fewer of their arguments are tried so.
EXPENSIVE = ("Conv", "RNN", "GRU", "LSTM", "Bidirectional", "RandAugment", "AugMix", "MelSpectrogram", "Muon", "Free")
FEWER_OF_EXPENSIVE = 4


@dataclasses.dataclass(frozen=True)
class Plan:
    """How much is tried.

    Args:
        whole: every kind of value, with models and in files. Otherwise one value of each argument, and a fixed
            share of them in these ways.
    """

    whole: bool

    @property
    def most_values(self) -> int:
        """How many values of an argument are tried, each of another kind."""
        return 99 if self.whole else 1

    def acts(self, subject: Subject) -> bool:
        """Return whether it is observed how an object acts."""
        return self._is_chosen(subject, ACTS_OF_ONE_IN.get(subject.module, 1)) or self.writes_files(subject)

    def writes_files(self, subject: Subject) -> bool:
        """Return whether a model that holds an object is saved to files."""
        return self._is_chosen(subject, FILES_OF_ONE_IN)

    def _is_chosen(self, subject: Subject, one_in: int) -> bool:
        if any(name in subject.of for name in EXPENSIVE):
            one_in *= FEWER_OF_EXPENSIVE
        return self.whole or zlib.crc32(f"{subject.of}({subject.argument})".encode()) % one_in == 0
