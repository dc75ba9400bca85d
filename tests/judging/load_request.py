"""A request to load an artifact: over which hop, with what, and of which generation."""

from __future__ import annotations

import dataclasses
import hashlib
import json

from tests.both_sides.routes import GivenObjects, Route
from tests.judging.pairs import Hop


@dataclasses.dataclass(frozen=True)
class LoadRequest:
    """The artifact that one child loads, and the things it is given.

    Args:
        custom_objects: None to give none; the child then never sees their classes.
        with_op_library: whether the case's library of ops is loaded first.
        resaved: load what another child has loaded and saved again.
    """

    hop: Hop
    case: str
    route: Route
    custom_objects: GivenObjects | None = None
    with_op_library: bool = True
    resaved: bool = False

    @property
    def digest(self) -> str:
        """Eight characters that identify what the child is given."""
        objects = None
        if self.custom_objects is not None:
            objects = {"by": self.custom_objects.by, "names": self.custom_objects.names}
        text = json.dumps([objects, self.with_op_library], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:8]

    @property
    def key(self) -> str:
        """The key under which the response is kept."""
        again = "-again" if self.resaved else ""
        folder = f"loaded/{self.hop.saved}{self.hop.loaded}/{self.case}/{self.route.saver}"
        return f"{folder}/{self.route.loader}-{self.digest}{again}"
