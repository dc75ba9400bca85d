"""TensorFlow's C++ SavedModel loader, called through the wheel's C API.  [beside TensorFlow; imports neither]

The wheel's `libtensorflow_cc.so.2` exports `TF_LoadSessionFromSavedModel`, which wraps the C++ function
`tensorflow::LoadSavedModel` that TensorFlow Serving calls. Python's TensorFlow takes no part: the graph's own restore
op restores variables, and its init op restores tables and assets.
"""

from __future__ import annotations

import ctypes
import functools
import importlib.util
import os
from ctypes import POINTER, c_char_p, c_int, c_int64, c_size_t, c_void_p
from typing import Any, Dict, List, Optional, Tuple

import numpy as np

from . import meta_graph

_TSTRING_BYTES = 24  # sizeof(TF_TString), from tensorflow/core/platform/ctstring_internal.h


class CppError(RuntimeError):
    """A status that is not OK. The message starts with the code's number in error_codes.proto."""


class _Output(ctypes.Structure):
    _fields_ = [("operation", c_void_p), ("index", c_int)]


class _Buffer(ctypes.Structure):
    _fields_ = [("data", c_void_p), ("length", c_size_t), ("free", c_void_p)]


_TENSORS = (POINTER(_Output), POINTER(c_void_p), c_int)  # places in the graph, their values, their number
# name: (result, arguments). Every pointer is declared as void*; otherwise ctypes cuts pointers to 32 bits.
_FUNCTIONS = {
    "TF_NewStatus": (c_void_p, []),
    "TF_DeleteStatus": (None, [c_void_p]),
    "TF_GetCode": (c_int, [c_void_p]),
    "TF_Message": (c_char_p, [c_void_p]),
    "TF_NewSessionOptions": (c_void_p, []),
    "TF_SetConfig": (None, [c_void_p, c_char_p, c_size_t, c_void_p]),
    "TF_NewGraph": (c_void_p, []),
    "TF_NewBuffer": (POINTER(_Buffer), []),
    "TF_DeleteBuffer": (None, [POINTER(_Buffer)]),
    "TF_LoadLibrary": (c_void_p, [c_char_p, c_void_p]),
    "TF_LoadSessionFromSavedModel": (
        c_void_p,
        [c_void_p, c_void_p, c_char_p, POINTER(c_char_p), c_int, c_void_p, POINTER(_Buffer), c_void_p],
    ),
    "TF_GraphOperationByName": (c_void_p, [c_void_p, c_char_p]),
    "TF_SessionRun": (None, [c_void_p, c_void_p, *_TENSORS, *_TENSORS, c_void_p, c_int, c_void_p, c_void_p]),
    "TF_AllocateTensor": (c_void_p, [c_int, POINTER(c_int64), c_int, c_size_t]),
    "TF_DeleteTensor": (None, [c_void_p]),
    "TF_TensorType": (c_int, [c_void_p]),
    "TF_NumDims": (c_int, [c_void_p]),
    "TF_Dim": (c_int64, [c_void_p, c_int]),
    "TF_TensorByteSize": (c_size_t, [c_void_p]),
    "TF_TensorData": (c_void_p, [c_void_p]),
    "TF_StringInit": (None, [c_void_p]),
    "TF_StringCopy": (None, [c_void_p, c_char_p, c_size_t]),
    "TF_StringGetDataPointer": (c_void_p, [c_void_p]),
    "TF_StringGetSize": (c_size_t, [c_void_p]),
}


@functools.cache
def library() -> ctypes.CDLL:
    """Open the wheel's C++ library, and return it. This does not import TensorFlow.

    Raises:
        ModuleNotFoundError: no TensorFlow is installed.
        OSError: the library is missing, or cannot be opened.
    """
    opened = ctypes.CDLL(os.path.join(_tensorflow_folder(), "libtensorflow_cc.so.2"))
    for name, (result, arguments) in _FUNCTIONS.items():
        function = getattr(opened, name)
        function.restype, function.argtypes = result, arguments
    return opened


def _tensorflow_folder() -> str:
    """Return the folder of the installed TensorFlow, without importing it."""
    spec = importlib.util.find_spec("tensorflow")
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError("No module named 'tensorflow'", name="tensorflow")
    return next(iter(spec.submodule_search_locations))


class _Status:
    """A TF_Status for one call. Leaving the block raises the error that the call reported."""

    def __enter__(self) -> int:
        self.pointer = library().TF_NewStatus()
        return int(self.pointer)

    def __exit__(self, kind: Any, error: Optional[BaseException], trace: Any) -> None:
        code, message = library().TF_GetCode(self.pointer), library().TF_Message(self.pointer)
        library().TF_DeleteStatus(self.pointer)
        if code and error is None:
            raise CppError(f"{code}: {message.decode(errors='replace')}")


def load_op_library(path: str) -> None:
    """Register the ops of a shared library.

    Raises:
        CppError: it cannot be loaded.
    """
    with _Status() as status:
        library().TF_LoadLibrary(path.encode(), status)


def _session_config() -> bytes:
    """Return a ConfigProto with the numbers of threads that the environment sets, as they are for Python."""
    config = b""
    for tag, variable in ((b"\x10", "TF_NUM_INTRAOP_THREADS"), (b"\x28", "TF_NUM_INTEROP_THREADS")):
        if variable in os.environ:
            config += tag + bytes([int(os.environ[variable])])
    return config


