"""TensorFlow 1 within TensorFlow 2: session, builder, command line.  [beside TensorFlow]"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shutil
import sys
import tempfile

import numpy as np
import tensorflow as tf

from . import SAVED_MODELS, loader, saver

v1 = tf.compat.v1
INIT_OP = "__saved_model_init_op"


class Session:
    """A SavedModel in a TensorFlow 1 session. Its signatures are functions of arrays."""

    def __init__(self, path):
        self.session = v1.Session(graph=tf.Graph())
        with self.session.graph.as_default():
            self.meta_graph = v1.saved_model.load(self.session, ["serve"], path)
        definitions = {key: signature for key, signature in self.meta_graph.signature_def.items() if key != INIT_OP}
        self.signatures = {key: self._function(signature) for key, signature in definitions.items()}
        self.contract = {
            key: {
                "inputs": {name: _dtype_and_shape(info) for name, info in signature.inputs.items()},
                "outputs": {name: _dtype_and_shape(info) for name, info in signature.outputs.items()},
                "defaults": sorted(getattr(signature, "defaults", {})),
            }
            for key, signature in definitions.items()
        }

    def _function(self, signature):
        def run(**inputs):
            fetches = {name: info.name for name, info in signature.outputs.items()}
            feeds = {signature.inputs[name].name: value for name, value in inputs.items()}
            return {name: _as_array(value) for name, value in self.session.run(fetches, feeds).items()}

        return run


def _dtype_and_shape(info):
    shape = tf.TensorShape(info.tensor_shape)
    return {"dtype": tf.as_dtype(info.dtype).name, "shape": None if shape.rank is None else shape.as_list()}


def _as_objects(array):
    return array.astype(object) if array.dtype.kind == "S" else array


def _as_tensor(array, dtype):
    # numpy does not know bfloat16, and reads its bytes alone.
    return array.view(tf.as_dtype(dtype).as_numpy_dtype) if array.dtype.kind == "V" else _as_objects(array)


def _as_array(value):
    return np.asarray(value, dtype=object if isinstance(value, bytes) else None)


@saver(writes="v1_saved_model", title="tf.compat.v1.saved_model.Builder", needs="has_signatures")
def v1_builder(model, path, build, specifications, keys):
    """TensorFlow 1's Builder, on a graph that is built for it."""
    values = [variable.numpy() for variable in model.variables]
    with v1.Session(graph=tf.Graph()) as session, session.graph.as_default():
        twin = build()
        for variable, value in zip(twin.variables, values):
            session.run(variable.initializer)
            session.run(variable.assign(value))
        definitions = {}
        for endpoint, (key,) in keys.items():
            feeds = tf.nest.map_structure(
                lambda spec: v1.placeholder(spec.dtype, spec.shape), specifications[endpoint]
            )
            inputs = {}
            for name, part in feeds.items():  # of an argument with several tensors, they are x, x_1 and so on
                tensors = enumerate(tf.nest.flatten(part))
                inputs.update({f"{name}_{number}" if number else name: tensor for number, tensor in tensors})
            answers = getattr(twin, endpoint)(*feeds.values())
            if not isinstance(answers, dict):
                answers = {f"output_{at}": answer for at, answer in enumerate(tf.nest.flatten(answers))}
            definitions[key] = v1.saved_model.predict_signature_def(inputs, answers)
        builder = v1.saved_model.Builder(path)
        builder.add_meta_graph_and_variables(
            session,
            ["serve"],
            signature_def_map=definitions,
            assets_collection=v1.get_collection(v1.GraphKeys.ASSET_FILEPATHS),
            main_op=v1.tables_initializer(),
        )
        builder.save()


@loader(
    reads=SAVED_MODELS,
    title="a TensorFlow 1 session",
    asked="by_signature",
    judged_against="graph",
    opaque=True,
    in_session=True,
)
def v1_session(path):
    """A SavedModel in a TensorFlow 1 session."""
    return Session(path)


class CommandLine:
    """A SavedModel as `saved_model_cli` shows and runs it. Its signatures are functions of arrays."""

    def __init__(self, path):
        self.path = path
        shown = self._call("show", "--dir", path, "--tag_set", "serve")
        keys = [key for key in re.findall(r'SignatureDef key: "(.*?)"', shown) if key != INIT_OP]
        self.contract = {key: self._show(key) for key in keys}
        self.signatures = {key: self._function(key) for key in keys}

    def _show(self, key):
        shown = self._call("show", "--dir", self.path, "--tag_set", "serve", "--signature_def", key)
        signature = {"inputs": {}, "outputs": {}, "defaults": None}
        pattern = r"(inputs|outputs)\['(.*?)'\] tensor_info:\s+dtype: DT_(\w+)\s+shape: (.*)"
        for side, name, dtype, shape in re.findall(pattern, shown):
            sides = None if "unknown" in shape else [int(each) for each in re.findall(r"-?\d+", shape)]
            number = v1.NodeDef(attr={"T": v1.AttrValue(type=f"DT_{dtype}")}).attr["T"].type
            signature[side][name] = {
                "dtype": tf.as_dtype(number).name,
                "shape": None if sides is None else [None if each < 0 else each for each in sides],
            }
        return signature

    def _function(self, key):
        def run(**inputs):
            folder = tempfile.mkdtemp(dir=os.getcwd())
            feeds = []
            for name, value in inputs.items():
                file = os.path.join(folder, f"{name}.npy")
                np.save(file, value)  # of strings, an array of objects: an array of bytes drops zeros at their ends
                feeds.append(f"{name}={file}")
            outputs = os.path.join(folder, "answers")
            self._call(
                "run", "--dir", self.path, "--tag_set", "serve", "--signature_def", key,
                "--inputs", ";".join(feeds), "--outdir", outputs,
            )  # fmt: skip
            # The command line has just written these files; it writes strings as pickled objects.
            names = [name[:-4] for name in os.listdir(outputs)]
            answers = {name: np.load(os.path.join(outputs, f"{name}.npy"), allow_pickle=True) for name in names}
            shutil.rmtree(folder)
            dtypes = {name: spec["dtype"] for name, spec in self.contract[key]["outputs"].items()}
            return {name: _as_tensor(array, dtypes.get(name)) for name, array in answers.items()}

        return run

    @staticmethod
    def _call(*arguments):
        from absl import flags
        from tensorflow.python.tools import saved_model_cli

        sys.argv = ["saved_model_cli", *arguments]
        flags.FLAGS.unparse_flags()
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            try:
                saved_model_cli.main()
            except SystemExit as end:
                if end.code:
                    raise RuntimeError(f"saved_model_cli ended with {end.code}") from None
        return printed.getvalue()


@loader(
    reads=SAVED_MODELS,
    title="saved_model_cli",
    asked="by_signature",
    judged_against="graph",
    opaque=True,
    slow=True,
    in_session=True,
)
def saved_model_cli(path):
    """A SavedModel as the command line shows and runs it."""
    return CommandLine(path)
