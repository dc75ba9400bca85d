"""Scripts that show a failing cell with public TensorFlow alone, ready to paste into an upstream issue.

A script is put together from the sources of the case, the saver and the loader, which are written as one would
write them in a notebook: the definitions that they use come along, our decorators stay behind.
"""

from __future__ import annotations

import ast
import functools
from pathlib import Path

import jinja2

from tests.interpreters.agents import ROOT
from tests.judging import inputs as strategies
from tests.judging.catalogue import signature_keys
from tests.judging.literals import literal
from tests.run.session import Session

TEMPLATE = "repro.py.j2"
ROUTES = ROOT / "tests" / "routes"
TOLD = ("fails", "crashed", "timed-out", "regressed", "changed", "lost", "deviates", "broken-before")
OURS = ("case", "saver", "loader", "option", "runtime")


def name_all(document: dict) -> None:
    """Name a script in the row of every cell that falls short."""
    for row in document["cells"]:
        if row["outcome"] in TOLD:
            name = "-".join((row["case"], row["route"].replace(":", "-"), row["requirement"]))
            row["repro"] = f"repro/{name}.py"


def write_all(folder: Path, document: dict, session: Session) -> None:
    """Write the scripts that rows name."""
    scripts = folder / "repro"
    scripts.mkdir(exist_ok=True)
    for old in scripts.glob("*.py"):
        old.unlink()
    for row in document["cells"]:
        if "repro" in row:
            (folder / row["repro"]).write_text(script(row, session))


def script(row: dict, session: Session) -> str:
    """The script for one row."""
    evidence = session.evidence
    case = evidence.case(row["case"])
    name = row["case"].partition(".")[2]
    saver, _, loader = row["route"].partition(":")
    writing, reading = evidence.saver(saver), evidence.loader(loader) if loader else None
    saver_file = ROUTES / f"{writing['module']}.py"
    case_file = ROOT.joinpath("models", *case["module"].split(".")).with_suffix(".py")
    sources = [*([] if case["brought"] else [(case_file, name)]), (saver_file, saver)]
    imports, definitions = built_by_user(case, name) if case["brought"] else ([], [])
    for path, wanted in sources:
        more_imports, more_definitions = parts(path, wanted)
        imports += [line for line in (*more_imports, "import numpy as np") if line not in imports]
        definitions += more_definitions
    loading: list[str] = []
    takes: list[str] = []
    if reading and loader != "cpp":
        more_imports, loading = parts(ROUTES / f"{reading['module']}.py", loader)
        imports += [line for line in more_imports if line not in imports]
        takes = reading["takes"]
    from_source = bool({"model", "original", "unbuilt"} & set(takes))
    without = row["requirement"] == "custom_objects"
    value = row.get("shrunk") or _input_literal(row, session)
    pair = session.surroundings[row["hop"][-1]]["versions"]
    return (
        _templates()
        .get_template(TEMPLATE)
        .render(
            row=row,
            pair=pair,
            imports=imports,
            # A process that loads must not have seen the classes, unless they are what it is given.
            definitions=definitions,
            everywhere=from_source or ("custom_objects" in takes and not without),
            loading=[text for text in loading if text not in definitions or not from_source],
            without=without,
            case_name=name,
            brought=case["brought"],
            saver=saver,
            loader=loader,
            file_name=writing["file_name"],
            asked=reading["asked"] if reading else None,
            saver_takes=writing["takes"],
            trains=writing["trains"],
            loader_takes=takes,
            from_source=from_source,
            keys=signature_keys(case, writing),
            features=literal(strategies.features_of(case)) if "compiled" in case["traits"] else None,
            trains_eagerly="traced" not in case["traits"],
            no_keras=loader == "signature_no_keras",
            custom_objects=case["custom_objects"],
            op_source=op_source(case["op_library"]),
            endpoints=list(case["endpoints"]),
            is_module="holds_module" in case["traits"],
            value=value,
            endpoint=_endpoint(row, case, session),
        )
    )


def op_source(library: str | None) -> str | None:
    """The source of a library of ops that is ours; None where there is none, or a package brings it."""
    ours = library is not None and library.endswith(".cc")
    return (ROOT / "models" / "ops" / library).read_text() if ours else None


