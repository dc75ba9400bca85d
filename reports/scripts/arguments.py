"""Scripts about constructor arguments: an object, the way it comes back, and one look at both."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from reports.document.rows import Row
from reports.scripts.frame import Framed
from reports.scripts.head import command_of, environment_of
from reports.scripts.look import NoLook
from reports.summary.wording import cut
from tests.judging.pairs import Pair
from tests.judging.requirement import Shortfall, Symptom

FUNCTIONS = Path(__file__).parents[2] / "models" / "arguments" / "functions.py"
LONGEST_LINE = 300
# What is looked at of the object, by what differs. `each` is the original or what came back.
LOOKS = {
    "attribute": "shown(getattr(each, {argument!r}, getattr(each, '_' + {argument!r}, 'no such attribute')))",
    "config": "shown(each.get_config())",
    "draws": "shown(each((3, 4)))",
    "rates": "[float(each(step)) for step in range(12)]",
    "values": "shown([raises(each, truth, predicted), raises(each, truth.argmax(-1), predicted)])",
    "results": "shown(raises(lambda: (each.reset_state(), each.update_state(truth, predicted), each.result())[2]))",
}
# A regularizer or a constraint is called with weights.
OF_WEIGHTS = "shown(raises(each, tf.constant(predicted[:, 0])))"
COME_BACK = {
    "config": """\
    saving = getattr(keras, "saving", keras.utils)  # tf.keras 3 has it in utils alone
    return saving.deserialize_keras_object(json.loads(json.dumps(saving.serialize_keras_object(made))))""",
    "keras": """\
    path = os.path.join(tempfile.mkdtemp(), "model.keras")
    hold(made).save(path)
    return held_by(keras.models.load_model(path))""",
    "clone": """\
    return held_by(keras.models.clone_model(hold(made)))""",
}
COME_BACK["h5"] = COME_BACK["keras"].replace("model.keras", "model.h5")
# A model that holds the object, and the object in a model that was loaded.
HELD = {
    "losses": ('optimizer="sgd", loss=made', "model.loss"),
    "optimizers": ("optimizer=made, loss=keras.losses.MeanSquaredError()", "model.optimizer"),
}
START = """\
import json
import os
import sys
import tempfile

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
"""
REST = """\
keras = tf.keras


def shown(value):
    if hasattr(value, "get_config"):
        value = value.get_config()
    return str(value.numpy() if hasattr(value, "numpy") else value)


def raises(action, *arguments):
    try:
        return np.asarray(action(*arguments))
    except Exception as error:
        return f"raises {{type(error).__name__}}"


{functions}random = np.random.default_rng(31)
predicted = random.dirichlet(np.ones(3), (4, 2)).astype("float32")
truth = np.eye(3, dtype="float32")[random.integers(0, 3, (4, 2))]
{holding}

def come_back(made):
{come_back}


made = {expression}
{look}
"""
LOOK_AT_BOTH = """\
before, after = ({look} for each in (made, come_back(made)))
print("before:", before)
print("after: ", after)
print("reproduced" if before != after else "not reproduced")
sys.exit(before != after)"""
LOOK_AT_EXCEPTION = """\
try:
    come_back(made)
except {exception} as error:
    print(f"reproduced: {{type(error).__name__}}: {{str(error).strip().splitlines()[-1]}}")
    sys.exit(1)
print("not reproduced")"""


def parts_of_script(row: Row, pairs: Mapping[str, Pair]) -> tuple[str, Framed]:
    """Return the head and the frame of the script about an argument.

    Raises:
        NoLook: no short script shows the shortfall.
    """
    if not row.hop.within_one_pair:
        raise NoLook("the object is saved and loaded by two pairs")
    shortfall = row.shortfalls[0]
    part, way = _place(shortfall)
    module = row.case.partition("(")[0].rpartition(".")[0]
    expression = re.split(r" (?:is another|cannot be|is loaded)", shortfall.message)[0]
    if way != "config" and module not in HELD:
        raise NoLook("the model that holds it is not written down")
    if shortfall.symptom is Symptom.EXCEPTION:
        look = LOOK_AT_EXCEPTION.format(exception=shortfall.exception or "Exception")
    else:
        template = OF_WEIGHTS if module in ("regularizers", "constraints") and part == "values" else LOOKS.get(part)
        if template is None:
            raise NoLook("what differs is a layer's answer")
        look = LOOK_AT_BOTH.format(look=template.format(argument=row.cell.argument))
    rest = REST.format(
        functions=functions_in(expression),
        holding=_holding(module) if way != "config" else "",
        come_back=COME_BACK[way],
        expression=expression,
        look=look,
    )
    return _head(row, shortfall, pairs[row.hop.saved]), Framed(START, rest, hides_model=False)


def _place(shortfall: Shortfall) -> tuple[str, str]:
    """Return what differs and in which way it came back: a serialized config, where it can be shown."""
    places = [tuple(place.where.rsplit(", ", 1)) for place in shortfall.places]
    pairs: list[tuple[str, str]] = [(place[0], place[1]) for place in places if len(place) == 2]
    if not pairs:
        raise NoLook("the process was lost")
    return min(
        pairs,
        key=lambda pair: (
            pair[1] != "config",
            pair[0] not in LOOKS,
            list(LOOKS).index(pair[0]) if pair[0] in LOOKS else 0,
        ),
    )


def _holding(module: str) -> str:
    compiled, found = HELD[module]
    return f"""

def hold(made):
    inputs = keras.Input((6,))
    model = keras.Model(inputs, keras.layers.Dense(4)(inputs))
    model.compile({compiled})
    return model


def held_by(model):
    return {found}

"""


def functions_in(expression: str) -> str:
    """Return the sources of the registered functions that an expression names."""
    module = ast.parse(FUNCTIONS.read_text())
    named = [
        node
        for node in module.body
        if isinstance(node, ast.FunctionDef) and re.search(rf"\b{node.name}\b", expression)
    ]
    sources = []
    for node in named:
        node.returns = None
        for argument in [*node.args.args, node.args.kwarg]:
            if argument is not None:
                argument.annotation = None
        body: list[Any] = [part for part in node.body if not isinstance(part, ast.Import)]
        node.body = body
        sources.append(f'@keras.utils.register_keras_serializable(package="arguments")\n{ast.unparse(node)}\n\n\n')
    return "".join(sources)


def _head(row: Row, shortfall: Shortfall, pair: Pair) -> str:
    lines = [f"{row.cell}: {row.outcome}.", "", cut(" ".join(shortfall.message.split()), LONGEST_LINE)]
    lines += [f"expected: {shortfall.expected}", f"seen:     {shortfall.seen}"] if shortfall.expected else []
    lines += ["", command_of(pair, []), f"{environment_of(pair)}python SCRIPT"]
    lines.append('It ends with a line "reproduced" and exit code 1, or "not reproduced" and 0.')
    text = "\n".join(lines).replace("\\", "\\\\").replace('"""', "'''")
    return f'"""{text}\n"""'
