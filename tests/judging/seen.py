"""The evidence on one case, on one route, in one hop: what a requirement is given."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tests.both_sides.cases import CaseInfo
from tests.both_sides.questions import SIDES
from tests.both_sides.routes import GivenObjects, LoaderInfo, Route, SaverInfo
from tests.both_sides.step_warnings import StepWarning
from tests.both_sides.tensors import Input
from tests.both_sides.training_data import TrainingData
from tests.interpreters.response import MissingSection, Response
from tests.judging.comparison import Comparison, compare, without_messages
from tests.judging.evidence import Evidence, NoEvidence
from tests.judging.load_request import LoadRequest
from tests.judging.pairs import Hop
from tests.judging.requirement import Blocked, Shortfall
from tests.judging.tolerance import (
    TIMES_NOISE,
    ULP_CONVERTED,
    largest_numbers,
    noise_of,
    smallest_scales,
    ulp_over_pairs,
)


@dataclasses.dataclass
class Seen:
    """The evidence on one cell, and what judging it leaves behind.

    Args:
        expects_refusal: the pair does not offer this, and has to refuse it.
        facts: what is worth knowing and is not judged.
        contract: what a gate compares with the control.
        measured: the largest errors.
        shortfalls: those that `also` has collected.
        values_differ: some values are too far from what was expected; only then does a shortfall have an error.
        steps: the responses of the children that saved and loaded, once they were asked for.
    """

    evidence: Evidence
    hop: Hop
    case_id: str
    route: Route
    expects_refusal: bool = False
    facts: dict[str, Any] = dataclasses.field(default_factory=dict)
    contract: dict[str, Any] = dataclasses.field(default_factory=dict)
    measured: Comparison = dataclasses.field(default_factory=Comparison)
    shortfalls: list[Shortfall] = dataclasses.field(default_factory=list)
    values_differ: bool = False
    steps: dict[str, Response] = dataclasses.field(default_factory=dict)

    @contextlib.contextmanager
    def also(self) -> Iterator[None]:
        """Collect a shortfall of the block and go on, so that it does not hide the next one."""
        try:
            yield
        except Shortfall as shortfall:
            self.shortfalls.append(shortfall)

    # What the case and the route declare

    @property
    def case(self) -> CaseInfo:
        """The case."""
        return self.evidence.case(self.case_id)

    @property
    def saver(self) -> SaverInfo:
        """The saver."""
        return self.evidence.saver(self.route.saver)

    @property
    def loader(self) -> LoaderInfo:
        """The loader, for a requirement over routes."""
        return self.evidence.loader_of(self.route)

    @property
    def signature_keys(self) -> dict[str, list[str]]:
        """The keys of the signatures that answer for each endpoint."""
        return self.case.signature_keys(self.saver)

    @property
    def inputs(self) -> list[Input]:
        """The case's inputs, in the order of the original's answers."""
        return self.evidence.inputs(self.case_id)

    @property
    def asked(self) -> list[Input]:
        """The inputs that the loaded model was asked, in the order of its answers."""
        return self.evidence.inputs_for(self.case_id, self.route)

    @property
    def training_data(self) -> TrainingData:
        """The data on which the model is trained; only asked for if it is."""
        data = self.evidence.training_data(self.case_id)
        assert data is not None
        return data

    @property
    def default_objects(self) -> GivenObjects | None:
        """The custom objects that the route is given."""
        return self.case.default_objects(self.loader)

    # Responses of children

    @property
    def saving(self) -> Response:
        """The response of the child that saved, whether it succeeded or not."""
        saving = self.steps["save"] = self.evidence.saved(self.hop.saved, self.case_id, self.route.saver)
        return saving

    @property
    def saved(self) -> Response:
        """The response of the child that saved.

        Raises:
            Blocked: saving failed.
        """
        return unless_blocked("saves", self.saving, "save")

    @property
    def original(self) -> Response:
        """The response of the child that answered as the original.

        Raises:
            Blocked: saving failed.
            NoEvidence: the model that answered and the model that was saved are not the same.
        """
        saved = self.saved
        original = self.evidence.original(self.hop.saved, self.case_id, self.route.saver)
        if original is not saved and "once" in original and "once" in saved:
            first = compare(without_messages(original["once"]), without_messages(saved["once"])).differences[:1]
            if first:
                raise NoEvidence(f"{self.case_id} is not the same in two processes: {first[0]}")
        return original

    @property
    def loading(self) -> Response:
        """The response of the child that loaded with all that the route takes, whether it succeeded or not.

        Raises:
            Blocked: saving failed.
        """
        loading = self.steps["load"] = self.loading_with(self.default_objects)
        return loading

    @property
    def loaded(self) -> Response:
        """The response of the child that loaded.

        Raises:
            Blocked: saving or loading failed.
        """
        return unless_blocked("loads", self.loading, "load")

    def loading_with(
        self, custom_objects: GivenObjects | None, *, with_op_library: bool = True, resaved: bool = False
    ) -> Response:
        """Return the response of the child that loaded with just these objects.

        Args:
            resaved: load what was loaded and saved again.

        Raises:
            Blocked: saving failed.
        """
        unless_blocked("saves", self.saving, "save")
        loading = LoadRequest(self.hop, self.case_id, self.route, custom_objects, with_op_library, resaved)
        return self.evidence.loaded(loading)

    @property
    def trial(self) -> Response:
        """The response of the child that loaded in surroundings of every kind.

        Raises:
            Blocked: saving or loading failed.
        """
        assert self.loaded
        return self.evidence.tried(LoadRequest(self.hop, self.case_id, self.route, self.default_objects))

    @property
    def warnings(self) -> list[StepWarning]:
        """The warnings of saving and loading, as far as the requirement has asked for these steps."""
        return [each for step in ("save", "load") if step in self.steps for each in self.steps[step].warnings(step)]

    def answers_to_few(self, response: Response) -> list[dict[str, Any]]:
        """Return the answers to the few inputs, from the response of a child that was asked all of them."""
        names = {each.name for each in self.evidence.inputs_for(self.case_id, self.route, few=True)}
        answers = zip(self.asked, response["answers"], strict=True)
        return [answer for asked, answer in answers if asked.name in names]

    @property
    def loaded_in_python(self) -> Response:
        """The response of the child whose signatures of the same artifact are compared with other loaders'."""
        loader = self.evidence.catalogue.signature_loader(self.route.saver)
        return self.evidence.loaded(LoadRequest(self.hop, self.case_id, Route(self.route.saver, loader)))

    # Comparisons

    def compare(self, expected: Any, seen: Any) -> Comparison:
        """Compare bitwise, over every hop, and keep the largest error."""
        return self._keep(compare(expected, seen))

    @functools.cached_property
    def largest_answers(self) -> dict[str, list[float]]:
        """The largest numbers that the original answers to ordinary inputs, by endpoint and leaf."""
        return largest_numbers(self.inputs, self.original[self.loader.judged_against])

    @property
    def is_bitwise(self) -> bool:
        """True if the answers of what was loaded have to equal the original's to the bit."""
        return self.hop.within_one_pair and not self.loader.runs_elsewhere

    def compare_answers(
        self,
        asked: Input,
        expected: Any,
        seen: Any,
        largest: Mapping[str, Sequence[float]],
        others: Sequence[Any] = (),
        noise: Any = 0.0,
    ) -> Comparison:
        """Compare answers as hop and loader require: bitwise, or with a tolerance where a graph runs elsewhere.

        It does over two pairs, in other runtimes, in C++ and in sessions: there it may be optimized in another way,
        so each answer of the original is right. Where the input leaves the ordinary magnitudes, only the positions of
        values that are not finite are compared, where two answers of the original agree on them.

        Args:
            largest: the largest numbers of the original's answers to ordinary inputs, by endpoint and leaf.
            others: the other answers of the original, the eager or traced one first.
            noise: what `noise_allowed` returns; nothing by default.
        """
        at_least: Any = 0.0
        ulp: Mapping[str, float]
        if self.is_bitwise:
            return self._keep(compare(expected, seen))
        if self.loader.converted:
            ulp = {dtype: allowed * max(1.0, asked.magnitude) for dtype, allowed in ULP_CONVERTED.items()}
        else:
            ulp = self.ulp_over_pairs
        if not (self.loader.converted or self.hop.within_one_pair):
            at_least = smallest_scales(asked, expected, largest.get(asked.endpoint, ()))
        comparisons = (
            compare(
                one,
                seen,
                ulp=ulp,
                noise=noise,
                at_least=at_least,
                values=not asked.special,
                unsure=others[0] if asked.special and others else None,
            )
            for one in (expected, *others)
        )
        first = next(comparisons)
        return self._keep(first if first.equal else next((each for each in comparisons if each.equal), first))

    def noise_allowed(self, asked: Input) -> list[float]:
        """Return by how many ulp each leaf of an answer may differ because the original itself rounds differently."""
        if self.is_bitwise:
            return []
        return [TIMES_NOISE * each for each in self.noise.get(asked.endpoint, [])]

    @functools.cached_property
    def noise(self) -> dict[str, list[float]]:
        """By how many ulp the original differs from itself, by endpoint and leaf."""
        against = self.loader.judged_against
        order = [against, *(side for side in SIDES if side != against)]
        sides = [self.original[side] for side in order if side in self.original]
        found = noise_of(self.inputs, sides, None if self.hop.within_one_pair else self.largest_answers)
        self.facts["noise_ulp"] = max((each for of_leaves in found.values() for each in of_leaves), default=0.0)
        return found

    @functools.cached_property
    def ulp_over_pairs(self) -> dict[str, float]:
        """The tolerance over two pairs, in the precision that the model computes in."""
        config = self.saved.get("before", {}).get("architecture", {}).get("config", "")
        return ulp_over_pairs(json.loads(config) if config.startswith("{") else {})

    def _keep(self, comparison: Comparison) -> Comparison:
        self.values_differ |= any(difference.level == "values" for difference in comparison.differences)
        self.measured.absorb(Comparison([], comparison.largest_ulp, comparison.largest_absolute, comparison.leaves))
        return comparison


def unless_blocked(by: str, response: Response, section: str) -> Response:
    """Return the response if it has that section.

    Raises:
        Blocked: the section is missing, so nothing that needs it can be judged.
    """
    try:
        response[section]
    except MissingSection as missing:
        raise Blocked(by, str(missing)) from None
    return response