def built_by_user(case: dict, name: str) -> tuple[list[str], list[str]]:
    """The imports and definitions by which a script has the model that a user has brought."""
    brought, kind = case["brought"], case["exists_as"]
    imports = ["import tensorflow as tf", "import numpy as np"]
    objects: list[str] = []
    if brought["function"]:
        module, _, function = brought["function"].partition(":")
        imports += [f"sys.path[:0] = {brought['search']}", f"import {module}"]
        told = f"{module}.{function}_custom_objects"
        given = f"({told}() if callable({told}) else {told})"
        objects = [f"{each.rpartition('>')[2]} = {given}[{each!r}]" for each in case["custom_objects"]]
        if kind is None:
            return imports, [*objects, f"def {name}():\n    return {module}.{function}()"]
    if kind == "saved_model":
        _, served = parts(ROOT / "models" / "mine.py", "Served")
        imports.append("from typing import Any")
        return imports, [*served, f"def {name}():\n    return Served(tf.saved_model.load(existing))"]
    if kind in ("checkpoint", "weights_h5"):
        _, reading = parts(ROOT / "models" / "mine.py", "checkpoint_prefix")
        read = {
            "checkpoint": "tf.train.Checkpoint(model=model).read(checkpoint_prefix(existing))",
            "weights_h5": "model.load_weights(existing)",
        }[kind]
        made = f"def {name}():\n    model = {module}.{function}()\n    {read}\n    return model"
        return ["import os", *imports], [*reading, made]
    custom = ", ".join(f"{each!r}: {each.rpartition('>')[2]}" for each in case["custom_objects"])
    return imports, [
        *objects,
        f"def {name}():\n    return tf.keras.models.load_model(existing, custom_objects={{{custom}}})",
    ]


def _endpoint(row: dict, case: dict, session: Session) -> str | None:
    inputs = {given["name"]: given["endpoint"] for given in session.evidence.inputs(row["case"])}
    return inputs.get(_failing_input(row), next(iter(case["endpoints"]), None))


def _failing_input(row: dict) -> str | None:
    return next((name for found in row.get("found", []) for name in found["inputs"]), None)


def _input_literal(row: dict, session: Session) -> str:
    """The input that shows it; the first that answers where no input does, and `None` where there is none."""
    inputs = session.evidence.inputs(row["case"])
    named = _failing_input(row)
    given = next((given for given in inputs if given["name"] == named), next(iter(inputs), None))
    return str(literal(given and given["value"]))


@functools.cache
def parts(path: Path, wanted: str) -> tuple[list[str], list[str]]:
    """The imports of a module, and the definitions that `wanted` stands on, itself last, in source form."""
    text = path.read_text()
    module = ast.parse(text)
    imports = [
        ast.unparse(node)
        for node in module.body
        if isinstance(node, ast.Import) or (isinstance(node, ast.ImportFrom) and not node.level)
    ]
    imports = [line for line in imports if "__future__" not in line]
    defined: dict[str, ast.stmt] = {}
    for node in module.body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            defined[node.name] = node
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            defined[node.targets[0].id] = node
    needed: list[str] = []
    on_the_way: set[str] = set()

    def need(name: str) -> None:
        on_the_way.add(name)
        node = defined[name]
        body = ast.walk(node)
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            node.decorator_list = [each for each in node.decorator_list if not _is_ours(each)]
            body = ast.walk(node)
        for part in body:
            if isinstance(part, ast.Name) and part.id in defined and part.id not in on_the_way:
                need(part.id)
        needed.append(name)

    need(wanted)
    return imports, [ast.unparse(defined[name]) for name in needed]


def _is_ours(decorator: ast.expr) -> bool:
    return isinstance(decorator, ast.Call) and isinstance(decorator.func, ast.Name) and decorator.func.id in OURS


@functools.cache
def _templates() -> jinja2.Environment:
    loader = jinja2.FileSystemLoader(Path(__file__).parent / "templates")
    return jinja2.Environment(loader=loader, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True)
