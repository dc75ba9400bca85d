"""Agents, their children, and the steps that children take.  [beside TensorFlow]"""

from __future__ import annotations

# The package that holds models, routes, both_sides and this folder in agents and their children.
ROOMS = __name__.rpartition(".")[0]
