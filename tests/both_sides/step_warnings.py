"""Warnings of TensorFlow and Keras while a child saves or loads, the same in every run.  [both sides]

Addresses, times, process ids, counters in names, folders and repetition are left out: two runs of one pair say the
same, in any order and with any number of workers.
"""

from __future__ import annotations

import dataclasses
import re
from typing import Iterable, List, Tuple

# What stands between the class of a Python warning and the file that warns, if that is not TensorFlow's or Keras's.
OTHER_CODE = " in "
# The source of what was printed: nobody knows by whom.
PRINTED = "printed"
MOST = 20
LONGEST = 600
# In the order in which they are applied.
LEFT_OUT: Tuple[Tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), instead)
    for pattern, instead in (
        (r"\x1b\[[0-9;]*[A-Za-z]", ""),
        (r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d([.,]\d+)?:?", ""),
        (r"(?<![\w:/.])(?:/[^\s/'\"`,;:()\[\]<>]+)*/([^\s/'\"`,;:()\[\]<>]+)/?", r"\1"),  # folders
        (r"\btmp\w{6,}", "tmp"),
        (r"\b0x[0-9a-fA-F]+", "0x..."),
        (r"(?i)\b(pid|process|tid|thread)([ =:#]+)\d+", r"\1\2..."),
        (r"\b\d+(\.\d+)?(e-?\d+)? ?(ns|us|µs|ms|s|secs?|seconds?|min|minutes?)\b", r"... \3"),
        (r"(?<![\w.])\d{7,}(\.\d+)?\b", "..."),
        (r"(\.(py|cc|h)):\d+", r"\1"),
        (r"(?<=[A-Za-z])_+\d+(?![\w.])", ""),  # the counter in `dense_3`
        (r"\s+", " "),
    )
)
# A line of TensorFlow's C++ code: its level, its file, its text.
CPP_LINE = re.compile(
    r"(?:\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+: (?P<level>[IWEF]) |(?P<absl_level>[IWEF])\d{4} [\d:.]+ +\d+ )"
    r"(?P<file>\S+?):\d+\] (?P<text>.*)"
)
# Where in a graph the compiler of converters sees something.
LOCATION = re.compile(r"^loc\(.*\): ")
# Most of what is printed otherwise only says what was done: these words warn.
WARNS = re.compile(
    r"(?i)\b(warn|error|fail|skip|ignor|deprecat|miss|mismatch|unable|unresolved|unrestored|cannot|can't|without)"
    r"|\b(not|never|nothing|no) "
)
# What TensorFlow says when it starts in a process, whatever the process does.
STARTUP = re.compile(
    r"(?i)absl::InitializeLog|cpu_feature_guard|onednn|\bto enable the following instructions|rebuild TensorFlow"
    r"|TF-?TRT|tensorrt|cu(da|init|dnn|blas|fft|sparse|solver)|\bgpu|libtpu|\btpu_|computation_placer|numa_node"
    r"|mlir_graph_optimization_pass|hostname: |kernel (driver|version)|xla/service|device_compiler\.h"
)
# A bar that shows how far something has come.
PROGRESS = re.compile(r"[\r\x08]|\d+/\d+ .*(step|━|=|\.\.\.)")


@dataclasses.dataclass(frozen=True)
class StepWarning:
    """One warning of a step.

    Args:
        step: `save` or `load`.
        source: the class of a Python warning, the name of a logger, a file of TensorFlow's C++ code, or `printed`.
            If a user's code warns, its file is there too: `UserWarning in layers.py`.
    """

    step: str
    source: str
    text: str

    def __str__(self) -> str:
        return f"{self.source}: {self.text}"

    @property
    def is_of_library(self) -> bool:
        """True if TensorFlow or Keras warns, and not code of a user's, or whoever prints."""
        return self.source != PRINTED and OTHER_CODE not in self.source


def same_in_every_run(text: str) -> str:
    """Return the text in one line, without what differs between two runs, and cut if it is long."""
    for pattern, instead in LEFT_OUT:
        text = pattern.sub(instead, text)
    return text.strip() if len(text) <= LONGEST else text[: LONGEST - 4].strip() + " ..."


def step_warnings(step: str, texts: Iterable[Tuple[str, str]]) -> List[StepWarning]:
    """Return the warnings of a step, each once and not too many, from pairs of source and text."""
    found = (StepWarning(step, source, same_in_every_run(text)) for source, text in texts)
    return list(dict.fromkeys(each for each in found if each.text))[:MOST]


def printed_warnings(printed: str) -> List[Tuple[str, str]]:
    """Return what a process printed as pairs of source and text, in sorted order: threads print in any order.

    Information, progress, and what TensorFlow says when it starts are left out.
    """
    found: List[Tuple[str, str]] = []
    for line in printed.splitlines():
        cpp = CPP_LINE.match(line)
        if PROGRESS.search(line) or STARTUP.search(line) or not line.strip():
            continue
        if cpp is None:
            line = LOCATION.sub("", line)
            if WARNS.search(line):
                found.append((PRINTED, line))
        elif (cpp["level"] or cpp["absl_level"]) != "I":
            found.append((cpp["file"].rpartition("/")[2], cpp["text"]))
    return sorted(found)
