"""The docstring of a script: what is wrong, what to install and how to run it."""

from __future__ import annotations

from reports.scripts.subject import Subject
from reports.summary.wording import cut
from tests.judging.pairs import Pair

MOST_SHORTFALLS, LONGEST_LINE = 3, 300


def head_of(subject: Subject) -> str:
    """Return the docstring of the script about this row."""
    row, session, hop = subject.row, subject.session, subject.hop
    lines = [f"{row.cell}, {hop}: {row.outcome}.", ""]
    for shortfall in row.shortfalls[:MOST_SHORTFALLS] or [subject.shortfall]:
        lines += [
            _one_line(text)
            for text in (
                shortfall.message,
                f"expected: {shortfall.expected}" if shortfall.expected else "",
                f"seen:     {shortfall.seen}" if shortfall.seen else "",
            )
            if text
        ]
    lines += [f"and {len(row.shortfalls) - MOST_SHORTFALLS} more"] if len(row.shortfalls) > MOST_SHORTFALLS else []
    pairs = session.pairs
    needed = {side: _packages(subject, side) for side in (hop.saved, hop.loaded)}
    lines.append("")
    if hop.within_one_pair:
        before = environment_of(pairs[hop.saved])
        lines += [command_of(pairs[hop.saved], needed[hop.saved]), f"{before}python SCRIPT"]
    for side, mode in ((hop.saved, "save"), (hop.loaded, "load")):
        if not hop.within_one_pair:
            lines += [
                command_of(pairs[side], needed[side]),
                f"{environment_of(pairs[side])}python SCRIPT {mode} FOLDER",
            ]
    if subject.ends_while_saving:
        lines.append("It saves, and ends")
    elif hop.within_one_pair:
        lines.append(
            "It saves in one process (SCRIPT save FOLDER) and loads in another (SCRIPT load FOLDER). It ends"
        )
    else:
        lines.append("The first saves, the second, in its own environment, loads. That ends")
    lines[-1] += ' with a line "reproduced" and exit code 1, or "not reproduced" and 0.'
    if subject.loader is not None and subject.loader.name == "cpp" and not subject.ends_while_saving:
        lines.append(
            "In place of the C++ loader stands a session of TensorFlow 1, which restores variables as it does."
        )
    text = "\n".join(lines).replace("\\", "\\\\").replace('"""', "'''")
    return f'"""{text}\n"""'


def _one_line(text: str) -> str:
    return cut(" ".join(text.split()), LONGEST_LINE)


def _packages(subject: Subject, side: str) -> list[str]:
    """Return the requirements beside TensorFlow that a side needs."""
    there = subject.session.surroundings[side].runtimes
    wanted = [subject.case.package]
    wanted += [subject.saver.package] if side == subject.hop.saved else []
    wanted += [subject.loader.package] if side == subject.hop.loaded and subject.loader else []
    return [f"{name}=={there[name]}" if name in there else name for name in dict.fromkeys(wanted) if name]


def command_of(pair: Pair, packages: list[str]) -> str:
    """Return the line that installs a pair, with the variable that it needs."""
    keras = "tf_keras" if pair.legacy else "keras"
    wanted = [f"tensorflow=={pair.tensorflow}"]
    wanted += [f"{keras}=={pair.keras}"] if pair.keras != "0" else []
    return "pip install " + " ".join(f"'{each}'" for each in [*wanted, *packages])


def environment_of(pair: Pair) -> str:
    """Return what stands before a command that runs with this pair."""
    return "TF_USE_LEGACY_KERAS=1 " if pair.legacy else ""
