"""Documents of runs that never took place, for the tests of what is made from documents."""

from __future__ import annotations

import collections
import dataclasses
import itertools
from collections.abc import Mapping, Sequence
from typing import Any

from reports.document import claims
from reports.document.contents import DescribedCase, DescribedDeviation, Document, Footer, Titles, in_order
from reports.document.rows import Row
from tests.both_sides.routes import Route
from tests.both_sides.surroundings import Surroundings
from tests.judging.outcome import Outcome
from tests.judging.pairs import Hop
from tests.judging.requirement import Shortfall

VERSIONS = {"numpy": "2.4.6", "h5py": "3.14.0", "protobuf": "7.36.2"}
OUTCOMES = {str(outcome): outcome for outcome in Outcome}


def row(case: str, route: str, requirement: str, outcome: str = "conforms", hop: str = "B>B", **fields: Any) -> Row:
    """Return a row, in the hop B>B unless another is named."""
    return Row(case, Route.parse(route), requirement, Hop.parse(hop), OUTCOMES[outcome], **fields)


def side(tensorflow: str, keras: str, legacy: bool = False) -> Surroundings:
    """Return an interpreter with this pair."""
    return Surroundings(
        python="3.11.7",
        versions={"tensorflow": tensorflow, "keras": keras, **VERSIONS},
        variables={"TF_USE_LEGACY_KERAS": "1"} if legacy else {},
    )


NEW = {"B": side("2.21.0", "3.15.1")}
UPGRADE = {"A": side("2.15.1", "2.15.0"), **NEW}


def document(rows: Sequence[Row], sides: Mapping[str, Surroundings] = NEW, **fields: Any) -> Document:
    """Return a finished run with these rows; `fields` replace those that follow from them."""
    hops = ("A>A", "A>B", "B>B") if "A" in sides else ("B>B",)
    cases, routes = {each.case for each in rows}, {each.route for each in rows}
    made = Document(
        started="2026-01-01T00:00:00+00:00",
        sides=sides,
        known_pairs=dict.fromkeys(sides, True),
        hops=tuple(map(Hop.parse, hops)),
        narrowed=False,
        requirements={each.requirement: f"{each.requirement} holds" for each in rows},
        cases={name: DescribedCase(f"The case {name}.") for name in sorted(cases)},
        savers={route.saver: "A saver." for route in sorted(routes)},
        loaders={route.loader: "A loader." for route in sorted(routes) if route.loader},
        cells=tuple(rows),
        claims=claims.verdicts(rows, claims.WholeRun({})),
        deviations={
            name: DescribedDeviation("upstream-bug", f"Because of {name}.", "https://example.org/1")
            for name in sorted({name for each in rows for name in each.deviations})
        },
        cpu_seconds={"save": 2.5, "load": 1.0},
        footer=Footer(
            conforms=True,
            outcomes=dict(collections.Counter(each.outcome for each in rows)),
            finished="2026-01-01T00:01:00+00:00",
        ),
    )
    return dataclasses.replace(made, **fields)


