"""The catalogue of cases: what is saved.  [beside TensorFlow]

A case is a plain function that builds a model, written as in a notebook, under a decorator that says what is special
about it. Its id is `family.name`: the folder of its file, and the name of the function. A new file is found by
itself.
"""

from __future__ import annotations

from ..both_sides.tensors import Tensor
from .case_declaration import Case, case, case_of, catalogue
from .op_libraries import built_op_libraries, op_library

__all__ = ["Case", "Tensor", "built_op_libraries", "case", "case_of", "catalogue", "op_library"]