class SavedModelBundle:
    """A session with a loaded SavedModel.

    `signatures` maps each signature's key to a function that takes numpy arrays by input name and returns arrays by
    output name. `contract` describes them, as the MetaGraphDef does.
    """

    def __init__(self, path: str, tags: Tuple[str, ...] = ("serve",)):
        api = library()
        options, self.graph, meta = api.TF_NewSessionOptions(), api.TF_NewGraph(), api.TF_NewBuffer()
        config = _session_config()
        with _Status() as status:
            api.TF_SetConfig(options, config, len(config), status)
        names = (c_char_p * len(tags))(*(tag.encode() for tag in tags))
        with _Status() as status:
            self.session = api.TF_LoadSessionFromSavedModel(
                options, None, os.fsencode(path), names, len(tags), self.graph, meta, status
            )
        self.contract = meta_graph.signatures(ctypes.string_at(meta.contents.data, meta.contents.length))
        api.TF_DeleteBuffer(meta)
        self.signatures = {key: functools.partial(self._run, key) for key in self.contract}

    def _run(self, key: str, **inputs: np.ndarray) -> Dict[str, np.ndarray]:
        signature = self.contract[key]
        if set(inputs) != set(signature["inputs"]):
            raise CppError(f"signature {key!r} takes {sorted(signature['inputs'])}, not {sorted(inputs)}")
        names = list(signature["outputs"])
        feeds, fed = self._places(signature["inputs"], list(inputs)), (c_void_p * len(inputs))()
        fetches, fetched = self._places(signature["outputs"], names), (c_void_p * len(names))()
        try:
            for i, (name, value) in enumerate(inputs.items()):
                fed[i] = _to_tensor(np.asarray(value), signature["inputs"][name]["dtype"])
            with _Status() as status:
                library().TF_SessionRun(
                    self.session, None, feeds, fed, len(inputs), fetches, fetched, len(names), None, 0, None, status
                )
            return {name: _to_array(tensor) for name, tensor in zip(names, fetched)}
        finally:
            for tensor in [*fed, *fetched]:
                if tensor:
                    library().TF_DeleteTensor(tensor)

    def _places(self, tensors: Dict[str, Any], names: List[str]) -> Any:
        """Return the places of these tensors in the graph, as an array of `TF_Output`."""
        places = (_Output * len(names))()
        for i, name in enumerate(names):
            node, _, index = tensors[name]["node"].rpartition(":")
            operation = library().TF_GraphOperationByName(self.graph, node.encode())
            if not operation:
                raise CppError(f"5: the graph has no operation {node!r}")
            places[i].operation, places[i].index = operation, int(index)
        return places


def _numpy_dtype(name: str) -> np.dtype:
    if name == "bfloat16":
        import ml_dtypes

        bfloat16: np.dtype = np.dtype(ml_dtypes.bfloat16)
        return bfloat16
    return np.dtype(object if name == "string" else name)


def _to_tensor(value: np.ndarray, dtype: str) -> int:
    """Return a new TF_Tensor that holds the array.

    Raises:
        CppError: the array has a different dtype.
    """
    api, number = library(), {name: number for number, name in meta_graph.DTYPES.items()}[dtype]
    sizes = (c_int64 * value.ndim)(*value.shape)
    if dtype != "string":
        if value.dtype != _numpy_dtype(dtype):
            raise CppError(f"3: expects {dtype}, got {value.dtype}")
        raw = np.ascontiguousarray(value).tobytes()
        tensor: int = api.TF_AllocateTensor(number, sizes, value.ndim, len(raw))
        if raw:
            ctypes.memmove(api.TF_TensorData(tensor), raw, len(raw))
        return tensor
    tensor = api.TF_AllocateTensor(number, sizes, value.ndim, _TSTRING_BYTES * value.size)
    at = api.TF_TensorData(tensor)
    for i, text in enumerate(value.reshape(-1)):
        raw = text if isinstance(text, bytes) else str(text).encode()
        api.TF_StringInit(at + i * _TSTRING_BYTES)
        api.TF_StringCopy(at + i * _TSTRING_BYTES, raw, len(raw))
    return tensor


def _to_array(tensor: int) -> np.ndarray:
    api = library()
    shape = [api.TF_Dim(tensor, i) for i in range(api.TF_NumDims(tensor))]
    name, at = meta_graph.DTYPES[api.TF_TensorType(tensor)], api.TF_TensorData(tensor)
    if name != "string":
        size = api.TF_TensorByteSize(tensor)
        raw = ctypes.string_at(at, size) if size else b""
        return np.frombuffer(raw, dtype=_numpy_dtype(name)).reshape(shape)
    texts = np.empty(int(np.prod(shape, dtype=np.int64)), dtype=object)
    for i in range(texts.size):
        slot = at + i * _TSTRING_BYTES
        texts[i] = ctypes.string_at(api.TF_StringGetDataPointer(slot), api.TF_StringGetSize(slot))
    return texts.reshape(shape)


def op_library_flags() -> List[str]:
    """Return compiler and linker arguments for a library of ops that uses the C kernel API.

    `--no-as-needed` keeps the dependency on the framework library. Without it, TensorFlow up to 2.18 cannot find
    `TF_AllocateOutput` when it opens the library.
    """
    home = _tensorflow_folder()
    return [
        *("-std=c++17", "-O1", "-fPIC", "-shared", f"-I{home}/include"),
        *("-Wl,--no-as-needed", f"-L{home}", "-l:libtensorflow_framework.so.2"),
    ]
