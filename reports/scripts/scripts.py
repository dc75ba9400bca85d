"""Scripts that show a failing cell with TensorFlow alone, ready to paste into an upstream issue.

A script consists of the sources of the case, the saver and the loader, which are written as one would write them in
a notebook, and of a short frame. The definitions that they use come along, the suite's decorators do not.
"""

from __future__ import annotations

import ast
import dataclasses
import re
from pathlib import Path

from reports.document import files
from reports.document.contents import Document
from reports.document.rows import Row
from reports.failures import Failures
from reports.scripts.arguments import parts_of_script
from reports.scripts.brought import objects_of_brought, source_of_brought
from reports.scripts.frame import Framed, indented
from reports.scripts.frame_of_custom_objects import LoadingWithout
from reports.scripts.frame_of_loading import Loading
from reports.scripts.frame_of_saving import Saving
from reports.scripts.head import head_of
from reports.scripts.look import NoLook
from reports.scripts.sources import Source, objects_of, source_of, source_of_objects
from reports.scripts.subject import Subject
from tests.both_sides.cases import CaseInfo
from tests.judging.outcome import Outcome
from tests.judging.pairs import CONTROL
from tests.run.session import Session

FOLDER = "repro"
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
OP_LIBRARY = """\
OP_SOURCE = r'''
{source}'''


def op_library(_):
    library = folder / "op.so"
    if not library.exists():
        (folder / "op.cc").write_text(OP_SOURCE)
        home = pathlib.Path(tf.__file__).parent
        subprocess.run(
            ["g++", "-std=c++17", "-fPIC", "-shared", f"-I{{home}}/include", folder / "op.cc", "-o", library]
            + ["-Wl,--no-as-needed", f"-L{{home}}", "-l:libtensorflow_framework.so.2"],
            check=True,
        )
    return tf.load_op_library(str(library))
"""


@dataclasses.dataclass(frozen=True)
class Script:
    """A script in its parts, all of them source.

    Args:
        head: the docstring: what is wrong, what to install and how to run it.
        imports: of all parts, after those of the frame's start.
        model, route: the sources of the model, and of the saver and the loader.
    """

    head: str
    imports: tuple[str, ...]
    model: str
    route: str
    frame: Framed

    def text(self) -> str:
        """Return the whole script."""
        model = self.model
        if self.frame.hides_model and model:
            model = 'if sys.argv[1:2] == ["save"]:  # the process that loads never sees any of this\n' + indented(
                model
            )
        own = "" if not self.route else "import pathlib\nimport subprocess\nimport sys\nimport tempfile"
        imports = "\n".join(self.imports)
        start = "\n\n".join(part.strip("\n") for part in (self.head, own, self.frame.start, imports) if part.strip())
        rest = (part.strip("\n") for part in (model, self.route, self.frame.rest) if part.strip())
        return "\n\n\n".join([start, *rest]) + "\n"


def named(document: Document) -> Document:
    """Return the same document, in which the row of every cell that falls short names its script."""
    cells = tuple(
        dataclasses.replace(row, repro=_name(row)) if row.outcome in SHOWN else row for row in document.cells
    )
    return dataclasses.replace(document, cells=cells)


def _name(row: Row) -> str:
    case = row.case.replace("(", "-").strip(")-")  # a shell would want quotes around parentheses
    parts = (case, row.route.saver, row.route.loader, row.requirement, row.hop.saved, "to", row.hop.loaded)
    return f"{FOLDER}/{'-'.join(part for part in parts if part)}.py"


def write_all(folder: Path, document: Document, session: Session, failures: Failures) -> Document:
    """Write the scripts that rows name, in place of any from before.

    Args:
        failures: keeps a line for each script that cannot be written by a fault of this suite.

    Returns:
        the same document, in which rows without a script name none.
    """
    (folder / FOLDER).mkdir(exist_ok=True)
    for old in (folder / FOLDER).glob("*.py"):
        old.unlink()
    controls = {row.cell: row.contract for row in document.cells if row.hop == CONTROL and row.contract}
    cells = []
    for row in document.cells:
        if row.repro is not None:
            try:
                text = script(row, session, controls.get(row.cell)).text()
                ast.parse(text)
                files.write_text(folder / row.repro, text)
            except OSError:
                raise
            except NoLook:  # no short script shows everything
                row = dataclasses.replace(row, repro=None)
            except Exception as error:  # a mistake in one script is no reason to go without the others
                failures.mention(str(row.repro), error)
                row = dataclasses.replace(row, repro=None)
        cells.append(row)
    return dataclasses.replace(document, cells=tuple(cells))


