"""The cell that a script is about, with what is known of it."""

from __future__ import annotations

import dataclasses
import functools
import itertools
import re
from collections.abc import Callable
from typing import Any

from reports.document.rows import Row
from reports.scripts.inputs import first_of, is_exact, places, smallest_of, specifications, tensors
from tests.both_sides.cases import CaseInfo
from tests.both_sides.routes import LoaderInfo, SaverInfo
from tests.both_sides.structures import leaves, natural_order
from tests.both_sides.tensors import Input
from tests.interpreters.response import Response
from tests.judging.judgement import LOSSES
from tests.judging.load_request import LoadRequest
from tests.judging.pairs import Hop
from tests.judging.requirement import Shortfall, Symptom
from tests.judging.seen import Seen
from tests.run.session import Session

# The package of our own code in children, where the case's module is.
OURS = "_tf_save_conformance"
LOST = tuple(symptom for _, symptom in LOSSES.values())
# The sections of the child that builds, answers and saves. What is lost in any other is lost while loading.
SAVING = (
    "build",
    "save",
    "files",
    "names",
    "before",
    "shortfalls",
    "fingerprint",
    "after",
    "once",
    "again",
    "eager",
    "graph",
)


@dataclasses.dataclass(frozen=True)
class Subject:
    """One row, its case, saver and loader, and the evidence that is on disk. Nobody is asked anything."""

    row: Row
    session: Session
    # What the control shows as signatures, if the row says that they have changed.
    control: Any = None

    @property
    def case(self) -> CaseInfo:
        """The case."""
        return self.session.catalogue.cases[self.row.case]

    @property
    def builder(self) -> str:
        """The name of the script's function that builds the model; what a user brings has any name."""
        return "build_model" if self.case.brought else self.case.name

    @property
    def saver(self) -> SaverInfo:
        """The saver."""
        return self.session.catalogue.parts(self.row.route)[0]

    @property
    def loader(self) -> LoaderInfo | None:
        """The loader; None for a requirement over savers."""
        return self.session.catalogue.parts(self.row.route)[1]

    @property
    def hop(self) -> Hop:
        """The hop."""
        return self.row.hop

    @functools.cached_property
    def shortfall(self) -> Shortfall:
        """The shortfall that the row's message is about, of several the first."""
        about = [
            found for found in self.row.shortfalls if found.message and self.row.message.startswith(found.message)
        ]
        return next(iter([*about, *self.row.shortfalls]), Shortfall(self.row.message))

    @property
    def loads_original(self) -> bool:
        """True if what was loaded is what the case builds."""
        return self.loader is not None and self.loader.asked == "as_original"

    @property
    def is_lost(self) -> bool:
        """True if a process was lost, and raised nothing."""
        return self.shortfall.symptom in LOST

    @property
    def lacks_module(self) -> bool:
        """True if loading needs the module of the model, which is not there for who loads an artifact."""
        return self.shortfall.exception == "ModuleNotFoundError" and OURS in self.shortfall.message

    @property
    def ends_while_saving(self) -> bool:
        """True if the process that saves shows the shortfall, so that nothing has to be loaded."""
        if self.loader is None:
            return True
        if self.is_lost:
            return any(self.shortfall.message.endswith(f"during {section!r}") for section in SAVING)
        pair = self.session.pairs[self.hop.saved]
        return self.shortfall.symptom is Symptom.LOST and not (
            pair.meets(self.case.offered) and pair.meets(self.saver.offered)
        )

    # The input

    @functools.cached_property
    def input(self) -> Input | None:
        """The input to ask; None if the case has none."""
        inputs = self.session.evidence.inputs(self.case.id)
        if self.remembers:
            return first_of(inputs, self.shortfall.inputs)
        exactly = self.hop.within_one_pair and not (self.loader and self.loader.converted)
        return smallest_of(inputs, self.shortfall.inputs, self.row.shrunk, by_size=exactly)

    @property
    def remembers(self) -> bool:
        """True if an answer may depend on what was asked before."""
        return "stateful" in self.case.traits or (self.loader is not None and self.loader.converted)

    @functools.cached_property
    def earlier(self) -> list[Input]:
        """The inputs to ask before this one, where that may matter: the first of each endpoint."""
        name = self.input.name if self.input else ""
        if not self.remembers or name not in self.shortfall.inputs:
            return []
        inputs = self.session.evidence.inputs(self.case.id)
        before = itertools.takewhile(lambda each: each.name != name, inputs)
        first: dict[str, Input] = {}
        for each in before:
            if is_exact(each.value):
                first.setdefault(each.endpoint, each)
        return list(first.values())

    def after_earlier(self, ask: Callable[[Subject], str]) -> str:
        """Return source that asks what is asked earlier, and then the input.

        Args:
            ask: returns source that asks a subject's input.
        """
        asked = []
        for number, each in enumerate(self.earlier):
            other = dataclasses.replace(self)
            other.__dict__["input"] = each  # as its cached property
            asked.append(re.sub(r"(?<![\w'])inputs(?![\w'])", f"earlier[{number}]", ask(other)))
        return f"[{', '.join([*asked, ask(self)])}][-1]" if asked else ask(self)

    @property
    def endpoint(self) -> str:
        """The endpoint to ask."""
        return self.input.endpoint if self.input else ""

    @property
    def inputs(self) -> str:
        """The input as source that makes tensors."""
        return tensors(self.input.value if self.input else None)

    @property
    def has_contract(self) -> bool:
        """True if what the loader returns takes and gives arrays, and lists its signatures in `contract`."""
        assert self.loader is not None
        return self.loader.opaque and self.loader.asked in ("by_signature", "by_tensor_name")

    # Asking

    def ask_original(self, model: str = "model", in_graph: bool | None = None) -> str:
        """Return source that asks what the case builds.

        Args:
            in_graph: ask a Keras model under `tf.function`; by default, if the route's answers are compared with it.
        """
        if self.input is None:
            return "[]"
        if self.case.is_module:
            return self._called(f"{model}.{self.endpoint}")
        if in_graph is None:
            in_graph = self.loader is not None and self.loader.judged_against == "graph"
        if in_graph:
            specs = specifications(self.case.endpoints[self.endpoint])
            return f"tf.function(lambda x: {model}(x, training=False), input_signature=[{specs}])(inputs)"
        return f"{model}(inputs, training=False)"

    def ask_loaded(self, root: str = "loaded") -> str:
        """Return source that asks what was loaded, and puts its answers into the order of the original's."""
        assert self.loader is not None
        if self.input is None:
            return "[]"
        asked = self.loader.asked
        keys = self.case.signature_keys(self.saver).get(self.endpoint, [])
        if asked == "as_original":
            return self.ask_original(root, in_graph=False)
        if asked == "as_layer":
            if not self.case.is_module:
                return f"{root}[{self.endpoint!r}](inputs)"
            first, *others = self.input.value
            further = "".join(f", {name}=inputs[{name!r}]" for name in others)
            return f"{root}[{self.endpoint!r}](inputs[{first!r}]{further})"
        if asked == "by_function":
            if self.case.is_module:
                return self._called(f"{root}.{self.endpoint}")
            return f"getattr({root}, {next(iter(keys), '')!r}, {root})(inputs)"
        key = "" if asked == "by_tensor_name" else next(iter(keys), "serving_default")
        call = f"{root}.signatures[{key!r}](**{self._fed(key, root)})"
        names = self._output_names(key)
        return call if names is None else f"list(map({call}.get, {names!r}))"

    def _called(self, function: str) -> str:
        """Return source that calls a function of a module, as `asking.called` does."""
        by_position = self.case.function(self.endpoint).by_position
        if not by_position:
            return f"{function}(**inputs)"
        assert self.input is not None
        others = [f"{name}=inputs[{name!r}]" for name in self.input.value if name not in by_position]
        return f"{function}({', '.join([*(f'inputs[{name!r}]' for name in by_position), *others])})"

    def _fed(self, key: str, root: str) -> str:
        """Return source for the inputs by the names that a signature takes, as `asking.by_name` finds them."""
        assert self.input is not None
        own, _ = self._own_names
        by_tensorflow = list(self.case.function(self.endpoint).signature_inputs)
        names = self._names(key, "inputs") or by_tensorflow or None
        convert = "np.asarray({})" if self.has_contract else "{}"
        where = [convert.format(place) for place in places(self.input.value)]
        if names is None or len(names) != len(where):
            return self._fed_by_order(key, root)
        if set(by_tensorflow) == set(names):
            order = by_tensorflow
        elif isinstance(self.input.value, dict) and set(self.input.value) == set(names):
            order = sorted(self.input.value)
        elif own and set(own) == set(names):
            order = own
        else:
            order = sorted(names, key=natural_order)
        return "{" + ", ".join(f"{name!r}: {place}" for name, place in zip(order, where, strict=True)) + "}"

    def _fed_by_order(self, key: str, root: str) -> str:
        """Return source for the inputs by name, where no evidence tells the names."""
        assert self.input is not None
        if isinstance(self.input.value, dict) and self.case.is_module:
            return "{name: np.asarray(x) for name, x in inputs.items()}" if self.has_contract else "inputs"
        flat = "tf.nest.flatten(inputs)"
        if self.has_contract:
            return f"dict(zip(sorted({root}.contract[{key!r}]['inputs']), map(np.asarray, {flat})))"
        return f"dict(zip(sorted({root}.signatures[{key!r}].structured_input_signature[1]), {flat}))"

    def _output_names(self, key: str) -> list[str] | None:
        """Return the names of a signature's outputs in the order of the original's answers, as `aligned` finds it."""
        names = self._names(key, "outputs")
        if not names:
            return None
        _, own = self._own_names
        answer = self.original_answer
        if isinstance(answer, dict):
            return sorted(answer) if set(answer) == set(names) else sorted(names, key=natural_order)
        return own if own and set(own) == set(names) else sorted(names, key=natural_order)

    # Evidence that is on disk

    @functools.cached_property
    def seen(self) -> Seen:
        """The evidence on the cell."""
        return Seen(self.session.evidence, self.hop, self.case.id, self.row.route)

    @functools.cached_property
    def loaded(self) -> Response | None:
        """The response of the child that loaded; None if there is none."""
        if self.loader is None or self.saved is None:
            return None
        request = LoadRequest(self.hop, self.case.id, self.row.route, self.case.default_objects(self.loader))
        folder = self.session.evidence.folder
        return self.session.evidence.loaded(request) if (folder.root / request.key).exists() else None

    @functools.cached_property
    def saved(self) -> Response | None:
        """The response of the child that saved; None if there is none."""
        evidence = self.session.evidence
        there = evidence.folder.has_saved(self.hop.saved, self.case.id, self.saver.name)
        return evidence.saved(self.hop.saved, self.case.id, self.saver.name) if there else None

    @functools.cached_property
    def original_answer(self) -> Any:
        """The original's answer to the input, or to the one that it was made from; None if it is not known."""
        evidence, side = self.session.evidence, self.hop.saved
        its_own = self.case.answers_in_its_own_child(self.saver)
        if its_own and not evidence.folder.has_original(side, self.case.id):
            return None
        response = evidence.original(side, self.case.id, self.saver.name) if its_own else self.saved
        against = self.loader.judged_against if self.loader else "eager"
        if response is None or self.input is None or against not in response:
            return None
        asked = zip(evidence.inputs(self.case.id), response[against], strict=True)
        return next((answer.get("value") for each, answer in asked if each.name == self.input.name), None)

    @property
    def _own_names(self) -> tuple[list[str] | None, list[str] | None]:
        names = self.saved.get("names", {}) if self.saved else {}
        return names.get("inputs"), names.get("outputs")

    def _names(self, key: str, side: str) -> list[str] | None:
        contract = self.loaded.get("contract", None) if self.loaded else None
        if not contract:
            return None
        signature = contract.get(key) or next(iter(contract.values()))
        return list(signature[side])

    @property
    def tolerance(self) -> float | None:
        """How far answers may differ where they need not be equal to the bit; None where they must."""
        assert self.loader is not None
        flat = [] if self.original_answer is None else leaves(self.original_answer)
        numbers = [each for each in flat if getattr(getattr(each, "dtype", None), "kind", None) in ("f", "V")]
        if self.seen.is_bitwise:
            return None
        if not numbers or len(numbers) < len(flat) or self.input is None or self.saved is None:
            return None
        return self._largest_allowed(numbers)

    def _largest_allowed(self, numbers: list[Any]) -> float:
        import ml_dtypes
        import numpy as np

        from tests.judging.inputs import magnitude
        from tests.judging.tolerance import ULP_CONVERTED, smallest_scale

        assert self.loader is not None
        assert self.input is not None
        ulp = ULP_CONVERTED if self.loader.converted else self.seen.ulp_over_pairs
        factor = max(1.0, self.input.magnitude) if self.loader.converted else 1.0
        noise = self.seen.noise_allowed(self.input)
        noise = noise if len(noise) == len(numbers) else [0.0] * len(numbers)
        allowed = [0.0]
        for each, of_leaf in zip(numbers, noise, strict=True):
            eps = float(ml_dtypes.finfo(each.dtype).eps)  # type: ignore[no-untyped-call]  # it has no types
            own = magnitude(each)
            exact = self.loader.converted or self.hop.within_one_pair
            at_least = 0.0 if exact else smallest_scale(self.input, own)
            largest = max(own, at_least, 1e-30)
            most = max(ulp.get(each.dtype.name, 0.0) * factor, of_leaf)
            allowed.append(most * eps * 2.0 ** np.floor(np.log2(largest)))
        return float(max(allowed))
