"""Random documents that fit the schema, for the tests of everything that is made from documents."""

from __future__ import annotations

import dataclasses
from typing import Any

from hypothesis import strategies as st

from reports.document import claims
from reports.document.contents import DescribedCase, DescribedDeviation, Document, Footer, Titles, in_order
from reports.document.rows import Row
from tests.both_sides.routes import Route
from tests.both_sides.step_warnings import StepWarning
from tests.judging.outcome import Outcome
from tests.judging.pairs import CONTROL, NEW_ARTIFACTS, Hop
from tests.judging.requirement import Shortfall, Symptom
from tests.selftest.made_documents import NEW, UPGRADE, side

ACROSS, BACK = Hop("A", "B"), Hop("B", "A")
# What programs print and people name, and what has a meaning in TOML, Markdown, HTML, JavaScript and a terminal.
ODD_TEXTS = (
    "a | b\n| --- |",
    "'one' and \"another\"",
    "'''\"\"\"\\",
    "</script><b>&amp;",
    "{{ 7 * 7 }} {% if %}",
    "[red]not a style[/nothing]",
    "\x1b[31mred\x1b[0m\r\x00\x07\x85\u2028",
    "\ud83d alone, as a file's name may be",
    "日本 עברית ñ 👩‍👩‍👧",
    "layers/dense/kernel:0 has 3 of 12 variables, 0x7f3a2b",
    "^(.*[",
    " ",
    "x" * 5000,
)
NAMES = ("a", "b-2", "load_model", "日本", "1", "x y", "(")
CASES = ("standard.a", "standard.b", "custom_op.a", "mine.日本", "mine.1", "mine.x y", "alone")
REQUIREMENTS = ("saves", "loads", "outputs", "custom_objects", "odd one")
SIDES = (
    NEW,
    {"B": side("2.21.0", "2.21.0", legacy=True)},
    {"B": side("2.22.0.dev20260101", "0")},
)
GATES = (UPGRADE, {**UPGRADE, "A": side("2.21.0", "2.21.0", legacy=True)}, {**NEW, "A": NEW["B"]})


ONLY_IN_GATES = (Outcome.REGRESSED, Outcome.CHANGED, Outcome.FIXED, Outcome.BROKEN_BEFORE, Outcome.LOST)


def texts() -> st.SearchStrategy[str]:
    """Return texts of every kind, the empty one too."""
    return st.sampled_from(("", *ODD_TEXTS)) | st.text(max_size=12)


def json_values() -> st.SearchStrategy[Any]:
    """Return values of JSON."""
    plain = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts()
    return st.recursive(plain, lambda part: st.lists(part, max_size=2) | st.dictionaries(texts(), part, max_size=2))


def facts() -> st.SearchStrategy[dict[str, Any]]:
    """Return facts: those that reports read with values of their types, and any others."""
    known = st.fixed_dictionaries(
        {},
        optional={
            "bytes": st.integers(min_value=0, max_value=2**40),
            "needs": st.lists(texts(), max_size=2),
            "refused_with": texts(),
            "refused_without": st.dictionaries(texts(), texts(), max_size=2),
            "argument_wins_over_registration": st.booleans(),
            "wrong_objects": texts(),
        },
    )
    return st.builds(lambda one, two: {**one, **two}, st.dictionaries(texts(), json_values(), max_size=2), known)


def shortfalls() -> st.SearchStrategy[Shortfall]:
    """Return shortfalls as documents have them: with texts for what was expected and seen."""
    return st.builds(
        Shortfall,
        message=texts(),
        expected=st.none() | texts(),
        seen=st.none() | texts(),
        inputs=st.lists(texts(), max_size=2),
        symptom=st.sampled_from(Symptom),
        exception=st.none() | texts(),
    )


def step_warnings() -> st.SearchStrategy[StepWarning]:
    """Return warnings, which may say anything."""
    return st.builds(StepWarning, st.sampled_from(["save", "load"]), texts(), texts())


def numbers() -> st.SearchStrategy[float | None]:
    """Return errors as rows have them."""
    return st.none() | st.just(0.0) | st.floats(min_value=0, allow_nan=False)


