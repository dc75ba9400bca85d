"""What a script looks at to see a shortfall: for each requirement only what the shortfall is about.

All of it is source. A look defines a function and says how to use it on the original (`model`) and on what was loaded
(`loaded`). Both give a dict of texts by place, and the shortfall shows if the two dicts differ.
"""

from __future__ import annotations

import ast
import dataclasses
import re
from collections.abc import Callable, Mapping
from typing import Any

from reports.scripts.inputs import tensors
from reports.scripts.subject import Subject
from tests.judging.inputs import features_of
from tests.judging.requirement import Symptom

MOST_EXPECTED = 6

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
        answers = tf.nest.flatten(ask(), expand_composites=True)
        total = tf.add_n([tf.reduce_sum(tf.cast(each, "float64")) for each in answers if each.dtype.is_floating])
    found = tape.gradient(total, sources, unconnected_gradients="zero")
    return {f"gradient {i}": str(each.numpy().tolist()) for i, each in enumerate(found)}
"""
TRAINING = """
def trained(model):
    random, features = np.random.default_rng(7), {features}
    answers = model(features, training=False)
    targets = tf.nest.map_structure(lambda each: tf.constant(random.random(each.shape), each.dtype), answers)
"""
CONTRACT = """
def contract(loaded):
    found = {}
    for key, function in loaded.signatures.items():
        found[key] = "a signature"
        sides = {"inputs": function.structured_input_signature[1], "outputs": function.structured_outputs}
        for side, specs in sides.items():
            found[f"{key}.{side}"] = ", ".join(sorted(specs))
            found.update({f"{key}.{side}.{n}": f"{spec.dtype.name}{spec.shape}" for n, spec in specs.items()})
    return found
"""
CONTRACT_OF_ARRAYS = """
def contract(loaded):
    found = {}
    for key, signature in loaded.contract.items():
        found.update({key: "a signature", f"{key}.defaults": str(signature["defaults"])})
        for side, specs in (("inputs", signature["inputs"]), ("outputs", signature["outputs"])):
            found[f"{key}.{side}"] = ", ".join(sorted(specs))
            found.update({f"{key}.{side}.{n}": f"{s['dtype']}{tf.TensorShape(s['shape'])}" for n, s in specs.items()})
    return found
"""
FILES = """
def files(path):
    return {str(each.relative_to(path)): "a file" for each in pathlib.Path(path).rglob("*") if each.is_file()}