def without(content: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Return JSON without one of its fields."""
    return {key: value for key, value in content.items() if key != name}


SMALL = document(
    [
        row("standard.a", "h5", "saves"),
        row("standard.a", "h5:load_model", "outputs", "deviates", message="x", deviations=("known",)),
    ],
    requirements={"saves": "it is saved", "outputs": "it answers"},
    deviations={"known": DescribedDeviation("by-design", "so | be\nit")},
)


def small(*rows: Row, **fields: Any) -> Document:
    """Return a small run with further rows; `fields` replace its own."""
    return dataclasses.replace(SMALL, cells=(*SMALL.cells, *rows), **fields)


BROKEN = {
    "outcome": "regressed",
    "message": "other answers on 1 of 3 inputs",
    "shortfalls": (
        Shortfall(
            "other answers on 1 of 3 inputs",
            expected="[1.0, 2.0]",
            seen="[1.0, 3.0] </script><b>",
            inputs=["zeros"],
        ),
    ),
    "largest_ulp": 12.0,
    "shrunk": "np.zeros((1, 2), 'float32')",
    "deviations": ("h5-forgets",),
    "repro": "repro/standard.one-h5-load_model-outputs.py",
}
CHANGED = {"outcome": "changed", "message": "serve.inputs.x is gone"}


def gate() -> Document:
    """Return a gate in which .h5 breaks for one case, which a SavedModel carries, and one signature changes."""
    exceptions: dict[tuple[str, str, str, str], dict[str, Any]] = {
        ("standard.one", "h5:load_model", "outputs", "A>B"): BROKEN,
        ("standard.one", "h5:load_model", "outputs", "B>B"): BROKEN,
        ("custom_layer.two", "saved_model:signature", "loads", "B>B"): CHANGED,
    }
    rows = []
    for case, (saver, loader) in itertools.product(
        ("standard.one", "custom_layer.two"), (("h5", "load_model"), ("saved_model", "signature"))
    ):
        for hop, size in (("A>A", 1200), ("B>B", 1300)):
            rows.append(row(case, saver, "saves", hop=hop, facts={"bytes": size}))
        for requirement, hop in itertools.product(("loads", "outputs"), ("A>A", "A>B", "B>B")):
            cell = (case, f"{saver}:{loader}", requirement)
            rows.append(row(*cell, hop=hop, **exceptions.get((*cell, hop), {})))
    return document(rows, UPGRADE)


# The titles of the gate's savers and loaders.
TITLES = Titles(
    {"h5": "model.save, .h5", "saved_model": "tf.saved_model.save"},
    {"load_model": "load_model", "signature": "tf.saved_model.load"},
)


REQUIREMENTS = ["loads", "outputs", "weights", "signatures", "custom_objects", "architecture", "gradients", "resaves"]


def large(cells: int) -> Document:
    """Return a run of so many cells, on 100 routes and 8 requirements; some deviate, and some are n/a."""
    rows = []
    for number in range(cells):
        case, rest = divmod(number, 800)
        saver, loader, requirement = rest // 80, rest // 8 % 10, REQUIREMENTS[rest % 8]
        fields: dict[str, Any] = {}
        if number % 5 == 0:
            fields = {"outcome": "n/a", "message": f"saver_{saver} is not for it"}
        if number % 17 == 0:
            message = f"it falls short by {number}"
            found = (Shortfall(message, seen="[1.0, 2.0, 3.0]" * 20),)
            fields = {
                "outcome": "deviates",
                "message": message,
                "shortfalls": found,
                "deviations": (f"row-{loader}",),
            }
        family = ("standard", "custom_layer", "custom_op")[case % 3]
        cell = (f"{family}.case_{case}", f"saver_{saver}:loader_{loader}", requirement)
        rows.append(row(*cell, facts={"number": number % 99}, **fields))
    return document(in_order(rows))


def pairs() -> list[Document]:
    """Return runs of four pairs, not in order.

    What one pair broke, a later one fixed; one saver went away, and a route came.
    """

    def run(
        tensorflow: str, keras: str, *, broken: bool, with_keras_saved_model: bool, legacy: bool = False
    ) -> Document:
        short: dict[str, Any] = {"outcome": "deviates", "message": "is missing", "deviations": ("h5-forgets",)}
        gone = {"outcome": "n/a", "message": f"keras_saved_model is not offered by TensorFlow {tensorflow}"}
        rows = [
            row("standard.one", "h5", "saves", facts={"bytes": 900, "files": {"model.h5": 900}}),
            row("standard.one", "h5:load_model", "loads", seconds=0.5, log="/somewhere/of/mine/file.py"),
            row("standard.one", "h5:load_model", "weights", **(short if broken else {})),
            row("standard.one", "keras_saved_model:signature", "loads", **({} if with_keras_saved_model else gone)),
            row("standard.one", "h5:load_model", "architecture", "n/a", message="it is never judged"),
        ]
        return document(rows, {"B": side(tensorflow, keras, legacy)})

    return [
        run("2.21.0", "3.15.1", broken=False, with_keras_saved_model=False),
        run("2.21.0", "2.21.0", broken=True, with_keras_saved_model=True, legacy=True),
        run("2.15.1", "2.15.0", broken=False, with_keras_saved_model=True),
        run("2.16.2", "3.3.3", broken=True, with_keras_saved_model=False),
    ]