def script(row: Row, session: Session, control: object = None) -> Script:
    """Return the script for one row.

    Args:
        control: the signatures that the control shows in the same cell.

    Raises:
        NoLook: no script shows the shortfall.
    """
    if row.cell.is_of_argument:
        head, framed = parts_of_script(row, session.pairs)
        return Script(head, ("import numpy as np", "import tensorflow as tf"), "", "", framed)
    subject = Subject(row, session, control)
    case, saver, loader = subject.case, subject.saver, subject.loader
    if case.brought:
        needs_all = row.requirement == "custom_objects"
        objects = objects_of_brought(case, needs_all)
        model = source_of_brought(case, case.brought, needs_all)
    else:
        objects = objects_of(_case_file(case), case.name)
        model = source_of(_case_file(case), case.name) + source_of_objects(_case_file(case), case.name)
    route = source_of(_route_file(saver.module, session), saver.name)
    if loader is not None and not subject.ends_while_saving:
        name, module = (loader.name, loader.module) if loader.name != "cpp" else ("v1_session", "v1")
        route += source_of(_route_file(module, session), name)
    frame = frame_of(subject, objects).framed()
    if not frame.hides_model:
        route = Source(route.imports, tuple(text for text in route.definitions if text not in model.definitions))
    library = op_source(case)
    definitions = "\n\n\n".join(model.definitions)
    routes = "\n\n\n".join([*([OP_LIBRARY.format(source=library)] if library else []), *route.definitions])
    imports = (model + route).used_imports
    used = "\n".join([definitions, routes, frame.start, frame.rest])
    return Script(head_of(subject), _imports(imports, used), definitions, routes, frame)


def frame_of(subject: Subject, objects: dict[str, str]) -> Saving | Loading:
    """Return the frame of the script about this row.

    Args:
        objects: the case's custom objects as source, by the name that Keras asks for.
    """
    if subject.ends_while_saving:
        return Saving(subject)
    kind = LoadingWithout if subject.row.requirement == "custom_objects" else Loading
    return kind(subject, objects)


def op_source(case: CaseInfo) -> str | None:
    """Return the source of the case's library of ops if it is the suite's own; None if a package brings it."""
    if not case.compiles_its_ops or case.op_library is None:
        return None
    return (MODELS / "ops" / case.op_library).read_text()


def _imports(of_sources: tuple[str, ...], used: str) -> tuple[str, ...]:
    """Return all lines that import, without those of the frame's start."""
    wanted = {
        "import json": r"\bjson\.",
        "import os": r"\bos\.",
        "import shutil": r"\bshutil\.",
        "import resource": r"\bresource\.",
        "import numpy as np": r"\bnp\.",
        "import tensorflow as tf": r"\btf\.",
        "from numpy import inf, nan": r"(?<![\w.'\"])(nan|inf)(?![\w'\"])",
    }
    needed = [line for line, pattern in wanted.items() if re.search(pattern, used)]
    there = ("import pathlib", "import subprocess", "import sys", "import tempfile")
    lines = dict.fromkeys([*of_sources, *needed])
    return tuple(
        sorted(
            (line for line in lines if line not in there),
            key=lambda line: (" numpy" in line or "tensorflow" in line, line),
        )
    )


def _case_file(case: CaseInfo) -> Path:
    return MODELS.joinpath(*case.module.split(".")).with_suffix(".py")


def _route_file(module: str, session: Session) -> Path:
    path = ROUTES / f"{module}.py"
    further = {each.stem: each for each in session.request.further_routes}
    return path if path.exists() else further[module]


__all__ = ["NoLook", "Script", "named", "script", "write_all"]
