"""The source that a script compares before and after loading."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping


@dataclasses.dataclass(frozen=True)
class Look:
    """Source that looks at the original and at what was loaded.

    Args:
        define: definitions that the other parts use.
        original, loaded: expressions for what is expected and what is seen.
        expected: the expected dict itself, where it need not be made by the original.
        after_saving: look at the original only when it has been saved.
        only_expected: what is there beside the expected places does not count.
        by_value: a variable that is not loaded has to show, so none may hold an initial constant.
        tolerance: how far numbers may differ; None if not at all.
        special: of numbers, only the positions of those that are not finite count.
        before_loading: what is expected is seen in the loading process, before it loads.
        folder: the name of a folder to load from, in place of the one that was saved to.
    """

    define: str = ""
    original: str = "facts(model)"
    loaded: str = "facts(loaded)"
    expected: Mapping[str, str] | None = None
    after_saving: bool = False
    only_expected: bool = False
    by_value: bool = False
    tolerance: float | None = None
    special: bool = False
    before_loading: bool = False
    folder: str = ""


class NoLook(Exception):
    """There is no way to show this shortfall by a short script."""
