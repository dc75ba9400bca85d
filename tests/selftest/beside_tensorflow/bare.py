"""The same children as a run's, without a suite around them.  [beside TensorFlow]

Imports TensorFlow once and forks a child for every line of a list, which builds and answers, and may save, or loads
and answers, and says nothing to anybody. Prints the CPU seconds of its children by what they did, as JSON.
"""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import sys
import tempfile

FOLDER, ROOT = sys.argv[1:]


def room(name):
    return importlib.import_module("_tf_save_conformance." + name)


def answer(line, inputs):
    case = room("models").case_of(line)
    room("models").built_op_libraries.update(line["op_libraries"])
    model = case.build()
    asking = room("beside_tensorflow.asking")
    asking.answers(asking.original(case.traits, model), line["few"])
    for side in line["sides"]:
        in_graph = case.endpoints if side == "graph" else None
        asking.answers(asking.original(case.traits, model, in_graph), inputs)
    return case, model


def save(line, inputs):
    case, model = answer(line, inputs)
    room("beside_tensorflow.steps").write(case, model, line["artifact"], line)
    asking = room("beside_tensorflow.asking")
    asking.answers(asking.original(case.traits, model), line["few"])


def load(line, inputs):
    loader = room("routes").loaders()[line["loader"]]
    offers = {"path": line["artifact"], "keys": line["signature_keys"]}
    room("beside_tensorflow.steps").prepare(loader, offers, line)
    root = room("beside_tensorflow.steps").give(loader.read, offers)
    asking = room("beside_tensorflow.asking")
    asking.answers(asking.loaded(loader.asked, root, line), inputs)


def main():
    spec = importlib.util.spec_from_file_location(
        "agent", os.path.join(ROOT, "tests", "beside_tensorflow", "agent.py")
    )
    agent = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(agent)
    agent.open_rooms(ROOT)
    agent.get_ready("keras")
    spent = {"save": 0.0, "answer": 0.0, "load": 0.0}
    with open(os.path.join(FOLDER, "lines"), "rb") as file:
        lines = room("both_sides.wire").decode(file.read())
    for step, line in lines:
        work = tempfile.mkdtemp()
        pid = os.fork()
        if pid == 0:
            os.chdir(work)
            nothing = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nothing, 1)
            os.dup2(nothing, 2)
            try:
                {"save": save, "answer": answer, "load": load}[step](line, line["inputs"])
            except Exception:
                pass  # some loads are refused, as a run's are
            finally:
                os._exit(0)
        _, _, usage = os.wait4(pid, 0)
        spent[step] += usage.ru_utime + usage.ru_stime
        shutil.rmtree(work)
    print(json.dumps(spent))


if __name__ == "__main__":
    main()
