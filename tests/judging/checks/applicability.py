"""Reasons for which several requirements do not apply. Each function returns one, or None if they apply."""

from __future__ import annotations

from tests.both_sides.cases import CaseInfo
from tests.both_sides.routes import LoaderInfo, SaverInfo

# What a saver or loader needs that differs from another in one argument or step.
TRIED_ON_FEW = {"quick", "tries_options", "tries_twins"}
FORMS_OF_PATHS = ("pathlike", "relative", "oddly_named", "trailing_slash", "other_suffix")


def only_written(case: CaseInfo, saver: SaverInfo, loader: LoaderInfo | None) -> str | None:
    """Leave out copies in memory, which are not saved."""
    return None if saver.has_artifact else "nothing is written"


def only_without_training(case: CaseInfo, saver: SaverInfo, loader: LoaderInfo | None) -> str | None:
    """Leave out savers that are part of training, which are there to change the model."""
    return f"{saver.name} trains the model" if saver.trains else only_written(case, saver, loader)


def only_quick(case: CaseInfo, saver: SaverInfo, loader: LoaderInfo | None) -> str | None:
    """Leave out all but the quick cases: one of each kind is enough to know."""
    reason = only_written(case, saver, loader)
    if reason is None and not set(FORMS_OF_PATHS) & set(case.ways_to_save_again(saver)):
        reason = f"{saver.name} trains the model" if saver.trains else "it is judged on the quick cases alone"
    return reason


def only_with_variables(case: CaseInfo, saver: SaverInfo, loader: LoaderInfo) -> str | None:
    """Leave out sessions, layers and other runtimes, which answer and do not show their variables."""
    return f"{loader.name} gives no variables" if loader.opaque else None


def only_compiled(case: CaseInfo, saver: SaverInfo, loader: LoaderInfo) -> str | None:
    """Leave out routes that do not promise to restore the training state, and models that were never compiled."""
    if not loader.restores_training:
        return f"{loader.name} does not restore the training state"
    return None if "compiled" in case.traits else "the case is not compiled"


def only_tried(case: CaseInfo, saver: SaverInfo, loader: LoaderInfo) -> str | None:
    """Leave out all but the quick cases and what a user brings: each artifact is loaded some thirty times."""
    reason = only_written(case, saver, loader)
    if reason is None and not (case.is_quick or case.brought):
        reason = "it is judged on the quick cases and on what you bring"
    if reason is None and loader.slow:
        reason = f"each answer of {loader.name} takes a session of its own"
    if reason is None and (saver.is_variant or TRIED_ON_FEW & {saver.needs, loader.needs}):
        reason = "it is judged on routes that are no variant of another"
    return reason
