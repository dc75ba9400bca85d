"""Documents that were never run, for the tests of what is made from documents."""

from __future__ import annotations

import collections
import copy
import itertools

from reports import claims

VERSIONS = {"numpy": "2.4.6", "h5py": "3.14.0", "protobuf": "7.36.2"}


def row(case: str, route: str, requirement: str, outcome: str = "conforms", **fields) -> dict:
    """A row of conformance.json, in the hop B>B if it does not say otherwise."""
    return {"case": case, "route": route, "requirement": requirement, "hop": "B>B", "outcome": outcome, **fields}


def side(tensorflow: str, keras: str, legacy: bool = False) -> dict:
    """What an interpreter with this pair says of itself."""
    return {
        "python": "3.11.7",
        "versions": {"tensorflow": tensorflow, "keras": keras, **VERSIONS},
        "runtimes": {},
        "variables": {"TF_USE_LEGACY_KERAS": "1"} if legacy else {},
        "import_seconds": {},
    }


def document(rows: list[dict], sides: dict[str, dict] | None = None, **fields) -> dict:
    """A finished run of these rows."""
    sides = sides or {"B": side("2.21.0", "3.15.1")}
    hops = ["A>A", "A>B", "B>B"] if "A" in sides else ["B>B"]
    named = {name for each in rows for name in each.get("deviations", [])}
    cases, routes = {each["case"] for each in rows}, {each["route"] for each in rows}
    return {
        "schema": 1,
        "started": "2026-01-01T00:00:00+00:00",
        "sides": sides,
        "known_pairs": dict.fromkeys(sides, True),
        "hops": hops,
        "narrowed": False,
        "requirements": {each["requirement"]: f"{each['requirement']} holds" for each in rows},
        "cases": {name: {"doc": f"The case {name}.", "traits": []} for name in sorted(cases)},
        "savers": {route.partition(":")[0]: "A saver." for route in sorted(routes)},
        "loaders": {route.partition(":")[2]: "A loader." for route in sorted(routes) if ":" in route},
        "cells": copy.deepcopy(rows),
        "claims": claims.verdicts(rows),
        "deviations": {
            name: {"kind": "upstream-bug", "reason": f"Because of {name}.", "link": "https://example.org/1"}
            for name in sorted(named)
        },
        "stale_rows": [],
        "cpu_seconds": {"save": 2.5, "load": 1.0},
        "footer": {
            "complete": True,
            "conforms": True,
            "outcomes": dict(collections.Counter(each["outcome"] for each in rows)),
            "finished": "2026-01-01T00:01:00+00:00",
        },
        **fields,
    }


BROKEN = {
    "outcome": "regressed",
    "message": "other answers on 1 of 3 inputs",
    "found": [
        {
            "message": "other answers on 1 of 3 inputs",
            "expected": "[1.0, 2.0]",
            "seen": "[1.0, 3.0] </script><b>",
            "inputs": ["zeros"],
            "symptom": "mismatch",
            "exception": None,
        }
    ],
    "largest_ulp": 12.0,
    "shrunk": "np.zeros((1, 2), 'float32')",
    "deviations": ["h5-forgets"],
    "repro": "repro/standard.one-h5-load_model-outputs.py",
}
CHANGED = {"outcome": "changed", "message": "serve.inputs.x is gone"}


def gate() -> dict:
    """A gate in which .h5 breaks for one case, which the SavedModel carries, and one signature changes."""
    told = {
        ("standard.one", "h5:load_model", "outputs", "A>B"): BROKEN,
        ("standard.one", "h5:load_model", "outputs", "B>B"): BROKEN,
        ("custom_layer.two", "saved_model:signature", "loads", "B>B"): CHANGED,
    }
    rows = []
    for case, (saver, loader) in itertools.product(
        ("standard.one", "custom_layer.two"), (("h5", "load_model"), ("saved_model", "signature"))
    ):
        for hop, size in (("A>A", 1200), ("B>B", 1300)):
            rows.append({**row(case, saver, "saves", facts={"bytes": size}), "hop": hop})
        for requirement, hop in itertools.product(("loads", "outputs"), ("A>A", "A>B", "B>B")):
            cell = (case, f"{saver}:{loader}", requirement)
            rows.append({**row(*cell), "hop": hop, **told.get((*cell, hop), {})})
    return document(rows, {"A": side("2.15.1", "2.15.0"), "B": side("2.21.0", "3.15.1")})


REQUIREMENTS = ["loads", "outputs", "weights", "signatures", "custom_objects", "architecture", "gradients", "resaves"]


def large(cells: int) -> dict:
    """A run of so many cells, on 100 routes and 8 requirements; some deviate, and some are n/a."""
    rows = []
    for number in range(cells):
        case, rest = divmod(number, 800)
        saver, loader, requirement = rest // 80, rest // 8 % 10, REQUIREMENTS[rest % 8]
        told = {"outcome": "n/a", "message": f"saver_{saver} is not for it"} if number % 5 == 0 else {}
        if number % 17 == 0:
            told = {"outcome": "deviates", "message": f"it falls short by {number}", "deviations": [f"row-{loader}"]}
            told["found"] = [{"message": told["message"], "symptom": "mismatch", "seen": "[1.0, 2.0, 3.0]" * 20}]
        family = ("standard", "custom_layer", "custom_op")[case % 3]
        cell = (f"{family}.case_{case}", f"saver_{saver}:loader_{loader}", requirement)
        rows.append({**row(*cell, facts={"number": number % 99}), **told})
    return document(sorted(rows, key=lambda each: (each["case"], each["route"], each["requirement"])))


def pairs() -> list[dict]:
    """Runs of four pairs, not in order: what one broke, a later one fixed; one saver went away, and a route came."""

    def run(tensorflow: str, keras: str, *, broken: bool, with_keras_saved_model: bool, legacy: bool = False) -> dict:
        told = {"outcome": "deviates", "message": "is missing", "deviations": ["h5-forgets"]} if broken else {}
        gone = {"outcome": "n/a", "message": f"keras_saved_model is not offered by TensorFlow {tensorflow}"}
        offered = {} if with_keras_saved_model else gone
        rows = [
            row("standard.one", "h5", "saves", facts={"bytes": 900, "files": {"model.h5": 900}}),
            row("standard.one", "h5:load_model", "loads", seconds=0.5, log="/somewhere/of/mine/file.py"),
            {**row("standard.one", "h5:load_model", "weights"), **told},
            {**row("standard.one", "keras_saved_model:signature", "loads"), **offered},
            row("standard.one", "h5:load_model", "architecture", "n/a", message="it is never judged"),
        ]
        return document(rows, {"B": side(tensorflow, keras, legacy)})

    return [
        run("2.21.0", "3.15.1", broken=False, with_keras_saved_model=False),
        run("2.21.0", "2.21.0", broken=True, with_keras_saved_model=True, legacy=True),
        run("2.15.1", "2.15.0", broken=False, with_keras_saved_model=True),
        run("2.16.2", "3.3.3", broken=True, with_keras_saved_model=False),
    ]