"""
LAYERS = (
    "[[each.name, type(each).__name__, bool(each.trainable)]"
    " for each in {}.layers if type(each).__name__ != 'InputLayer']"
)
REACHED = "[each for each in tf.train.TrackableView(loaded).descendants() if isinstance(each, tf.Variable)]"
NUMBER = '{{"number of variables": str(len({}))}}'
RANDOM_STATE = {
    "python": "__import__('random').getstate()",
    "numpy": "np.random.get_state()[1].tolist()",
    "tensorflow_seed": "__import__('tensorflow.python.eager.context', fromlist=['_']).context()._seed",
    "tensorflow_operation_seeds": (
        "__import__('tensorflow.python.eager.context', fromlist=['_']).context()._rng.getstate()"
    ),
    "keras_seed_generator": (
        "__import__('keras.src.backend.common.global_state', fromlist=['_'])"
        ".get_global_attribute('global_seed_generator').state.numpy().tolist()"
    ),
}
REGISTRIES = {
    "custom_objects": "sorted(tf.keras.utils.get_custom_objects())",
    "gradients": "len(__import__('tensorflow.python.framework.ops', fromlist=['_']).gradient_registry.list())",
    "floatx": "tf.keras.backend.floatx()",
    "image_data_format": "tf.keras.backend.image_data_format()",
    "functions_run_eagerly": "tf.config.functions_run_eagerly()",
    "working_directory": "__import__('os').getcwd()",
    "environment": "dict(__import__('os').environ)",
}
META_GRAPH = (
    "__import__('tensorflow.core.protobuf.saved_model_pb2', fromlist=['_']).SavedModel"
    ".FromString(pathlib.Path(path, 'saved_model.pb').read_bytes()).meta_graphs[0]"
)
PROMISES = {
    "tags": "sorted({}.meta_info_def.tags)",
    "aliases": "sorted(set({}.meta_info_def.function_aliases.values()))",
    "debug_info": "pathlib.Path(path, 'debug', 'saved_model_debug_info.pb').exists()",
    "variable_devices": "any(node.op == 'VarHandleOp' and node.device for node in {}.graph_def.node)",
    "custom_gradients": "bool({}.graph_def.library.registered_gradients)",
    "saver": "{}.HasField('saver_def')",
    "shards": "len(list(pathlib.Path(path, 'variables').glob('*.data-*'))) > 1",
    "keras_metadata": "pathlib.Path(path, 'keras_metadata.pb').exists()",
    "signatures": "sorted({}.signature_def)",
}


@dataclasses.dataclass(frozen=True)
class Look:
    """Source that looks at the original and at what was loaded.

    Args:
        define: definitions that the other parts use.
        original, loaded: expressions for what is expected and what is seen.
        expected: the expected dict itself, where it need not be made by the original.
        after_saving: look at the original only when it has been saved.
        only_expected: what is there beside the expected places does not count.
        by_value: a variable that is not loaded has to show, so none may hold an initial constant.
        tolerance: how far numbers may differ; None if not at all.
        special: of numbers, only the positions of those that are not finite count.
    """

    define: str = ""
    original: str = "facts(model)"
    loaded: str = "facts(loaded)"
    expected: Mapping[str, str] | None = None
    after_saving: bool = False
    only_expected: bool = False
    by_value: bool = False
    tolerance: float | None = None
    special: bool = False


class NoLook(Exception):
    """There is no way to show this shortfall by a short script."""


def look_of(subject: Subject) -> Look:
    """Return what the script about this row looks at.

    Raises:
        NoLook: the shortfall is of a kind that no script shows.
    """
    return LOOKS[subject.row.requirement](subject)


def outputs(subject: Subject) -> Look:
    """Look at the answers to one input, number by number."""
    original, loaded = subject.ask_original(), subject.ask_loaded()
    if str(subject.shortfall.expected or "").startswith(("structure", "names")):
        shape = '{{"structure": str(tf.nest.map_structure(lambda leaf: "tensor", {}))}}'
        return Look("", shape.format(original), shape.format(loaded))
    tolerance = subject.tolerance
    special = tolerance is not None and subject.input is not None and subject.input.special
    return Look(
        ANSWERS, f"facts({original})", f"facts({loaded})", by_value=True, tolerance=tolerance, special=special
    )


def gradients(subject: Subject) -> Look:
    """Look at the gradients by one input."""
    original, loaded = subject.ask_original(), subject.ask_loaded()
    define = GRADIENTS
    if subject.tolerance is not None:  # number by number
        define = ANSWERS + GRADIENTS.rpartition("    return")[0] + "    return facts(found)\n"
    return Look(define, f"gradients(lambda: {original})", f"gradients(lambda: {loaded})", tolerance=subject.tolerance)


def weights(subject: Subject) -> Look:
    """Look at the values of variables, or at their paths or their number."""
    message, restored = subject.shortfall.message, not is_original(subject)
    if "other paths" in message or "another order" in message:
        if restored and not lists_paths(subject):
            return Look(ANY_ORDER, "facts(model.variables)", f"facts({REACHED})", only_expected=True)
        return Look(PATHS, "facts(model.variables)", "facts(loaded.variables)")
    if "more or fewer" in message:
        return Look("", NUMBER.format("model.variables"), NUMBER.format("loaded.variables"))
    if restored:
        return Look(
            BY_PATH,
            "facts(model.variables)",
            f"facts({REACHED})",
            only_expected=True,
            by_value=True,
        )
    return Look(VARIABLES, "facts(model.variables)", "facts(loaded.variables)", by_value=True)


def lists_paths(subject: Subject) -> bool:
    """Return whether the paths that differ are those that the root of what was restored lists itself."""
    restored = subject.loaded.get("restored_weights", {}) if subject.loaded else {}
    return restored.get("listed") is not None and str(restored["listed"]) == str(subject.shortfall.seen)


def architecture(subject: Subject) -> Look:
    """Look at the place of the config that differs, or at the list of layers."""
    what, keys, place = place_in(subject.shortfall.message)
    if "layers" in what:
        return Look(_place(keys, place), f"facts({LAYERS.format('model')})", f"facts({LAYERS.format('loaded')})")
    return Look(_place(keys, place), "facts(model.get_config())", "facts(loaded.get_config())")


def training_state(subject: Subject) -> Look:
    """Look at the place of a config, or at the optimizer's class or variables."""
    message = subject.shortfall.message
    if "another optimizer" in message:
        named = '{{"optimizer": type({}.optimizer).__name__}}'
        return Look("", named.format("model"), named.format("loaded"))
    if "more or fewer" in message:
        return Look("", NUMBER.format("model.optimizer.variables"), NUMBER.format("loaded.optimizer.variables"))
    what, keys, place = place_in(message)
    if what:
        config = "{}.optimizer.get_config()" if "optimizer" in what else "{}.get_compile_config()"
        return Look(_place(keys, place), f"facts({config.format('model')})", f"facts({config.format('loaded')})")
    return Look(VARIABLES, "facts(model.optimizer.variables)", "facts(loaded.optimizer.variables)")


