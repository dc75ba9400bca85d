"""Scripts that show a failing cell with TensorFlow alone, ready to paste into an upstream issue.

A script consists of the sources of the case, the saver and the loader, which are written as one would write them in
a notebook. The definitions that they use come along, the suite's decorators do not.
"""

from __future__ import annotations

import dataclasses
import functools
from pathlib import Path

import jinja2

from reports.document import files
from reports.document.contents import Document
from reports.document.rows import Row
from reports.scripts.brought import class_name, source_of_brought
from reports.scripts.sources import Source, source_of
from tests.both_sides.cases import CaseInfo
from tests.both_sides.tensors import Input
from tests.judging.inputs import features_of
from tests.judging.literals import literal
from tests.judging.outcome import Outcome
from tests.run.session import Session

FOLDER = "repro"
TEMPLATE = "script.py.j2"
ROOT = Path(__file__).parents[2]
ROUTES = ROOT / "tests" / "routes"
MODELS = ROOT / "models"
SHOWN = (
    Outcome.FAILS,
    Outcome.CRASHED,
    Outcome.TIMED_OUT,
    Outcome.REGRESSED,
    Outcome.CHANGED,
    Outcome.LOST,
    Outcome.DEVIATES,
    Outcome.BROKEN_BEFORE,
)


def named(document: Document) -> Document:
    """Return the same document, in which the row of every cell that falls short names its script."""
    cells = tuple(
        dataclasses.replace(row, repro=_name(row)) if row.outcome in SHOWN else row for row in document.cells
    )
    return dataclasses.replace(document, cells=cells)


def _name(row: Row) -> str:
    parts = (row.case, row.route.saver, row.route.loader, row.requirement)
    return f"{FOLDER}/{'-'.join(part for part in parts if part)}.py"


def write_all(folder: Path, document: Document, session: Session) -> None:
    """Write the scripts that rows name, in place of any from before."""
    (folder / FOLDER).mkdir(exist_ok=True)
    for old in (folder / FOLDER).glob("*.py"):
        old.unlink()
    for row in document.cells:
        if row.repro is not None:
            files.write_text(folder / row.repro, script(row, session))


def script(row: Row, session: Session) -> str:
    """Return the script for one row."""
    case = session.catalogue.cases[row.case]
    saver, loader = session.catalogue.parts(row.route)
    source = source_of_brought(case, case.brought) if case.brought else source_of(_case_file(case), case.name)
    source += source_of(ROUTES / f"{saver.module}.py", saver.name)
    imports = source.imports
    if "import numpy as np" not in imports:
        imports = (*imports, "import numpy as np")
    takes: tuple[str, ...] = ()
    loading: tuple[str, ...] = ()
    if loader is not None and loader.name != "cpp":
        reading = source_of(ROUTES / f"{loader.module}.py", loader.name)
        imports = (Source(imports) + reading).imports
        takes, loading = loader.takes, reading.definitions
    from_source = loader is not None and loader.builds_from_source
    objects = case.default_objects(loader) if loader is not None else None
    without_objects = row.requirement == "custom_objects"
    inputs = session.evidence.inputs(row.case)
    shown = _shown_input(row, inputs)
    endpoint = shown.endpoint if shown and shown.name in _failing_inputs(row) else next(iter(case.endpoints), None)
    return (
        _templates()
        .get_template(TEMPLATE)
        .render(
            row=row,
            pair=session.pairs[row.hop.loaded],
            case=case,
            saver=saver,
            loader=loader,
            imports=imports,
            # A process that loads must not have seen the classes, unless it is given them.
            definitions=source.definitions,
            everywhere=from_source or ("custom_objects" in takes and not without_objects),
            loading=[text for text in loading if text not in source.definitions or not from_source],
            without_objects=without_objects,
            loader_takes=list(takes),
            from_source=from_source,
            keys=case.signature_keys(saver),
            features=literal(features_of(case)) if "compiled" in case.traits else None,
            trains_eagerly="traced" not in case.traits,
            no_keras=loader is not None and loader.name == "signature_no_keras",
            custom_objects={each: class_name(each) for each in (objects.names if objects else ())},
            op_source=op_source(case),
            endpoint=endpoint,
            inputs=row.shrunk or literal(shown.value if shown else None),
        )
    )


def op_source(case: CaseInfo) -> str | None:
    """Return the source of the case's library of ops if it is the suite's own; None if a package brings it."""
    if not case.compiles_its_ops or case.op_library is None:
        return None
    return (MODELS / "ops" / case.op_library).read_text()


def _case_file(case: CaseInfo) -> Path:
    return MODELS.joinpath(*case.module.split(".")).with_suffix(".py")


def _failing_inputs(row: Row) -> list[str]:
    return [name for shortfall in row.found for name in shortfall.inputs][:1]


def _shown_input(row: Row, inputs: list[Input]) -> Input | None:
    """Return the input that shows the shortfall; the first of all if no input does, and None if there is none."""
    failing = _failing_inputs(row)
    return next((each for each in inputs if each.name in failing), next(iter(inputs), None))


@functools.cache
def _templates() -> jinja2.Environment:
    loader = jinja2.FileSystemLoader(Path(__file__).parent)
    return jinja2.Environment(loader=loader, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True)
