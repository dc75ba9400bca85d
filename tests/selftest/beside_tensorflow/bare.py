"""The same children as in a run, without the suite around them.  [beside TensorFlow]

Imports TensorFlow once, and forks a child for every question of a list. The child builds and answers, and may save;
or it loads and answers. It sends no response. Prints the CPU seconds of all children by step, as JSON.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import os
import shutil
import sys
import tempfile
from typing import Any, Tuple

FOLDER, ROOT = sys.argv[1:]


def room(name: str) -> Any:
    return importlib.import_module("_tf_save_conformance." + name)


def answer(question: Any) -> Tuple[Any, Any]:
    asking, saving = room("beside_tensorflow.asking"), room("beside_tensorflow.saving")
    case, model = room("beside_tensorflow.sections").build(question)
    ways = saving.ways_to_ask(case, model)
    asking.answers(ways["eager"], question.few)
    for side in question.sides:
        asking.answers(ways[side], question.inputs)
    return case, model


def save(question: Any) -> None:
    case, model = answer(question)
    room("beside_tensorflow.saving").write(case, model, question.artifact, question)
    asking = room("beside_tensorflow.asking")
    asking.answers(asking.original(case.info.traits, model), question.few)


def load(question: Any) -> None:
    loader = room("routes").loaders()[question.loader]
    offers = room("beside_tensorflow.loading").prepared(loader, question)
    root = loader(path=question.artifact, keys=question.signature_keys, **offers)
    asking = room("beside_tensorflow.asking")
    asking.answers(asking.loaded(loader.info.asked, root, question), question.inputs)


def main() -> None:
    """Read the questions in the file `questions` of the folder, and measure them."""
    spec = importlib.util.spec_from_file_location(
        "agent", os.path.join(ROOT, "tests", "beside_tensorflow", "agent.py")
    )
    assert spec is not None
    assert spec.loader is not None
    agent = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(agent)
    agent.open_rooms(ROOT)
    agent.get_ready("keras")
    spent = {"save": 0.0, "original": 0.0, "load": 0.0}
    with open(os.path.join(FOLDER, "questions"), "rb") as file:
        frames = room("both_sides.wire").decode(file.read())
    for question in map(room("both_sides.questions").decode, frames):
        work = tempfile.mkdtemp()
        pid = os.fork()
        if pid == 0:
            os.chdir(work)
            nothing = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nothing, 1)
            os.dup2(nothing, 2)
            try:
                {"save": save, "original": answer, "load": load}[question.step](question)
            except Exception:
                pass  # some loads are refused, as in a run
            finally:
                os._exit(0)
        _, _, usage = os.wait4(pid, 0)
        spent[question.step] += usage.ru_utime + usage.ru_stime
        shutil.rmtree(work)
    print(json.dumps(spent))


if __name__ == "__main__":
    main()