def resumed_training(subject: Subject) -> Look:
    """Look at what evaluating gives, or at variables after two more epochs."""
    message = subject.shortfall.message
    define = TRAINING.format(features=tensors(features_of(subject.case)))
    if "traced" not in subject.case.traits:
        define = define.replace("\n    answers", "\n    tf.config.run_functions_eagerly(True)\n    answers")
    if message.startswith("evaluate()"):
        define += (
            "    found = model.evaluate(features, targets, batch_size=4, verbose=0, return_dict=True)\n"
            "    return {name: str(value) for name, value in found.items()}\n"
        )
        return Look(define, "trained(model)", "trained(loaded)", after_saving=True)
    define += "    model.fit(features, targets, batch_size=4, initial_epoch=2, epochs=4, shuffle=False, verbose=0)\n"
    variables = "model.optimizer.variables" if "the optimizer" in message else "model.variables"
    if not message.startswith("after training") or "more or fewer" in message:
        define += f"    return {NUMBER.format(variables)}\n"
        return Look(define, "trained(model)", "trained(loaded)", after_saving=True)
    define += f"    return facts({variables})\n"
    return Look(VARIABLES + define, "trained(model)", "trained(loaded)", after_saving=True)


def signatures(subject: Subject) -> Look:
    """Look at those names, dtypes and shapes of signatures that are not as expected."""
    define = CONTRACT_OF_ARRAYS if subject.has_contract else CONTRACT
    if subject.shortfall.symptom is not Symptom.MISMATCH and subject.shortfall.symptom is not Symptom.CHANGED:
        return Look(define, "{}", "contract(loaded)")
    expected = expected_contract(subject)
    if not expected:
        raise NoLook("the signatures that were expected are not known")
    few = dict(list(expected.items())[:MOST_EXPECTED])
    return Look(define, "{}", "contract(loaded)", expected=few, only_expected=True)


