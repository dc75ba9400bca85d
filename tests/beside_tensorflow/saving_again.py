"""Further ways to save the same object once more.  [beside TensorFlow; imports it only where needed]"""

from __future__ import annotations

import os
import pathlib
from typing import Any, Callable, Dict, Tuple

from ..both_sides.questions import SaveQuestion
from ..both_sides.trials import ODDEST_NAME


def ways(question: SaveQuestion, home: str) -> Dict[str, Tuple[Any, Callable[[], None]]]:
    """Return by name the path to save to, in a folder of its own below `home`, and what to do before.

    The question's `save_again` chooses among these:
        elsewhere       a path where nothing is
        pathlike        a pathlib.Path
        oddly_named     a path with brackets, stars, backslashes, spaces and letters of other scripts
        relative        a path relative to the working directory
        other_suffix    .hdf5 instead of .h5
        trailing_slash  a folder's path with a slash at its end
        over_another    a folder that already holds a different SavedModel, with an asset
    """
    name = question.file_name
    chosen: Dict[str, Tuple[Any, Callable[[], None]]] = {}
    for way in question.save_again:
        folder = os.path.join(home, ODDEST_NAME if way == "oddly_named" else f"again_{way}")
        os.makedirs(os.path.join(folder, os.path.dirname(name)))
        path: Any = os.path.join(folder, name)
        prepare = _nothing
        if way == "pathlike":
            path = pathlib.Path(path)
        elif way == "relative":
            path = os.path.relpath(path)
        elif way == "other_suffix":
            path = path[: -len("h5")] + "hdf5"
        elif way == "trailing_slash":
            path += "/"
        elif way == "over_another":
            prepare = _save_another(path, os.path.join(folder, "of_another.txt"))
        chosen[way] = (path, prepare)
    return chosen


def _nothing() -> None:
    pass


def _save_another(path: str, vocabulary: str) -> Callable[[], None]:
    def save_another() -> None:
        import tensorflow as tf

        with open(vocabulary, "w", encoding="utf-8") as file:
            file.write("oak\n")
        another = tf.Module()
        another.vocabulary = tf.saved_model.Asset(vocabulary)
        tf.saved_model.save(another, path)

    return save_another
