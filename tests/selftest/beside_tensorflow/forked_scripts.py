"""Runs scripts in forks of a process that has imported TensorFlow, so that each takes no seconds for that.

Each line of the input is a JSON list: the file that the script's output goes to, its folder, and its path with its
arguments. For each one line of output is the exit status.  [beside TensorFlow]
"""

from __future__ import annotations

import json
import os
import runpy
import sys
import traceback

import tensorflow as tf


def run(output: str, folder: str, arguments: list) -> int:
    """Run a script in this process, and return its exit status."""
    file = os.open(output, os.O_CREAT | os.O_WRONLY | os.O_APPEND)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(file, 1)
    os.dup2(file, 2)
    os.chdir(folder)
    sys.argv[:] = arguments
    try:
        runpy.run_path(arguments[0], run_name="__main__")
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else 1 if ended.code else 0
    except BaseException:
        traceback.print_exc()
        return 1
    return 0


assert tf.keras.layers  # Keras is imported when it is first used
print("ready", flush=True)
for line in sys.stdin:
    child = os.fork()
    if not child:
        status = run(*json.loads(line))
        sys.stdout.flush()
        os._exit(status)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
