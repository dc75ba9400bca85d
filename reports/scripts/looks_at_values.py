"""Looks at the values in a loaded model: for each requirement, only those that the shortfall is about.

All of it is source. A look defines a function and says how to use it on the original (`model`) and on what was loaded
(`loaded`). Both give a dict of texts by place, and the shortfall shows if the two dicts differ.
"""

from __future__ import annotations

import dataclasses
import re

from reports.scripts.kinds import Kind
from reports.scripts.look import Look, NoLook
from reports.scripts.looks_at_signatures import contract_of
from reports.scripts.subject import Subject
from tests.both_sides.training_data import STEPS_OF_SCHEDULES
from tests.both_sides.variable_names import is_seed_state
from tests.judging.requirement import Shortfall

ANSWERS = """
def facts(answers):
    leaves = map(np.asarray, tf.nest.flatten(answers, expand_composites=True))
    named = [(f"answer {i} {leaf.dtype.name}", leaf) for i, leaf in enumerate(leaves)]
    return {f"{name}{list(at)}": str(each) for name, leaf in named for at, each in np.ndenumerate(leaf)}
"""
VARIABLES = """
def facts(variables):
    named = [(f"variable {i} {np.asarray(each).dtype.name}", np.asarray(each)) for i, each in enumerate(variables)]
    return {f"{name}{list(at)}": str(each) for name, array in named for at, each in np.ndenumerate(array)}
"""
BY_PATH = """
def facts(variables):
    named = [(getattr(each, "path", each.name).partition(":")[0], np.asarray(each)) for each in variables]
    return {f"{name}{list(at)}": str(each) for name, array in named for at, each in np.ndenumerate(array)}
"""
PATHS = """
def facts(variables):
    return {f"variable {i}": getattr(each, "path", each.name).partition(":")[0] for i, each in enumerate(variables)}
"""
ANY_ORDER = """
def facts(variables):
    return {getattr(each, "path", each.name).partition(":")[0]: "a variable" for each in variables}
"""
PLACE = """
def facts(config):
    plain = {{"default": lambda each: getattr(each, "tolist", lambda: type(each).__name__)()}}
    config = json.loads(json.dumps(config, **plain))
    for key in {keys}:
        config = config[key] if isinstance(config, list) else (config or {{}}).get(key, "nothing")
    return {{{place!r}: json.dumps(config, sort_keys=True)}}
"""
GRADIENTS = """
def gradients(ask):
    sources = [each for each in tf.nest.flatten(inputs, expand_composites=True) if each.dtype.is_floating]
    with tf.GradientTape() as tape:
        tape.watch(sources)
        total = sum(tf.reduce_sum(tf.cast(x, "float64")) for x in tf.nest.flatten(ask(), True) if x.dtype.is_floating)
    found = tape.gradient(total, sources, unconnected_gradients="zero")
    return {f"gradient {i}": str(each.numpy().tolist()) for i, each in enumerate(found)}
"""
TRAINING = """
def trained(model):
{eagerly}"""
LAYERS = (
    "[[each.name, type(each).__name__, bool(each.trainable)]"
    " for each in {}.layers if type(each).__name__ != 'InputLayer']"
)
REACHED = "[each for each in tf.train.TrackableView(loaded).descendants() if isinstance(each, tf.Variable)]"
# Of the original, of what was loaded, and of a restored object.
ALL_VARIABLES = ("model.variables", "loaded.variables", REACHED)
# Keras's seed generators, and TensorFlow's random generators.
IS_STATE = "each.name.partition(':')[0].endswith(('seed_generator_state', 'StateVar'))"
STATES = f"[each for each in {{}} if {IS_STATE}]"
WITHOUT_STATES = f"[each for each in {{}} if not {IS_STATE}]"
TRAINABLE = '{{"trainable": str([any(each is one for one in {0}.trainable_variables) for each in {0}.variables])}}'
# An optimizer that was never built has not made all of its variables, and loading makes them.
OF_OPTIMIZER = """
def of_optimizer(model):
    if getattr(model.optimizer, "built", getattr(model.optimizer, "_built", True)):
        return list(model.optimizer.variables)
    copy = type(model.optimizer).from_config(model.optimizer.get_config())
    copy.build(model.trainable_variables)
    return [*model.optimizer.variables, *list(copy.variables)[len(model.optimizer.variables) :]]

"""
RATES = """
def rates(optimizer):
    schedule = getattr(optimizer, "inner_optimizer", optimizer)._learning_rate
    return {f"rate at step {step}": str(float(schedule(step))) for step in STEPS}

""".replace("STEPS", str(STEPS_OF_SCHEDULES))
NUMBER = '{{"number of variables": str(len({}))}}'