def expected_contract(subject: Subject) -> dict[str, str]:
    """Return what those places of signatures should hold that differ; "nothing" where nothing should be."""
    shortfall = subject.shortfall
    if shortfall.symptom is Symptom.CHANGED:
        return differing(flat_contract(subject.control), flat_contract(subject.row.contract))
    expected, seen = _literal(shortfall.expected), _literal(shortfall.seen)
    message = shortfall.message
    if message.startswith("other signatures than Python's"):
        return differing(flat_contract(expected), flat_contract(seen))
    if message.startswith(("a signature is missing", "signatures that nobody")):
        missing = {key: "a signature" for key in expected if key not in seen}
        return missing or {key: "nothing" for key in seen if key not in expected}
    key = message.rpartition(" ")[2].strip("'")
    if "defaults" in message:
        return {f"{key}.defaults": str(expected)}
    side = "inputs" if "input" in message else "outputs"
    if "names" in message:
        return {f"{key}.{side}": ", ".join(sorted(expected))}
    specs = [re.fullmatch(r"(\w+?)(None|\[.*\])", text) for text in expected]
    left = [_spec_in_words(spec[1], spec[2]) for spec in specs if spec is not None]
    wrong = []
    for name, (dtype, shape) in seen.items():
        if _spec_in_words(dtype, shape) in left:
            left.remove(_spec_in_words(dtype, shape))
        else:
            wrong.append(f"{key}.{side}.{name}")
    places = [*wrong, *(f"{key}.{side}.another" for _ in left[len(wrong) :])]
    return dict(zip(places, [*left, *("nothing" for _ in wrong)], strict=False))


def _spec_in_words(dtype: str, shape: Any) -> str:
    """Return a tensor of a signature as scripts write it: `float32(None, 3)`."""
    sides = ast.literal_eval(shape) if isinstance(shape, str) else shape
    return f"{dtype}{'<unknown>' if sides is None else tuple(sides)}"


def flat_contract(contract: Any) -> dict[str, str]:
    """Return the signatures as the script's function `contract` does."""
    found = {}
    for key, signature in (contract or {}).items():
        found[key] = "a signature"
        if "defaults" in signature and signature["defaults"] is not None:
            found[f"{key}.defaults"] = str(signature["defaults"])
        for side in ("inputs", "outputs"):
            for name, (dtype, shape) in signature[side].items():
                found[f"{key}.{side}.{name}"] = _spec_in_words(dtype, shape)
    return found


def differing(expected: Mapping[str, str], seen: Mapping[str, str]) -> dict[str, str]:
    """Return what is expected in all places in which the two differ."""
    return {
        place: expected.get(place, "nothing")
        for place in {**expected, **seen}
        if expected.get(place) != seen.get(place)
    }


def resaves(subject: Subject) -> Look:
    """Look at what the message names: answers, weights or signatures, of a second load and of the first."""
    message = subject.shortfall.message
    if "signatures" in message:
        define = CONTRACT_OF_ARRAYS if subject.has_contract else CONTRACT
        return Look(define, "contract(loaded)", "contract(again)")
    if "weights" in message:
        variables = "{}.variables" if is_original(subject) else REACHED
        one, two = (
            variables.replace("loaded", "{}").format("loaded"),
            variables.replace("loaded", "{}").format("again"),
        )
        return Look(VARIABLES, f"facts({one})", f"facts({two})", by_value=True)
    one, two = subject.ask_loaded("loaded"), subject.ask_loaded("again")
    return Look(ANSWERS, f"facts({one})", f"facts({two})", by_value=True)


def no_trace(subject: Subject) -> Look:
    """Look at what saving has changed in the live model or its process, before and after."""
    message = subject.shortfall.message
    what, keys, place = place_in(message)
    expression = {
        "compile config": "model.get_compile_config()",
        "optimizer's config": "model.optimizer.get_config()",
    }.get(what)
    if what == "architecture":
        expression = LAYERS.format("model") if keys[:1] == ["layers"] else "model.get_config()"
        keys = keys[1:]
    elif what in ("random_state", "registries") and keys:
        expression = {**RANDOM_STATE, **REGISTRIES}.get(str(keys[0]))
        keys = keys[1:] if keys[0] == "environment" else []
    if expression is not None:
        return Look(_place(keys, place), f"facts({expression})", f"facts({expression})")
    if "changed the" in message:
        variables = "model.optimizer.variables" if "optimizer" in message else "model.variables"
        return Look(VARIABLES, f"facts({variables})", f"facts({variables})")
    if "answers otherwise" in message:
        return Look(ANSWERS, f"facts({subject.ask_original()})", f"facts({subject.ask_original()})")
    if subject.shortfall.symptom is Symptom.MISMATCH:
        raise NoLook(f"no script shows: {message}")
    return Look("", "{}", "{}")


