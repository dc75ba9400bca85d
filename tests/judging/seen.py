"""What was seen of one case on one route in one hop: what a requirement is given."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Iterator
from typing import Any

from tests.interpreters.response import MissingSection, Response
from tests.judging.catalogue import default_custom_objects, signature_keys, signatures_told_by
from tests.judging.comparison import COARSER, ULP_CONVERTED, ULP_OVER_PAIRS, Comparison, compare, without_messages
from tests.judging.evidence import Evidence, NoEvidence
from tests.judging.requirement import Blocked, Shortfall


@dataclasses.dataclass(frozen=True)
class Hop:
    """From which side to which: artifacts of `saved`, loaded on `loaded`."""

    saved: str
    loaded: str

    def __str__(self) -> str:
        return f"{self.saved}>{self.loaded}"

    @property
    def within_one_pair(self) -> bool:
        """Whether both sides are the same."""
        return self.saved == self.loaded


@dataclasses.dataclass
class Seen:
    """The evidence on one case, saver, loader and hop, and what a requirement leaves.

    That is `facts`, the `contract` that a gate holds against the control, the largest error that was `measured`,
    and the shortfalls that were `found`.
    """

    evidence: Evidence
    hop: Hop
    case_id: str
    saver_name: str
    loader_name: str | None = None
    expects_refusal: bool = False
    facts: dict[str, Any] = dataclasses.field(default_factory=dict)
    contract: dict[str, Any] = dataclasses.field(default_factory=dict)
    measured: Comparison = dataclasses.field(default_factory=Comparison)
    found: list[Shortfall] = dataclasses.field(default_factory=list)

    @contextlib.contextmanager
    def also(self) -> Iterator[None]:
        """Note a shortfall of the block and go on, so that one does not hide the next."""
        try:
            yield
        except Shortfall as shortfall:
            self.found.append(shortfall)

    @property
    def case(self) -> dict:
        """The case as it stands in the catalogue."""
        return self.evidence.case(self.case_id)

    @property
    def saver(self) -> dict:
        """The saver as it stands in the catalogue."""
        return self.evidence.saver(self.saver_name)

    @property
    def loader(self) -> dict:
        """The loader as it stands in the catalogue."""
        return self.evidence.loader(self.loader_name)

    @property
    def signature_keys(self) -> dict[str, list[str]]:
        """The keys of the signatures that answer for each endpoint."""
        return signature_keys(self.case, self.saver)

    @property
    def inputs(self) -> list[dict]:
        """The case's inputs, in the order of the original's answers."""
        return self.evidence.inputs(self.case_id)

    @property
    def asked(self) -> list[dict]:
        """Those that what was loaded was asked, in the order of its answers."""
        return self.evidence.inputs_for(self.case_id, self.loader_name)

    @property
    def saving(self) -> Response:
        """What the child said that saved, whether it managed to or not."""
        return self.evidence.saved(self.hop.saved, self.case_id, self.saver_name)

    @property
    def saved(self) -> Response:
        """What the child said that saved.

        Raises:
            Blocked: it did not manage to.
        """
        return unless_blocked("saves", self.saving, "save")

    @property
    def original(self) -> Response:
        """What the child said that answered as the original of what was saved.

        Raises:
            Blocked: nothing was saved.
            NoEvidence: it was not asked the same model that was saved.
        """
        saved = self.saved
        original = self.evidence.original(self.hop.saved, self.case_id, self.saver_name)
        if original is not saved and "once" in original and "once" in saved:
            first = compare(without_messages(original["once"]), without_messages(saved["once"])).differences[:1]
            if first:
                raise NoEvidence(f"{self.case_id} is not the same in two processes: {first[0]}")
        return original

    @property
    def loading(self) -> Response:
        """What the child said that loaded with all that the route takes, whether it managed to or not.

        Raises:
            Blocked: there is nothing to load.
        """
        return self.loading_with(self.default_custom_objects)

    @property
    def loaded(self) -> Response:
        """What the child said that loaded.

        Raises:
            Blocked: it did not manage to.
        """
        return unless_blocked("loads", self.loading, "load")

    @property
    def default_custom_objects(self) -> dict | None:
        """What the route is given."""
        return default_custom_objects(self.case, self.loader)

    def loading_with(
        self, custom_objects: dict | None, with_op_library: bool = True, resaved: bool = False
    ) -> Response:
        """What the child said that loaded with just these; `resaved`, what had been loaded and saved again.

        Raises:
            Blocked: there is nothing to load.
        """
        unless_blocked("saves", self.saving, "save")
        return self.evidence.loaded(
            self.hop.saved,
            self.hop.loaded,
            self.case_id,
            self.saver_name,
            self.loader_name,
            custom_objects=custom_objects,
            with_op_library=with_op_library,
            resaved=resaved,
        )

    def answers_to_few(self, said: Response) -> list[dict]:
        """What a child that was asked for all answers answered to the few inputs that others are asked."""
        names = {given["name"] for given in self.evidence.few_inputs(self.case_id)}
        told = zip(self.asked, said["answers"], strict=True)
        return [answer for given, answer in told if given["name"] in names]

    @property
    def told_in_python(self) -> Response:
        """What the child said whose word on the signatures of the same artifact others are held against."""
        loader = signatures_told_by(self.evidence.catalogue, self.saver_name)
        return self.evidence.loaded(self.hop.saved, self.hop.loaded, self.case_id, self.saver_name, loader)

    def compare(self, expected: Any, seen: Any) -> Comparison:
        """Compare bitwise, whatever the hop, and keep the largest error."""
        return self._keep(compare(expected, seen))

    def compare_answers(self, given: dict, expected: Any, seen: Any, other: Any = None) -> Comparison:
        """Compare answers as hop and loader ask for: bitwise, or with a tolerance over two pairs or runtimes.

        Where there is a tolerance and the input leaves the ordinary magnitudes, only the positions of what is not
        finite are compared, where both answers of the original agree on them.

        Args:
            given: the input.
            other: the original's other answer.
        """
        at_least = 0.0
        if self.loader["converted"]:
            ulp = {dtype: allowed * max(1.0, given["magnitude"]) for dtype, allowed in ULP_CONVERTED.items()}
        elif self.hop.within_one_pair:
            return self._keep(compare(expected, seen))
        else:
            ulp, at_least = self.ulp_over_pairs, max(1.0, given["magnitude"])
        special = given["special"]
        unsure = other if special else None
        return self._keep(compare(expected, seen, ulp=ulp, at_least=at_least, values=not special, unsure=unsure))

    @property
    def ulp_over_pairs(self) -> dict[str, float]:
        """The tolerance over two pairs, for what the model computes in."""
        config = self.saved.get("before", {}).get("architecture", {}).get("config", "")
        coarser = next((factor for dtype, factor in COARSER.items() if f'{dtype}"' in config), 1.0)
        return {**ULP_OVER_PAIRS, "float32": ULP_OVER_PAIRS["float32"] * coarser}

    def _keep(self, comparison: Comparison) -> Comparison:
        self.measured.absorb(Comparison([], comparison.largest_ulp, comparison.largest_absolute, comparison.leaves))
        return comparison


def unless_blocked(by: str, said: Response, section: str) -> Response:
    """What was said, where it got past that section.

    Raises:
        Blocked: it did not, so that what stands on it can say nothing.
    """
    try:
        said[section]
    except MissingSection as missing:
        raise Blocked(by, str(missing)) from None
    return said