def outputs(subject: Subject) -> Look:
    """Look at the answers to one input, number by number.

    Raises:
        NoLook: answers are drawn anew each time, and compared over many draws.
    """
    if "unrepeatable" in subject.case.traits:
        raise NoLook("answers are drawn anew each time, so a single one shows nothing")
    original = subject.after_earlier(lambda each: each.ask_original())
    loaded = subject.after_earlier(lambda each: each.ask_loaded())
    if str(subject.shortfall.expected or "").startswith(("structure", "names")):
        shape = '{{"structure": str(tf.nest.map_structure(lambda leaf: "tensor", {}))}}'
        return Look("", shape.format(original), shape.format(loaded))
    tolerance = subject.tolerance
    special = tolerance is not None and subject.input is not None and subject.input.special
    look = Look(
        ANSWERS, f"facts({original})", f"facts({loaded})", by_value=True, tolerance=tolerance, special=special
    )
    return dataclasses.replace(look, after_saving="stateful" in subject.case.traits)


def gradients(subject: Subject) -> Look:
    """Look at the gradients by one input."""
    original, loaded = subject.ask_original(), subject.ask_loaded()
    define = GRADIENTS
    if subject.tolerance is not None:  # number by number
        define = ANSWERS + GRADIENTS.rpartition("    return")[0] + "    return facts(found)\n"
    return Look(define, f"gradients(lambda: {original})", f"gradients(lambda: {loaded})", tolerance=subject.tolerance)


def weights(subject: Subject) -> Look:
    """Look at the values of variables, or at their order or their number, without states of random generators."""
    if Kind.ORDER.describes(subject.shortfall):
        return renamed(subject)
    states = subject.saved["before"]["weights"] if subject.saved else []
    if not any(is_seed_state(path) for path, _ in states):
        return values_of(subject, *ALL_VARIABLES)
    return values_of(subject, *(WITHOUT_STATES.format(each) for each in ALL_VARIABLES))


def random_state(subject: Subject) -> Look:
    """Look at the values or at the number of the states of random generators."""
    return values_of(subject, *(STATES.format(each) for each in ALL_VARIABLES))


def values_of(subject: Subject, original: str, loaded: str, reached: str) -> Look:
    """Look at the values of variables, or at their number.

    Args:
        original, loaded: expressions for the variables of either model.
        reached: an expression for those that a restored object reaches.
    """
    if Kind.NUMBER.describes(subject.shortfall):
        return Look("", NUMBER.format(original), NUMBER.format(loaded))
    if not subject.loads_original:
        return Look(BY_PATH, f"facts({original})", f"facts({reached})", only_expected=True, by_value=True)
    return Look(VARIABLES, f"facts({original})", f"facts({loaded})", by_value=True)


def renamed(subject: Subject) -> Look:
    """Look at the paths of variables."""
    if not subject.loads_original and not lists_paths(subject):
        return Look(ANY_ORDER, "facts(model.variables)", f"facts({REACHED})", only_expected=True)
    return Look(PATHS, "facts(model.variables)", "facts(loaded.variables)")


def lists_paths(subject: Subject) -> bool:
    """Return whether the paths that differ are those that the root of what was restored lists itself."""
    restored = subject.loaded.get("restored_weights", {}) if subject.loaded else {}
    return restored.get("listed") is not None and str(restored["listed"]) == str(subject.shortfall.seen)


def architecture(subject: Subject) -> Look:
    """Look at the place of the config that differs, at the list of layers, or at what is trainable."""
    if Kind.TRAINABLE.describes(subject.shortfall):
        return Look("", TRAINABLE.format("model"), TRAINABLE.format("loaded"))
    what, keys, place = place_in(subject.shortfall)
    if "layers" in what:
        return Look(in_place(keys, place), f"facts({LAYERS.format('model')})", f"facts({LAYERS.format('loaded')})")
    return Look(in_place(keys, place), "facts(model.get_config())", "facts(loaded.get_config())")


