"""Looks at what saving has left: in the live model and its process, or in files."""

from __future__ import annotations

import re

from reports.scripts.kinds import Kind
from reports.scripts.look import Look, NoLook
from reports.scripts.looks_at_values import ANSWERS, LAYERS, VARIABLES, in_place, place_in
from reports.scripts.subject import Subject
from tests.judging.requirement import Symptom

FILES = """
def files(path):
    return {str(each.relative_to(path)): "a file" for each in pathlib.Path(path).rglob("*") if each.is_file()}
"""
FINGERPRINT = """
def fingerprint(path):
    read = tf.saved_model.experimental.read_fingerprint(path)
    return {{name: str(getattr(read, name)) for name in {hashes}}}
"""
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
    "gradients": (
        "sum('-' not in name for name in "
        "__import__('tensorflow.python.framework.ops', fromlist=['_']).gradient_registry.list())"
    ),
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


def no_trace(subject: Subject) -> Look:
    """Look at what saving has changed in the live model or its process, before and after."""
    shortfall = subject.shortfall
    what, keys, place = place_in(shortfall)
    what = what.removeprefix("live ")
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
        return Look(in_place(keys, place), f"facts({expression})", f"facts({expression})")
    if Kind.CHANGED_LIVE.describes(shortfall):
        of_optimizer = Kind.CHANGED_LIVE.after(shortfall) == "optimizer"
        variables = "model.optimizer.variables" if of_optimizer else "model.variables"
        return Look(VARIABLES, f"facts({variables})", f"facts({variables})")
    if Kind.ANSWERS_OTHERWISE.describes(shortfall):
        return Look(ANSWERS, f"facts({subject.ask_original()})", f"facts({subject.ask_original()})")
    if shortfall.symptom is Symptom.MISMATCH:
        raise NoLook(f"no script shows: {shortfall.message}")
    return Look("", "{}", "{}")


def fingerprint(subject: Subject) -> Look:
    """Look at the hashes of a fingerprint that differ, or whether there is one."""
    hashes = re.findall(r"\w+_hash", Kind.TWICE.after(subject.shortfall))
    if not hashes:
        loaded = '{"fingerprint": str(pathlib.Path(path, "fingerprint.pb").exists())}'
        return Look(expected={"fingerprint": "True"}, loaded=loaded)
    define = FINGERPRINT.format(hashes=hashes)
    return Look(define, "fingerprint(path)", "fingerprint(again)")


def overwrites(subject: Subject) -> Look:
    """Look at the files of a fresh save, and of one over something else."""
    return Look(FILES, "files(path)", "files(again)")


def arguments(subject: Subject) -> Look:
    """Look at the files of a save to a plain path, and to one in a different form.

    Raises:
        NoLook: the path has odd characters.
    """
    if "oddly_named" in " ".join([subject.shortfall.message, *(place.where for place in subject.shortfall.places)]):
        raise NoLook("no script shows: a path with odd characters")
    define = FILES.replace("str(each.relative_to(path))", 'str(each.relative_to(path)).replace(".hdf5", ".h5")')
    return Look(define, 'files(folder / "plain")', 'files(folder / "other")')


def promises(subject: Subject) -> Look:
    """Look at what the saver promises to leave in the SavedModel."""
    name = Kind.OTHER_PROMISE.after(subject.shortfall)
    if name not in PROMISES:
        raise NoLook(f"no script shows: {subject.shortfall.message}")
    seen = f"{{{name!r}: str({PROMISES[name].format(META_GRAPH)})}}"
    return Look(expected={name: str(subject.shortfall.expected)}, loaded=seen)
