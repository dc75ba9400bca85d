"""Making the document of a run, as far as the run has come."""

from __future__ import annotations

import collections
import datetime
from collections.abc import Collection, Iterable, Sequence

from reports.document import claims
from reports.document.contents import DescribedCase, DescribedDeviation, Document, Titles, in_order
from reports.document.rows import Row
from tests.judging.cells import ARGUMENTS, EVERY_ARGUMENT, WHAT_EVERY_ARGUMENT_ASKS, Cell
from tests.judging.outcome import Outcome
from tests.judging.requirement import requirements
from tests.run.session import Session
from tests.run.stale_rows import stale_rows

# To which part of the run's CPU time the sections of a child's response belong; all others are about facts.
PARTS = {
    "build": "build",
    "prepare": "build",
    "save": "save",
    "load": "load",
    "eager": "answer",
    "graph": "answer",
    "once": "answer",
    "again": "answer",
    "answers": "answer",
}
FACTS = "look"


def document_of(
    session: Session,
    rows: Sequence[Row],
    *,
    started: datetime.datetime,
    narrowed: bool,
    asked: Collection[str],
    complete: bool,
    unjudged: Iterable[str] = (),
) -> Document:
    """Return the document of a run.

    Args:
        rows: a row for each cell and hop that was judged.
        narrowed: True if only a part of the cells was asked for.
        asked: the requirements that were asked for, beside those that were judged. One that applies nowhere is judged
            nowhere, and the report says why.
        complete: True if every cell that was asked for has been judged; only then does the document get a footer.
        unjudged: the ids of tests without a verdict.
    """
    named = {*asked, *(row.requirement for row in rows)} if rows else set()
    cells = in_order([*rows, *_rows_that_cannot_apply(session, named)])
    catalogue = session.catalogue
    traits = {name: case.traits for name, case in catalogue.cases.items()}
    whole = claims.WholeRun(traits, narrowed, claims.models_of_claims(session.plan_of_all_cases))
    judges_arguments = bool(session.catalogue.arguments)
    seconds, peak = cpu_seconds_and_memory(session, rows) if complete else (None, None)
    document = Document(
        started=started.isoformat(timespec="seconds"),
        sides=session.surroundings,
        known_pairs={side: session.deviations.knows(pair) for side, pair in session.pairs.items()},
        hops=tuple(session.request.hops),
        narrowed=narrowed,
        requirements={
            **{name: requirement.sentence for name, requirement in requirements().items()},
            **({EVERY_ARGUMENT: WHAT_EVERY_ARGUMENT_ASKS} if judges_arguments else {}),
        },
        cases={
            **{name: DescribedCase(case.doc, tuple(sorted(case.traits))) for name, case in catalogue.cases.items()},
            **{row.case: DescribedCase(_argument_in_words(row.cell)) for row in rows if row.cell.is_of_argument},
        },
        savers={
            **{name: saver.doc for name, saver in catalogue.savers.items()},
            **({ARGUMENTS.saver: "An object with one argument of another value."} if judges_arguments else {}),
        },
        loaders={name: loader.doc for name, loader in catalogue.loaders.items()},
        cells=cells,
        claims=claims.verdicts(cells, whole),
        deviations={row.id: DescribedDeviation(row.kind, row.reason, row.link) for row in session.deviations.rows},
        planned=dict(sorted(session.rows_by_case.items())),
        asked_for=session.cases_asked_for,
        titles=Titles(
            savers={
                **{name: saver.title for name, saver in catalogue.savers.items()},
                **({ARGUMENTS.saver: "constructor arguments of Keras's classes"} if judges_arguments else {}),
            },
            loaders={name: loader.title for name, loader in catalogue.loaders.items()},
        ),
        unjudged=tuple(unjudged),
        stale_rows=tuple(row.id for row in stale_rows(session)) if complete else (),
        cpu_seconds=seconds,
        peak_memory_bytes=peak,
        disk_bytes=disk_bytes(session) if complete else None,
    )
    return document.finish() if complete else document


def _argument_in_words(cell: Cell) -> str:
    of = cell.case.partition("(")[0]
    return f"The argument `{cell.argument}` of keras.{of}."


def _rows_that_cannot_apply(session: Session, named: set[str]) -> list[Row]:
    """Return the n/a rows of cells that are judged in no hop. Judging makes the rows of all other cells."""
    return [
        Row(
            planned.cell.case,
            planned.cell.route,
            planned.cell.requirement,
            hop,
            Outcome.NOT_APPLICABLE,
            message=reason or "",
        )
        for planned in session.plan
        if not planned.applies and planned.cell.requirement in named
        for hop, reason in planned.hops.items()
    ]


def disk_bytes(session: Session) -> int:
    """Return the size of the run's folder on disk. It is largest at the end of the run, and then deleted."""
    return sum(path.stat().st_blocks * 512 for path in session.folder.rglob("*") if path.is_file())


def cpu_seconds_and_memory(session: Session, rows: Iterable[Row]) -> tuple[dict[str, float], int]:
    """Return where the run's CPU time went, in seconds by part, and the largest resident size of a child in bytes.

    The parts are importing, building, saving, loading, answering, looking for facts, judging, and `child`: forking,
    and exchanging questions and responses. What was remembered or recorded took no time and no memory.
    """
    spent: dict[str, float] = collections.defaultdict(float)
    peak_kib = 0
    for surroundings in session.surroundings.values():
        spent["import"] += sum(seconds["cpu"] for seconds in surroundings.import_seconds.values())
    for response in session.evidence.responses():
        by_section = response.seconds()
        for section, seconds in by_section.items():
            spent[PARTS.get(section, FACTS)] += seconds
        spent["child"] += max(0.0, response.cpu - sum(by_section.values()))
        peak_kib = max(peak_kib, response.peak_kib)
    spent["judge"] = sum(row.seconds or 0.0 for row in rows)
    return {part: round(seconds, 2) for part, seconds in sorted(spent.items())}, 1024 * peak_kib
