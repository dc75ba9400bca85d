"""A plugin for whole runs of self-tests that are not about scripts: executing those takes most of a run."""

from __future__ import annotations

from reports.scripts import running

running.MOST_SCRIPTS = 0
