"""Limits on what one child may use."""

from __future__ import annotations

import dataclasses

GIB = 2**30


@dataclasses.dataclass(frozen=True)
class Limits:
    """Seconds of wall time and of CPU, bytes of memory beyond what its agent has, and bytes in one file."""

    wall: float = 180.0
    cpu: int = 120
    memory: int = 8 * GIB
    file: int = 4 * GIB


# For models of more than 2 GB, of which several copies exist while they are saved.
ROOMY = Limits(wall=900.0, cpu=600, memory=16 * GIB)
