"""The kinds of shortfall within a requirement that scripts tell apart.

A shortfall has no field for it, so its message tells. A self-test checks that the requirements use these words.
"""

from __future__ import annotations

import enum

from tests.judging.requirement import Shortfall


class Kind(enum.Enum):
    """A kind of shortfall: the files that find it, and the words by which its message is known."""

    WORKS = ("checks/refusals", "is not offered by this pair, and works")
    PATHS = ("renamed", "the variables have other paths")
    ORDER = ("weights", "the variables are in another order")
    NUMBER = ("checks/variables_of_versions random_state resumed_training training_state", "more or fewer")
    TRAINABLE = ("architecture", "other variables are trainable")
    OTHER_OPTIMIZER = ("training_state", "another optimizer")
    RATES = ("training_state", "the schedule gives other learning rates")
    EVALUATION = ("resumed_training", "evaluate() ")
    TRAINED_ON = ("resumed_training", "after training, ")
    OF_OPTIMIZER = ("resumed_training training_state", "the optimizer")
    OTHER_THAN_PYTHON = ("signatures", "other signatures than Python's loader")
    MISSING_SIGNATURE = ("signatures", "a signature is missing")
    EXTRA_SIGNATURE = ("signatures", "signatures that nobody asked for")
    DEFAULTS = ("signatures", "other defaults of ")
    INPUT_NAMES = ("signatures", "other input names of ")
    OUTPUT_NAMES = ("signatures", "other output names of ")
    INPUT_SPECS = ("signatures", "inputs of ")
    AGAIN = ("resaves", "saved again and loaded, other ")
    CHANGED_LIVE = ("no_trace", "saving changed the ")
    ANSWERS_OTHERWISE = ("no_trace", "the live model answers otherwise")
    TWICE = ("fingerprint", "saved twice, other ")
    OTHER_PROMISE = ("promises", "the artifact has another ")
    LOADS_WITHOUT = ("checks/refusals", "it loads without what it needs")
    NOT_NAMED = ("checks/refusals", "the refusal does not name what is missing")
    ASKS = ("custom_objects", "asks for ")
    GIVEN = ("custom_objects", "given by ")
    DIFFERENT_MODELS = ("custom_objects", "give different models")
    PATH_FORM = ("arguments", "a path that is ")

    @property
    def files(self) -> list[str]:
        """The names of the files that find it: requirements, or modules of `tests/judging`."""
        return self.value[0].split()

    @property
    def words(self) -> str:
        """The words in its message."""
        return self.value[1]

    def describes(self, shortfall: Shortfall) -> bool:
        """Return whether the shortfall is of this kind."""
        return self.words in shortfall.message

    def after(self, shortfall: Shortfall) -> str:
        """Return what its message says after the words."""
        return shortfall.message.partition(self.words)[2]