def training_state(subject: Subject) -> Look:
    """Look at the place of a config, or at the optimizer's class or variables."""
    shortfall = subject.shortfall
    optimizer = subject.saved["before"]["training"]["optimizer"] if subject.saved else None
    unbuilt = optimizer is not None and not optimizer["built"]
    define, variables = (OF_OPTIMIZER, "of_optimizer({})") if unbuilt else ("", "{}.optimizer.variables")
    if Kind.OTHER_OPTIMIZER.describes(shortfall):
        named = '{{"optimizer": type(getattr({}, "optimizer", None)).__name__}}'
        return Look("", named.format("model"), named.format("loaded"))
    if Kind.RATES.describes(shortfall):
        return Look(RATES, "rates(model.optimizer)", "rates(loaded.optimizer)")
    if Kind.NUMBER.describes(shortfall):
        return Look(define, NUMBER.format(variables.format("model")), NUMBER.format(variables.format("loaded")))
    what, keys, place = place_in(shortfall)
    if what:
        config = "{}.optimizer.get_config()" if "optimizer" in what else "{}.get_compile_config()"
        return Look(in_place(keys, place), f"facts({config.format('model')})", f"facts({config.format('loaded')})")
    define += VARIABLES
    return Look(define, f"facts({variables.format('model')})", f"facts({variables.format('loaded')})")


def resumed_training(subject: Subject) -> Look:
    """Look at what evaluating gives, or at variables after two more epochs."""
    shortfall = subject.shortfall
    eagerly = "" if "traced" in subject.case.traits else "    tf.config.run_functions_eagerly(True)\n"
    define = TRAINING.format(eagerly=eagerly)
    if Kind.EVALUATION.describes(shortfall) or [place.where for place in shortfall.places] == ["evaluated"]:
        define += (
            "    found = model.evaluate(**training_data(model), verbose=0, return_dict=True)\n"
            "    return {name: str(value) for name, value in found.items()}\n"
        )
        return Look(define, "trained(model)", "trained(loaded)", after_saving=True)
    define += "    model.fit(**training_data(model), initial_epoch=2, epochs=4, shuffle=False, verbose=0)\n"
    variables = "model.optimizer.variables" if Kind.OF_OPTIMIZER.describes(shortfall) else "model.variables"
    if not Kind.TRAINED_ON.describes(shortfall) or Kind.NUMBER.describes(shortfall):
        define += f"    return {NUMBER.format(variables)}\n"
        return Look(define, "trained(model)", "trained(loaded)", after_saving=True)
    define += f"    return facts({variables})\n"
    return Look(VARIABLES + define, "trained(model)", "trained(loaded)", after_saving=True)


def resaves(subject: Subject) -> Look:
    """Look at what the message names: answers, weights or signatures, of a second load and of the first."""
    what = Kind.AGAIN.after(subject.shortfall)
    if what == "signatures":
        return Look(contract_of(subject), "contract(loaded)", "contract(again)")
    if what == "weights":
        variables = "{}.variables" if subject.loads_original else REACHED
        one, two = (
            variables.replace("loaded", "{}").format("loaded"),
            variables.replace("loaded", "{}").format("again"),
        )
        return Look(VARIABLES, f"facts({one})", f"facts({two})", by_value=True)
    one, two = subject.ask_loaded("loaded"), subject.ask_loaded("again")
    return Look(ANSWERS, f"facts({one})", f"facts({two})", by_value=True)


def custom_objects(subject: Subject) -> Look:
    """Look at the answers of what is made when objects are given in another way."""
    one, two = subject.ask_loaded("loaded"), subject.ask_loaded("again")
    return Look(ANSWERS, f"facts({one})", f"facts({two})", by_value=True)


def place_in(shortfall: Shortfall) -> tuple[str, list[str | int], str]:
    """Return what differs, at which place as keys and numbers, and that place as text; `what` is empty if none is."""
    what, colon, place = shortfall.places[0].where.partition(": ") if shortfall.places else ("", "", "")
    if not colon or "variable" in what:
        return "", [], ""
    keys = [int(number) if number else key for key, number in re.findall(r"([^.\[\]]+)|\[(\d+)\]", place)]
    return what, keys, place or "its root"


def in_place(keys: list[str | int], place: str) -> str:
    """Return the function that looks at one place of a config."""
    return PLACE.format(keys=keys, place=place)