def fingerprint(subject: Subject) -> Look:
    """Look at the hashes of a fingerprint that differ, or whether there is one."""
    hashes = re.findall(r"\w+_hash", subject.shortfall.message)
    if not hashes:
        return Look(
            expected={"fingerprint": "True"}, loaded='{"fingerprint": str((folder / "fingerprint.pb").exists())}'
        )
    read = "tf.saved_model.experimental.read_fingerprint({})"
    found = f"{{name: str(getattr({read}, name)) for name in {hashes!r}}}"
    return Look("", found.format("path"), found.format("again"))


def overwrites(subject: Subject) -> Look:
    """Look at the files of a fresh save, and of one over something else."""
    return Look(FILES, "files(path)", "files(again)")


def arguments(subject: Subject) -> Look:
    """Look at the files of a save to a plain path, and to one in a different form."""
    define = FILES.replace("str(each.relative_to(path))", 'str(each.relative_to(path)).replace(".hdf5", ".h5")')
    return Look(define, 'files(folder / "plain")', 'files(folder / "other")')


def promises(subject: Subject) -> Look:
    """Look at what the saver promises to leave in the SavedModel."""
    found = re.match(r"the artifact has another (\w+)$|(\w+) is there without", subject.shortfall.message)
    name = next((each for each in found.groups() if each), "") if found else ""
    if name not in PROMISES or (found and found[2]):
        raise NoLook(f"no script shows: {subject.shortfall.message}")
    seen = f"{{{name!r}: str({PROMISES[name].format(META_GRAPH)})}}"
    return Look(expected={name: str(subject.shortfall.expected)}, loaded=seen)


def nothing(subject: Subject) -> Look:
    """Look at nothing beside whether it can be saved and loaded."""
    return Look("", "{}", "{}")


def custom_objects(subject: Subject) -> Look:
    """Look at the answers of what is made when objects are given in another way."""
    one, two = subject.ask_loaded("loaded"), subject.ask_loaded("again")
    return Look(ANSWERS, f"facts({one})", f"facts({two})", by_value=True)


LOOKS: Mapping[str, Callable[[Subject], Look]] = {
    "architecture": architecture,
    "arguments": arguments,
    "custom_objects": custom_objects,
    "fingerprint": fingerprint,
    "gradients": gradients,
    "loads": nothing,
    "no_trace": no_trace,
    "outputs": outputs,
    "overwrites": overwrites,
    "promises": promises,
    "resaves": resaves,
    "resumed_training": resumed_training,
    "saves": nothing,
    "signatures": signatures,
    "training_state": training_state,
    "weights": weights,
}


def is_original(subject: Subject) -> bool:
    """Return whether what was loaded is what the case builds."""
    return subject.loader is not None and subject.loader.asked == "as_original"


def place_in(message: str) -> tuple[str, list[str | int], str]:
    """Return what differs, at which place as keys and numbers, and that place as text; `what` is empty if none is."""
    found = re.match(
        r"the (?:live )?([\w' ]+?) differs at (.*?)(?: and in \d+ more places)?(?: \(which no row.*)?$", message
    )
    if found is None:
        return "", [], ""
    what, place = found.groups()
    keys: list[str | int] = []
    if place != "its root":
        keys = [int(number) if number else key for key, number in re.findall(r"([^.\[\]]+)|\[(\d+)\]", place)]
    return what, keys, place


def _place(keys: list[str | int], place: str) -> str:
    return PLACE.format(keys=keys, place=place)


def _literal(text: Any) -> Any:
    try:
        return ast.literal_eval(str(text))
    except (ValueError, SyntaxError):
        raise NoLook("what was expected is too long to be shown") from None