@st.composite
def rows(draw: st.DrawFn, hops: tuple[Hop, ...], most: int = 6) -> tuple[Row, ...]:
    """Return rows in these hops, one for each cell and hop at most."""
    names = st.sampled_from(NAMES)
    outcomes = [each for each in Outcome if CONTROL in hops or each not in ONLY_IN_GATES]
    places = st.tuples(
        st.sampled_from(CASES),
        st.builds(Route, names, st.none() | names),
        st.sampled_from(REQUIREMENTS),
        st.sampled_from(hops),
    )
    found = []
    for case, route, requirement, hop in draw(st.lists(places, max_size=most, unique=True)):
        fields = {
            "outcome": st.sampled_from(outcomes),
            "message": texts(),
            "shortfalls": st.lists(shortfalls(), max_size=2).map(tuple),
            "blocked_by": st.sampled_from([None, "saves", "loads", "weights", "random_state"]),
            "largest_ulp": numbers(),
            "largest_absolute": numbers(),
            "facts": facts(),
            "contract": st.dictionaries(texts(), json_values(), max_size=2),
            "deviations": st.lists(st.sampled_from(["known", "other", "unknown"]), max_size=2).map(tuple),
            "link": st.none() | texts(),
            "log": texts(),
            "seconds": st.none() | st.floats(min_value=0, max_value=1e6),
            "accepted": st.booleans(),
            "shrunk": st.none() | texts(),
            "warnings": st.lists(step_warnings(), max_size=2).map(tuple),
            "repro": st.none() | st.just("repro/a-b.py"),
        }
        found.append(Row(case, route, requirement, hop, **draw(st.fixed_dictionaries(fields))))
    return in_order(found)


@st.composite
def documents(draw: st.DrawFn, gate: bool | None = None) -> Document:
    """Return documents of gates and of single runs, finished or not, with parts that may be empty."""
    is_gate = draw(st.booleans()) if gate is None else gate
    sides = draw(st.sampled_from(GATES if is_gate else SIDES))
    hops: tuple[Hop, ...] = (NEW_ARTIFACTS,)
    if is_gate:
        hops = draw(st.sampled_from([(CONTROL, ACROSS, NEW_ARTIFACTS), (CONTROL, ACROSS, NEW_ARTIFACTS, BACK)]))
    cells = draw(rows(hops))
    routes = {row.route for row in cells}
    savers, loaders = {route.saver for route in routes}, {route.loader for route in routes if route.loader}
    titled = draw(st.booleans())
    whole = claims.WholeRun(dict.fromkeys(CASES, ("quick", "odd")), draw(st.booleans()))
    document = Document(
        started="2026-01-01T00:00:00+00:00",
        sides=sides,
        known_pairs=dict.fromkeys(sides, draw(st.booleans())),
        hops=hops,
        narrowed=draw(st.booleans()),
        requirements={name: draw(texts()) for name in REQUIREMENTS},
        cases={
            name: DescribedCase(draw(texts()), tuple(draw(st.lists(st.sampled_from(["quick", "odd"]), unique=True))))
            for name in CASES
        },
        savers={name: draw(texts()) for name in sorted(savers)},
        loaders={name: draw(texts()) for name in sorted(loaders)},
        cells=cells,
        claims=claims.verdicts(cells, whole) if draw(st.booleans()) else (),
        deviations={name: DescribedDeviation("by-design", draw(texts())) for name in ("known", "other")},
        planned=draw(st.dictionaries(st.sampled_from(CASES), st.integers(min_value=0, max_value=9), max_size=2)),
        titles=Titles(
            {name: draw(texts()) for name in sorted(savers)}, {name: draw(texts()) for name in sorted(loaders)}
        )
        if titled
        else Titles(),
    )
    if draw(st.integers(min_value=0, max_value=4)) == 0:
        return dataclasses.replace(document, unjudged=tuple(draw(st.lists(texts(), max_size=2))))
    finished = dataclasses.replace(
        document,
        stale_rows=tuple(draw(st.lists(st.sampled_from(["known", "unknown"]), max_size=1))),
        cpu_seconds=draw(st.none() | st.dictionaries(texts(), st.floats(min_value=0, max_value=1e9), max_size=2)),
        peak_memory_bytes=draw(st.none() | st.integers(min_value=0)),
        disk_bytes=draw(st.none() | st.integers(min_value=0)),
    )
    footer = finished.finish().footer
    assert footer is not None
    return dataclasses.replace(finished, footer=Footer(footer.conforms, footer.outcomes, "2026-01-01T00:01:00+00:00"))
