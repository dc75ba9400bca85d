"""Hands pip's settings to uv, which does not read them.

A private index, wheels on a disk or constraints that are set for pip hold for our environments too. uv's own
settings, by its variables or files, come first.
"""

from __future__ import annotations

import functools
import os
import shlex
import subprocess
import sys

# pip's name of a setting -> uv's option, and uv's own variables for it, which come first.
OPTIONS = {
    "index-url": ("--index-url", ("UV_INDEX_URL", "UV_DEFAULT_INDEX")),
    "extra-index-url": ("--extra-index-url", ("UV_EXTRA_INDEX_URL", "UV_INDEX")),
    "find-links": ("--find-links", ("UV_FIND_LINKS",)),
    "constraint": ("--constraints", ("UV_CONSTRAINT",)),
    "trusted-host": ("--allow-insecure-host", ("UV_INSECURE_HOST",)),
}
FLAGS = {
    "no-index": (["--no-index"], ()),
    "pre": (["--prerelease", "allow"], ("UV_PRERELEASE",)),
}
OFF = ("", "0", "false", "no", "off")


@functools.cache
def of_pip() -> dict[str, str]:
    """Return pip's settings from its files and variables, by the long names of its options; the strongest wins."""
    listed = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True, check=False
    )
    ranks = {"global": 0, "install": 1, ":env:": 2}
    found: dict[str, tuple[int, str]] = {}
    for line in listed.stdout.splitlines() if listed.returncode == 0 else _variables():
        place, _, quoted = line.partition("=")
        section, _, name = place.rpartition(".")
        rank = ranks.get(section, -1)
        if rank >= found.get(name, (0, ""))[0]:
            found[name] = (rank, "".join(shlex.split(quoted)))
    return {name: value for name, (_, value) in found.items()}


def _variables() -> list[str]:
    """Return what pip would list, if there is no pip."""
    return [
        f":env:.{name[len('PIP_') :].lower().replace('_', '-')}={shlex.quote(value)}"
        for name, value in os.environ.items()
        if name.startswith("PIP_")
    ]


def as_arguments(settings: dict[str, str]) -> list[str]:
    """Return the settings as options of `uv pip compile` and `uv pip install`, without those that uv has itself."""
    arguments: list[str] = []
    for name, (option, variables) in OPTIONS.items():
        if name in settings and not any(variable in os.environ for variable in variables):
            arguments += [part for value in settings[name].split() for part in (option, value)]
    for name, (flags, variables) in FLAGS.items():
        if settings.get(name, "").lower() not in OFF and not any(variable in os.environ for variable in variables):
            arguments += flags
    if "--extra-index-url" in arguments:
        arguments += ["--index-strategy", "unsafe-best-match"]  # the best version of all indexes, as pip takes it
    return arguments


def certificates(settings: dict[str, str]) -> dict[str, str]:
    """Return the environment variable that gives pip's certificates to uv."""
    return {"SSL_CERT_FILE": settings["cert"]} if "cert" in settings and "SSL_CERT_FILE" not in os.environ else {}
